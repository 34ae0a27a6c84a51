"""From a hop of sound to its levels.

Levels are in dB of the reference that `full_scale_db` names: dB SPL on a calibrated node, dBFS (a full-scale
square wave is 0) where it is 0. Time weighting and statistics: IEC 61672-1 (reference: standards, section 5.2).
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from node.sense.audio import weighting
from node.sense.audio.filter_bank import BLOCK, FilterBank
from node.sense.capture.hops import HOP, HOP_S
from node.sense.capture.ports import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from node.sense.capture.ports import AudioBlock

FAST_S: Final = 0.125
"""Time constant of the Fast weighting."""

SLOW_S: Final = 1.0
"""Time constant of the Slow weighting."""

FINE: Final = BLOCK
"""Samples of one step of the time weighting: 1 ms, within 0.01 dB of the theory for bursts of 1 ms."""

SECOND_HOPS: Final = round(1.0 / HOP_S)
ENERGY_FLOOR: Final = 1e-15
"""A mean square under any converter's noise: a level is a finite number, in digital silence too."""


@dataclass(frozen=True, slots=True)
class SoundLevel:
    """The levels of one hop that detectors judge by. All `_db` are over the reference of the meter.

    Args:
        t_s: the end of the hop, in seconds of the microphone's clock.
        laf_db: A-weighted level, Fast, at the end of the hop.
        laf_max_db: the greatest A-weighted Fast level within the hop.
        laeq_1s_db: A-weighted mean over the last second (fewer hops at the beginning).
        a_energy: A-weighted mean square of the hop, full scale is 1.
        voice_db: mean level of the voice band, 250-4000 Hz, over the hop.
        c_minus_a_db: C-weighted minus A-weighted mean of the last second: high for traffic and wind.
        lcpeak_db: C-weighted peak within the hop.
    """

    t_s: float
    laf_db: float
    laf_max_db: float
    laeq_1s_db: float
    a_energy: float
    voice_db: float
    c_minus_a_db: float
    lcpeak_db: float


@dataclass(frozen=True, slots=True)
class MeterReading(SoundLevel):
    """All that the meter reads of one hop: what detectors judge by, and what a person may ask for.

    Args:
        las_db: A-weighted level, Slow, at the end of the hop.
        las_max_db: the greatest A-weighted Slow level within the hop.
        lceq_1s_db: C-weighted mean over the last second (fewer hops at the beginning).
        lzeq_1s_db: mean over the last second without weighting, and without the converter's offset.
        a_steps: A-weighted mean square of each millisecond, full scale is 1: float64, shape (HOP / FINE,).
    """

    las_db: float
    las_max_db: float
    lceq_1s_db: float
    lzeq_1s_db: float
    a_steps: NDArray[np.float64] = field(compare=False, repr=False)


class Meter:
    """Measures hop after hop. Holds the last second's energies, and until the next hop what `forget` wipes.

    Args:
        full_scale_db: the level in dB of a root mean square of 1.0; 0 gives dBFS.
    """

    def __init__(self, full_scale_db: float) -> None:
        self._full_scale_db = full_scale_db
        self._bank = FilterBank(
            (weighting.A_WEIGHTING_SOS, weighting.C_WEIGHTING_SOS, weighting.VOICE_BAND_SOS), HOP, FINE
        )
        self._keep, self._add = _time_weightings(HOP // FINE)
        self._fast_and_slow = np.zeros((2, 1))
        # Energies of the last second's hops: A, C, unweighted; and the mean of their samples.
        # None stands for a hop that was not to be believed.
        self._second: deque[tuple[float, float, float, float] | None] = deque(maxlen=SECOND_HOPS)
        self._begins_anew = False

    def measure(self, hop: AudioBlock) -> MeterReading:
        """The levels of the next hop.

        Raises:
            ValueError: the block is not one hop of finite samples.
        """
        samples = hop.samples.astype(np.float64)
        energy = float(samples @ samples) / HOP
        if samples.size != HOP or not math.isfinite(energy):
            raise ValueError(f"the meter takes hops of {HOP} finite samples")
        heard = self._bank.filter(samples)
        steps = np.einsum("ijk,ijk->ij", heard, heard)
        a_energy, c_energy, voice_energy = (steps.sum(axis=0) / HOP).tolist()
        if self._begins_anew:
            # The middle, for a bang in this hop was not there before it.
            self._fast_and_slow[:] = np.median(steps[:, 0]) / FINE
            self._begins_anew = False
        weighted = self._keep * (self._fast_and_slow + np.cumsum(self._add * steps[:, 0], axis=1))
        self._fast_and_slow = weighted[:, -1:].copy()
        c = heard[:, 1]
        self._second.append((a_energy, c_energy, energy, float(samples.sum()) / HOP))
        a_1s, c_1s, z_1s = self._energies_1s()
        laeq_1s_db, lceq_1s_db = self._level(a_1s), self._level(c_1s)
        (laf_max, las_max), (laf, las) = weighted.max(axis=1).tolist(), weighted[:, -1].tolist()
        return MeterReading(
            t_s=hop.captured_s + HOP / SAMPLE_RATE_HZ,
            laf_db=self._level(laf),
            laf_max_db=self._level(laf_max),
            laeq_1s_db=laeq_1s_db,
            a_energy=a_energy,
            voice_db=self._level(voice_energy),
            c_minus_a_db=lceq_1s_db - laeq_1s_db,
            lcpeak_db=self._level(max(float(c.max()), -float(c.min())) ** 2),
            las_db=self._level(las),
            las_max_db=self._level(las_max),
            lceq_1s_db=lceq_1s_db,
            lzeq_1s_db=self._level(z_1s),
            a_steps=steps[:, 0] / FINE,
        )

    def distrust(self, *, goes_on: bool = False) -> None:
        """Takes the last hop out again: the next one is measured as if it had always been as loud as in that one.

        Args:
            goes_on: the next hop follows without a break, so the filters must not either. Else they ring of nothing.
        """
        if not goes_on:
            self._bank.take_back()
        self._second[-1] = None
        self._begins_anew = True

    def forget(self) -> None:
        """Wipes the samples of the last hop. Measuring goes on as if nothing had been wiped."""
        self._bank.wipe()

    def _energies_1s(self) -> tuple[float, float, float]:
        """The mean A, C and unweighted energy of the last second; its mean sample is the converter's offset."""
        known = [one for one in self._second if one is not None]
        a, c, z, offset = (sum(column) / len(known) for column in zip(*known, strict=True))
        return a, c, z - offset * offset

    def _level(self, energy: float) -> float:
        return 10 * math.log10(max(energy, ENERGY_FLOOR)) + self._full_scale_db


def _time_weightings(steps: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fast and Slow over a hop, both (2, steps): what is left of the state after each step, and what each millisecond's
    sum of squares adds to the state before the first. A hop is no longer than a time constant, so neither is large.
    """
    keep = np.exp(-FINE / SAMPLE_RATE_HZ / np.array([FAST_S, SLOW_S]))[:, None]
    left = keep ** (np.arange(steps) + 1.0)
    return left, (1 - keep) / FINE / left
