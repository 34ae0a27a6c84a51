"""A temporary folder that goes with its run. What a run left that was killed, the next one removes.

A run holds a lock on its folder, which the kernel takes off when it ends in whatever way. A folder of ours without its
lock is nobody's any longer.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from node.errors import StorageError

PREFIX = "polewatch-run-"
_TRIES = 16


class RunFolder:
    """A folder for one run. Use it as a context manager, or call `remove`.

    Args:
        place: where it is made, or None for the usual place of temporary files.

    Raises:
        StorageError: nothing can be made or locked there.
    """

    def __init__(self, place: str | None = None) -> None:
        where = Path(place or tempfile.gettempdir())
        remove_abandoned(where)
        for _ in range(_TRIES):
            try:
                self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=where))
            except OSError as error:
                raise StorageError(f"{where}: no folder can be made there ({error.strerror})") from error
            lock = _locked(self.path)
            if lock is not None:
                self._lock = lock
                return
        raise StorageError(f"{where}: no folder can be locked there")

    def remove(self) -> None:
        """Removes it with all that is in it. Safe to call twice."""
        if self._lock < 0:
            return
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)
        self._lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()


def remove_abandoned(where: Path) -> None:
    """Removes our own user's run folders in a place whose runs are no more; it touches nothing else."""
    for folder in where.glob(f"{PREFIX}*"):
        lock = _locked(folder)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _locked(folder: Path) -> int | None:
    """A lock on a folder of ours, or None where it is somebody else's, in use, or gone."""
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if os.fstat(lock).st_uid == os.geteuid():
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Between making and locking it, another run may have taken it for abandoned and removed it.
            if os.stat(folder).st_ino == os.fstat(lock).st_ino:  # noqa: PTH116 - beside its own fstat
                return lock
    except OSError:
        pass
    os.close(lock)
    return None
