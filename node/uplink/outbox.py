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
class Moment:
    """When something was stored: by the register's clock, and in which boot of the device."""

    at_ms: int
    boot: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A message on the card.

    Args:
        sequence: its number.
        added: when it was stored.
        message: itself, or None where it cannot be read back.
    """

    sequence: int
    added: Moment
    message: Numbered | None


class Outbox:
    """Messages that wait, were sent, or were refused for good. All methods raise `StorageError` as the store does.

    Args:
        store: the file.
        epoch: for a new file, 0..2^32-1; None draws it. An existing file keeps its own.
    """

    def __init__(self, store: Store, epoch: int | None = None) -> None:
        self._store = store
        with store.transaction():
            if store.note("epoch") is None:
                store.write_note("epoch", epoch if epoch is not None else int.from_bytes(os.urandom(4)))
                store.write_note("last_sequence", 0)
                store.write_note("run", 0)
            store.write_note("run", (store.note("run") or 0) + 1)
        self.epoch = f"{store.note('epoch') or 0:08x}"
        """The epoch of this file, 8 hex digits."""
        self.run = store.note("run") or 0
        """How often this file was opened."""
        self.last_sequence = store.note("last_sequence") or 0
        """The number of the last message that is on the card, 0 when there is none."""

    def add(self, compose: Callable[[str, str], Numbered], moment: Moment) -> Numbered:
        """Stores a message under the next number. Only inside a transaction of the store.

        Args:
            compose: makes the message from its id and its sequence text.
            moment: when.
        """
        sequence = (self._store.note("last_sequence") or 0) + 1
        message = compose(event_id(self.epoch, sequence), f"{sequence:012d}")
        self._store.run(
            "INSERT INTO message (sequence, name, body, added_ms, boot) VALUES (?, ?, ?, ?, ?)",
            (sequence, message.name, encode(message).decode(), moment.at_ms, moment.boot),
        )
        self._store.write_note("last_sequence", sequence)
        return message

    def committed(self) -> None:
        """A transaction with `add` in it is on the card."""
        self.last_sequence = self._store.note("last_sequence") or 0

    def waiting(self, name: str, after: int, limit: int) -> list[Stored]:
        """The next messages to send, in order.

        Args:
            name: "event" or "summary".
            after: only messages with a greater number.
            limit: at most so many.
        """
        rows = self._store.rows(
            "SELECT sequence, added_ms, boot, body FROM message WHERE state = 0 AND name = ? AND sequence > ?"
            " ORDER BY sequence LIMIT ?",
            (name, after, limit),
        )
        return [
            Stored(int(sequence or 0), Moment(int(at_ms or 0), int(boot or 0)), _parse(name, str(body)))
            for sequence, at_ms, boot, body in rows
        ]

    def count_waiting(self) -> int:
        """How many messages the broker has not acknowledged."""
        return self._count(_WAITING)

    def count_dead(self) -> int:
        """How many messages were refused for good."""
        return self._count(_DEAD)

    def mark(self, sent: Iterable[int], dead: Iterable[tuple[int, int]]) -> None:
        """Marks what the broker has, and what it will never take (with the reason). Dead letters are kept."""
        with self._store.transaction():
            for sequence in sent:
                self._store.run("UPDATE message SET state = 1 WHERE sequence = ? AND state = 0", (sequence,))
            for sequence, reason in dead:
                self._store.run("UPDATE message SET state = 2, reason = ? WHERE sequence = ?", (reason, sequence))

    def forget(self, now_ms: int, keep_days: int) -> None:
        """Removes messages that were sent and are older than `keep_days`."""
        with self._store.transaction():
            self._store.run(
                "DELETE FROM message WHERE state = ? AND added_ms < ?", (_SENT, now_ms - keep_days * DAY_MS)
            )

    def make_room(self) -> int:
        """Removes the older half of the sent messages, and says how many. Waiting ones are never removed."""
        with self._store.transaction():
            return self._store.run(
                "DELETE FROM message WHERE sequence IN (SELECT sequence FROM message WHERE state = ? ORDER BY sequence"
                " LIMIT (SELECT (count(*) + 1) / 2 FROM message WHERE state = ?))",
                (_SENT, _SENT),
            )

    def _count(self, state: int) -> int:
        """How many messages are in a state."""
        # The state stands in the text of the query: only so does SQLite see that an index answers it.
        return self._store.number(f"SELECT count(*) FROM message WHERE state = {state:d}") or 0  # noqa: S608 - a number


def _parse(name: str, body: str) -> Numbered | None:
    """A message read back from the card: only what the contract allows can come out."""
    try:
        return _TYPES[name].model_validate_json(body)
    except (KeyError, ValidationError):
        return None
