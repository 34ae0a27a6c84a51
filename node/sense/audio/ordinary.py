"""What is ordinary at this hour of the week: L50 and L90 of 168 hours, learnt over weeks (reference: standards, 5.4).

The rules:
1. An hour is of UTC: 0 is Monday, 00:00-01:00.
2. Only trusted sound comes here, and nothing of an event. Half an hour of it makes an hour known.
3. The first weeks count alike, later ones a tenth: new = old + max(0.1, 1 / (weeks + 1)) * (measured - old).
4. What is learnt leaves as a record of integers. Nothing is written here.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, isfinite
from typing import TYPE_CHECKING, Final

import numpy as np

from node.airlock.record import MAX_LEVEL_DDB, HourLearnt
from node.sense.capture.hops import HOP_S

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HOURS: Final = 168
HOUR_S: Final = 3600
LEAST_HOPS: Final = round(HOUR_S / 2 / HOP_S)
WEEKLY: Final = 0.1
MAX_WEEKS: Final = 100
_MONDAY: Final = 72
"""Hours from the Monday before to Thursday, 1 January 1970, 00:00 UTC."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What an hour of the week usually sounds like.

    Args:
        l50_db: the A-weighted Fast level exceeded half of the hour.
        l90_db: the level exceeded 90 % of the hour.
        weeks: over how many weeks, 1 or more.
    """

    l50_db: float
    l90_db: float
    weeks: int


def hour_of_week(wall_s: float) -> int:
    """The hour of the week of an instant in seconds since 1970, 0..167."""
    return (floor(wall_s / HOUR_S) + _MONDAY) % HOURS


class Ordinary:
    """The memory of the hours of the week, and the hour that is being learnt.

    Args:
        known: hour -> L50 in dB, L90 in dB, weeks; as the last run left it.
        wall_s: from an instant of the microphone's clock to seconds since 1970.
    """

    def __init__(self, known: Mapping[int, tuple[float, float, int]], wall_s: Callable[[float], float]) -> None:
        self._hours = {hour: Usual(*found) for hour, found in known.items()}
        self._wall_s = wall_s
        self._number: int | None = None
        # Counts by tenth of a dB: an hour's 28,800 levels in the room of 4,001.
        self._counts = np.zeros(2 * MAX_LEVEL_DDB + 1, dtype=np.int64)

    def at(self, t_s: float) -> Usual | None:
        """What is usual at an instant of the microphone's clock; None while that hour was never learnt."""
        return self._hours.get(hour_of_week(self._wall_s(t_s)))

    def learn(self, t_s: float, level_db: float) -> HourLearnt | None:
        """Takes in the A-weighted Fast level of a trusted hop without an event; tells the hour before when it is over.

        Raises:
            ValueError: the level is not finite.
        """
        if not isfinite(level_db):
            raise ValueError("a level is a finite number of dB")
        number = floor(self._wall_s(t_s) / HOUR_S)
        learnt = None if number == self._number else self.finish()
        self._number = number
        ddb = min(max(round(level_db * 10), -MAX_LEVEL_DDB), MAX_LEVEL_DDB)
        self._counts[ddb + MAX_LEVEL_DDB] += 1
        return learnt

    def finish(self) -> HourLearnt | None:
        """Closes the hour that is being learnt: what is known of it now; None when too little of it was heard."""
        number, counts = self._number, self._counts
        self._number, self._counts = None, np.zeros_like(counts)
        if number is None or counts.sum() < LEAST_HOPS:
            return None
        hour = (number + _MONDAY) % HOURS
        found = self._blended(self._hours.get(hour), _exceeded_db(counts, 0.5), _exceeded_db(counts, 0.9))
        self._hours[hour] = found
        return HourLearnt(hour, round(found.l50_db * 10), round(found.l90_db * 10), found.weeks)

    @staticmethod
    def _blended(before: Usual | None, l50_db: float, l90_db: float) -> Usual:
        """Rule 3."""
        if before is None:
            return Usual(l50_db, l90_db, 1)
        share = max(WEEKLY, 1 / (before.weeks + 1))
        return Usual(
            before.l50_db + share * (l50_db - before.l50_db),
            before.l90_db + share * (l90_db - before.l90_db),
            min(before.weeks + 1, MAX_WEEKS),
        )


def _exceeded_db(counts: np.ndarray[tuple[int], np.dtype[np.int64]], share: float) -> float:
    """The level exceeded this share of the time."""
    rank = round((1.0 - share) * (int(counts.sum()) - 1))
    return (int(np.searchsorted(np.cumsum(counts), rank, side="right")) - MAX_LEVEL_DDB) / 10
