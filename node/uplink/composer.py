"""Dates what the gate says and puts it into its envelope."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from node.airlock.gate import Stamp, rounded_s, told_s
from node.config.policy import Policy
from node.contract.base import instant
from node.contract.envelope import EventMessage, Numbered, SummaryMessage
from node.contract.event import IncidentEnd, IncidentStart
from node.contract.summary import Summary
from node.contract.words import KINDS, ClockQuality
from node.ops.clock import WallClock

Compose = Callable[[str, str], Numbered]
"""Makes a message from its id and its sequence text."""
_MAX_UPTIME_S = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Sender:
    """Who speaks.

    Args:
        source: `urn:polewatch:node:<id>`.
        subject: the pole's tile.
    """

    source: str
    subject: str


class Composer:
    """Makes messages.

    Args:
        sender: who speaks.
        clock: dates instants.
    """

    def __init__(self, sender: Sender, clock: WallClock) -> None:
        self._sender = sender
        self._clock = clock

    def wall_s(self, boot_s: float) -> float:
        """Seconds since 1970 of an instant of the boot clock."""
        return self._clock.wall_s(boot_s)

    def stamp(self, boot_s: float, resolution_s: int = 1) -> Stamp:
        """How an instant is dated: with the uptime where the wall clock cannot be trusted.

        The uptime is the time that is told, on another clock: both together say no more than one (P2).
        """
        quality, wall_s = self._clock.quality(), self.wall_s(boot_s)
        told_boot_s = rounded_s(wall_s, resolution_s) - (wall_s - boot_s)
        uptime_s = min(max(math.floor(told_boot_s + 0.5), 0), _MAX_UPTIME_S)
        return Stamp(quality, uptime_s if quality is ClockQuality.UNSYNCED else None)

    def event(self, data: IncidentStart | IncidentEnd, boot_s: float, policy: Policy) -> Compose:
        """A message of an incident, dated by an instant of the boot clock as finely as the policy allows."""
        return lambda event_id, sequence: EventMessage(
            id=event_id,
            sequence=sequence,
            source=self._sender.source,
            subject=self._sender.subject,
            time=instant(told_s(policy, self.wall_s(boot_s))),
            type=KINDS[data.kind].type,
            data=data,
        )

    def start(self, begin: Callable[[str], IncidentStart], boot_s: float, policy: Policy) -> Compose:
        """The first message of an incident: its own id is the incident's."""
        return lambda event_id, sequence: self.event(begin(event_id), boot_s, policy)(event_id, sequence)

    def summary(self, data: Summary, window: int) -> Compose:
        """The message of a window."""
        return lambda event_id, sequence: SummaryMessage(
            id=event_id,
            sequence=sequence,
            source=self._sender.source,
            subject=self._sender.subject,
            time=instant(window * data.window_s),
            data=data,
        )
