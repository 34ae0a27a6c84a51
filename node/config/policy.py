"""The policy of the gate: what may leave at most. Its floor is this type: no file, setting or message is looser.

Without a signed policy the defaults hold, the strictest that are still of use. A signed one may loosen them as far
as the ranges below allow (`node.config.signed_policy`). The configuration may only tighten what is in force.
"""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from node.config.settings import SummarySettings
from node.config.wall import PolicySettings
from node.contract.words import Kind

FLOOR_PER_10_MIN = 4
FLOOR_PER_DAY = 150
FLOOR_K = 5
FLOOR_EPSILON_PERCENT = 100
FLOOR_WINDOW_S = 900

TimeResolution = Literal[1, 10, 60]


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid", strict=True))
class Policy:
    """What the gate lets through. A value outside its range is a `ValueError`: nothing is looser than the floor.

    Args:
        incidents_per_10_min: how many incidents may begin within any ten minutes.
        incidents_per_day: how many within any day.
        kinds: what may be told at all.
        time_resolution_s: to what the time of an incident is rounded, in seconds.
        arrival_ms: whether a bang may carry its time of arrival in milliseconds, so that several poles can locate it.
        least_window_s: how long a summary's window is at least, in seconds.
        k: below so many people, by the noisy count, none are told.
        epsilon_percent: the epsilon of a window's count of people, in hundredths.
    """

    incidents_per_10_min: Annotated[int, Field(ge=0, le=FLOOR_PER_10_MIN)] = FLOOR_PER_10_MIN
    incidents_per_day: Annotated[int, Field(ge=0, le=FLOOR_PER_DAY)] = FLOOR_PER_DAY
    kinds: frozenset[Kind] = frozenset(Kind)
    time_resolution_s: TimeResolution = 1
    arrival_ms: bool = False
    least_window_s: Annotated[int, Field(ge=FLOOR_WINDOW_S, le=3600)] = FLOOR_WINDOW_S
    k: Annotated[int, Field(ge=FLOOR_K, le=100)] = 10
    epsilon_percent: Annotated[int, Field(ge=1, le=FLOOR_EPSILON_PERCENT)] = 50

    @property
    def document(self) -> dict[str, Any]:
        """The same as JSON has it, always in the same order."""
        return {**asdict(self), "kinds": sorted(kind.value for kind in self.kinds)}

    @property
    def epsilon(self) -> Fraction:
        """The epsilon of a window's count of people, exactly."""
        return Fraction(self.epsilon_percent, 100)


def tighten(policy: Policy, wanted: PolicySettings) -> Policy:
    """The stricter of both, value by value: what is wanted counts only where it is stricter."""
    return Policy(
        incidents_per_10_min=min(policy.incidents_per_10_min, wanted.incidents_per_10_min),
        incidents_per_day=min(policy.incidents_per_day, wanted.incidents_per_day),
        kinds=policy.kinds - frozenset(wanted.silent_kinds),
        time_resolution_s=max(policy.time_resolution_s, wanted.time_resolution_s),
        arrival_ms=policy.arrival_ms and wanted.arrival_ms,
        least_window_s=policy.least_window_s,
        k=max(policy.k, wanted.k),
        epsilon_percent=min(policy.epsilon_percent, wanted.epsilon_percent),
    )


def window_in_force_s(summary: SummarySettings, policy: Policy) -> int:
    """Length of a summary's window in seconds, no shorter than the policy's; a demonstration's is what it says."""
    return summary.window_s if summary.demonstration else max(summary.window_s, policy.least_window_s)
