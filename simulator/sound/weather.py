"""Rain and wind as a microphone on a pole hears them.

Rain: a hiss of 40 + 15 lg(R) dB(A) at R mm/h (40 dB at 1, 55 at 10, 65 at 50), and drops that strike the
housing, one by one, together 6 dB below it. Wind: pressure of turbulent air at the housing goes with the square of
its speed, so 12 dB for every doubling: 54 + 40 lg(U) dB, unweighted, at U m/s (82 dB at 5, 94 at 10), in gusts.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from simulator.sound.noise import (
    FRAME,
    SAMPLE_RATE_HZ,
    ShapedNoise,
    a_share_db,
    a_weighting,
    pressure_pa,
    rain_shape,
    wind_shape,
)
from simulator.world.chance import Stream, chance
from simulator.world.layout import Floats
from simulator.world.levels import DROPS_BELOW_DB, rain_db, wind_db

_RAIN, _WIND, _DROPS, _GUSTS = 1, 2, 3, 4
_DROPS_PER_S = 4.0
"""That strike the housing at 1 mm/h."""
_MOST_PER_S = 80.0
_DROP = 960
_DROP_HZ = (1800.0, 5200.0)
_KINDS_OF_DROPS = 32
_SPREAD_DB = 5.0
_GUST_PERIODS_S = (1.7, 2.9, 4.7, 7.9, 13.0, 23.0)
_GUSTINESS = 0.12
"""Effective value of each of the six parts: together 0.3 of the mean speed, as in streets."""


class Rain:
    """Rain.

    Args:
        mm_per_h: how hard, above 0.
        seed: of the street.
    """

    def __init__(self, mm_per_h: float, seed: int) -> None:
        self._seed = seed
        self._hiss = ShapedNoise(rain_shape(), seed, Stream.WEATHER, _RAIN)
        self._hiss_pa = float(pressure_pa(rain_db(mm_per_h)))
        self._per_s = min(_MOST_PER_S, _DROPS_PER_S * mm_per_h)
        # A drop of energy 1 a second is an effective value of 1; lognormal levels raise the mean energy.
        louder = np.exp(np.square(_SPREAD_DB * np.log(10) / 10) / 2)
        all_pa = float(pressure_pa(rain_db(mm_per_h) - DROPS_BELOW_DB))
        self._drop_pa = all_pa * float(np.sqrt(SAMPLE_RATE_HZ / (self._per_s * louder)))

    def frame(self, index: int) -> Floats:
        """Frame `index`: Pa, float64, shape (FRAME,)."""
        sound = self._hiss.frame(index) * self._hiss_pa
        for number, first in ((index - 1, -FRAME), (index, 0)):
            rng = chance(self._seed, Stream.WEATHER, _DROPS, number)
            for at in rng.integers(FRAME, size=rng.poisson(self._per_s * FRAME / SAMPLE_RATE_HZ)):
                kind = int(rng.integers(_KINDS_OF_DROPS))
                gain = self._drop_pa * 10 ** (rng.normal(0, _SPREAD_DB) / 20)
                begin, end = max(0, first + int(at)), min(FRAME, first + int(at) + _DROP)
                if begin < end:
                    sound[begin:end] += gain * _drops()[kind, begin - first - at : end - first - at]
        return sound


class Wind:
    """Wind at the microphone.

    Args:
        mps: its mean speed, above 0.
        seed: of the street.
    """

    def __init__(self, mps: float, seed: int) -> None:
        self._roar = ShapedNoise(wind_shape(), seed, Stream.WEATHER, _WIND)
        self._mean_pa = float(pressure_pa(wind_db(mps) + a_share_db(wind_shape())))
        rng = chance(seed, Stream.WEATHER, _GUSTS, 0)
        self._phases = rng.uniform(0, 2 * np.pi, len(_GUST_PERIODS_S))
        self._usual = float(np.sqrt(np.mean(self._gusts(np.arange(0.0, 3600.0, 0.25)) ** 4)))

    def frame(self, index: int) -> Floats:
        """Frame `index`: Pa, float64, shape (FRAME,)."""
        begin, end = self._gusts(np.array([index, index + 1]) * (FRAME / SAMPLE_RATE_HZ)) ** 2 / self._usual
        return self._roar.frame(index) * (self._mean_pa * np.linspace(begin, end, FRAME))

    def _gusts(self, t_s: Floats) -> Floats:
        """The wind's speed at instants (n,) as a multiple of its mean, never under 0.1."""
        angles = 2 * np.pi * np.multiply.outer(t_s, 1 / np.array(_GUST_PERIODS_S)) + self._phases
        return np.asarray(np.maximum(0.1, 1 + _GUSTINESS * np.sqrt(2) * np.sum(np.sin(angles), axis=-1)))


@lru_cache(maxsize=1)
def _drops() -> Floats:
    """Drops that strike a housing: short ringing, (kinds, _DROP), each with an A-weighted energy of 1."""
    rng = chance(0, Stream.WEATHER, _DROPS)
    t_s = np.arange(_DROP) / SAMPLE_RATE_HZ
    f_hz: Floats = np.linspace(0.0, SAMPLE_RATE_HZ / 2, _DROP // 2 + 1)
    weights = a_weighting(f_hz)
    drops = np.empty((_KINDS_OF_DROPS, _DROP))
    for kind in range(_KINDS_OF_DROPS):
        tone_hz, dies_s = rng.uniform(*_DROP_HZ), rng.uniform(0.8e-3, 3e-3)
        drop = np.sin(2 * np.pi * tone_hz * t_s) * np.exp(-t_s / dies_s)
        energy = 2 * np.sum(np.square(np.abs(np.fft.rfft(drop)) * weights)) / _DROP
        drops[kind] = drop / np.sqrt(energy)
    return drops
