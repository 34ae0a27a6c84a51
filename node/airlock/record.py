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
from dataclasses import dataclass, fields
from typing import Annotated, ClassVar, get_args, get_type_hints

from node.contract.words import KIND_OF_CODE
from node.errors import RecordError

SIZE = 64
VERSION = 1
SLOTS = 9
MAX_EPOCH = 2**32 - 1
MAX_SEQUENCE = 2**48 - 1
MAX_INSTANT_MS = 2**48 - 1
MAX_INCIDENT = 2**31 - 1
MAX_LEVEL_DDB = 2_000

_LAYOUT = struct.Struct(f"<BBHIQQ{SLOTS}i")
_CRC = struct.Struct("<I")
ACK = struct.Struct("<Q")
"""The acknowledgement: the greatest sequence that the outbox has committed."""


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the greatest value of a field, both included."""

    low: int
    high: int


Incident = Annotated[int, Range(1, MAX_INCIDENT)]
KindCode = Annotated[int, Range(1, max(KIND_OF_CODE))]
LevelDdb = Annotated[int, Range(-MAX_LEVEL_DDB, MAX_LEVEL_DDB)]
Seconds = Annotated[int, Range(0, 3600)]
Counter = Annotated[int, Range(0, 65_535)]
StateCode = Annotated[int, Range(0, 15)]


@dataclass(frozen=True, slots=True)
class IncidentBegan:
    """An incident began at the record's instant.

    Args:
        kind_code: the kind's number, see `node.contract.words`.
        incident: its number within the epoch.
        confidence: 0 low, 1 medium, 2 high.
        evidence_bits: a bit for each word of evidence.
    """

    TYPE: ClassVar[int] = 1
    kind_code: KindCode
    incident: Incident
    confidence: Annotated[int, Range(0, 2)]
    evidence_bits: Annotated[int, Range(0, 2**12 - 1)]


@dataclass(frozen=True, slots=True)
class IncidentEnded:
    """An incident ended at the record's instant.

    Args:
        incident: its number within the epoch.
        reason: 0 ended, 1 stopped.
        duration_s: whole seconds.
        peak_over_background_db: whole dB.
    """

    TYPE: ClassVar[int] = 2
    incident: Incident
    reason: Annotated[int, Range(0, 1)]
    duration_s: Annotated[int, Range(0, 2**31 - 1)]
    peak_over_background_db: Annotated[int, Range(0, 200)]


@dataclass(frozen=True, slots=True)
class WindowSensed:
    """What was sensed in a stretch of one summary window that ended at the record's instant.

    Args:
        span_s: its length in seconds, rounded up.
        sound_exposure_s: seconds in which the microphone heard truly.
        sight_exposure_s: seconds in which the camera saw truly.
        calibration: 0 none (levels are dBFS), 1 nominal, 2 calibrator.
        laeq_ddb: A-weighted equivalent level, tenths of a dB; 0 with the others where nothing was heard.
        lafmax_ddb: greatest Fast level.
        l10_ddb: level exceeded 10 % of the time.
        l50_ddb: level exceeded half of the time.
        l90_ddb: level exceeded 90 % of the time.
    """

    TYPE: ClassVar[int] = 3
    span_s: Annotated[int, Range(1, 3600)]
    sound_exposure_s: Seconds
    sight_exposure_s: Seconds
    calibration: Annotated[int, Range(0, 2)]
    laeq_ddb: LevelDdb
    lafmax_ddb: LevelDdb
    l10_ddb: LevelDdb
    l50_ddb: LevelDdb
    l90_ddb: LevelDdb


@dataclass(frozen=True, slots=True)
class Status:
    """How the senses are, every few seconds: never kept, never published as it is.

    Args:
        microphone: a code of `SensorState`.
        camera: a code of `SensorState`.
        lost_audio_ms: sound lost to overflows since the start, stays at its greatest value.
        dropped_frames: frames that were overtaken by a newer one.
        lost_records: records that the ring had to drop.
    """

    TYPE: ClassVar[int] = 4
    microphone: StateCode
    camera: StateCode
    lost_audio_ms: Counter
    dropped_frames: Counter
    lost_records: Counter


@dataclass(frozen=True, slots=True)
class HourLearnt:
    """What an hour of the week sounds like, for the next run of `sense`: kept on the device, never published.

    Args:
        hour: of the week, of UTC: 0 is Monday 00:00-01:00.
        l50_ddb: the level that was exceeded half of the hour, averaged over weeks, in tenths of a dB.
        l90_ddb: the level that was exceeded 90 % of the hour, likewise.
        weeks: over how many weeks, up to 100.
    """

    TYPE: ClassVar[int] = 5
    hour: Annotated[int, Range(0, 167)]
    l50_ddb: LevelDdb
    l90_ddb: LevelDdb
    weeks: Annotated[int, Range(1, 100)]


class SensorState:
    """The codes of `Status.microphone` and `Status.camera`."""

    OFF = 0
    OK = 1
    ABSENT = 2
    SILENT_OR_FROZEN = 3
    FAULTY = 4
    QUARANTINED = 5


Body = IncidentBegan | IncidentEnded | WindowSensed | Status | HourLearnt
BODIES: dict[int, type[Body]] = {
    body.TYPE: body for body in (IncidentBegan, IncidentEnded, WindowSensed, Status, HourLearnt)
}


def ranges(body: type[Body]) -> dict[str, Range]:
    """The range of each field of a body, in the order of its slots."""
    hints = get_type_hints(body, include_extras=True)
    return {field.name: get_args(hints[field.name])[1] for field in fields(body)}


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
