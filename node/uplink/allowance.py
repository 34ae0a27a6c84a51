"""So much of something at once, and one more every few seconds. Pure: time is passed in."""

from __future__ import annotations


class Allowance:
    """What may still be done.

    Args:
        at_once: how often, after a long rest.
        every_s: after so many seconds once more.
    """

    def __init__(self, at_once: int, every_s: float) -> None:
        self._at_once = at_once
        self._every_s = every_s
        self._left = float(at_once)
        self._looked_s = 0.0

    def take(self, now_s: float) -> bool:
        """Whether it may be done now; if so, it counts as done."""
        earned = (now_s - self._looked_s) / self._every_s
        self._left = min(self._left + earned, self._at_once)
        self._looked_s = now_s
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
