"""What a reader will never get, told by name: the numbers of messages that left the outbox without being delivered."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from node.contract.base import MAX_SEQUENCE, Unsensed, Wire

MAX_SPANS = 32
_FOLLOWS = Unsensed("follows from what the gate released, and from what the card and the network took of it")

Number = Annotated[int, Field(ge=1, le=MAX_SEQUENCE)]


class GapReason(StrEnum):
    """Why a message is gone: there was no room for it, the broker will never take it, or the card gave it no more."""

    EVICTED = "evicted"
    REFUSED = "refused"
    UNREADABLE = "unreadable"


class Span(Wire):
    """Numbers in a row, both ends included."""

    first_sequence: Annotated[Number, _FOLLOWS]
    last_sequence: Annotated[Number, _FOLLOWS]


class Gap(Wire):
    """Messages that are gone. With it a reader proves that it has all the others."""

    reason: Annotated[GapReason, _FOLLOWS]
    count: Annotated[Number, _FOLLOWS] = Field(description="how many messages are gone: the sum of all spans")
    spans: Annotated[tuple[Span, ...], Field(min_length=1, max_length=MAX_SPANS), _FOLLOWS] = Field(
        description="their numbers: in order, apart, none twice"
    )

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        """The spans are in order and apart, and have as many numbers as are counted."""
        ends = [end for span in self.spans for end in (span.first_sequence - 1, span.last_sequence)]
        if any(after <= before for before, after in zip(ends[::2], ends[1::2], strict=True)):
            raise ValueError("a span ends where it begins, or later")
        if any(after <= before for before, after in zip(ends[1::2], ends[2::2], strict=False)):
            raise ValueError("spans are in order, and apart")
        if self.count != sum(ends[1::2]) - sum(ends[::2]):
            raise ValueError("count is how many numbers the spans have")
        return self


def spans_of(numbers: list[int]) -> tuple[Span, ...]:
    """The numbers as spans: as few as there can be.

    Args:
        numbers: in order, none twice.
    """
    ends: list[list[int]] = []
    for number in numbers:
        if ends and number == ends[-1][1] + 1:
            ends[-1][1] = number
        else:
            ends.append([number, number])
    return tuple(Span(first_sequence=first, last_sequence=last) for first, last in ends)
