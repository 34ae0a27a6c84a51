"""From a record to the outbox: parse, drop duplicates, ask the gate, store. One transaction for one record.

When `take` returns an acknowledgement, everything up to it is on the card; when it raises, nothing of the record
is, and `sense` still has it.
"""

from __future__ import annotations

from dataclasses import dataclass

from node.airlock import gate
from node.airlock.gate import Stamp
from node.airlock.record import (
    HourLearnt,
    IncidentBegan,
    IncidentEnded,
    PeopleSeen,
    Record,
    Status,
    WindowSensed,
    decode,
)
from node.config.policy import Policy
from node.contract.envelope import Numbered
from node.contract.words import KIND_OF_CODE, KINDS
from node.errors import RecordError
from node.uplink.books import Books
from node.uplink.memory import Memory
from node.uplink.outbox import Moment
from node.uplink.register import OpenIncident
from node.uplink.summaries import Summaries
from node.uplink.windows import index_at, index_of


@dataclass(frozen=True, slots=True)
class Heard:
    """A status, and when `sense` made it, in milliseconds of the boot clock."""

    body: Status
    instant_ms: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a record.

    Args:
        acknowledge: the sequence that is now on the card, or None where there is nothing to acknowledge.
        status: what a status says, and its instant.
        released: what was stored for sending because of it.
    """

    acknowledge: int | None = None
    status: Heard | None = None
    released: tuple[Numbered, ...] = ()


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A record with its instant clamped, and when that is on the register's clock and on the wall."""

    record: Record
    instant_s: float
    moment: Moment
    window: int


class Intake:
    """Takes records in.

    Args:
        books: what was sensed and told, and where messages go.
        summaries: which windows are still open.
        policy: what the gate lets through.
        memory: where learnt hours go; None where nothing outlives this process.
    """

    def __init__(self, books: Books, summaries: Summaries, policy: Policy, memory: Memory | None = None) -> None:
        self._store = books.store
        self._outbox = books.outbox
        self._register = books.register
        self._people = books.people
        self._composer = books.composer
        self._window_s = books.window_s
        self._summaries = summaries
        self._memory = memory
        self.policy = policy
        self.refused = 0
        self.lost = 0

    def take(self, content: bytes, boot_s: float) -> Taken:
        """Takes one packet of the airlock.

        Args:
            content: any bytes.
            boot_s: now, on the clock that never steps.

        Raises:
            StorageError: nothing of it was stored.
        """
        try:
            record = decode(content)
        except RecordError:
            self.refused += 1
            return Taken()
        if isinstance(record.body, Status):
            return Taken(status=Heard(record.body, record.instant_ms))
        last = self._register.last_seen(record.epoch)
        if record.sequence <= last:
            return Taken(acknowledge=record.sequence)
        with self._store.transaction():
            now = self._register.advance(boot_s)
            released = [*self._lose_others(record.epoch, boot_s, now), *self._judge(record, boot_s, now)]
            self._register.see(record.epoch, record.sequence, now.at_ms)
        self._outbox.committed()
        self.lost += record.sequence - last - 1
        return Taken(acknowledge=record.sequence, released=tuple(released))

    def lose_open(self, boot_s: float) -> list[Numbered]:
        """`sense` is gone: every open incident ends as lost.

        Raises:
            StorageError: nothing was stored.
        """
        if not self._register.open_of_others(0):
            return []
        with self._store.transaction():
            ended = self._lose_others(0, boot_s, self._register.advance(boot_s))
        self._outbox.committed()
        return ended

    def _judge(self, record: Record, boot_s: float, now: Moment) -> list[Numbered]:
        """What a record makes known."""
        instant_ms = self._register.clamp(record.instant_ms, boot_s)
        at_ms = max(0, now.at_ms - (int(boot_s * 1000) - instant_ms))
        wall_s = self._composer.wall_s(instant_ms / 1000)
        arrival = _Arrival(record, instant_ms / 1000, Moment(at_ms, now.boot), index_at(wall_s, self._window_s))
        if isinstance(record.body, IncidentBegan):
            return self._begin(arrival, record.body)
        if isinstance(record.body, IncidentEnded):
            return self._end(arrival, record.body)
        if isinstance(record.body, WindowSensed | PeopleSeen):
            self._sense(record.body, arrival, wall_s)
        if isinstance(record.body, HourLearnt) and self._memory is not None:
            self._memory.learn(record.body)
        return []

    def _begin(self, arrival: _Arrival, body: IncidentBegan) -> list[Numbered]:
        """An incident began: it is told, or it is kept back and counted (P4, P7).

        The caps are counted at the instants of the incidents, so that an outage of `uplink` loses none.
        """
        at_ms = arrival.moment.at_ms
        # What is dated back into a window that has been told counts in the next one.
        window = max(arrival.window, self._summaries.first_open() or arrival.window)
        kind, policy = KIND_OF_CODE[body.kind_code], self.policy
        ledger = self._register.ledger(at_ms)
        if not gate.may_tell(policy, kind) or gate.may_begin(policy, ledger, KINDS[kind].severity) is not None:
            self._register.hold(at_ms, window)
            return []
        stamp = self._stamp(arrival.instant_s)
        arrived_ms = gate.arrival_ms(policy, kind, self._composer.wall_s(arrival.instant_s))
        compose = self._composer.start(
            lambda event_id: gate.begin(body, event_id, stamp, arrived_ms), arrival.instant_s, policy
        )
        message = self._outbox.add(compose, arrival.moment)
        incident = OpenIncident(arrival.record.epoch, body.incident, message.id, kind)
        self._register.tell(incident, at_ms, window)
        return [message]

    def _end(self, arrival: _Arrival, body: IncidentEnded) -> list[Numbered]:
        """An incident ended: that is told if its start was (P5)."""
        incident = self._register.close(arrival.record.epoch, body.incident)
        if incident is None:
            return []
        ended = gate.end(body, incident.kind, incident.event_id, self._stamp(arrival.instant_s))
        return [self._outbox.add(self._composer.event(ended, arrival.instant_s, self.policy), arrival.moment)]

    def _sense(self, part: WindowSensed | PeopleSeen, arrival: _Arrival, wall_s: float) -> None:
        """A part of a window was sensed. One for a window that has been told comes too late, and is counted."""
        window = index_of(wall_s, part, self._window_s)
        if not self._summaries.is_open(window):
            self.lost += 1
        elif isinstance(part, PeopleSeen):
            self._people.see(window, part)
        else:
            self._register.sense(window, part, self._composer.stamp(arrival.instant_s))

    def _lose_others(self, epoch: int, boot_s: float, now: Moment) -> list[Numbered]:
        """What other runs of `sense` left open ends as lost, now."""
        messages = []
        for incident in self._register.open_of_others(epoch):
            self._register.close(incident.epoch, incident.number)
            ended = gate.lose(incident.kind, incident.event_id, self._stamp(boot_s))
            messages.append(self._outbox.add(self._composer.event(ended, boot_s, self.policy), now))
        return messages

    def _stamp(self, instant_s: float) -> Stamp:
        """How an incident is dated besides its time: no finer than that."""
        return self._composer.stamp(instant_s, self.policy.time_resolution_s)
