"""Noise with a spectrum of its own, rendered in frames that do not depend on each other.

A frame is the overlap of two grains under sine windows (sin² + cos² = 1: the power is even). Each grain is cut
at a place of its own, drawn from the noise's key, out of a bank of 5.5 s: any frame can be asked for at any time,
none costs a Fourier transform, and nothing comes back in the same order.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from simulator.world.chance import Stream, chance
from simulator.world.layout import Floats

SAMPLE_RATE_HZ = 48_000
FRAME = 4800
"""Samples in a frame: 0.1 s."""
REFERENCE_PA = 20e-6

_GRAIN = 2 * FRAME
_RISE: Floats = np.sin(np.pi * (np.arange(FRAME) + 0.5) / _GRAIN)
_FALL: Floats = _RISE[::-1].copy()
_BINS_HZ: Floats = np.linspace(0.0, SAMPLE_RATE_HZ / 2, FRAME + 1)
_BANK = 1 << 18
_BANK_HZ: Floats = np.linspace(0.0, SAMPLE_RATE_HZ / 2, _BANK // 2 + 1)
_DRAWN_TOGETHER = 1024
"""Places of grains that one generator draws: making a generator takes longer than the grain."""
_BANKS_KEPT = 16
"""2 MB each; a street has some six."""


def a_weighting(f_hz: Floats) -> Floats:
    """The A-weighting as a factor of amplitude (IEC 61672-1:2013, annex E); 0 at 0 Hz."""
    f2 = np.square(f_hz)
    poles = np.sqrt((f2 + 107.65265**2) * (f2 + 737.86223**2))
    return np.asarray(10 ** (1.99966 / 20) * 12194.217**2 * f2**2 / ((f2 + 20.598997**2) * poles * (f2 + 12194.217**2)))


def pressure_pa(level_db: Floats | float) -> Floats:
    """The effective pressure in Pa of a level in dB re 20 µPa."""
    return np.asarray(REFERENCE_PA * 10 ** (np.asarray(level_db) / 20))


def a_share_db(shape: Floats) -> float:
    """How far the A-weighted level of noise is over its unweighted one, in dB: well below 0 for a rumble."""
    lines = np.interp(_BANK_HZ, _BINS_HZ, shape)[1:-1]
    weighted = lines * a_weighting(_BANK_HZ[1:-1])
    return float(10 * np.log10(np.sum(np.square(weighted)) / np.sum(np.square(lines))))


class ShapedNoise:
    """Noise of one spectrum, with an A-weighted effective value of 1.

    Args:
        shape: amplitude over frequency, FRAME + 1 values from 0 Hz to 24 kHz, to any scale; it is normalised here.
        seed: of the street.
        stream: what the noise is for.
        number: which one of them.
    """

    def __init__(self, shape: Floats, seed: int, stream: Stream, number: int = 0) -> None:
        self._bank = _bank(np.asarray(shape, dtype=np.float64).tobytes(), seed, stream)
        self._key = (seed, stream, number)
        self._places: dict[int, list[int]] = {}

    def frame(self, index: int) -> Floats:
        """Frame `index` of it: float64, shape (FRAME,)."""
        before, now = self._place(index - 1) + FRAME, self._place(index)
        sound = self._bank[before : before + FRAME] * _FALL
        sound += self._bank[now : now + FRAME] * _RISE
        return sound

    def _place(self, index: int) -> int:
        """Where in the bank the grain begins that begins with frame `index`."""
        block, within = divmod(index, _DRAWN_TOGETHER)
        if block not in self._places:
            seed, stream, number = self._key
            drawn = chance(seed, stream, number, block).integers(_BANK, size=_DRAWN_TOGETHER)
            self._places[block] = drawn.tolist()
            if len(self._places) > 2:
                del self._places[next(iter(self._places))]
        return self._places[block][within]


@lru_cache(maxsize=_BANKS_KEPT)
def _bank(shape: bytes, seed: int, stream: Stream) -> Floats:
    """Noise whose end runs into its begin: lines 0.18 Hz apart of exact heights and random phases."""
    lines = np.interp(_BANK_HZ, _BINS_HZ, np.frombuffer(shape, dtype=np.float64))
    lines[[0, -1]] = 0.0
    power = 2 * np.sum(np.square(lines * a_weighting(_BANK_HZ))) / _BANK**2
    phases = chance(seed, stream, 0, 0, 0).random(lines.size)
    spectrum = lines / np.sqrt(power) * np.exp(2j * np.pi * phases)
    bank = np.fft.irfft(spectrum, _BANK)
    # The first grain once more: one that begins at the very end is cut in one piece too.
    return np.concatenate([bank, bank[:_GRAIN]])


def city_shape() -> Floats:
    """The hum of a city far away: pink, falling faster above 1 kHz, nothing below 25 Hz."""
    f = np.maximum(_BINS_HZ, 1.0)
    return np.asarray(f**-0.5 / np.sqrt(1 + (25 / f) ** 8) / np.sqrt(1 + (f / 1200) ** 1.6))


def tyre_shape(rolling_hz: float = 800.0, low: float = 1.0) -> Floats:
    """A vehicle that passes: engine and exhaust below 200 Hz, rolling noise around `rolling_hz`.

    Args:
        rolling_hz: 800 Hz for a car; a lorry's is lower.
        low: amplitude of the part below 200 Hz, against that of a car.
    """
    f = np.maximum(_BINS_HZ, 1.0)
    engine = low * np.exp(-0.5 * (np.log2(f / 75) / 0.9) ** 2)
    rolling = 0.15 * np.exp(-0.5 * (np.log2(f / rolling_hz) / 1.0) ** 2)
    return np.asarray(engine + rolling)


def white_shape() -> Floats:
    """The self-noise of a microphone: even over frequency."""
    return np.ones_like(_BINS_HZ)


def rain_shape() -> Floats:
    """Rain on stone, leaves and water: broad, from some hundred Hz to 10 kHz."""
    f = np.maximum(_BINS_HZ, 1.0)
    return np.asarray(1 / np.sqrt(1 + (500 / f) ** 2) / np.sqrt(1 + (f / 6000) ** 4))


def wind_shape() -> Floats:
    """Turbulence at a microphone: its power falls with f^(-5/3) from 5 Hz on (Kolmogorov), flat below.

    From 150 Hz on it falls faster: eddies smaller than the housing even out over it.
    """
    return np.asarray(np.maximum(_BINS_HZ, 5.0) ** (-5 / 6) / np.sqrt(1 + (_BINS_HZ / 150) ** 4))
