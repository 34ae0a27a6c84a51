"""The 64-byte record: all that `sense` can say.

    offset  size  field
         0     1  version
         1     1  type of record
         2     2  zero
         4     4  epoch of this run of `sense`, 1..2^32-1
         8     8  sequence within the epoch, 1..2^48-1; 0 for a status, which is never kept
        16     8  instant, milliseconds of CLOCK_BOOTTIME, 0..2^48-1
        24    36  nine integers of 32 bits, signed, each with the range of its field; unused ones are zero
        60     4  CRC-32 of the 60 bytes before

Little-endian. No text, no float, no variable length. What is outside its range is refused, on both sides.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from node.airlock.bodies import (
    BODIES,
    MAX_INCIDENT,
    MAX_LEVEL_DDB,
    Body,
    HourLearnt,
    IncidentBegan,
    IncidentEnded,
    PeopleSeen,
    Range,
    SensorState,
    Status,
    WindowSensed,
    ranges,
)
from node.airlock.occupancy import MAX_PEOPLE
from node.contract.words import KIND_OF_CODE
from node.errors import RecordError

__all__ = [
    "ACK",
    "BODIES",
    "MAX_EPOCH",
    "MAX_INCIDENT",
    "MAX_INSTANT_MS",
    "MAX_LEVEL_DDB",
    "MAX_SEQUENCE",
    "SIZE",
    "SLOTS",
    "VERSION",
    "Body",
    "HourLearnt",
    "IncidentBegan",
    "IncidentEnded",
    "PeopleSeen",
    "Range",
    "Record",
    "SensorState",
    "Status",
    "WindowSensed",
    "decode",
    "encode",
    "ranges",
]

SIZE = 64
VERSION = 1
SLOTS = 9
MAX_EPOCH = 2**32 - 1
MAX_SEQUENCE = 2**48 - 1
MAX_INSTANT_MS = 2**48 - 1

_LAYOUT = struct.Struct(f"<BBHIQQ{SLOTS}i")
_CRC = struct.Struct("<I")
ACK = struct.Struct("<Q")
"""The acknowledgement: the greatest sequence that the outbox has committed."""
_RANGES: dict[int, dict[str, Range]] = {code: ranges(body) for code, body in BODIES.items()}


@dataclass(frozen=True, slots=True)
class Record:
    """One record.

    Args:
        epoch: the run of `sense`, 1..2^32-1.
        sequence: its number, 1..2^48-1, or 0 for a `Status`.
        instant_ms: when, in milliseconds of CLOCK_BOOTTIME.
        body: what happened.
    """

    epoch: int
    sequence: int
    instant_ms: int
    body: Body

    @property
    def kept(self) -> bool:
        """Whether it waits for an acknowledgement: all but a status do."""
        return not isinstance(self.body, Status)


def encode(record: Record) -> bytes:
    """The 64 bytes of a record.

    Raises:
        RecordError: a value is outside its range.
    """
    _check(record)
    values = [getattr(record.body, name) for name in _RANGES[record.body.TYPE]]
    padding = [0] * (SLOTS - len(values))
    head = _LAYOUT.pack(
        VERSION, record.body.TYPE, 0, record.epoch, record.sequence, record.instant_ms, *values, *padding
    )
    return head + _CRC.pack(zlib.crc32(head))


def decode(content: bytes) -> Record:
    """The record of 64 bytes.

    Raises:
        RecordError: anything is not exactly as this module says. Only the sort of fault is named, never the bytes.
    """
    if len(content) != SIZE:
        raise RecordError("a record is 64 bytes")
    head = content[: _LAYOUT.size]
    if _CRC.unpack(content[_LAYOUT.size :])[0] != zlib.crc32(head):
        raise RecordError("the record's checksum does not hold")
    version, code, zero, epoch, sequence, instant_ms, *values = _LAYOUT.unpack(head)
    if version != VERSION or zero != 0:
        raise RecordError("the record is of another version")
    if code not in BODIES:
        raise RecordError("the record's type is unknown")
    names = list(_RANGES[code])
    if any(values[len(names) :]):
        raise RecordError("the record has values where its type has none")
    record = Record(epoch, sequence, instant_ms, BODIES[code](**dict(zip(names, values, strict=False))))
    _check(record)
    return record


def _check(record: Record) -> None:
    """Every value stands inside its range."""
    if not 1 <= record.epoch <= MAX_EPOCH:
        raise RecordError("the record's epoch is out of range")
    if record.kept != (1 <= record.sequence <= MAX_SEQUENCE) or (not record.kept and record.sequence != 0):
        raise RecordError("the record's sequence is out of range")
    if not 0 <= record.instant_ms <= MAX_INSTANT_MS:
        raise RecordError("the record's instant is out of range")
    for name, allowed in _RANGES[record.body.TYPE].items():
        value = getattr(record.body, name)
        if not isinstance(value, int) or not allowed.low <= value <= allowed.high:
            raise RecordError(f"the record's {name} is out of range")
    if isinstance(record.body, IncidentBegan) and record.body.kind_code not in KIND_OF_CODE:
        raise RecordError("the record's kind is unknown")
    if isinstance(record.body, PeopleSeen) and record.body.people > record.body.pictures * MAX_PEOPLE:
        raise RecordError("the record's people are more than its pictures can hold")
