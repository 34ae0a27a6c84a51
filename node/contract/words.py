"""The vocabulary of the wire: every word that a message can hold, and what belongs to each kind of event.

Words are general descriptions of what happened, never of a person. Adding a word here changes the schemas in
`docs/wire/`, which are compared in `make check`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a node can report."""

    NOISE_SPIKE = "noise.spike"
    SOUND_IMPULSE = "sound.impulse"
    SOUND_GUNSHOT = "sound.gunshot"
    SOUND_EXPLOSION = "sound.explosion"
    SOUND_FIREWORKS = "sound.fireworks"
    SOUND_SCREAM = "sound.scream"
    SOUND_GLASS_BREAK = "sound.glass_break"
    SOUND_SIREN = "sound.siren"
    SOUND_HORN_OR_ALARM = "sound.horn_or_alarm"
    SENSOR_FAULT = "sensor.fault"
    SENSOR_TAMPER = "sensor.tamper"


class EventType(StrEnum):
    """The CloudEvents `type` of each kind: reverse DNS, and the major version of its schema."""

    NOISE_SPIKE = "org.polewatch.noise.spike.v1"
    SOUND_IMPULSE = "org.polewatch.sound.impulse.v1"
    SOUND_GUNSHOT = "org.polewatch.sound.gunshot.v1"
    SOUND_EXPLOSION = "org.polewatch.sound.explosion.v1"
    SOUND_FIREWORKS = "org.polewatch.sound.fireworks.v1"
    SOUND_SCREAM = "org.polewatch.sound.scream.v1"
    SOUND_GLASS_BREAK = "org.polewatch.sound.glass_break.v1"
    SOUND_SIREN = "org.polewatch.sound.siren.v1"
    SOUND_HORN_OR_ALARM = "org.polewatch.sound.horn_or_alarm.v1"
    SENSOR_FAULT = "org.polewatch.sensor.fault.v1"
    SENSOR_TAMPER = "org.polewatch.sensor.tamper.v1"


class Category(StrEnum):
    """The general description that a dispatcher reads."""

    NOISE_DISTURBANCE = "noise_disturbance"
    POSSIBLE_GUNFIRE = "possible_gunfire"
    POSSIBLE_EXPLOSION = "possible_explosion"
    FIREWORKS = "fireworks"
    POSSIBLE_DISTRESS = "possible_distress"
    PROPERTY_DAMAGE = "property_damage"
    EMERGENCY_VEHICLE = "emergency_vehicle"
    TRAFFIC = "traffic"
    MAINTENANCE = "maintenance"


class Severity(StrEnum):
    """How urgently a human should look, by the kind of event."""

    MINOR = "minor"
    MODERATE = "moderate"
    SEVERE = "severe"


class Confidence(StrEnum):
    """How often events of this kind and confidence are right. `high` is at least 90 % by a published card."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Evidence(StrEnum):
    """Why the node thinks so: at most three of these words stand in a start message."""

    LEVEL_RISE = "level_rise"
    VOICE_BAND = "voice_band"
    SUSTAINED = "sustained"
    MODULATION = "modulation"
    CLASSIFIER = "classifier"
    IMPULSE_SHAPE = "impulse_shape"
    OVERLOAD = "overload"
    BURST = "burst"
    REGULAR = "regular"
    MICROPHONE = "microphone"
    CAMERA = "camera"


class EndReason(StrEnum):
    """Why an incident is over: it ended, the node was stopped, or its senses were lost in between."""

    ENDED = "ended"
    STOPPED = "stopped"
    LOST = "lost"


class ClockQuality(StrEnum):
    """How far the node's time can be trusted."""

    SYNCED = "synced"
    HOLDOVER = "holdover"
    UNSYNCED = "unsynced"


class Calibration(StrEnum):
    """Where the level scale comes from: nowhere (dBFS), the microphone's data sheet, or a calibrator."""

    NONE = "none"
    NOMINAL = "nominal"
    CALIBRATOR = "calibrator"


class HealthCode(StrEnum):
    """What city IT may have to mend. Each code has an entry in `docs/operations.md`."""

    SENSE_ABSENT = "sense_absent"
    QUARANTINED = "quarantined"
    MICROPHONE_ABSENT = "microphone_absent"
    MICROPHONE_SILENT = "microphone_silent"
    MICROPHONE_FAULTY = "microphone_faulty"
    CAMERA_ABSENT = "camera_absent"
    CAMERA_FROZEN = "camera_frozen"
    CAMERA_FAULTY = "camera_faulty"
    CLOCK_UNSYNCED = "clock_unsynced"
    STORAGE_FULL = "storage_full"
    BROKER_REFUSES = "broker_refuses"
    NO_SUBSCRIBER = "no_subscriber"
    DEAD_LETTERS = "dead_letters"
    DUPLICATE_IDENTITY = "duplicate_identity"
    RECORDS_REFUSED = "records_refused"
    RECORDS_LOST = "records_lost"
    POLICY_REFUSED = "policy_refused"


MICROPHONE_CODES = frozenset({HealthCode.MICROPHONE_ABSENT, HealthCode.MICROPHONE_SILENT, HealthCode.MICROPHONE_FAULTY})
CAMERA_CODES = frozenset({HealthCode.CAMERA_ABSENT, HealthCode.CAMERA_FROZEN, HealthCode.CAMERA_FAULTY})
"""Of each of these at most one stands, and none where `sense` is absent: a message of health says little (P1)."""
SURROUNDINGS_CODES = frozenset(
    {
        HealthCode.CLOCK_UNSYNCED,
        HealthCode.BROKER_REFUSES,
        HealthCode.NO_SUBSCRIBER,
        HealthCode.DEAD_LETTERS,
        HealthCode.DUPLICATE_IDENTITY,
        HealthCode.POLICY_REFUSED,
    }
)
"""Codes that the clock, the network, the broker and the operator raise: sensing has no part in them."""
ALONE_CODES = frozenset({HealthCode.SENSE_ABSENT, HealthCode.QUARANTINED})
"""Of these at most one stands, and no code of a sensor beside it: there is nothing that could have a state."""
SENSED_CODE_SETS = 2 * (len(ALONE_CODES) + (1 + len(MICROPHONE_CODES)) * (1 + len(CAMERA_CODES)))
"""Among how many sets of codes sensing can choose: none there, or one state of each sensor; and a full card or not."""


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What belongs to a kind.

    Args:
        code: its number in the airlock's records, 1..31, never reused.
        type: its CloudEvents type.
        category: its general description.
        severity: how urgently a human should look.
    """

    code: int
    type: EventType
    category: Category
    severity: Severity


KINDS: dict[Kind, KindFacts] = {
    Kind.NOISE_SPIKE: KindFacts(1, EventType.NOISE_SPIKE, Category.NOISE_DISTURBANCE, Severity.MODERATE),
    Kind.SOUND_IMPULSE: KindFacts(2, EventType.SOUND_IMPULSE, Category.NOISE_DISTURBANCE, Severity.MINOR),
    Kind.SOUND_GUNSHOT: KindFacts(3, EventType.SOUND_GUNSHOT, Category.POSSIBLE_GUNFIRE, Severity.SEVERE),
    Kind.SOUND_EXPLOSION: KindFacts(4, EventType.SOUND_EXPLOSION, Category.POSSIBLE_EXPLOSION, Severity.SEVERE),
    Kind.SOUND_FIREWORKS: KindFacts(5, EventType.SOUND_FIREWORKS, Category.FIREWORKS, Severity.MINOR),
    Kind.SOUND_SCREAM: KindFacts(6, EventType.SOUND_SCREAM, Category.POSSIBLE_DISTRESS, Severity.MODERATE),
    Kind.SOUND_GLASS_BREAK: KindFacts(7, EventType.SOUND_GLASS_BREAK, Category.PROPERTY_DAMAGE, Severity.MODERATE),
    Kind.SOUND_SIREN: KindFacts(8, EventType.SOUND_SIREN, Category.EMERGENCY_VEHICLE, Severity.MINOR),
    Kind.SOUND_HORN_OR_ALARM: KindFacts(9, EventType.SOUND_HORN_OR_ALARM, Category.TRAFFIC, Severity.MINOR),
    Kind.SENSOR_FAULT: KindFacts(10, EventType.SENSOR_FAULT, Category.MAINTENANCE, Severity.MINOR),
    Kind.SENSOR_TAMPER: KindFacts(11, EventType.SENSOR_TAMPER, Category.MAINTENANCE, Severity.MINOR),
}
KIND_OF_CODE: dict[int, Kind] = {facts.code: kind for kind, facts in KINDS.items()}

EVIDENCE_BIT: dict[Evidence, int] = {
    Evidence.LEVEL_RISE: 0,
    Evidence.VOICE_BAND: 1,
    Evidence.SUSTAINED: 2,
    Evidence.MODULATION: 3,
    Evidence.CLASSIFIER: 4,
    Evidence.IMPULSE_SHAPE: 5,
    Evidence.OVERLOAD: 6,
    Evidence.BURST: 7,
    Evidence.REGULAR: 8,
    Evidence.MICROPHONE: 9,
    Evidence.CAMERA: 10,
}
"""The bit of each word in the airlock's records, never reused."""
MAX_EVIDENCE = 3
