"""How loud a sound is, as a sound level meter reads it, and a sound made as loud as it is to be."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from simulator.sound.noise import REFERENCE_PA, SAMPLE_RATE_HZ, a_weighting
from simulator.sound.shaping import fast_length, frequencies_hz
from simulator.world.layout import Floats

_FAST_S = 0.125
_STEP = 48
"""Mean squares over 1 ms give Fast within 0.01 dB for bursts of 1 ms and more."""


def fast_max_db(sound_pa: Floats, *, wraps: bool = False) -> float:
    """The greatest A-weighted Fast level of a sound in Pa (IEC 61672-1), in dB re 20 µPa; -200 for silence.

    Args:
        sound_pa: shape (n,), n above 0.
        wraps: it is played round and round: the meter has heard it once before it reads.
    """
    size = sound_pa.size if wraps else fast_length(sound_pa.size + SAMPLE_RATE_HZ // 4)
    weighted = np.fft.irfft(np.fft.rfft(sound_pa, size) * _weights(size), size)
    powers = np.mean(np.square(np.pad(weighted, (0, -size % _STEP)).reshape(-1, _STEP)), axis=1)
    return 10 * float(np.log10(max(_highest(np.tile(powers, 2) if wraps else powers) / REFERENCE_PA**2, 1e-20)))


def peak_db(sound_pa: Floats) -> float:
    """The unweighted peak of a sound in Pa, in dB re 20 µPa; -200 for silence."""
    return 20 * float(np.log10(max(float(np.max(np.abs(sound_pa))) / REFERENCE_PA, 1e-10)))


def at_level(sound: Floats, level_db: float, *, is_peak: bool, wraps: bool = False) -> Floats:
    """The same sound in Pa, so loud that its Fast maximum, or its peak, is `level_db`."""
    now_db = peak_db(sound) if is_peak else fast_max_db(sound, wraps=wraps)
    return sound * 10 ** ((level_db - now_db) / 20)


def _highest(powers: Floats) -> float:
    keeps = float(np.exp(-_STEP / SAMPLE_RATE_HZ / _FAST_S))
    now = highest = 0.0
    for power in powers.tolist():
        now = keeps * now + (1 - keeps) * power
        highest = max(highest, now)
    return highest


@lru_cache(maxsize=8)
def _weights(size: int) -> Floats:
    return a_weighting(frequencies_hz(size))
