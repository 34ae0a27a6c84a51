"""Wakes a thread that waits: another thread, or a signal, writes one byte into a pipe."""

from __future__ import annotations

import contextlib
import os
import select


class Waking:
    """A pipe to oneself. It is never closed: whoever may still wake lives as long as the process."""

    def __init__(self) -> None:
        self.ends = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        """Where it is read, and where it is written."""

    def wait(self, most_s: float) -> None:
        """Waits until somebody wakes, or until the time is over."""
        select.select([self.ends[0]], (), (), most_s)
        with contextlib.suppress(BlockingIOError):
            os.read(self.ends[0], 4096)

    def wake(self) -> None:
        """Ends the wait; a full pipe means that the thread is awake already."""
        with contextlib.suppress(BlockingIOError):
            os.write(self.ends[1], b"\0")
