"""The retained documents of a node: who it is (`info`), whether it is there (`state`), how it fares (`health`)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from node.contract.base import (
    Alternatives,
    ClockState,
    Digest,
    Epoch,
    RoughCount,
    Sequence,
    ShortDigest,
    TotalCount,
    Unsensed,
    UptimeSeconds,
    Version,
    Wire,
)
from node.contract.summary import WindowSeconds
from node.contract.words import (
    ALONE_CODES,
    CAMERA_CODES,
    MICROPHONE_CODES,
    SENSED_CODE_SETS,
    Calibration,
    ClockQuality,
    HealthCode,
    Kind,
)

_CONFIGURED = Unsensed("configured")
_PROGRAM = Unsensed("the program's own")
_LEFT = Unsensed("a digest of what left, never of what was held back")
TEMPERATURE_STEP_C = 5


class PrivacyManifest(Wire):
    """What this node can say at most, and what it never does. Constants are stated so that a reader sees them."""

    recording: Literal["none"] = "none"
    images: Literal["never_leave"] = "never_leave"
    sound: Literal["never_leaves"] = "never_leaves"
    identities: Literal["none"] = "none"
    kinds: Annotated[tuple[Kind, ...], Field(max_length=len(Kind)), _PROGRAM]
    incidents_per_10_min: Annotated[int, Field(ge=0, le=4), _CONFIGURED]
    incidents_per_day: Annotated[int, Field(ge=0, le=150), _CONFIGURED]
    time_resolution_s: Annotated[Literal[1, 10, 60], _CONFIGURED] = 1
    arrival_ms: Annotated[bool, _CONFIGURED] = Field(
        default=False, description="a bang may carry its time of arrival in milliseconds"
    )
    policy: Annotated[Literal["default", "signed"], _CONFIGURED] = "default"


class Info(Wire):
    """The birth of a node's connection: retained, and sent each time that it connects."""

    epoch: Annotated[Epoch, Unsensed("the outbox file's")]
    last_sequence: Annotated[Sequence, Unsensed("counts what left before")]
    version: Annotated[Version, _PROGRAM]
    schemas: Annotated[Digest, _PROGRAM] = Field(
        description="sha256 of all schemas of this version: equal digests, equal wire"
    )
    window_s: Annotated[WindowSeconds, _CONFIGURED]
    hears: Annotated[bool, _CONFIGURED] = Field(description="a microphone is configured")
    sees: Annotated[bool, _CONFIGURED] = Field(description="a camera is configured")
    counts_people: Annotated[bool, _CONFIGURED] = Field(description="a person detector is installed")
    calibration: Annotated[Calibration, _CONFIGURED]
    privacy: PrivacyManifest


class State(Wire):
    """Whether the node is connected. The broker itself says `lost` for a node that is gone (last will, 30 s)."""

    online: Annotated[bool, Unsensed("the connection's")]
    reason: Annotated[Literal["birth", "stopped", "lost"], Unsensed("the connection's")]
    epoch: Annotated[Epoch, Unsensed("the outbox file's")]


class Health(Wire):
    """How the node fares, in codes and counters that stay at their greatest value."""

    uptime_s: Annotated[UptimeSeconds, Unsensed("the instant again, on the clock that never steps")]
    clock: Annotated[ClockQuality, ClockState]
    codes: Annotated[
        tuple[HealthCode, ...],
        Field(max_length=len(HealthCode)),
        Alternatives(SENSED_CODE_SETS, "one state of each sensor; the others are the surroundings' or the counters'"),
    ]
    waiting: Annotated[TotalCount, Unsensed("counts what left, less what the network took")] = Field(
        description="messages in the outbox that the broker has not acknowledged"
    )
    dead_letters: Annotated[TotalCount, Unsensed("the broker's")] = Field(
        description="messages that the broker refused for good"
    )
    records_refused: RoughCount = Field(description="records that the airlock refused; at least so many")
    records_lost: RoughCount = Field(
        description="records that `sense` had to drop, that never arrived, or too late; at least so many"
    )
    held_back: RoughCount = Field(description="incidents of the last day that the rate cap kept back; at least so many")
    commands_refused: Annotated[TotalCount, Unsensed("whoever asked")] = Field(
        default=0, description="commands that this node refused since it started"
    )
    audit_number: Annotated[Sequence, _LEFT] = Field(description="of the last entry of the audit log")
    audit_head: Annotated[ShortDigest, _LEFT] = Field(
        description="first half of the digest of the whole audit log up to that entry"
    )
    temperature_c: Annotated[int, Field(ge=-40, le=125, multiple_of=TEMPERATURE_STEP_C)] | None = Field(
        description="of the processor, in steps of 5 degrees: what sensing computes warms it"
    )

    @model_validator(mode="after")
    def _says_little(self) -> Self:
        """At most one code of each sensor, none where `sense` is absent; what counts has its code exactly then (P1)."""
        codes = set(self.codes)
        if tuple(sorted(codes)) != self.codes:
            raise ValueError("codes are sorted and stand once each")
        alone, sensors = len(codes & ALONE_CODES), [len(codes & MICROPHONE_CODES), len(codes & CAMERA_CODES)]
        if max(alone, *sensors) > 1 or (alone and any(sensors)):
            raise ValueError("a sensor has one state, and none where sense is absent or in quarantine")
        counted = {HealthCode.RECORDS_REFUSED: self.records_refused, HealthCode.RECORDS_LOST: self.records_lost}
        if any((code in codes) != (count > 0) for code, count in counted.items()):
            raise ValueError("a counter has its code exactly where it counted")
        return self
