"""What a bang is, by all that is known of it: first whether it is a shot, an explosion or a firework, then which.

A network that hears one second takes shots for fireworks and both for explosions far more often than any of them for a
door. So the odds of the three are added first: with the loudness, which a network is not given, they say that it is one
of this family. Which of them, only how the odds lie among the three says, and what was heard before and after: a rocket
whistles and crackles. How loud it is says nothing of that: it may be near or far.

Both are logistic regressions of margins, log odds over the model's own thresholds. The second compares the margins of
the three as they are, by one slope: with so few recordings of each, more terms learnt the recordings. The numbers stand
in `bang_judge.toml`, fitted and written by `python -m models.training.fit_bangs`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import exp, log
from typing import TYPE_CHECKING, Any, Final

from node.config.sound_classes import SoundClass

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE: Final = "bang_judge.toml"
FAMILY: Final = (SoundClass.GUNSHOT, SoundClass.EXPLOSION, SoundClass.FIREWORKS)
MOST: Final = 8.0
"""A margin says no more than this."""

HEARD_BEFORE: Final = 4.0
"""Margins of fireworks further under the threshold, and none at all, say the same: none were heard before."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a bang. A margin is log odds over the threshold of its class; minus infinity where nothing is.

    Args:
        gunshot: the greatest margin in the windows that hold it.
        explosion: the same.
        fireworks: the same, and in those that heard what followed.
        glass_break: as `gunshot`.
        before: the greatest margin of fireworks in the seconds before it.
        peak_db: its C-weighted peak above the background's L90.
    """

    gunshot: float
    explosion: float
    fireworks: float
    glass_break: float
    before: float
    peak_db: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a bang is worth.

    Args:
        odds: the log odds that it is one of the family, over the least that is told.
        shares: of each of the family that the model knows, 0..1; together 1.
    """

    odds: float
    shares: Mapping[SoundClass, float]

    @property
    def likeliest(self) -> SoundClass:
        """Of the family."""
        return max(self.shares, key=lambda name: self.shares[name])


class BangJudge:
    """The fitted numbers.

    Args:
        table: as `bang_judge.toml` has it.
    """

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._family: Mapping[str, float] = table["family"]
        self._which: Mapping[str, float] = table["which"]
        self._least: dict[SoundClass, float] = {name: table["least"][name] for name in FAMILY}

    @classmethod
    @cache
    def shipped(cls) -> BangJudge:
        """The one that is shipped."""
        return cls(tomllib.loads(resources.files(__package__).joinpath(FILE).read_text("utf-8")))

    def judge(self, known: Known, names: tuple[SoundClass, ...] = FAMILY) -> Verdict:
        """What a bang is worth.

        Args:
            known: all that is known of it.
            names: those of the family that the model tells, at least one.
        """
        margins = {name: _held(getattr(known, name)) for name in FAMILY}
        together = log(sum(exp(margins[name]) for name in names))
        family = self._family
        odds = family["constant"] + family["together"] * together + family["peak_db"] * known.peak_db
        odds += family["glass_break"] * _held(known.glass_break)
        scores = {name: self._score(name, margins[name], _held(known.before)) for name in names}
        greatest = max(scores.values())
        powers = {name: exp(score - greatest) for name, score in scores.items()}
        whole = sum(powers.values())
        return Verdict(odds - family["least"], {name: power / whole for name, power in powers.items()})

    def least(self, name: SoundClass) -> float:
        """From which share on one of the family is told by its name."""
        return self._least[name]

    def _score(self, name: SoundClass, margin: float, before: float) -> float:
        which = self._which
        score = which[name] + which["slope"] * margin
        return score + which["before"] * max(before, -HEARD_BEFORE) if name is SoundClass.FIREWORKS else score


def _held(margin: float) -> float:
    return min(max(margin, -MOST), MOST)
