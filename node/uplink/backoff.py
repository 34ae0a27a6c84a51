"""How long to wait before the next try to reach the broker: full jitter, so that poles do not return together."""

from __future__ import annotations

import random

EARLY_S = 120.0
EARLY_CAP_S = 8.0
LATE_CAP_S = 60.0
_BASE_S = 0.5
_FLAPPING_TRIES = 2


class Backoff:
    """The waits of one outage.

    Up to two minutes into an outage a wait is at most 8 s, later 60 s (DESIGN, section 5). Each is drawn evenly
    between zero and a bound that doubles from half a second ("full jitter"). A connection that breaks again soon has
    the bounds from two seconds on.

    Args:
        random_source: where the draws come from.
    """

    def __init__(self, random_source: random.Random) -> None:
        self._random = random_source
        self._tries = 0
        self._began_s: float | None = None

    def wait_s(self, now_s: float) -> float:
        """The wait before the next try.

        Args:
            now_s: now, on a clock that never steps; the first call after `reset` is the outage's begin.
        """
        if self._began_s is None:
            self._began_s = now_s
        cap_s = EARLY_CAP_S if now_s - self._began_s < EARLY_S else LATE_CAP_S
        bound_s = min(cap_s, _BASE_S * 2 ** min(self._tries, 16))
        self._tries += 1
        return self._random.uniform(0.0, bound_s)

    def connected(self) -> None:
        """The broker took us in: what comes next is another outage, though not yet one after calm."""
        self._began_s = None
        self._tries = min(self._tries, _FLAPPING_TRIES)

    def reset(self) -> None:
        """The outage is over, and the connection stood for long."""
        self._tries = 0
        self._began_s = None
