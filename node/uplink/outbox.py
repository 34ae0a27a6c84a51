"""The outbox: a message is on the card before it is sent, and stays until the broker has it.

Every message gets the next number of one contiguous sequence in the transaction that stores it: a reader proves
completeness by the numbers, and a message that is sent twice has the same id both times. A number whose message will
never be delivered is named by a gap, in the transaction that gives it up.
"""

from __future__ import annotations

import heapq
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from node.contract.base import event_id
from node.contract.envelope import Numbered, encode
from node.contract.gap import GapReason
from node.uplink.gaps import Gaps
from node.uplink.packing import pack, unpack
from node.uplink.ranks import EVICTABLE, GAP_RANK, LANES, RANKS, UNRANKED, key_of, parse, rank_of, sequence_of
from node.uplink.store import Row, Store

_WAITING, _SENT, _DEAD = 0, 1, 2
UNREADABLE_REASON = 256
"""The reason of a dead letter that could not be read back: above every MQTT reason code."""
DAY_MS = 86_400_000
_COLUMNS = "key, added_ms, boot, body"


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
        gaps: makes the messages that name what is given up.
        epoch: for a new file, 0..2^32-1; None draws it. An existing file keeps its own.
    """

    def __init__(self, store: Store, gaps: Gaps, epoch: int | None = None) -> None:
        self._store = store
        self._gaps = gaps
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
        self._forgot_ms: int | None = None

    def add(self, compose: Callable[[str, str], Numbered], moment: Moment) -> Numbered:
        """Stores a message under the next number. Only inside a transaction of the store.

        Args:
            compose: makes the message from its id and its sequence text.
            moment: when.
        """
        sequence = (self._store.note("last_sequence") or 0) + 1
        message = compose(event_id(self.epoch, sequence), f"{sequence:012d}")
        self._store.run(
            "INSERT INTO message (key, body, added_ms, boot) VALUES (?, ?, ?, ?)",
            (key_of(rank_of(message), sequence), pack(encode(message)), moment.at_ms, moment.boot),
        )
        self._store.write_note("last_sequence", sequence)
        return message

    def committed(self) -> None:
        """A transaction with `add` in it is on the card."""
        self.last_sequence = self._store.note("last_sequence") or 0

    def waiting(self, name: str, after: int, limit: int) -> list[Stored]:
        """The next messages to send, in order.

        Args:
            name: of a lane: "event", "gap" or "summary".
            after: only messages with a greater number.
            limit: at most so many.
        """
        return self._rows(_WAITING, LANES[name], (after + 1, UNRANKED), limit)

    def sent(self, first: int, last: int, limit: int) -> list[Stored]:
        """Messages of a range of numbers that the broker has, in order: to be sent once more."""
        return self._rows(_SENT, RANKS, (first, last), limit)

    def count_kept(self, first: int, last: int) -> int:
        """How many messages of a range of numbers are there: sent, or waiting."""
        return sum(
            self._store.number(
                "SELECT count(*) FROM message WHERE key BETWEEN ? AND ? AND state <> 2",
                (key_of(rank, first), key_of(rank, last)),
            )
            or 0
            for rank in RANKS
        )

    def count_waiting(self) -> int:
        """How many messages the broker has not acknowledged."""
        return self._count(_WAITING)

    def count_dead(self) -> int:
        """How many messages were refused for good."""
        return self._count(_DEAD)

    def dead_letters(self) -> dict[int, int]:
        """The reason of each message that was refused for good, by its number: an MQTT 5 code, or 256."""
        rows = self._store.rows("SELECT key, reason FROM message WHERE state = 2 ORDER BY key")
        return {sequence_of(int(key or 0)): int(reason or 0) for key, reason in rows}

    def mark(self, sent: Iterable[int], dead: Iterable[tuple[int, int]]) -> None:
        """Marks what the broker has, and what it will never take (with the reason).

        Dead letters are kept, and a gap names them to the readers.
        """
        given_up: dict[GapReason, list[int]] = {}
        with self._store.transaction():
            for sequence in sent:
                self._mark(sequence, _SENT, 0)
            for sequence, reason in dead:
                is_named = self._mark(sequence, _DEAD, reason, EVICTABLE)
                # A gap that is refused is named by no other gap: that one would be refused, too, without an end.
                # One that cannot be read back is: the next lies elsewhere on the card.
                if not is_named:
                    is_named = self._mark(sequence, _DEAD, reason, (GAP_RANK,)) and reason == UNREADABLE_REASON
                if is_named:
                    why = GapReason.UNREADABLE if reason == UNREADABLE_REASON else GapReason.REFUSED
                    given_up.setdefault(why, []).append(sequence)
            for why, sequences in given_up.items():
                self.give_up(sequences, why)
        self.committed()

    def give_up(self, sequences: Iterable[int], reason: GapReason) -> None:
        """Names the numbers that no reader will get. Only inside a transaction of the store."""
        moment = Moment(self._store.note("rate_ms") or 0, self._store.note("boot") or 0)
        for compose in self._gaps.tell(sequences, reason):
            self.add(compose, moment)

    def forget(self, now_ms: int, keep_days: int) -> None:
        """Removes messages that were sent and are older than `keep_days`: once a day, for each time costs the card."""
        if self._forgot_ms is not None and now_ms - self._forgot_ms < DAY_MS:
            return
        with self._store.transaction():
            self._store.run(
                "DELETE FROM message WHERE state = ? AND added_ms < ?", (_SENT, now_ms - keep_days * DAY_MS)
            )
        self._forgot_ms = now_ms

    def _mark(self, sequence: int, state: int, reason: int, ranks: tuple[int, ...] = RANKS) -> bool:
        """Marks a message of some ranks that waits, and says whether there was one."""
        keys = [key_of(rank, sequence) for rank in ranks]
        marks = ", ".join("?" * len(keys))
        statement = f"UPDATE message SET state = ?, reason = ? WHERE key IN ({marks}) AND state = 0"  # noqa: S608 - marks
        return self._store.run(statement, (state, reason, *keys)) == 1

    def _rows(self, state: int, ranks: Iterable[int], bounds: tuple[int, int], limit: int) -> list[Stored]:
        """Messages of some ranks between two numbers, in the order of their numbers."""
        # The state stands in the text of the query: only so does SQLite see that an index answers it.
        query = f"SELECT {_COLUMNS} FROM message WHERE state = {state:d} AND key BETWEEN ? AND ? ORDER BY key LIMIT ?"  # noqa: S608 - a number
        by_rank = [
            [self._stored(row) for row in self._store.rows(query, (*(key_of(rank, end) for end in bounds), limit))]
            for rank in ranks
        ]
        return list(heapq.merge(*by_rank, key=lambda stored: stored.sequence))[:limit]

    def _count(self, state: int) -> int:
        """How many messages are in a state."""
        return self._store.number(f"SELECT count(*) FROM message WHERE state = {state:d}") or 0  # noqa: S608 - a number

    def _stored(self, row: Row) -> Stored:
        """A message read back from the card. One that has another number than its key cannot be ours."""
        key, at_ms, boot, body = row
        rank, sequence = int(key or 0) // UNRANKED, sequence_of(int(key or 0))
        message = parse(rank, unpack(str(body)))
        if message is not None and message.id != event_id(self.epoch, sequence):
            message = None
        return Stored(sequence, Moment(int(at_ms or 0), int(boot or 0)), message)
