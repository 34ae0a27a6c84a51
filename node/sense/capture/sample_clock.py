"""When a sample was taken, and how many are missing: the samples that came against a clock that never steps."""

from __future__ import annotations

from collections import deque
from typing import Final

LATE_S: Final = 0.1
"""Samples that stay away for longer than this are lost, not late."""

PATIENCE: Final = 12
"""Blocks looked at before lateness is believed: a reader that was held up catches up from block to block."""

PACED: Final = 0.5
"""A source that took less time than this share of its samples' length has no pace of its own."""

SLEW: Final = 0.002
"""The share of the lateness corrected with each block: converters are off by up to 100 ppm."""


class SampleClock:
    """Dates blocks by counting their samples, and corrects itself slowly by the clock.

    A block can be read late, never early: so the least lateness of the last blocks is how far the samples
    are behind. When that jumps, samples were lost. Samples that run ahead come from a converter that is too fast, and
    are dated anew when they are `LATE_S` ahead; or from a source without a pace of its own: then they are the clock.

    Args:
        rate_hz: the rate of the samples that are counted.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._due_s: float | None = None
        self._late_s: deque[float] = deque(maxlen=PATIENCE)
        self._began_s = 0.0
        self._counted_s = 0.0

    def stamp(self, samples: int, now_s: float) -> tuple[float, int]:
        """The instant of the first of `samples` that were read at `now_s`, and how many were lost before it."""
        length_s = samples / self._rate_hz
        if self._due_s is None:
            self._due_s = self._began_s = now_s - length_s
        self._counted_s += length_s
        self._late_s.append(now_s - length_s - self._due_s)
        behind_s = min(self._late_s) if len(self._late_s) == PATIENCE else 0.0
        lost = 0
        catching_up = self._late_s[0] - self._late_s[-1] > LATE_S / 2
        if behind_s > LATE_S and not catching_up:
            lost = round(behind_s * self._rate_hz)
            self._shift(behind_s)
        elif max(self._late_s) < -LATE_S and now_s - self._began_s > PACED * self._counted_s:
            self._shift(max(self._late_s))
        elif abs(behind_s) <= LATE_S:
            self._shift(SLEW * behind_s)
        begun_s = self._due_s
        self._due_s = begun_s + length_s
        return begun_s, lost

    def lose(self, samples: int) -> None:
        """Notes samples that are known to be lost."""
        self._shift(samples / self._rate_hz)

    def _shift(self, by_s: float) -> None:
        if self._due_s is not None:
            self._due_s += by_s
            self._late_s = deque((late_s - by_s for late_s in self._late_s), maxlen=PATIENCE)
