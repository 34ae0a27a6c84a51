"""What a pole said in its last day, read from a copy of its books: for its public page.

`uplink` keeps the books to itself while it runs, so they are copied as they lie on the card, log and all.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from node.airlock.gate import DAY_MS
from node.contract.words import Kind
from node.errors import UnreadableInputError

_MINUTE_MS = 60_000
_TRIES = 8
_LOG_HEAD_BYTES = 32


@dataclass(frozen=True, slots=True)
class Recent:
    """What left in the last 24 hours of running.

    Args:
        told: how many incidents of each kind; a kind that is not named was not told.
        held_back: how many were kept back by the policy or its caps.
    """

    told: Mapping[Kind, int]
    held_back: int


def read_recent(path: Path) -> Recent | None:
    """What the books of a node say of its last day, or None where there are none.

    Raises:
        UnreadableInputError: the file cannot be read as what it should be.
    """
    if not path.exists():
        return None
    try:
        with tempfile.TemporaryDirectory(prefix="polewatch-") as folder:
            copy = _copied(path, Path(folder))
            connection = sqlite3.connect(copy)
            try:
                return _read(connection)
            finally:
                connection.close()
    except (sqlite3.Error, ValueError, OSError) as error:
        raise UnreadableInputError(f"{path}: cannot be read as an outbox ({type(error).__name__})") from error


def _copied(path: Path, folder: Path) -> Path:
    """A copy of the books as of one instant.

    What is in the write-ahead log is in it from its first byte on: as long as the log was not begun anew meanwhile
    (then its head differs), a log that was copied after the file makes up for all that moved while it was copied.

    Raises:
        OSError: it cannot be read, or is begun anew all the time.
    """
    log, copy = path.with_name(f"{path.name}-wal"), folder / path.name
    for _ in range(_TRIES):
        before = _head(log)
        shutil.copyfile(path, copy)
        (folder / log.name).unlink(missing_ok=True)
        if before:
            shutil.copyfile(log, folder / log.name)
        if _head(log) == before:
            return copy
    raise OSError(f"{path}: is written all the time")


def _head(log: Path) -> bytes:
    """The head of a write-ahead log: two numbers in it change whenever it is begun anew. Empty where there is none."""
    try:
        with log.open("rb") as file:
            return file.read(_LOG_HEAD_BYTES)
    except FileNotFoundError:
        return b""


def _read(connection: sqlite3.Connection) -> Recent:
    """The last day, on the clock on which the caps are counted: it runs while the device runs, and never steps."""
    found = connection.execute("SELECT value FROM meta WHERE key = 'rate_ms'").fetchone()
    since_ms = (int(found[0]) if found else 0) - DAY_MS
    told = connection.execute("SELECT kind, count(*) FROM told WHERE at_ms > ? GROUP BY kind", (since_ms,)).fetchall()
    held = connection.execute("SELECT sum(count) FROM held WHERE minute > ?", (since_ms // _MINUTE_MS,)).fetchone()
    return Recent({Kind(kind): int(count) for kind, count in told}, int(held[0] or 0))
