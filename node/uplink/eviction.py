"""Makes room in a full outbox: first what the broker has, then what is told as dead, then by rank and with a gap.

sent            the older half: it is only kept to be sent again on request
dead letters    all: a gap has named them
waiting         summaries first, then events by the severity of their kind, each time the oldest: a gap names them
"""

from __future__ import annotations

from dataclasses import dataclass

from node.contract.gap import GapReason
from node.uplink.outbox import Outbox
from node.uplink.ranks import EVICTABLE, RANKS, key_of, sequence_of
from node.uplink.store import Store

_ENOUGH_BYTES = 32_768
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Room:
    """What was removed to make room.

    Args:
        sent: messages that the broker has.
        dead: messages that it would never have taken.
        evicted: messages that no reader will get.
    """

    sent: int = 0
    dead: int = 0
    evicted: int = 0

    def __bool__(self) -> bool:
        """Whether anything was removed."""
        return bool(self.sent or self.dead or self.evicted)

    def __str__(self) -> str:
        """What was removed, in words for an operator."""
        if self.evicted:
            return f"{self.evicted} messages that nobody has were given up, and a gap names them"
        return f"{self.sent} sent messages were removed" if self.sent else f"{self.dead} dead letters were removed"


def make_room(store: Store, outbox: Outbox) -> Room:
    """Removes messages until there is some room, and says how many.

    Raises:
        StorageError: the card does not let it: nothing was removed.
    """
    with store.transaction():
        if sent := _drop_older_half(store):
            room = Room(sent=sent)
        elif dead := store.run("DELETE FROM message WHERE state = 2"):
            room = Room(dead=dead)
        else:
            room = Room(evicted=_evict(store, outbox))
    outbox.committed()
    return room


def _drop_older_half(store: Store) -> int:
    """Removes the older half of what was sent, of each rank."""
    return sum(
        store.run(
            "DELETE FROM message WHERE state = 1 AND key BETWEEN ? AND (SELECT key FROM message WHERE state = 1"
            " AND key BETWEEN ? AND ? ORDER BY key LIMIT 1 OFFSET (SELECT (count(*) - 1) / 2 FROM message"
            " WHERE state = 1 AND key BETWEEN ? AND ?))",
            (low, low, high, low, high),
        )
        for low, high in ((key_of(rank, 0), key_of(rank + 1, 0) - 1) for rank in RANKS)
    )


def _evict(store: Store, outbox: Outbox) -> int:
    """Gives up what waits, lowest rank first, until there is enough room; gaps name it."""
    given_up: list[int] = []
    free_before = store.free_bytes()
    while store.free_bytes() - free_before < _ENOUGH_BYTES:
        rows = store.rows(
            "SELECT key FROM message WHERE state = 0 AND key < ? ORDER BY key LIMIT ?",
            (key_of(max(EVICTABLE) + 1, 0), _BATCH),
        )
        if not rows:
            break
        keys = [int(row[0] or 0) for row in rows]
        store.run("DELETE FROM message WHERE state = 0 AND key BETWEEN ? AND ?", (keys[0], keys[-1]))
        given_up += [sequence_of(key) for key in keys]
    outbox.give_up(given_up, GapReason.EVICTED)
    return len(given_up)
