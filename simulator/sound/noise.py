"""Noise with a spectrum of its own, rendered in frames that do not depend on each other.

A frame is the overlap of two grains of shaped Gaussian noise under sine windows (sin² + cos² = 1: the
power is even). Each grain has its own generator, so any frame can be asked for at any time.
"""

from __future__ import annotations

import numpy as np

from simulator.world.chance import Stream, chance
from simulator.world.layout import Floats

SAMPLE_RATE_HZ = 48_000
FRAME = 4800
"""Samples in a frame: 0.1 s."""
REFERENCE_PA = 20e-6

_GRAIN = 2 * FRAME
_WINDOW = np.sin(np.pi * (np.arange(_GRAIN) + 0.5) / _GRAIN)
_BINS_HZ: Floats = np.linspace(0.0, SAMPLE_RATE_HZ / 2, _GRAIN // 2 + 1)


def a_weighting(f_hz: Floats) -> Floats:
    """The A-weighting as a factor of amplitude (IEC 61672-1:2013, annex E); 0 at 0 Hz."""
    f2 = np.square(f_hz)
    poles = np.sqrt((f2 + 107.65265**2) * (f2 + 737.86223**2))
    return np.asarray(10 ** (1.99966 / 20) * 12194.217**2 * f2**2 / ((f2 + 20.598997**2) * poles * (f2 + 12194.217**2)))


def pressure_pa(level_db: Floats | float) -> Floats:
    """The effective pressure in Pa of a level in dB re 20 µPa."""
    return np.asarray(REFERENCE_PA * 10 ** (np.asarray(level_db) / 20))


class ShapedNoise:
    """Noise of one spectrum, with an A-weighted effective value of 1.

    Args:
        shape: amplitude over frequency, from Hz to any scale; it is normalised here.
        seed: of the street.
        stream: what the noise is for.
        number: which one of them.
    """

    def __init__(self, shape: Floats, seed: int, stream: Stream, number: int = 0) -> None:
        power = 4 * np.sum(np.square(shape * a_weighting(_BINS_HZ))) / _GRAIN**2
        self._shape = shape / np.sqrt(power)
        self._key = (seed, stream, number)
        self._last: tuple[int, Floats] | None = None

    def frame(self, index: int) -> Floats:
        """Frame `index` of it: float64, shape (FRAME,)."""
        follows = self._last is not None and self._last[0] == index - 1
        before = self._last[1] if self._last is not None and follows else self._grain(index - 1)
        now = self._grain(index)
        self._last = (index, now)
        return np.asarray(before[FRAME:] + now[:FRAME])

    def _grain(self, index: int) -> Floats:
        seed, stream, number = self._key
        rng = chance(seed, stream, number, index)
        parts = rng.standard_normal((2, _BINS_HZ.size))
        return np.asarray(np.fft.irfft(self._shape * (parts[0] + 1j * parts[1]), _GRAIN) * _WINDOW)


def city_shape() -> Floats:
    """The hum of a city far away: pink, falling faster above 1 kHz, nothing below 25 Hz."""
    f = np.maximum(_BINS_HZ, 1.0)
    return np.asarray(f**-0.5 / np.sqrt(1 + (25 / f) ** 8) / np.sqrt(1 + (f / 1200) ** 1.6))


def tyre_shape() -> Floats:
    """A car that passes: engine and exhaust below 200 Hz, rolling noise around 800 Hz."""
    f = np.maximum(_BINS_HZ, 1.0)
    low = np.exp(-0.5 * (np.log2(f / 75) / 0.9) ** 2)
    rolling = 0.15 * np.exp(-0.5 * (np.log2(f / 800) / 1.0) ** 2)
    return np.asarray(low + rolling)


def white_shape() -> Floats:
    """The self-noise of a microphone: even over frequency."""
    return np.ones_like(_BINS_HZ)
