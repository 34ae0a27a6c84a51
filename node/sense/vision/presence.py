"""Whether something is there.

Presence is "something that is not part of the scene": without a person model a car counts like a person.
"""

from __future__ import annotations


class Presence:
    """A switch with two thresholds and two times.

    | it is  | it becomes | when `largest_share`                         |
    | ------ | ---------- | -------------------------------------------- |
    | absent | present    | has been >= `open_share` for `open_s`        |
    | present| absent     | has been < `close_share` for `hold_s`        |

    Args:
        open_share: 0..1, of the picture.
        close_share: 0..`open_share`.
        open_s: 0 or more.
        hold_s: 0 or more.

    Raises:
        ValueError: `close_share` is above `open_share`.
    """

    def __init__(
        self, *, open_share: float = 0.006, close_share: float = 0.003, open_s: float = 0.2, hold_s: float = 0.5
    ) -> None:
        if close_share > open_share:
            raise ValueError("close_share must not be above open_share")
        self._open_share = open_share
        self._close_share = close_share
        self._open_s = open_s
        self._hold_s = hold_s
        self._present = False
        self._since_s: float | None = None  # since when it has looked like the other state

    def step(self, largest_share: float, t_s: float) -> bool:
        """Whether something is there, after one more picture.

        Args:
            largest_share: of the picture, in its largest new thing, 0..1; what is no number changes nothing.
            t_s: when it was taken, in seconds.
        """
        other = largest_share < self._close_share if self._present else largest_share >= self._open_share
        if not other:
            self._since_s = None
            return self._present
        if self._since_s is None or t_s < self._since_s:
            self._since_s = t_s
        if t_s - self._since_s >= (self._hold_s if self._present else self._open_s):
            self._present = not self._present
            self._since_s = None
        return self._present
