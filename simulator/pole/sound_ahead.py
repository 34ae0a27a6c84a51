"""The microphone's sound, rendered ahead by a process of its own. It is the same sound to the byte."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from simulator.pole.render_process import RenderProcess, is_worth_it
from simulator.sound.noise import FRAME, SAMPLE_RATE_HZ
from simulator.sound.soundscape import Capsule

WORTH = 2 * SAMPLE_RATE_HZ
"""Samples that are read in a row before a process is worth it."""
_SAMPLE_BYTES = 4


class SoundAhead:
    """A capsule's samples, rendered ahead while they are read in a row.

    Args:
        capsule: what renders them.
        ends_at: the sample at which the sound ends, or None.
    """

    def __init__(self, capsule: Capsule, ends_at: int | None) -> None:
        self._capsule = capsule
        self._ends_at = ends_at
        self._next = 0
        self._in_a_row = 0
        self._process: RenderProcess | None = None
        self._alone = not is_worth_it()

    def hurry(self) -> None:
        """Begins to render ahead at once: whoever asks for this reads all of it in a row."""
        if self._process is None and not self._alone:
            self._start(self._next)

    def samples(self, first: int, count: int) -> NDArray[np.float32]:
        """Samples `first` to `first + count`: float32, shape (count,), full scale -1..1."""
        if first != self._next:
            self.close()
            self._in_a_row = 0
        if self._process is None and self._in_a_row >= WORTH and not self._alone:
            self._start(first)
        content = None if self._process is None else self._process.read(count * _SAMPLE_BYTES)
        if content is None:
            # The process is gone, whatever befell it: this one can do it too.
            self._alone = self._alone or self._process is not None
            self.close()
            samples = self._capsule.samples(first, count)
        else:
            samples = np.frombuffer(content, dtype=np.float32).copy()
        self._next = first + count
        self._in_a_row += count
        if self._next == self._ends_at:
            self.close()
        return samples

    def close(self) -> None:
        """Ends the process, if there is one."""
        if self._process is not None:
            self._process.close()
            self._process = None

    @property
    def process(self) -> int | None:
        """The number of the process that renders ahead, or None."""
        return None if self._process is None else self._process.pid

    def _start(self, first: int) -> None:
        try:
            self._process = RenderProcess(self._rendered(first))
        except OSError:  # no process or pipe is left for us: slower, but the same sound
            self._alone = True

    def _rendered(self, first: int) -> Iterator[bytes]:
        """The sound from a sample on, to its end."""
        while self._ends_at is None or first < self._ends_at:
            count = FRAME if self._ends_at is None else min(FRAME, self._ends_at - first)
            yield self._capsule.samples(first, count).tobytes()
            first += count
