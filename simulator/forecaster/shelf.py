"""What a reader has: one SQLite file, where the same message is the same row however often it comes."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from node.errors import StorageError
from simulator.forecaster.said import Said, Span

_VERSION = 1
_SCHEMA = """
CREATE TABLE line (
    node TEXT NOT NULL, epoch TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (node, epoch)
) STRICT;
CREATE TABLE message (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    node TEXT NOT NULL, epoch TEXT NOT NULL, sequence INTEGER NOT NULL,
    topic TEXT NOT NULL, body TEXT NOT NULL, received_s REAL NOT NULL, copies INTEGER NOT NULL DEFAULT 1,
    UNIQUE (node, epoch, sequence)
) STRICT;
CREATE TABLE named (
    node TEXT NOT NULL, epoch TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (node, epoch, first, last)
) STRICT;
CREATE TABLE document (
    node TEXT NOT NULL, topic TEXT NOT NULL, body TEXT NOT NULL, received_s REAL NOT NULL, PRIMARY KEY (node, topic)
) STRICT;
"""
# Numbers in a row have the same distance to their rank: one row for each run of them, whatever came in which order.
_RUNS = """
SELECT min(sequence), max(sequence) FROM (
    SELECT sequence, sequence - row_number() OVER (ORDER BY sequence) AS run FROM message
    WHERE node = ? AND epoch = ? AND sequence > ?
) GROUP BY run
"""


class Shelf:
    """The file.

    Args:
        path: where it lies; made if it is not there.

    Raises:
        StorageError: it cannot be opened, or is no file of this sort.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._guarded():
            self._file = sqlite3.connect(path, isolation_level=None, timeout=5.0)
            self._file.execute("PRAGMA journal_mode=WAL")
            self._file.execute("PRAGMA synchronous=FULL")
            self._make_tables()

    def _make_tables(self) -> None:
        """Makes what a new file lacks; of two that open it at once, one does."""
        self._file.execute("BEGIN IMMEDIATE")
        version = self._file.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            for statement in _SCHEMA.split(";"):
                self._file.execute(statement)
            self._file.execute(f"PRAGMA user_version={_VERSION}")
        elif version != _VERSION:
            raise sqlite3.DatabaseError("it is of another version")
        self._file.execute("COMMIT")

    def put(self, messages: Iterable[tuple[Said, float]]) -> int:
        """Keeps messages with the time at which each came; gives how many of them were new.

        When it returns they are on the disk.

        Raises:
            StorageError: none of them was kept.
        """
        new = 0
        with self._guarded():
            self._file.execute("BEGIN IMMEDIATE")
            try:
                for said, received_s in messages:
                    new += self._put(said, received_s)
                self._file.execute("COMMIT")
            except BaseException:
                self._file.execute("ROLLBACK")
                raise
        return new

    def lines(self) -> list[tuple[str, str, Span]]:
        """Node, epoch, and the range of numbers that there are, for each outbox that was ever heard of."""
        with self._guarded():
            rows = self._file.execute("SELECT node, epoch, first, last FROM line ORDER BY node, rowid").fetchall()
        return [(node, epoch, Span(first, last)) for node, epoch, first, last in rows]

    def received(self, node: str, epoch: str, after: int = 0) -> list[Span]:
        """The numbers that came, of those after a number."""
        with self._guarded():
            return [Span(*row) for row in self._file.execute(_RUNS, (node, epoch, after)).fetchall()]

    def named(self, node: str, epoch: str) -> list[tuple[Span, str]]:
        """The numbers that will never come, with the reason."""
        query = "SELECT first, last, reason FROM named WHERE node = ? AND epoch = ? ORDER BY first"
        with self._guarded():
            return [(Span(first, last), reason) for first, last, reason in self._file.execute(query, (node, epoch))]

    def topics(self, node: str) -> dict[str, int]:
        """How many different messages came of each topic."""
        query = "SELECT topic, count(*) FROM message WHERE node = ? GROUP BY topic ORDER BY topic"
        with self._guarded():
            return {str(topic): int(count) for topic, count in self._file.execute(query, (node,))}

    def repeated(self, node: str) -> int:
        """How many messages came more than once."""
        query = "SELECT count(*) FROM message WHERE node = ? AND copies > 1"
        with self._guarded():
            return int(self._file.execute(query, (node,)).fetchone()[0])

    def is_online(self, node: str) -> bool | None:
        """What the node's last `state` says; None where none came."""
        query = "SELECT body FROM document WHERE node = ? AND topic = 'state'"
        with self._guarded():
            row = self._file.execute(query, (node,)).fetchone()
        data = None if row is None else json.loads(row[0]).get("data")
        return data.get("online") is True if isinstance(data, dict) else None

    def events(self) -> list[tuple[str, dict[str, object], float]]:
        """Node, message and time of every event that came, in the order in which they came first."""
        query = "SELECT node, body, received_s FROM message WHERE topic LIKE 'event/%' ORDER BY number"
        with self._guarded():
            return [(node, json.loads(body), received_s) for node, body, received_s in self._file.execute(query)]

    def heard_after(self, at_s: float, topic: str | None = None) -> float | None:
        """When the first message after an instant came, of those that are kept; None where none did.

        Args:
            at_s: the instant, in seconds since 1970.
            topic: of a document, to look for the last of this one only.
        """
        query = (
            "SELECT min(at_s) FROM (SELECT received_s AS at_s FROM document WHERE received_s > ?1 AND topic = ?2)"
            if topic
            else "SELECT min(at_s) FROM (SELECT min(received_s) AS at_s FROM message WHERE received_s > ?1"
            " UNION ALL SELECT min(received_s) FROM document WHERE received_s > ?1 AND ?2 IS NULL)"
        )
        with self._guarded():
            found = self._file.execute(query, (at_s, topic)).fetchone()[0]
        return None if found is None else float(found)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _put(self, said: Said, received_s: float) -> int:
        """Keeps one message; 1 where it is new and has a number."""
        if said.epoch:
            self._extend(said)
        for span, reason in said.named:
            self._file.execute(
                "INSERT OR IGNORE INTO named VALUES (?, ?, ?, ?, ?)",
                (said.node, said.epoch, span.first, span.last, reason),
            )
        body = json.dumps(said.body, separators=(",", ":"))
        if said.sequence is None:
            self._file.execute(
                "INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?)", (said.node, said.topic, body, received_s)
            )
            return 0
        row = (said.node, said.epoch, said.sequence)
        update = "UPDATE message SET copies = copies + 1 WHERE node = ? AND epoch = ? AND sequence = ?"
        if self._file.execute(update, row).rowcount:
            return 0
        self._file.execute(
            "INSERT INTO message (node, epoch, sequence, topic, body, received_s) VALUES (?, ?, ?, ?, ?, ?)",
            (*row, said.topic, body, received_s),
        )
        return 1

    def _extend(self, said: Said) -> None:
        """Takes in how far the numbers of an outbox go.

        Of a node that was never heard of, what was before us is not ours to have; of one that is known, a new outbox
        begins with 1.
        """
        row = self._file.execute(
            "SELECT first, last FROM line WHERE node = ? AND epoch = ?", (said.node, said.epoch)
        ).fetchone()
        if row is not None:
            first, last = min(row[0], said.sequence or row[0]), max(row[1], said.last)
        else:
            known = self._file.execute("SELECT 1 FROM line WHERE node = ?", (said.node,)).fetchone()
            first, last = 1 if known else said.sequence or said.last + 1, said.last
        self._file.execute(
            "INSERT INTO line VALUES (?1, ?2, ?3, ?4) ON CONFLICT (node, epoch) DO UPDATE SET first = ?3, last = ?4",
            (said.node, said.epoch, first, last),
        )

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        """Whatever SQLite says is one line for a person.

        Raises:
            StorageError: it said something.
        """
        try:
            yield
        except sqlite3.Error as error:
            raise StorageError(f"{self._path}: {error}: give another file with --db, or some space") from error
