"""A process that renders ahead into a pipe, so that both cores of a small machine work.

It is a copy of this process (fork) with the same street, so what it renders is the same to the byte. It goes some
megabytes ahead of its reader; when nobody reads any longer, it ends. It does not reach for anything of the copied
process but what it renders and the pipe.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import select
import signal
import warnings
import weakref
from collections import deque
from collections.abc import Iterator
from typing import NoReturn

_HELD_BYTES = 1 << 20
"""What the pipe holds: as much as Linux allows."""
_AHEAD_BYTES = 8 << 20
"""What the process keeps besides, for when its reader is the faster one: 43 s of sound, or 12 small pictures."""
_STANDARD_FILES = 3


def is_worth_it() -> bool:
    """Whether there is a second core for it."""
    return len(os.sched_getaffinity(0)) > 1


class RenderProcess:
    """The process and the pipe it writes into.

    Args:
        rendered: what it writes, piece by piece; it is drawn from in the new process alone.

    Raises:
        OSError: no process or pipe is left for us.
    """

    def __init__(self, rendered: Iterator[bytes]) -> None:
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
            _render(rendered, into)
        os.close(into)
        self.close = weakref.finalize(self, _end, os.getpid(), self.pid, self._pipe)

    def read(self, count: int) -> bytes | None:
        """The next `count` bytes, or None when the process is gone."""
        parts, missing = [], count
        while missing:
            part = os.read(self._pipe, missing)
            if not part:
                return None
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)


def _render(rendered: Iterator[bytes], into: int) -> NoReturn:
    """What the process does until there is no more, or its reader is gone."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        gc.freeze()
        # Nothing else that was open may be held open by this copy, least of all the pipe's other end.
        os.closerange(_STANDARD_FILES, into)
        os.closerange(into + 1, os.sysconf("SC_OPEN_MAX"))
        _write(rendered, into)
    finally:
        os._exit(0)


def _write(rendered: Iterator[bytes], into: int) -> None:
    """Renders on while the pipe is full, until `_AHEAD_BYTES` are kept."""
    os.set_blocking(into, False)
    has_room = select.poll()
    has_room.register(into, select.POLLOUT)
    kept: deque[memoryview] = deque()
    for piece in rendered:
        kept.append(memoryview(piece))
        _fill(into, kept)
        while sum(len(one) for one in kept) > _AHEAD_BYTES:
            has_room.poll()
            _fill(into, kept)
    while kept:
        has_room.poll()
        _fill(into, kept)


def _fill(into: int, kept: deque[memoryview]) -> None:
    """Writes of what is kept as much as the pipe takes."""
    with contextlib.suppress(BlockingIOError):
        while kept:
            written = os.write(into, kept[0])
            if written < len(kept[0]):
                kept[0] = kept[0][written:]
            else:
                kept.popleft()


def _end(owner: int, pid: int, pipe: int) -> None:
    """Ends the process and waits until it is gone; only the process that started it may."""
    if os.getpid() != owner:
        return
    os.close(pipe)
    with contextlib.suppress(ProcessLookupError, ChildProcessError):  # it had ended, somebody had waited for it
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
