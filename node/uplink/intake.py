"""From a record to the outbox: parse, drop duplicates, ask the gate, store. One transaction for one record.

When `take` returns an acknowledgement, everything up to it is on the card; when it raises, nothing of the record
is, and `sense` still has it.
"""

from __future__ import annotations

from dataclasses import dataclass

from node.airlock import gate
from node.airlock.gate import Policy
from node.airlock.record import IncidentBegan, IncidentEnded, Record, Status, WindowSensed, decode
from node.contract.envelope import Numbered
from node.contract.words import KIND_OF_CODE
from node.errors import RecordError
from node.uplink.composer import Composer
from node.uplink.outbox import Outbox
from node.uplink.register import OpenIncident, Register
from node.uplink.store import Store
from node.uplink.windows import index_at, index_of


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a record.

    Args:
        acknowledge: the sequence that is now on the card, or None where there is nothing to acknowledge.
        status: the status, when it was one.
        released: what was stored for sending because of it.
    """

    acknowledge: int | None = None
    status: Status | None = None
    released: tuple[Numbered, ...] = ()


class Intake:
    """Takes records in.

    Args:
        store: the file of outbox and register.
        outbox: where messages go.
        register: what was sensed and told.
        composer: makes the messages.
        policy: what the gate lets through.
        window_s: length of a summary's window, in seconds.
    """

    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        register: Register,
        *,
        composer: Composer,
        policy: Policy,
        window_s: int,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._register = register
        self._composer = composer
        self._policy = policy
        self._window_s = window_s
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
            return Taken(status=record.body)
        with self._store.transaction():
            last = self._register.last_seen(record.epoch)
            if record.sequence <= last:
                return Taken(acknowledge=record.sequence)
            at_ms = self._register.advance(boot_s)
            released = [*self._lose_others(record.epoch, boot_s, at_ms), *self._judge(record, at_ms)]
            self._register.see(record.epoch, record.sequence, at_ms)
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
            return self._lose_others(0, boot_s, self._register.advance(boot_s))

    def _judge(self, record: Record, at_ms: int) -> list[Numbered]:
        """What a record makes known."""
        if isinstance(record.body, IncidentBegan):
            return self._begin(record, record.body, at_ms)
        if isinstance(record.body, IncidentEnded):
            return self._end(record, record.body, at_ms)
        if isinstance(record.body, WindowSensed):
            end_s = self._composer.wall_s(record.instant_ms / 1000)
            self._register.sense(index_of(end_s, record.body, self._window_s), record.body)
        return []

    def _begin(self, record: Record, body: IncidentBegan, at_ms: int) -> list[Numbered]:
        """An incident began: it is told, or it is kept back and counted (P4)."""
        began_s = record.instant_ms / 1000
        window = index_at(self._composer.wall_s(began_s), self._window_s)
        if gate.may_begin(self._policy, self._register.ledger(at_ms)) is not None:
            self._register.hold(at_ms, window)
            return []
        stamp = self._composer.stamp(began_s)
        compose = self._composer.start(lambda event_id: gate.begin(body, event_id, stamp), began_s)
        message = self._outbox.add(compose, at_ms)
        kind = KIND_OF_CODE[body.kind_code]
        self._register.tell(OpenIncident(record.epoch, body.incident, message.id, kind), at_ms, window)
        return [message]

    def _end(self, record: Record, body: IncidentEnded, at_ms: int) -> list[Numbered]:
        """An incident ended: that is told if its start was (P5)."""
        incident = self._register.close(record.epoch, body.incident)
        if incident is None:
            return []
        ended_s = record.instant_ms / 1000
        ended = gate.end(body, incident.kind, incident.event_id, self._composer.stamp(ended_s))
        return [self._outbox.add(self._composer.event(ended, ended_s), at_ms)]

    def _lose_others(self, epoch: int, boot_s: float, at_ms: int) -> list[Numbered]:
        """What other runs of `sense` left open ends as lost, now."""
        messages = []
        for incident in self._register.open_of_others(epoch):
            self._register.close(incident.epoch, incident.number)
            ended = gate.lose(incident.kind, incident.event_id, self._composer.stamp(boot_s))
            messages.append(self._outbox.add(self._composer.event(ended, boot_s), at_ms))
        return messages
