"""T1: how much a node can say at most about what it senses, in bits a day. Computed from the types and the policy.

Everything that leaves because of sensing is a function of what the gate releases: which messages, what stands in
them, when they leave, in which order, and which second they name. The number of possible days of releases bounds what
they can tell, whoever chooses them: a hostile `sense` too (reference: standards, section 4.3, has the proof).

    N ways for n things that each stand on one of T ticks, in order:  C(T + n - 1, n)

The bound holds on average over the days since the outbox was made: what sensing did not say on one day it may say
later, within the airlock's ring. It is no bound on identity, does not cover a compromised `uplink` or kernel, and
leaves out how the load of the processor shifts what other programs do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from node.airlock.alphabet import UncountableError, bits, size_of, sizes_of
from node.airlock.gate import BACK_S, HEALTH_CHANGES_AT_ONCE, STARTS_AT_ONCE, STARTS_EVERY_S, TICK_S
from node.config.policy import Policy
from node.contract.base import Wire
from node.contract.documents import Health
from node.contract.envelope import CommandResultMessage, GapMessage, InfoMessage, StateMessage
from node.contract.event import IncidentEnd, IncidentStart
from node.contract.summary import Summary
from node.contract.topics import HEALTH_INTERVAL_S

DAY_S = 86_400
TARGET_BITS_PER_SECOND = 0.5
_ARRIVALS = 1000
SILENT: tuple[type[Wire], ...] = (InfoMessage, StateMessage, GapMessage, CommandResultMessage)
"""Messages that sensing has no part in: what they say follows from the network, from commands, and from what left."""
_TICKS_A_DAY = round(DAY_S / TICK_S)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that sensing can choose.

    Args:
        name: what it is, in words for residents.
        bits_per_day: how much it can say in a day at most.
    """

    name: str
    bits_per_day: float


@dataclass(frozen=True, slots=True)
class Capacity:
    """The bound.

    Args:
        per_message: the bits of one message of each type.
        parts: everything that can be chosen, summed up over a day.
    """

    per_message: dict[str, float]
    parts: tuple[Part, ...]

    @property
    def bits_per_day(self) -> float:
        """All of it."""
        return sum(part.bits_per_day for part in self.parts)

    @property
    def bits_per_second(self) -> float:
        """The same for each second."""
        return self.bits_per_day / DAY_S

    @property
    def holds(self) -> bool:
        """Whether it is within the promise of 0.5 bit/s."""
        return self.bits_per_second <= TARGET_BITS_PER_SECOND


def capacity(policy: Policy, window_s: int) -> Capacity:
    """The bound under a policy.

    Args:
        policy: the caps of the gate.
        window_s: length of a summary's window, in seconds.

    Raises:
        UncountableError: a message has a field that could say anything.
    """
    for document in SILENT:
        _require_silence(document)
    per_message = {
        "event start": bits(size_of(IncidentStart)),
        "event end": bits(size_of(IncidentEnd)),
        "summary": bits(size_of(Summary)),
        "health": bits(size_of(Health)),
        "info": 0.0,
        "state": 0.0,
        "gap": 0.0,
        "command result": 0.0,
    }
    resolution_s = policy.time_resolution_s
    begun = min(policy.incidents_per_day, policy.incidents_per_10_min * DAY_S // 600)
    windows = -(-DAY_S // window_s)
    changes = HEALTH_CHANGES_AT_ONCE + DAY_S // HEALTH_INTERVAL_S
    healths = DAY_S // HEALTH_INTERVAL_S + changes
    falls = STARTS_AT_ONCE + DAY_S // STARTS_EVERY_S
    parts = (
        Part(f"what {begun} incidents are, at their start", begun * per_message["event start"]),
        Part("how they ended", begun * per_message["event end"]),
        Part("which incident each end belongs to", bits(math.factorial(begun))),
        Part("when these messages leave, in ticks of a quarter of a second", _in_order(_TICKS_A_DAY, 2 * begun)),
        Part("in which order starts and ends leave", bits(math.comb(2 * begun, begun))),
        # An instant may lie before the one of the record before, by BACK_S at most: shifted by that, they are in order.
        Part(
            "which seconds they name",
            _in_order(-(-DAY_S // resolution_s) + 2 * begun * (-(-BACK_S // resolution_s) + 1), 2 * begun),
        ),
        *([Part("at which millisecond a bang arrived", begun * bits(1 + _ARRIVALS))] if policy.arrival_ms else []),
        Part(f"what {windows} summaries hold", windows * per_message["summary"]),
        Part("when within the next window a summary leaves", windows * bits(max(1, round(window_s / TICK_S)))),
        Part(f"what {healths} messages of health hold", healths * per_message["health"]),
        Part("when a change of health leaves", _in_order(_TICKS_A_DAY, changes)),
        Part("when the sending program falls over, if sensing could cause it", _in_order(_TICKS_A_DAY, falls)),
    )
    return Capacity(per_message, parts)


def _in_order(places: int, things: int) -> float:
    """The bits of putting things on places in order, several on one place allowed."""
    return bits(math.comb(places + things - 1, things)) if things else 0.0


def _require_silence(document: type[Wire]) -> None:
    """A message says nothing of what is sensed.

    Raises:
        UncountableError: it could.
    """
    if size_of(document) != 1:
        raise UncountableError(f"{document.__name__} can say something: {sizes_of(document)}")
