"""The two messages of an incident: that it began, and that it is over."""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from node.contract.base import Alternatives, ClockState, Late, OwnNumber, Stamped, Unsensed, UptimeSeconds, Wire
from node.contract.words import (
    KINDS,
    MAX_EVIDENCE,
    Category,
    ClockQuality,
    Confidence,
    EndReason,
    Evidence,
    Kind,
    Severity,
)

DurationStep = Literal[0, 1, 2, 5, 10, 20, 60, 120, 300, 600, 1800, 3600]
PeakStep = Literal[0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45]
DURATION_STEPS_S: tuple[DurationStep, ...] = get_args(DurationStep)
PEAK_STEPS_DB: tuple[PeakStep, ...] = get_args(PeakStep)


EVIDENCE_SETS = sum(math.comb(len(Evidence), count) for count in range(MAX_EVIDENCE + 1))
"""How many sets of at most `MAX_EVIDENCE` words there are."""


ARRIVING_KINDS = frozenset({Kind.SOUND_IMPULSE, Kind.SOUND_GUNSHOT})
"""Kinds that may carry a time of arrival: several poles locate a bang by it."""


class _Incident(Wire):
    """What both messages of an incident say."""

    kind: Kind
    category: Annotated[Category, Unsensed("the kind's own, checked below")]
    incident: OwnNumber = Field(description="the id of the start message, in both messages")
    clock: Annotated[ClockQuality, ClockState]
    uptime_s: Annotated[UptimeSeconds | None, Stamped] = Field(
        description="since the device started, only where the clock is unsynced: it dates the event later"
    )
    delayed: Annotated[bool, Late] = Field(description="it was held back, by an outage for one, for more than 30 s")

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        """The category is the kind's own, and the uptime stands exactly where the clock is not synced."""
        if self.category is not KINDS[self.kind].category:
            raise ValueError("the category is not the one of this kind")
        if (self.uptime_s is None) == (self.clock is ClockQuality.UNSYNCED):
            raise ValueError("uptime_s stands exactly where the clock is unsynced")
        return self


class IncidentStart(_Incident):
    """An incident began. The CloudEvents time is the second in which it began."""

    phase: Literal["start"] = "start"
    severity: Annotated[Severity, Unsensed("the kind's own, checked below")]
    confidence: Confidence
    evidence: Annotated[
        tuple[Evidence, ...],
        Field(max_length=MAX_EVIDENCE),
        Alternatives(EVIDENCE_SETS, "a set: sorted, each word once"),
    ]
    arrival_ms: Annotated[
        Annotated[int, Field(ge=-500, le=499)] | None,
        Alternatives(1, "absent; under a policy that allows it, node/airlock/capacity.py counts it"),
    ] = Field(None, description="of a bang, after `time`; only where the signed policy allows it")

    @model_validator(mode="after")
    def _is_canonical(self) -> Self:
        """Evidence is a set: its order says nothing, so it has only one. The severity is the kind's own."""
        if self.severity is not KINDS[self.kind].severity:
            raise ValueError("the severity is not the one of this kind")
        if tuple(sorted(set(self.evidence))) != self.evidence:
            raise ValueError("evidence words are sorted and stand once each")
        if self.arrival_ms is not None and (self.kind not in ARRIVING_KINDS or self.clock is not ClockQuality.SYNCED):
            raise ValueError("arrival_ms stands only with a bang, and where the clock is synced")
        return self


class IncidentEnd(_Incident):
    """An incident is over. The CloudEvents time is the second in which it ended."""

    phase: Literal["end"] = "end"
    kind: Annotated[Kind, Unsensed("that of the incident's start")]
    reason: EndReason
    duration_at_least_s: DurationStep
    peak_over_background_at_least_db: PeakStep


IncidentData = Annotated[IncidentStart | IncidentEnd, Field(discriminator="phase")]


def duration_step(duration_s: float) -> DurationStep:
    """The greatest step that is not above a duration in seconds (P2: durations leave as one of twelve steps)."""
    return [step for step in DURATION_STEPS_S if step <= max(duration_s, 0)][-1]


def peak_step(peak_db: float) -> PeakStep:
    """The greatest step that is not above a peak in dB (P2: peaks leave as one of sixteen steps)."""
    return [step for step in PEAK_STEPS_DB if step <= max(peak_db, 0)][-1]
