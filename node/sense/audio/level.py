"""From a hop of sound to its levels.

Levels are in dB of the reference that `full_scale_db` names: dB SPL on a calibrated node, dBFS (a full-scale
square wave is 0) where it is 0. Time weighting and statistics: IEC 61672-1 (reference: standards, section 5.2).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from node.sense.audio import weighting
from node.sense.audio.weighting import BlockFilter
from node.sense.capture.hops import HOP, HOP_S
from node.sense.capture.ports import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from node.sense.capture.ports import AudioBlock

FAST_S: Final = 0.125
"""Time constant of the Fast weighting."""

FINE: Final = 48
"""Samples of one step of the time weighting: 1 ms, within 0.01 dB of the theory for bursts of 1 ms."""

SECOND_HOPS: Final = round(1.0 / HOP_S)
ENERGY_FLOOR: Final = 1e-15
"""A mean square under any converter's noise: a level is a finite number, in digital silence too."""


@dataclass(frozen=True, slots=True)
class SoundLevel:
    """The levels of one hop. All `_db` are over the reference of the meter.

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


class Meter:
    """Measures hop after hop; holds filters and the last second, no samples.

    Args:
        full_scale_db: the level in dB of a root mean square of 1.0; 0 gives dBFS.
    """

    def __init__(self, full_scale_db: float) -> None:
        self._full_scale_db = full_scale_db
        self._a = BlockFilter(weighting.A_WEIGHTING_SOS)
        self._c = BlockFilter(weighting.C_WEIGHTING_SOS)
        self._voice = BlockFilter(weighting.VOICE_BAND_SOS)
        self._decay, self._blend = _fast_weighting(HOP // FINE)
        self._fast = 0.0
        self._a_second: deque[float] = deque(maxlen=SECOND_HOPS)
        self._c_second: deque[float] = deque(maxlen=SECOND_HOPS)

    def measure(self, hop: AudioBlock) -> SoundLevel:
        """The levels of the next hop.

        Raises:
            ValueError: the block is not one hop of finite samples.
        """
        if hop.samples.size != HOP or not np.isfinite(hop.samples).all():
            raise ValueError(f"the meter takes hops of {HOP} finite samples")
        a = self._a.filter(hop.samples)
        c = self._c.filter(hop.samples)
        fast = self._decay * self._fast + self._blend @ np.square(a).reshape(-1, FINE).mean(axis=1)
        self._fast = float(fast[-1])
        a_energy, c_energy = _mean_square(a), _mean_square(c)
        self._a_second.append(a_energy)
        self._c_second.append(c_energy)
        a_1s = sum(self._a_second) / len(self._a_second)
        c_1s = sum(self._c_second) / len(self._c_second)
        return SoundLevel(
            t_s=hop.captured_s + HOP / SAMPLE_RATE_HZ,
            laf_db=self._level(self._fast),
            laf_max_db=self._level(float(fast.max())),
            laeq_1s_db=self._level(a_1s),
            a_energy=a_energy,
            voice_db=self._level(_mean_square(self._voice.filter(hop.samples))),
            c_minus_a_db=self._level(c_1s) - self._level(a_1s),
            lcpeak_db=self._level(float(np.abs(c).max()) ** 2),
        )

    def _level(self, energy: float) -> float:
        return float(10 * np.log10(max(energy, ENERGY_FLOOR))) + self._full_scale_db


def _mean_square(samples: NDArray[np.float64]) -> float:
    return float(np.mean(np.square(samples)))


def _fast_weighting(steps: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What is left of the state (steps,), and what each step adds (steps, steps), after each of the steps."""
    keep = np.exp(-FINE / SAMPLE_RATE_HZ / FAST_S)
    n = np.arange(steps)
    lag = n[:, None] - n[None, :]
    return keep ** (n + 1.0), np.where(lag >= 0, (1 - keep) * keep ** np.abs(lag), 0.0)
