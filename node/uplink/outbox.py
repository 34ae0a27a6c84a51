"""The outbox: a message is on the card before it is sent, and stays until the broker has it.

Every message gets the next number of one contiguous sequence in the transaction that stores it: a reader proves
completeness by the numbers, and a message that is sent twice has the same id both times.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pydantic import ValidationError

from node.contract.base import event_id
from node.contract.envelope import EventMessage, Numbered, SummaryMessage, encode
from node.uplink.store import Store

_WAITING, _SENT, _DEAD = 0, 1, 2
_TYPES: dict[str, type[Numbered]] = {"event": EventMessage, "summary": SummaryMessage}
UNREADABLE_REASON = 256
"""The reason of a dead letter that could not be read back: above every MQTT reason code."""
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Stored:
    """A message on the card.

    Args:
        sequence: its number.
        added_ms: when it was stored, by the register's own clock.
        message: itself.
    """

    sequence: int
    added_ms: int
    message: Numbered


class Outbox:
    """Messages that wait, were sent, or were refused for good.

    Args:
        store: the file.
        epoch: 8 hex digits for a new file; None draws it. An existing file keeps its own.
    """

    def __init__(self, store: Store, epoch: int | None = None) -> None:
        self._store = store
        self._database = store.connection
        with store.transaction():
            if self._get("epoch") is None:
                self._set("epoch", epoch if epoch is not None else int.from_bytes(os.urandom(4)))
                self._set("last_sequence", 0)
                self._set("run", 0)
            self._set("run", self._require("run") + 1)

    @property
    def epoch(self) -> str:
        """The epoch of this file, 8 hex digits."""
        return f"{self._require('epoch'):08x}"

    @property
    def run(self) -> int:
        """How often this file was opened."""
        return self._require("run")

    @property
    def last_sequence(self) -> int:
        """The number of the last message, 0 when there is none."""
        return self._require("last_sequence")

    def add(self, compose: Callable[[str, str], Numbered], added_ms: int) -> Numbered:
        """Stores a message under the next number. Only inside a transaction of the store.

        Args:
            compose: makes the message from its id and its sequence text.
            added_ms: when, by the register's own clock.
        """
        sequence = self.last_sequence + 1
        message = compose(event_id(self.epoch, sequence), f"{sequence:012d}")
        self._database.execute(
            "INSERT INTO message (sequence, name, body, added_ms) VALUES (?, ?, ?, ?)",
            (sequence, message.name, encode(message).decode(), added_ms),
        )
        self._set("last_sequence", sequence)
        return message

    def waiting(self, after: int, limit: int) -> list[Stored]:
        """The next messages to send, in order. One that cannot be read back becomes a dead letter.

        Args:
            after: only messages with a greater number.
            limit: at most so many.
        """
        rows = self._database.execute(
            "SELECT sequence, name, body, added_ms FROM message WHERE state = 0 AND sequence > ?"
            " ORDER BY sequence LIMIT ?",
            (after, limit),
        ).fetchall()
        readable = []
        for sequence, name, body, added_ms in rows:
            message = _parse(name, body)
            if message is None:
                self.mark_dead(sequence, UNREADABLE_REASON)
            else:
                readable.append(Stored(sequence, added_ms, message))
        return readable

    def count_waiting(self) -> int:
        """How many messages the broker has not acknowledged."""
        return self._count(_WAITING)

    def count_dead(self) -> int:
        """How many messages were refused for good."""
        return self._count(_DEAD)

    def mark_sent(self, sequences: Iterable[int]) -> None:
        """The broker has these."""
        with self._store.transaction():
            self._database.executemany(
                "UPDATE message SET state = ? WHERE sequence = ? AND state = ?",
                [(_SENT, sequence, _WAITING) for sequence in sequences],
            )

    def mark_dead(self, sequence: int, reason: int) -> None:
        """The broker will never take this one; it is kept, with the reason."""
        with self._store.transaction():
            self._database.execute(
                "UPDATE message SET state = ?, reason = ? WHERE sequence = ?", (_DEAD, reason, sequence)
            )

    def forget(self, now_ms: int, keep_days: int) -> None:
        """Removes messages that were sent and are older than `keep_days`."""
        with self._store.transaction():
            self._database.execute(
                "DELETE FROM message WHERE state = ? AND added_ms < ?", (_SENT, now_ms - keep_days * DAY_MS)
            )

    def make_room(self) -> int:
        """Removes the older half of the sent messages, and says how many: the bound is full, waiting ones go first."""
        with self._store.transaction():
            return self._database.execute(
                "DELETE FROM message WHERE sequence IN (SELECT sequence FROM message WHERE state = ? ORDER BY sequence"
                " LIMIT (SELECT (count(*) + 1) / 2 FROM message WHERE state = ?))",
                (_SENT, _SENT),
            ).rowcount

    def _count(self, state: int) -> int:
        """How many messages are in a state."""
        return int(self._database.execute("SELECT count(*) FROM message WHERE state = ?", (state,)).fetchone()[0])

    def _get(self, key: str) -> int | None:
        """A number of the file's own."""
        row = self._database.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else int(row[0])

    def _require(self, key: str) -> int:
        """A number that every file has."""
        value = self._get(key)
        assert value is not None
        return value

    def _set(self, key: str, value: int) -> None:
        """Writes a number of the file's own."""
        self._database.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))


def _parse(name: str, body: str) -> Numbered | None:
    """A message read back from the card: only what the contract allows can come out."""
    try:
        return _TYPES[name].model_validate_json(body)
    except (KeyError, ValidationError):
        return None
