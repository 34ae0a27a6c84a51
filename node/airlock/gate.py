"""The gate: decides what of a record may be said, and says it anew from integers. Pure: no clock, no file.

Rules (docs/privacy.md tells them to residents):

    P1  Only the closed kinds and words of `node.contract` pass; counts in a summary stop at 3.
    P2  Incidents are told to the nearest second or coarser, durations and peaks in steps; of a bang the milliseconds,
        where the signed policy allows it.
    P3  Levels are told in whole dB, over a window only.
    P4  At most `incidents_per_10_min` and `incidents_per_day` incidents begin, and of these a share is kept for the
        more severe ones. What is kept back is counted.
    P5  An end is told only of an incident whose start was told.
    P6  What `sense` sends is taken in on ticks of a quarter of a second.
    P7  A kind that the policy does not allow is kept back, and counted.
    P8  A count of people leaves once a window, noisy, in steps, and not at all below `k` (`node.airlock.occupancy`).
    P9  A run of `uplink` that follows many others connects later: restarts say little (`node.uplink.on_air`).

The policy has a floor that nothing can loosen: `node.config.policy`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from node.airlock.record import IncidentBegan, IncidentEnded, WindowSensed
from node.config.policy import Policy
from node.contract.base import few
from node.contract.event import ARRIVING_KINDS, IncidentEnd, IncidentStart, duration_step, peak_step
from node.contract.summary import Counts, LevelsDb, LevelsDbfs, PeopleStep, Summary
from node.contract.words import (
    EVIDENCE_BIT,
    KIND_OF_CODE,
    KINDS,
    MAX_EVIDENCE,
    ClockQuality,
    Confidence,
    EndReason,
    Kind,
    Severity,
)

TICK_S = 0.25
"""What came from `sense` is looked at on these ticks alone (P6): a release says nothing by a finer instant."""
BACK_S = 10
"""How far before the instant of the record before it a record may be dated (P2)."""
HEALTH_CHANGES_AT_ONCE = 4
"""Messages of health between the regular ones, because a code changed (P4); one more for each regular one."""
STARTS_AT_ONCE = 300
STARTS_EVERY_S = 300
"""So many runs of `uplink` go on air at once after a long rest, and after so many seconds one more (P9)."""

KEPT_PER_10_MIN = {Severity.SEVERE: 0, Severity.MODERATE: 1, Severity.MINOR: 2}
KEPT_PER_DAY = {Severity.SEVERE: 0, Severity.MODERATE: 30, Severity.MINOR: 60}
"""How many of the incidents that may begin stay kept for more severe ones; never more than half of them."""
TEN_MINUTES_MS = 600_000
DAY_MS = 86_400_000

_CONFIDENCE = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)
_REASON = (EndReason.ENDED, EndReason.STOPPED)
_CALIBRATED: tuple[Literal["nominal", "calibrator"], ...] = ("nominal", "calibrator")


class Held(Enum):
    """Why the gate keeps something back."""

    RATE_10_MIN = auto()
    RATE_DAY = auto()
    NOT_TOLD = auto()


@dataclass(frozen=True, slots=True)
class Ledger:
    """How many incidents were told in the last ten minutes, and in the last day."""

    in_10_min: int
    in_day: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a message is dated besides its time.

    Args:
        clock: how far the time can be trusted.
        uptime_s: seconds since the device started, exactly where the clock is unsynced.
    """

    clock: ClockQuality
    uptime_s: int | None


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted over a window besides what was sensed.

    Args:
        began: how many incidents of each kind were told.
        held_back: how many were kept back.
        last_sequence: the last number given before this summary.
        people: what `node.airlock.occupancy.release` gave for this window; None where nobody was counted.
    """

    began: dict[Kind, int]
    held_back: int
    last_sequence: int
    people: PeopleStep | None = None


def may_begin(policy: Policy, ledger: Ledger, severity: Severity) -> Held | None:
    """None when an incident of this severity may be told now, else the cap that keeps it back (P4).

    A day of horns must not use up what a shot would need: the less severe leave a share of each cap free.
    """
    if ledger.in_10_min >= _open_to(severity, policy.incidents_per_10_min, KEPT_PER_10_MIN):
        return Held.RATE_10_MIN
    if ledger.in_day >= _open_to(severity, policy.incidents_per_day, KEPT_PER_DAY):
        return Held.RATE_DAY
    return None


def may_tell(policy: Policy, kind: Kind) -> bool:
    """Whether the policy allows a kind at all (P7)."""
    return kind in policy.kinds


def told_s(policy: Policy, wall_s: float) -> float:
    """The time of an incident as it may be told: seconds since 1970, rounded to the policy's resolution (P2)."""
    return rounded_s(wall_s, policy.time_resolution_s)


def rounded_s(wall_s: float, resolution_s: int) -> float:
    """A time, rounded half up to whole multiples of a resolution in seconds."""
    return math.floor(wall_s / resolution_s + 0.5) * float(resolution_s)


def arrival_ms(policy: Policy, kind: Kind, wall_s: float) -> int | None:
    """The milliseconds of a bang after the second that is told, -500..499, where the policy allows them (P2)."""
    if not policy.arrival_ms or kind not in ARRIVING_KINDS or policy.time_resolution_s != 1:
        return None
    return min(round((wall_s - told_s(policy, wall_s)) * 1000.0), 499)


def _open_to(severity: Severity, cap: int, kept: dict[Severity, int]) -> int:
    """How much of a cap incidents of a severity may use up."""
    return cap - min(kept[severity], cap // 2)


def begin(body: IncidentBegan, event_id: str, stamp: Stamp, arrival: int | None = None) -> IncidentStart:
    """The start message of an incident that may be told (P1, P2). `arrival` is what `arrival_ms` allows."""
    kind = KIND_OF_CODE[body.kind_code]
    words = sorted(word for word, bit in EVIDENCE_BIT.items() if body.evidence_bits >> bit & 1)
    return IncidentStart(
        kind=kind,
        category=KINDS[kind].category,
        incident=event_id,
        clock=stamp.clock,
        uptime_s=stamp.uptime_s,
        delayed=False,
        severity=KINDS[kind].severity,
        confidence=_CONFIDENCE[body.confidence],
        evidence=tuple(words[:MAX_EVIDENCE]),
        arrival_ms=arrival if stamp.clock is ClockQuality.SYNCED else None,
    )


def end(body: IncidentEnded, kind: Kind, start_id: str, stamp: Stamp) -> IncidentEnd:
    """The end message of an incident whose start was told (P2, P5)."""
    return _end(kind, start_id, stamp, (_REASON[body.reason], body.duration_s, body.peak_over_background_db))


def lose(kind: Kind, start_id: str, stamp: Stamp) -> IncidentEnd:
    """The end message of an incident whose senses were lost: nothing is known of its length or peak."""
    return _end(kind, start_id, stamp, (EndReason.LOST, 0, 0))


def _end(kind: Kind, start_id: str, stamp: Stamp, facts: tuple[EndReason, int, int]) -> IncidentEnd:
    """An end message from its reason, duration in seconds and peak in dB."""
    reason, duration_s, peak_db = facts
    return IncidentEnd(
        kind=kind,
        category=KINDS[kind].category,
        incident=start_id,
        clock=stamp.clock,
        uptime_s=stamp.uptime_s,
        delayed=False,
        reason=reason,
        duration_at_least_s=duration_step(duration_s),
        peak_over_background_at_least_db=peak_step(peak_db),
    )


def summarise(sensed: WindowSensed | None, window_s: int, tally: Tally, stamp: Stamp) -> Summary:
    """The summary of a window; without anything sensed it says so by zero exposure (P1, P3, P8)."""
    sound_s = min(sensed.sound_exposure_s, window_s) if sensed else 0
    sight_s = min(sensed.sight_exposure_s, window_s) if sensed else 0
    return Summary(
        window_s=window_s,
        sound_exposure_s=sound_s,
        sight_exposure_s=sight_s,
        levels=_levels(sensed) if sensed and sound_s else None,
        counts=Counts.of(tally.began),
        held_back=few(tally.held_back),
        people_at_least=tally.people if sight_s else None,
        last_sequence=tally.last_sequence,
        clock=stamp.clock,
        uptime_s=stamp.uptime_s,
        delayed=False,
    )


def _levels(sensed: WindowSensed) -> LevelsDb | LevelsDbfs:
    """The levels in whole dB, moved into the range that the wire has (P3)."""
    ddb = (sensed.laeq_ddb, sensed.lafmax_ddb, sensed.l10_ddb, sensed.l50_ddb, sensed.l90_ddb)
    laeq, lafmax, l10, l50, l90 = ((value + 5) // 10 for value in ddb)
    if sensed.calibration == 0:
        laeq, lafmax, l10, l50, l90 = (min(max(value, -150), 0) for value in (laeq, lafmax, l10, l50, l90))
        return LevelsDbfs(
            calibration="none", laeq_dbfs=laeq, lafmax_dbfs=lafmax, l10_dbfs=l10, l50_dbfs=l50, l90_dbfs=l90
        )
    laeq, lafmax, l10, l50, l90 = (min(max(value, 0), 150) for value in (laeq, lafmax, l10, l50, l90))
    return LevelsDb(
        calibration=_CALIBRATED[sensed.calibration - 1],
        laeq_db=laeq,
        lafmax_db=lafmax,
        l10_db=l10,
        l50_db=l50,
        l90_db=l90,
    )
