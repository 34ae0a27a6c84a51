"""What a pole said in its last day, read from its books without touching them: for its public page."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from node.airlock.gate import DAY_MS
from node.contract.words import Kind
from node.errors import UnreadableInputError

_MINUTE_MS = 60_000


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
        connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=5.0)
        try:
            return _read(connection)
        finally:
            connection.close()
    except (sqlite3.Error, ValueError) as error:
        raise UnreadableInputError(f"{path}: cannot be read as an outbox ({type(error).__name__})") from error


def _read(connection: sqlite3.Connection) -> Recent:
    """The last day, on the clock on which the caps are counted: it runs while the device runs, and never steps."""
    found = connection.execute("SELECT value FROM meta WHERE key = 'rate_ms'").fetchone()
    since_ms = (int(found[0]) if found else 0) - DAY_MS
    told = connection.execute("SELECT kind, count(*) FROM told WHERE at_ms > ? GROUP BY kind", (since_ms,)).fetchall()
    held = connection.execute("SELECT sum(count) FROM held WHERE minute > ?", (since_ms // _MINUTE_MS,)).fetchone()
    return Recent({Kind(kind): int(count) for kind, count in told}, int(held[0] or 0))
