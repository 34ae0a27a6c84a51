"""The one SQLite file of `uplink`: opened durably, bounded, and put aside when it is unreadable.

Every statement goes through here, so that every fault of the card is a `StorageError` and nothing else.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from node.errors import StorageError
from node.uplink.tables import NotOursError, bring_up_to_date, check

IN_MEMORY = ":memory:"
_PAGE_BYTES = 512
"""Each transaction writes a few pages: small ones spare the card. A day of 150 incidents (`polewatch-sim bench --card`,
ext4): 4.84 MB; with pages of 1024 bytes a third more."""
_PAGES_OF_A_LOG = 7000
"""So many pages stand in the write-ahead log (3.8 MB) before they are written to their places: a page that changes with
every message goes there once or twice a day."""
_PAGES_OF_A_WRITE = 16
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
_FAULTS = (sqlite3.Error, UnicodeDecodeError)
"""What a card can make sqlite3 raise: words of a damaged file that are no UTF-8 stand in its messages too."""
log = logging.getLogger(__name__)
Value = int | str | None
Row = tuple[Value, ...]


class StorageFullError(StorageError):
    """The card or the bound is full: what was to be written may fit later.

    Args:
        text: one line for the operator.
        at_bound: it is the bound of the file that is reached, not the end of the card.
    """

    def __init__(self, text: str, *, at_bound: bool) -> None:
        super().__init__(text)
        self.at_bound = at_bound


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
        self._max_bytes = max_mb * 1_000_000
        self._max_pages = 0
        self.put_aside = False
        try:
            self._connection = self._open()
        except _FAULTS as error:
            if path == IN_MEMORY or not _is_unreadable(error):
                raise self._error(error) from None
            self._put_aside()
            try:
                self._connection = self._open()
            except _FAULTS as again:
                raise self._error(again) from None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it is written, or none. On return it is on the card (synchronous=FULL).

        Raises:
            StorageError: the card or the bound is full, or the card is broken: nothing of it was written.
        """
        try:
            self.run("BEGIN IMMEDIATE")
            yield
            self.run("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    def run(self, statement: str, values: Iterable[Value] = ()) -> int:
        """Runs a statement, and gives how many rows it changed.

        Raises:
            StorageError: the card does not take it.
        """
        try:
            return self._connection.execute(statement, tuple(values)).rowcount
        except _FAULTS as error:
            raise self._error(error) from None

    def rows(self, query: str, values: Iterable[Value] = ()) -> list[Row]:
        """All rows of a query.

        Raises:
            StorageError: the card does not give them.
        """
        try:
            return self._connection.execute(query, tuple(values)).fetchall()
        except _FAULTS as error:
            raise self._error(error) from None

    def number(self, query: str, values: Iterable[Value] = ()) -> int | None:
        """The first value of the first row as a number; None where there is none.

        Raises:
            StorageError: the card does not give it.
        """
        rows = self.rows(query, values)
        return None if not rows or rows[0][0] is None else int(rows[0][0])

    def note(self, key: str) -> int | None:
        """A number that was written under a key, or None."""
        return self.number("SELECT value FROM meta WHERE key = ?", (key,))

    def write_note(self, key: str, value: int) -> None:
        """Writes a number under a key. Inside a transaction."""
        self.run("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))

    def free_bytes(self) -> int:
        """How much of the file holds nothing."""
        return (self.number("PRAGMA freelist_count") or 0) * (self.number("PRAGMA page_size") or 0)

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def _open(self) -> sqlite3.Connection:
        """A connection to the file, with its tables."""
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=5.0)
        try:
            # A flipped bit in a text is for whoever reads the row; to raise here would hide every row beside it.
            connection.text_factory = lambda raw: raw.decode(errors="replace")
            # One process has the file: so the index of the log lies in memory, not in a file that is written back.
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            # Debian's SQLite overwrites with zeros what it removes. What was to be sent is no secret.
            connection.execute("PRAGMA secure_delete=FAST")
            connection.execute(f"PRAGMA page_size={_PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            # A file keeps the pages that it was made with.
            self._max_pages = self._max_bytes // connection.execute("PRAGMA page_size").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count={self._max_pages}")
            connection.execute(f"PRAGMA wal_autocheckpoint={_PAGES_OF_A_LOG}")
            connection.execute("PRAGMA journal_size_limit=4000000")
            bring_up_to_date(connection)
            check(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _roll_back(self) -> None:
        """Takes an unfinished transaction back. SQLite has done so itself after some errors."""
        if self._connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def _put_aside(self) -> None:
        """Keeps an unreadable file for a human, and makes room for a new one (with a new epoch).

        Raises:
            StorageError: it cannot be renamed.
        """
        path = Path(self._path)
        names = (path.with_name(f"{path.name}.unreadable-{number}") for number in range(1, 1000))
        aside = next((name for name in names if not name.exists()), None)
        if aside is None:
            raise StorageError(f"{path}: is unreadable, and so are 999 before it: look at this card")
        log.error("%s is no outbox of ours: it is kept as %s, and a new one begins", path, aside.name)
        try:
            path.rename(aside)
            for suffix in ("-wal", "-shm"):
                if (beside := path.with_name(path.name + suffix)).exists():
                    beside.rename(aside.with_name(aside.name + suffix))
        except OSError as error:
            raise StorageError(f"{path}: is unreadable and cannot be put aside ({error.strerror})") from error
        self.put_aside = True

    def _error(self, error: sqlite3.Error | UnicodeDecodeError) -> StorageError:
        """One line for an operator. SQLite's own words may quote what is in the file: only the fault's name is told."""
        name = getattr(error, "sqlite_errorname", None) or type(error).__name__
        text = f"{self._path}: {name}: free some space, or check the card and the folder's rights"
        if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_FULL:
            return StorageError(text)
        return StorageFullError(text, at_bound=self._is_at_bound())

    def _is_at_bound(self) -> bool:
        """Whether the file is about as large as it may be."""
        try:
            pages = self._connection.execute("PRAGMA page_count").fetchone()[0]
        except (AttributeError, sqlite3.Error):
            return False
        return bool(pages >= self._max_pages - _PAGES_OF_A_WRITE)


def _is_unreadable(error: sqlite3.Error | UnicodeDecodeError) -> bool:
    """Whether the content of the file is at fault, not the card or its rights."""
    if isinstance(error, NotOursError | UnicodeDecodeError):
        return True
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN
