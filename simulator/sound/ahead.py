"""The microphone's sound, rendered ahead by a process of its own, so that both cores of a small machine work.

It is the same sound to the byte: the process is a copy of this one (fork) with the same capsule, which writes what it
renders into a pipe. The pipe holds a few seconds and no more; when nobody reads it any longer, the process ends. It
does not reach for anything of the copied process but the capsule and the pipe.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import signal
import warnings
import weakref
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from simulator.sound.noise import FRAME, SAMPLE_RATE_HZ
from simulator.sound.soundscape import Capsule

WORTH = 2 * SAMPLE_RATE_HZ
"""Samples that are read in a row before a process is worth it."""
_HELD_BYTES = 1 << 20
_SAMPLE_BYTES = 4
_STANDARD_FILES = 3


class Ahead:
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
        self._helper: _Helper | None = None
        self._alone = len(os.sched_getaffinity(0)) < 2

    def samples(self, first: int, count: int) -> NDArray[np.float32]:
        """Samples `first` to `first + count`: float32, shape (count,), full scale -1..1."""
        if first != self._next:
            self.close()
            self._in_a_row = 0
        if self._helper is None and self._in_a_row >= WORTH and not self._alone:
            self._start(first)
        samples = None if self._helper is None else self._helper.read(count)
        if samples is None:
            # The process is gone, whatever befell it: this one can do it too.
            self._alone = self._alone or self._helper is not None
            self.close()
            samples = self._capsule.samples(first, count)
        self._next = first + count
        self._in_a_row += count
        if self._next == self._ends_at:
            self.close()
        return samples

    def close(self) -> None:
        """Ends the process, if there is one."""
        if self._helper is not None:
            self._helper.close()
            self._helper = None

    def _start(self, first: int) -> None:
        try:
            self._helper = _Helper(self._capsule, first, self._ends_at)
        except OSError:  # no process or pipe is left for us: slower, but the same sound
            self._alone = True

    @property
    def process(self) -> int | None:
        """The number of the process that renders ahead, or None."""
        return None if self._helper is None else self._helper.pid


class _Helper:
    """The process and the pipe it writes into."""

    def __init__(self, capsule: Capsule, first: int, ends_at: int | None) -> None:
        self._pipe, into = os.pipe()
        with contextlib.suppress(OSError):  # a smaller pipe works too
            fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, _HELD_BYTES)
        with warnings.catch_warnings():
            # Python 3.12 warns of locks that other threads hold. The copy takes none: it only renders.
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                self.pid = os.fork()
            except OSError:
                os.close(self._pipe)
                os.close(into)
                raise
        if self.pid == 0:
            _render(capsule, first, ends_at, into)
        os.close(into)
        self.close = weakref.finalize(self, _end, os.getpid(), self.pid, self._pipe)

    def read(self, count: int) -> NDArray[np.float32] | None:
        """The next samples, or None when the process is gone."""
        parts, missing = [], count * _SAMPLE_BYTES
        while missing:
            part = os.read(self._pipe, missing)
            if not part:
                return None
            parts.append(part)
            missing -= len(part)
        return np.frombuffer(b"".join(parts), dtype=np.float32).copy()


def _render(capsule: Capsule, first: int, ends_at: int | None, into: int) -> NoReturn:
    """What the process does until the end of the sound or of its reader."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        gc.freeze()
        # Nothing else that was open may be held open by this copy, least of all the pipe's other end.
        os.closerange(_STANDARD_FILES, into)
        os.closerange(into + 1, os.sysconf("SC_OPEN_MAX"))
        while ends_at is None or first < ends_at:
            count = FRAME if ends_at is None else min(FRAME, ends_at - first)
            left = memoryview(capsule.samples(first, count).tobytes())
            while left:
                left = left[os.write(into, left) :]
            first += count
    finally:
        os._exit(0)


def _end(owner: int, pid: int, pipe: int) -> None:
    """Ends the process and waits until it is gone; only the process that started it may."""
    if os.getpid() != owner:
        return
    os.close(pipe)
    with contextlib.suppress(ProcessLookupError, ChildProcessError):  # it had ended, somebody had waited for it
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
