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


class EventType(StrEnum):
    """The CloudEvents `type` of each kind: reverse DNS, and the major version of its schema."""

    NOISE_SPIKE = "org.polewatch.noise.spike.v1"


class Category(StrEnum):
    """The general description that a dispatcher reads."""

    NOISE_DISTURBANCE = "noise_disturbance"


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
    RECORDS_REFUSED = "records_refused"
    RECORDS_LOST = "records_lost"


MICROPHONE_CODES = frozenset({HealthCode.MICROPHONE_ABSENT, HealthCode.MICROPHONE_SILENT, HealthCode.MICROPHONE_FAULTY})
CAMERA_CODES = frozenset({HealthCode.CAMERA_ABSENT, HealthCode.CAMERA_FROZEN, HealthCode.CAMERA_FAULTY})
"""Of each of these at most one stands, and none where `sense` is absent: a message of health says little (P1)."""
SURROUNDINGS_CODES = frozenset(
    {HealthCode.CLOCK_UNSYNCED, HealthCode.BROKER_REFUSES, HealthCode.NO_SUBSCRIBER, HealthCode.DEAD_LETTERS}
)
"""Codes that the clock, the network and the broker raise: sensing has no part in them."""
SENSED_CODE_SETS = 2 * (1 + (1 + len(MICROPHONE_CODES)) * (1 + len(CAMERA_CODES)))
"""Among how many sets of codes sensing can choose: absent, or one state of each sensor; and a full card or not."""


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
}
KIND_OF_CODE: dict[int, Kind] = {facts.code: kind for kind, facts in KINDS.items()}

EVIDENCE_BIT: dict[Evidence, int] = {
    Evidence.LEVEL_RISE: 0,
    Evidence.VOICE_BAND: 1,
    Evidence.SUSTAINED: 2,
}
"""The bit of each word in the airlock's records, never reused."""
MAX_EVIDENCE = 3
