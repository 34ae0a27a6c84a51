"""In which order messages are given up when the outbox is full: the key under which each lies on the card.

A key is the message's rank, then its number. Messages of one rank lie beside each other, so that giving up the lowest
rank gives whole pages back; between messages of higher ranks it would give back none.
"""

from __future__ import annotations

from pydantic import ValidationError

from node.contract.base import MAX_SEQUENCE
from node.contract.envelope import EventMessage, GapMessage, Numbered, SummaryMessage
from node.contract.words import KINDS, Severity

SUMMARY_RANK = 0
_EVENT_RANKS = {Severity.MINOR: 1, Severity.MODERATE: 2, Severity.SEVERE: 3}
GAP_RANK = 4
"""Never given up: it is all that is left of what was."""
EVICTABLE = (SUMMARY_RANK, *_EVENT_RANKS.values())
"""In the order in which they are given up."""
RANKS = (*EVICTABLE, GAP_RANK)
LANES: dict[str, tuple[int, ...]] = {
    "event": tuple(_EVENT_RANKS.values()),
    "gap": (GAP_RANK,),
    "summary": (SUMMARY_RANK,),
}
"""The ranks that travel together in one order, by the name of their messages."""
UNRANKED = 2**40
"""A number is less than this."""
assert MAX_SEQUENCE < UNRANKED
_TYPES: dict[int, type[Numbered]] = {
    SUMMARY_RANK: SummaryMessage,
    **dict.fromkeys(_EVENT_RANKS.values(), EventMessage),
    GAP_RANK: GapMessage,
}


def rank_of(message: Numbered) -> int:
    """The rank of a message: an event's is the severity of its kind, start and end alike."""
    if isinstance(message, EventMessage):
        return _EVENT_RANKS[KINDS[message.data.kind].severity]
    return GAP_RANK if isinstance(message, GapMessage) else SUMMARY_RANK


def key_of(rank: int, sequence: int) -> int:
    """The key of a message."""
    return rank * UNRANKED + min(sequence, UNRANKED - 1)


def sequence_of(key: int) -> int:
    """The number in a key."""
    return key % UNRANKED


def parse(rank: int, body: str) -> Numbered | None:
    """A message read back from the card: only what the contract allows can come out, else None."""
    try:
        return _TYPES[rank].model_validate_json(body)
    except (KeyError, ValidationError):
        return None
