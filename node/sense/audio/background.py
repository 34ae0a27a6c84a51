"""The running background of a street: the level exceeded 5, 50 and 90 per cent of the last minutes.

The rules:
1. Only trusted sound comes here: a dead microphone's hops are not handed over at all.
2. What is an event (`absorb` false) does not become background: the background is frozen meanwhile.
3. A freeze does not last: after `THAW_S` of it the newest minutes are the background, whatever they hold.
   So a new permanent source is taken over within 15 minutes, and a roar of 10 minutes is not.
4. Calm undoes a freeze four times as fast as it grew: two roars are not one permanent source, while
   a level that flickers around a threshold is taken over all the same.
5. What this hour of the week usually is makes it warm from the first second on: as if so much of it had been heard
   as a background needs, spread evenly around L50 as L90 says. Only at the start: after a dead stretch it listens anew.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from math import isfinite
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

from node.sense.capture.hops import HOP_S

if TYPE_CHECKING:
    from node.sense.audio.ordinary import Usual

WINDOW_S: Final = 300.0
WARM_UP_S: Final = 10.0
THAW_S: Final = 840.0
CALM_SPEED: Final = 4
REACHED: Final = 0.05
_L90_DEVIATES: Final = 1.2816
"""So many standard deviations L90 lies under L50, where levels spread as a normal distribution does."""

_LEAST_SPREAD_DB: Final = 0.1


class Background:
    """Levels exceeded N per cent of the window, from one level per hop of 0.125 s.

    Args:
        window_s: how far back the background looks, in seconds.
        warm_up_s: how much trusted sound it needs before it says anything, in seconds.
        thaw_s: how long a freeze lasts before the background takes over what it kept out, in seconds.
    """

    def __init__(self, *, window_s: float = WINDOW_S, warm_up_s: float = WARM_UP_S, thaw_s: float = THAW_S) -> None:
        self._size = max(1, round(window_s / HOP_S))
        self._often = round(REACHED * (self._size - 1))
        self._needed = max(1, round(warm_up_s / HOP_S))
        self._thaw = max(1, round(thaw_s / HOP_S))
        self._levels: deque[float] = deque()
        self._sorted: list[float] = []
        self._held: deque[float] = deque()
        self._usual: Usual | None = None
        self._is_new = True

    @property
    def usual(self) -> Usual | None:
        """What this hour of the week usually is; None where nothing is known of it."""
        return self._usual

    def remember(self, usual: Usual | None, *, higher_db: float = 0.0) -> None:
        """Takes what this hour usually is: what the level is compared with, and at the very start the background.

        Args:
            usual: of the hour, A-weighted.
            higher_db: how far the level of this background lies over the A-weighted one.
        """
        self._usual = usual
        if usual is None or not self._is_new:
            return
        spread = NormalDist(
            usual.l50_db + higher_db, max((usual.l50_db - usual.l90_db) / _L90_DEVIATES, _LEAST_SPREAD_DB)
        )
        for n in range(self._needed):
            self._absorb(spread.inv_cdf((n + 0.5) / self._needed))
        self._is_new = False

    def update(self, level_db: float, *, absorb: bool) -> None:
        """Takes the level of one hop, in dB: into the background, or only into what waits for a thaw.

        Raises:
            ValueError: the level is not finite.
        """
        if not isfinite(level_db):
            raise ValueError("a level is a finite number of dB")
        self._is_new = False
        if absorb:
            self._absorb(level_db)
            for _ in range(min(CALM_SPEED, len(self._held))):
                self._held.popleft()
            return
        self._held.append(level_db)
        if len(self._held) >= self._thaw:
            self._levels = deque(list(self._held)[-self._size :])
            self._sorted = sorted(self._levels)
            self._held.clear()

    def _absorb(self, level_db: float) -> None:
        # Kept in order by insertion: sorting 2,400 levels anew at each hop costs a hundred times as much.
        self._levels.append(level_db)
        insort(self._sorted, level_db)
        if len(self._levels) > self._size:
            del self._sorted[bisect_left(self._sorted, self._levels.popleft())]

    @property
    def reach_db(self) -> float | None:
        """What the street reaches by itself, in dB: L05, of whole windows; None until warm.

        It is exceeded for a twentieth of a window however little was heard: one roar is much of the first minute.
        """
        if len(self._sorted) < self._needed:
            return None
        return self._sorted[max(len(self._sorted) - 1 - self._often, 0)]

    @property
    def l50_db(self) -> float | None:
        """The level exceeded half of the window, in dB; None until warm."""
        return self._exceeded(0.50)

    @property
    def l90_db(self) -> float | None:
        """The level exceeded 90 % of the window, in dB: the street between its sounds; None until warm."""
        return self._exceeded(0.90)

    def _exceeded(self, share: float) -> float | None:
        if len(self._sorted) < self._needed:
            return None
        return self._sorted[round((1.0 - share) * (len(self._sorted) - 1))]
