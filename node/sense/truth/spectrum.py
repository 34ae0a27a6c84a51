"""A hop in octave bands: too coarse to hold a word, fine enough to tell a broken microphone from a street."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from node.sense.capture.hops import HOP, HOP_S

Bands = NDArray[np.float64]

OCTAVES_HZ: Final = (8.0, 16.0, 31.5, 63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16_000.0)
"""Nominal middles, IEC 61260-1. What lies under 11 Hz is counted to the first."""

LOW_BANDS: Final = 3
"""The bands that end below 45 Hz: where wind has its energy."""

# The weightings at the middles of the octaves, IEC 61672-1: within 1 dB for anything wider than a tone.
_A_DB: Final = (-77.8, -56.7, -39.4, -26.2, -16.1, -8.6, -3.2, 0.0, 1.2, 1.0, -1.1, -6.6)
_C_DB: Final = (-17.7, -8.5, -3.0, -0.8, -0.2, 0.0, 0.0, 0.0, -0.2, -0.8, -3.0, -8.5)
_A_GAIN: Final = 10 ** (np.array(_A_DB) / 10)
_C_GAIN: Final = 10 ** (np.array(_C_DB) / 10)
_EDGES_HZ: Final = 1000 * 2.0 ** (np.arange(-6, 5) - 0.5)
_BEGINS: Final = 2 * np.concatenate(([1], np.ceil(_EDGES_HZ * HOP_S))).astype(np.intp)
_PARSEVAL: Final = 2 / (0.375 * HOP * HOP)
"""Both halves of the spectrum; a Hann window passes 3/8 of the energy."""

_LOW: Final = np.array([1.0] * LOW_BANDS + [0.0] * (len(OCTAVES_HZ) - LOW_BANDS))
_HANN: Final = np.hanning(HOP + 1)[:-1]
_FLOOR: Final = 1e-16
"""A mean square under the rounding of any converter: a band's level is a finite number."""


@dataclass(frozen=True, slots=True)
class Spectrum:
    """The energy of one hop by octaves, without the converter's offset.

    Args:
        energy: mean square in each band of `OCTAVES_HZ`, full scale is 1: float64, shape (12,), above 0.
        offset: the mean of the samples, -1..1.
    """

    energy: Bands
    offset: float

    @property
    def a_db(self) -> float:
        """The A-weighted level in dBFS."""
        return 10 * math.log10(float(self.energy @ _A_GAIN))

    @property
    def c_minus_a_db(self) -> float:
        """The C-weighted level minus the A-weighted one, in dB."""
        return 10 * math.log10(float(self.energy @ _C_GAIN) / float(self.energy @ _A_GAIN))

    @property
    def low_share(self) -> float:
        """The part of all energy that lies under 45 Hz, 0..1."""
        return float(self.energy @ _LOW) / float(self.energy.sum())


def spectrum_of(samples: NDArray[np.float32]) -> Spectrum:
    """The spectrum of a hop: float32, shape (HOP,), finite."""
    sound = samples.astype(np.float64)
    offset = float(sound.sum()) / HOP
    sound -= offset
    sound *= _HANN
    # Real and imaginary parts side by side: their squares are the power, twice as many numbers as frequencies.
    power = np.square(np.fft.rfft(sound).view(np.float64))
    energy = np.add.reduceat(power, _BEGINS) * _PARSEVAL
    return Spectrum(np.maximum(energy, _FLOOR), offset)
