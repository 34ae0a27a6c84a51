"""A small card of a process's own that can be full: a tmpfs in a mount namespace that nobody else sees.

The process is started by `unshare`, as root or in a user namespace; its card is filled and freed from outside, through
`/proc/PID/root`. The kernel takes the card away when the process ends.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
from pathlib import Path

from node.errors import StorageError

SIZE_MB = 16
_BALLAST = "ballast"
_PIECES = (65_536, 4096)
_ANSWERS_WITHIN_S = 5.0
_MOUNT = 'mount -t tmpfs -o "size=$1,mode=700" polewatch-card "$0" && shift && exec "$@"'


class Card:
    """A card at one folder.

    Args:
        folder: where it lies in the eyes of its process; for everybody else that folder stays as it is.
        size_mb: how large it is.

    Raises:
        StorageError: this machine lets nobody have a mount namespace.
    """

    def __init__(self, folder: Path, size_mb: int = SIZE_MB) -> None:
        self._folder = folder
        self._size = size_mb * 1_000_000
        self._unshare = _unshare(folder)

    def command(self, command: list[str]) -> list[str]:
        """The command that runs another one on the card, under the same process id."""
        return [*self._unshare, "--", "sh", "-c", _MOUNT, str(self._folder), str(self._size), *command]

    def fill(self, pid: int) -> None:
        """Takes every page that is free. Called again and again it stays full, whatever its process removes.

        Args:
            pid: the process that runs on it.

        Raises:
            StorageError: the process has no card, or is gone.
        """
        ballast = os.open(self._seen_by(pid) / _BALLAST, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            for size in _PIECES:
                _write_all(ballast, bytes(size), self._size)
        finally:
            os.close(ballast)

    def free(self, pid: int) -> None:
        """Gives back what `fill` took.

        Raises:
            StorageError: the process has no card, or is gone.
        """
        (self._seen_by(pid) / _BALLAST).unlink(missing_ok=True)

    def _seen_by(self, pid: int) -> Path:
        """The card from outside. Without this check it would be this machine's own disk that is filled."""
        outside = Path(f"/proc/{pid}/root{self._folder}")
        try:
            is_a_card = outside.stat().st_dev != self._folder.stat().st_dev
        except OSError as error:
            raise StorageError(f"process {pid} and its card are not there ({error.strerror})") from error
        if not is_a_card:
            raise StorageError(f"process {pid} has no card of its own at {self._folder}")
        return outside


def _write_all(file: int, piece: bytes, most: int) -> None:
    """Writes a piece again and again until the card has no room for it."""
    with contextlib.suppress(_Full):
        for _ in range(most // len(piece) + 1):
            try:
                written = os.write(file, piece)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                raise _Full from error
            if written < len(piece):
                raise _Full


class _Full(Exception):  # noqa: N818 - it is what is waited for
    """The card has no room."""


def _unshare(folder: Path) -> list[str]:
    """The program that gives a process a mount namespace, with what it needs on this machine; tried on the folder.

    Raises:
        StorageError: there is none, or it is not allowed.
    """
    program = shutil.which("unshare")
    if program is None:
        raise StorageError("disk.full needs 'unshare' of util-linux: sudo apt-get install util-linux mount")
    said = ""
    for options in ("-m", "-Urm"):
        tried = subprocess.run(
            [program, options, "--", "mount", "-t", "tmpfs", "polewatch-card", str(folder)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ANSWERS_WITHIN_S,
            check=False,
        )
        if tried.returncode == 0:
            return [program, options]
        said = " ".join(tried.stderr.decode(errors="replace").split())
    raise StorageError(f"disk.full needs a mount namespace (as root, or user namespaces allowed): {said}")
