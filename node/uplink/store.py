"""The one SQLite file of `uplink`: opened durably, bounded, and put aside when it is unreadable."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from node.errors import StorageError

IN_MEMORY = ":memory:"
SCHEMA_VERSION = 1
_PAGE_BYTES = 4096
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE message (
    sequence INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    added_ms INTEGER NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    reason INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX waiting ON message (sequence) WHERE state = 0;
CREATE INDEX dead ON message (sequence) WHERE state = 2;
CREATE TABLE seen (epoch INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE open_incident (
    epoch INTEGER NOT NULL, number INTEGER NOT NULL, event_id TEXT NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (epoch, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE told (at_ms INTEGER NOT NULL, window INTEGER NOT NULL, kind TEXT NOT NULL) STRICT;
CREATE TABLE held (at_ms INTEGER NOT NULL, window INTEGER NOT NULL) STRICT;
CREATE TABLE sensed (
    window INTEGER PRIMARY KEY, span_s INTEGER NOT NULL, sound_exposure_s INTEGER NOT NULL,
    sight_exposure_s INTEGER NOT NULL, calibration INTEGER NOT NULL, laeq_ddb INTEGER NOT NULL,
    lafmax_ddb INTEGER NOT NULL, l10_ddb INTEGER NOT NULL, l50_ddb INTEGER NOT NULL, l90_ddb INTEGER NOT NULL
) STRICT;
"""
log = logging.getLogger(__name__)


class Store:
    """The file, and transactions in it.

    Args:
        path: the file, or `IN_MEMORY` for a replay.
        max_mb: its greatest size; beyond it a write fails as on a full card.

    Raises:
        StorageError: it cannot be opened or written.
    """

    def __init__(self, path: str, max_mb: int) -> None:
        self._path = path
        self.put_aside = False
        try:
            self.connection = self._open(max_mb)
        except sqlite3.DatabaseError as error:
            if path == IN_MEMORY or not _is_unreadable(error):
                raise _storage_error(path, error) from error
            self._put_aside()
            try:
                self.connection = self._open(max_mb)
            except sqlite3.DatabaseError as again:
                raise _storage_error(path, again) from again

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it is written, or none. On return it is on the card (synchronous=FULL).

        Raises:
            StorageError: the card or the bound is full, or the card is broken: nothing of it was written.
        """
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            yield
            self.connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            self._roll_back()
            raise _storage_error(self._path, error) from error
        except BaseException:
            self._roll_back()
            raise

    def close(self) -> None:
        """Closes the file."""
        self.connection.close()

    def _open(self, max_mb: int) -> sqlite3.Connection:
        """A connection to the file, with its tables."""
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=5.0, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(f"PRAGMA max_page_count={max_mb * 1_000_000 // _PAGE_BYTES}")
            connection.execute(f"PRAGMA journal_size_limit={4_000_000}")
            if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("malformed")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                connection.executescript(f"BEGIN;{_SCHEMA}PRAGMA user_version={SCHEMA_VERSION};COMMIT;")
            elif version != SCHEMA_VERSION:
                raise sqlite3.DatabaseError(f"malformed: version {version}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _roll_back(self) -> None:
        """Takes an unfinished transaction back. SQLite has done so itself after some errors."""
        if self.connection.in_transaction:
            with contextlib.suppress(sqlite3.DatabaseError):
                self.connection.execute("ROLLBACK")

    def _put_aside(self) -> None:
        """Keeps an unreadable file for a human, and makes room for a new one (with a new epoch)."""
        path = Path(self._path)
        aside = next(
            candidate
            for number in range(1, 1000)
            if not (candidate := path.with_name(f"{path.name}.unreadable-{number}")).exists()
        )
        log.error("%s is no outbox of ours: it is kept as %s, and a new one begins", path, aside.name)
        path.rename(aside)
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        self.put_aside = True


def _is_unreadable(error: sqlite3.DatabaseError) -> bool:
    """Whether the content of the file is at fault, not the card or its rights."""
    text = str(error)
    return any(sign in text for sign in ("not a database", "malformed", "no such table", "already exists"))


def _storage_error(path: str, error: sqlite3.DatabaseError) -> StorageError:
    """One line for an operator."""
    return StorageError(f"{path}: {error}: free some space or check the card and the folder's rights")
