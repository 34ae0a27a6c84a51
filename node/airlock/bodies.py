"""What each type of record says, as integers with ranges: nothing else of a street can cross the airlock.

A body has at most nine fields. Each is declared with its range, which is checked on both sides of the wall.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated, ClassVar, get_args, get_type_hints

from node.airlock.occupancy import MAX_PEOPLE
from node.contract.words import KIND_OF_CODE

MAX_INCIDENT = 2**31 - 1
MAX_LEVEL_DDB = 2_000
MAX_PICTURES = 36_000
"""Ten a second for an hour."""


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


@dataclass(frozen=True, slots=True)
class PeopleSeen:
    """How many people were seen in a stretch of one summary window that ended at the record's instant.

    Never published as it is: `uplink` tells one noisy step of it a window (T2). Where nobody counts people, there is no
    such record.

    Args:
        span_s: the length of the stretch in seconds, rounded up, as in its `WindowSensed`.
        pictures: in how many pictures people were counted: chosen beforehand, not by what they show.
        people: the sum over these pictures, of at most 127 people in each; nobody is counted twice in one.
    """

    TYPE: ClassVar[int] = 6
    span_s: Annotated[int, Range(1, 3600)]
    pictures: Annotated[int, Range(1, MAX_PICTURES)]
    people: Annotated[int, Range(0, MAX_PICTURES * MAX_PEOPLE)]


class SensorState:
    """The codes of `Status.microphone` and `Status.camera`."""

    OFF = 0
    OK = 1
    ABSENT = 2
    SILENT_OR_FROZEN = 3
    FAULTY = 4
    QUARANTINED = 5


Body = IncidentBegan | IncidentEnded | WindowSensed | Status | HourLearnt | PeopleSeen
BODIES: dict[int, type[Body]] = {
    body.TYPE: body for body in (IncidentBegan, IncidentEnded, WindowSensed, Status, HourLearnt, PeopleSeen)
}


def ranges(body: type[Body]) -> dict[str, Range]:
    """The range of each field of a body, in the order of its slots."""
    hints = get_type_hints(body, include_extras=True)
    return {field.name: get_args(hints[field.name])[1] for field in fields(body)}
