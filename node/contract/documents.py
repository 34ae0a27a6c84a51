"""The retained documents of a node: who it is (`info`), whether it is there (`state`), how it fares (`health`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from node.contract.base import Digest, Epoch, RoughCount, Sequence, TotalCount, UptimeSeconds, Version, Wire
from node.contract.summary import WindowSeconds
from node.contract.words import Calibration, ClockQuality, HealthCode, Kind


class PrivacyManifest(Wire):
    """What this node can say at most, and what it never does. Constants are stated so that a reader sees them."""

    recording: Literal["none"] = "none"
    images: Literal["never_leave"] = "never_leave"
    sound: Literal["never_leaves"] = "never_leaves"
    identities: Literal["none"] = "none"
    kinds: Annotated[tuple[Kind, ...], Field(max_length=len(Kind))]
    incidents_per_10_min: Annotated[int, Field(ge=0, le=4)]
    incidents_per_day: Annotated[int, Field(ge=0, le=150)]
    time_resolution_s: Literal[1] = 1


class Info(Wire):
    """The birth of a node's connection: retained, and sent each time that it connects."""

    epoch: Epoch
    last_sequence: Sequence
    version: Version
    schemas: Digest = Field(description="sha256 of all schemas of this version: equal digests, equal wire")
    window_s: WindowSeconds
    hears: bool = Field(description="a microphone is configured")
    sees: bool = Field(description="a camera is configured")
    counts_people: bool = Field(description="a person detector is installed")
    calibration: Calibration
    privacy: PrivacyManifest


class State(Wire):
    """Whether the node is connected. The broker itself says `lost` for a node that is gone (last will, 30 s)."""

    online: bool
    reason: Literal["birth", "stopped", "lost"]
    epoch: Epoch


class Health(Wire):
    """How the node fares, in codes and counters that stay at their greatest value."""

    uptime_s: UptimeSeconds
    clock: ClockQuality
    codes: Annotated[tuple[HealthCode, ...], Field(max_length=len(HealthCode))]
    waiting: TotalCount = Field(description="messages in the outbox that the broker has not acknowledged")
    dead_letters: TotalCount = Field(description="messages that the broker refused for good")
    records_refused: RoughCount = Field(description="records that the airlock refused; at least so many")
    records_lost: RoughCount = Field(
        description="records that `sense` had to drop, that never arrived, or too late; at least so many"
    )
    held_back: RoughCount = Field(description="incidents of the last day that the rate cap kept back; at least so many")
    temperature_c: Annotated[int, Field(ge=-40, le=125)] | None
