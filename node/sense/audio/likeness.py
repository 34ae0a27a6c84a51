"""What the last second of sound is like, in numbers that tell a crowd from what else is loud in a street.

Many voices at once are noise-like, steady within the second, and strongest around 500 Hz to 1 kHz. Horns, bells and
sirens are lines of the spectrum; dogs, hammers and talk come and go; vehicles and wind are low, and swell.
"""

from __future__ import annotations

from collections import deque
from math import log10
from typing import TYPE_CHECKING, Final

import numpy as np

from node.sense.audio.timbre import OCTAVES_HZ, STEPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from node.sense.audio.level import SoundLevel
    from node.sense.audio.timbre import Timbre

WINDOW_HOPS: Final = 8
"""One second: the slowest syllables, 2 Hz, come twice in it."""

KEPT_HOPS: Final = 28
"""The longest beginning that is looked for, and a second before it."""

LEAST_OVER: Final = 0.05
"""What is left of a hop when all of it was there before: a level is the logarithm of something."""

FEATURES: Final = (
    "rise_db",
    "c_minus_a_db",
    "lines",
    "syllables",
    "rattle",
    "gaps_db",
    "crest_db",
    "flux_db",
    "octave_125_db",
    "octave_250_db",
    "octave_500_db",
    "octave_1k_db",
    "octave_2k_db",
    "octave_4k_db",
    "octave_8k_db",
)
"""In this order, the timbre's of what came on top of the second before:

rise_db: the voice band's sustained level over the background's middle (L50), 0..40.
c_minus_a_db: C- minus A-weighted level of the second, -5..25.
lines: what narrow lines hold of the voice band, 0..1: a tone 1, noise 0.
syllables: the envelope's effective value between 2 and 8 Hz over its mean, 0..3.
rattle: the same between 9 and 16 Hz.
gaps_db: the middle of the envelope's steps under their mean, -25..0: a sound with pauses is far under 0.
crest_db: the greatest step over the mean, 0..15.
flux_db: how much the octaves change from hop to hop, 0..20: a sweep and music do, a crowd does not.
octave_*_db: each octave under the sum of those from 250 Hz to 4 kHz, -40..10.
"""

_OCTAVES = len(OCTAVES_HZ)
_COLUMNS = _OCTAVES + 1 + STEPS
_COUNT = WINDOW_HOPS * STEPS
_WAVES = np.exp(-2j * np.pi * np.outer(np.arange(_COUNT), np.arange(2, 17)) / _COUNT)
_SYLLABLES = slice(0, 7)
_RATTLE = slice(7, 15)
_TINY = 1e-18
_FAINT_DB = -40.0
_BOUNDS = np.array([
    (0.0, 40.0), (-5.0, 25.0), (0.0, 1.0), (0.0, 3.0), (0.0, 3.0), (-25.0, 0.0), (0.0, 15.0), (0.0, 20.0),
    *[(_FAINT_DB, 10.0)] * 7,
]).T  # fmt: skip


class Likeness:
    """The timbres of the last second, hop after hop, and what was there before something rose."""

    def __init__(self) -> None:
        self._timbres: deque[Timbre] = deque(maxlen=KEPT_HOPS)
        self._before = np.zeros(_COLUMNS)

    def take(self, timbre: Timbre) -> None:
        """Takes in the timbre of a hop."""
        self._timbres.append(timbre)

    def forget(self) -> None:
        """Drops everything: what comes next is another street."""
        self._timbres.clear()
        self._before = np.zeros(_COLUMNS)

    def begin(self, hops: int) -> None:
        """Something rises, since so many hops: the second before that is what it is heard over."""
        before = list(self._timbres)[: len(self._timbres) - hops][-WINDOW_HOPS:]
        self._before = _rows(before).mean(axis=0) if before else np.zeros(_COLUMNS)

    def features(self, level: SoundLevel, rise_db: float) -> tuple[float, ...] | None:
        """The `FEATURES` of the last second; None while it is shorter than that.

        Args:
            level: of the newest hop.
            rise_db: the voice band's sustained level over the background's middle.
        """
        if len(self._timbres) < WINDOW_HOPS:
            return None
        heard = _rows(list(self._timbres)[-WINDOW_HOPS:]) + _TINY
        over = np.maximum(heard - self._before, LEAST_OVER * heard)
        octaves, lines, steps = over[:, :_OCTAVES], over[:, _OCTAVES], over[:, _OCTAVES + 1 :].reshape(-1)
        mean = float(steps.mean())
        waves = 2 * np.square(np.abs(steps @ _WAVES)) / (_COUNT * mean) ** 2
        voice = octaves[:, 1:6].sum(axis=1, keepdims=True)
        shares_db = np.maximum(10 * np.log10(octaves / voice), _FAINT_DB)
        total = octaves.mean(axis=0)
        found = (
            rise_db,
            level.c_minus_a_db,
            float(lines.mean()) / mean,
            float(np.sqrt(waves[_SYLLABLES].sum())),
            float(np.sqrt(waves[_RATTLE].sum())),
            10 * log10(float(np.median(steps)) / mean),
            10 * log10(float(steps.max()) / mean),
            float(np.abs(np.diff(shares_db[:, 1:6], axis=0)).mean()),
            *(10 * np.log10(total / total[1:6].sum())).tolist(),
        )
        return tuple(np.clip(found, *_BOUNDS).tolist())


def _rows(timbres: list[Timbre]) -> NDArray[np.float64]:
    """Octaves, lines and steps, a row for each hop."""
    return np.array([(*timbre.octaves, timbre.lines, *timbre.steps) for timbre in timbres])
