"""What bangs in a street as a matter of course: how often in the last day something was as loud."""

from __future__ import annotations

from collections import deque
from typing import Final

DAY_S: Final = 86_400.0
KEPT: Final = 256
SAME_RUN_S: Final = 10.0
"""Bangs closer than this are one run, a hammer at work: of it only the loudest counts."""

ALIKE_DB: Final = 1.0


class Habit:
    """The loudest bang of each run in the last 24 hours, bounded in number."""

    def __init__(self) -> None:
        self._runs: deque[tuple[float, float]] = deque(maxlen=KEPT)

    def rank(self, t_s: float, level_db: float) -> int:
        """How many runs of the last day, the present one aside, were as loud as this; then takes it in.

        Args:
            t_s: when it banged, in seconds, not before the one before.
            level_db: how loud it was, in dB.
        """
        while self._runs and self._runs[0][0] < t_s - DAY_S:
            self._runs.popleft()
        run_db = level_db
        if self._runs and t_s - self._runs[-1][0] < SAME_RUN_S:
            run_db = max(run_db, self._runs.pop()[1])
        before = sum(other_db > level_db - ALIKE_DB for _, other_db in self._runs)
        self._runs.append((t_s, run_db))
        return before
