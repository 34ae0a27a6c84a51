"""The instants at which records are taken in: whole multiples of a tick on the clock that never steps (P6).

When a message leaves is a way to say something, too. On ticks there are four such instants in a second.
"""

from __future__ import annotations

import math

from node.airlock.gate import TICK_S


class Ticks:
    """Counts ticks.

    Args:
        now_s: on the boot clock; the first tick is the next one.
    """

    def __init__(self, now_s: float) -> None:
        self._done = math.floor(now_s / TICK_S)

    def left_s(self, now_s: float) -> float:
        """How long until the next tick, in seconds; 0 when it has begun."""
        return max(0.0, (self._done + 1) * TICK_S - now_s)

    def begins(self, now_s: float) -> bool:
        """Whether a tick has begun since the last time that this was true. Ticks that were missed are one."""
        current = math.floor(now_s / TICK_S)
        if current <= self._done:
            return False
        self._done = current
        return True
