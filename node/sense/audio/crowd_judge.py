"""Whether what rises is a crowd: the score of the last second against a threshold that the street has its say in."""

from __future__ import annotations

from collections import deque
from statistics import fmean
from typing import TYPE_CHECKING, Final, Protocol

from node.sense.audio.crowd_score import CrowdScore
from node.sense.audio.heard import Confidence
from node.sense.audio.likeness import Likeness
from node.sense.audio.tail import Tail
from node.sense.capture.hops import HOP_S

if TYPE_CHECKING:
    from node.sense.audio.level import SoundLevel
    from node.sense.audio.timbre import Timbre

CLEAR: Final = (2.0, 4.0)
"""How far above its threshold the score of a spike of medium and of high confidence is, in log odds."""

LEARNT: Final = (-1.0, 3.0)
"""How far below and above the shipped threshold a street may move its own, in log odds: what sounds wholly like a crowd
is told everywhere."""

AGREEING: Final = 3
"""A rise scores as its best so many seconds in a row do on average: what fits once, by chance, is outvoted."""

_DAY_S: Final = 86_400
_NEVER: Final = float("-inf")


class Score(Protocol):
    """What tells a crowd from the rest, in log odds: see `CrowdScore`."""

    @property
    def from_score(self) -> float:
        """From here on a score that was no spike teaches the threshold."""

    def of(self, features: tuple[float, ...], crowd: float | None) -> float:
        """The score of the last second."""

    def threshold(self, false_per_day: float) -> float:
        """Where the threshold is while the street has not taught another one."""


class CrowdJudge:
    """Judges one rise after the other.

    Args:
        false_per_day: how often a day chance may pass.
        score: what tells a crowd from the rest; None for the one that is shipped.
    """

    def __init__(self, false_per_day: float, score: Score | None = None) -> None:
        self._score = CrowdScore.shipped() if score is None else score
        self._shipped = self._score.threshold(false_per_day)
        self._tail = Tail(self._score.from_score, false_per_day * HOP_S / _DAY_S)
        self._second = Likeness()
        self._scores: deque[float] = deque(maxlen=AGREEING)
        self._highest = _NEVER

    @property
    def threshold(self) -> float:
        """The score that makes a spike here and now, in log odds."""
        own = self._tail.threshold
        return self._shipped if own is None else min(max(own, self._shipped + LEARNT[0]), self._shipped + LEARNT[1])

    @property
    def confidence(self) -> Confidence:
        """How far the rise got over the threshold."""
        return Confidence(sum(self._highest - self.threshold >= clear for clear in CLEAR))

    def hear(self, timbre: Timbre) -> None:
        """Takes in the timbre of a hop that is to be trusted."""
        self._second.take(timbre)
        self._tail.wait()

    def forget(self) -> None:
        """Drops the last second: what comes next may be another street."""
        self._second.forget()

    def begin(self, hops: int) -> None:
        """Something rises, since so many hops."""
        self._second.begin(hops)
        self._scores.clear()
        self._highest = _NEVER

    def is_crowd(self, level: SoundLevel, rise_db: float, crowd: float | None) -> bool:
        """Whether the rise has become one of a crowd, by this second and those before it.

        Args:
            level: of the newest hop.
            rise_db: the voice band's sustained level over the background's middle.
            crowd: the probability that a classifier gave a crowd, 0..1; None without one.
        """
        features = self._second.features(level, rise_db)
        if features is not None:
            self._scores.append(self._score.of(features, crowd))
            if len(self._scores) == AGREEING:
                self._highest = max(self._highest, fmean(self._scores))
        return self._highest >= self.threshold

    def refuse(self) -> None:
        """What rose was no crowd: chance teaches the threshold."""
        if self._highest > _NEVER:
            self._tail.take(self._highest)
