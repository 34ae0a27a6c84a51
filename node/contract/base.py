"""What every message is made of: a closed base type, ids, instants and counts. No free text, no float."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

NODE_ID_PATTERN = r"^[a-z0-9][a-z0-9-]{1,30}[a-z0-9]$"

NodeId = Annotated[str, StringConstraints(pattern=NODE_ID_PATTERN)]
Source = Annotated[str, StringConstraints(pattern=r"^urn:polewatch:node:[a-z0-9][a-z0-9-]{1,30}[a-z0-9]$")]
Epoch = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]
EventId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9]{12}$")]
DocumentId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}-r[0-9]{1,9}-[0-9]{1,9}$")]
SequenceText = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
Instant = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]
Tile = Annotated[str, StringConstraints(pattern=r"^tile:(unset|-?[0-9]{1,5}:-?[0-9]{1,6})$")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

ShortDigest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]

MAX_SEQUENCE = 10**12 - 1
Sequence = Annotated[int, Field(ge=0, le=MAX_SEQUENCE)]
UptimeSeconds = Annotated[int, Field(ge=0, le=2**31 - 1)]
MAX_COUNT = 3
FewCount = Annotated[int, Field(ge=0, le=MAX_COUNT)]
"""A count of events in a summary: 3 stands for three or more (P1: it bounds what a summary can say)."""
MAX_TOTAL = 65_535
TotalCount = Annotated[int, Field(ge=0, le=MAX_TOTAL)]
"""A counter since the start of the process: it stays at its greatest value."""


@dataclass(frozen=True, slots=True)
class Unsensed:
    """Marks a field that sensing cannot choose: it adds nothing to what a message can say about the street.

    Args:
        why: who chooses it instead.
    """

    why: str


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Marks a field of which sensing can choose among fewer values than its type has.

    Args:
        count: among how many.
        why: what holds the others back; a validator of the model checks it.
    """

    count: int
    why: str


OwnNumber = Annotated[EventId, Unsensed("a number, counted up by one")]
ClockState = Unsensed("the state of the device's clock")
Stamped = Unsensed("the instant again, on the clock that never steps")
Late = Unsensed("follows from the instant, the release and the network")

_LAST_INSTANT_S = 253_402_300_799  # 9999-12-31T23:59:59Z, the last that four digits can say


RoughCount = Literal[0, 1, 10, 100, 1000, 10_000]
"""A counter that sensing can drive: it leaves as the greatest power of ten that it reached."""


class Wire(BaseModel):
    """One closed piece of a message: strict, frozen, no key but its own."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True, serialize_by_alias=True)


def instant(wall_s: float) -> str:
    """The instant of a wall-clock time, to the nearest second (P2: incidents have 1 s resolution).

    Args:
        wall_s: seconds since 1970-01-01T00:00:00Z; what lies outside the years 1970..9999 is moved to their edge.
    """
    whole = math.floor(min(max(wall_s, 0.0), _LAST_INSTANT_S) + 0.5)
    return datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def event_id(epoch: str, sequence: int) -> str:
    """The id of an event: the outbox's epoch and the event's number in it. Nothing random stands in it."""
    return f"{epoch}-{sequence:012d}"


def few(count: int) -> int:
    """A count as a summary may say it: 3 stands for three or more."""
    return min(max(count, 0), MAX_COUNT)


def total(count: int) -> int:
    """A counter as health may say it: it stays at its greatest value."""
    return min(max(count, 0), MAX_TOTAL)


def rough(count: int) -> RoughCount:
    """A counter as the greatest power of ten that it reached (P2)."""
    steps: tuple[RoughCount, ...] = get_args(RoughCount)
    return [step for step in steps if step <= max(count, 0)][-1]
