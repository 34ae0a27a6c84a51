"""Moves messages from the outbox to the broker, in order, and marks what the broker has taken.

Answers of the broker (MQTT 5 reason codes):

    below 128, not 16   it has the message: marked as sent
    16                  nobody subscribes, so nobody stored it: kept, and tried again later
    144, 149, 153       it will never take this one: a dead letter, with the reason
    any other           it does not take it now (rights, quota): kept, and tried again later

Whatever is tried again starts from the oldest waiting message of its lane, so that order holds; the end of an incident
waits until its start is taken.
"""

from __future__ import annotations

import contextlib
from typing import Protocol

from node.contract.envelope import EventMessage, GapMessage, Numbered, Outbound, encode
from node.contract.topics import topic_of
from node.errors import StorageError
from node.uplink.audit import Audit
from node.uplink.chain import What, digest_of
from node.uplink.lane import Lane
from node.uplink.news import HEADER_BYTES, MAX_PACKET_BYTES, WINDOW, Answered, Connected, Disconnected
from node.uplink.outbox import UNREADABLE_REASON, Moment, Outbox, Stored

DELAYED_AFTER_MS = 30_000
NO_SUBSCRIBER = 0x10
TOO_LARGE = 0x95
_FOR_GOOD = frozenset({0x90, TOO_LARGE, 0x99})
_LOOK_EVERY_S = 2.0
_RETRY_S = 1.0
_MARK_AFTER_S = 10_800.0
_MARK_AT, _KEPT = 64, 16
"""Marks are written together, for each time costs the card; the newest wait. What is not marked is sent once more by a
process that follows a killed one, and to a broker that has forgotten us: so many at most, each under its one id."""


class Line(Protocol):
    """Where messages go: the session, or a test's own."""

    def publish(self, message: Outbound) -> int | None:
        """Sends a message, and gives the token that its answer will have; None while there is no connection."""


class Publisher:
    """Sends what waits.

    Args:
        outbox: where it waits.
        line: where it goes.
        audit: where the digest of what left is written.
    """

    def __init__(self, outbox: Outbox, line: Line, audit: Audit) -> None:
        self._outbox = outbox
        self._line = line
        self._audit = audit
        self._lanes = (Lane("event"), Lane("gap"), Lane("summary"))
        self._in_flight: dict[int, tuple[Lane, int, bytes]] = {}
        self._taken: set[int] = set()
        self._dead: dict[int, int] = {}
        self._oldest_s = 0.0
        self._noted = 0
        self._look_s = 0.0
        self._window = WINDOW
        self.connected = False
        self.max_bytes = MAX_PACKET_BYTES
        """The largest packet that the broker takes."""

    @property
    def no_subscriber(self) -> bool:
        """Whether nobody subscribes to some of what is sent."""
        return any(lane.no_subscriber for lane in self._lanes)

    @property
    def refused(self) -> bool:
        """Whether the broker does not take some of what is sent."""
        return any(lane.is_denied for lane in self._lanes)

    @property
    def unmarked(self) -> int:
        """How many messages the broker has that the outbox still counts as waiting."""
        return len(self._taken)

    def hear(self, news: Connected | Disconnected | Answered, now_s: float) -> None:
        """Takes in what happened on the session. It only takes note: `pump` and `flush` write."""
        if isinstance(news, Answered):
            self._answered(news, now_s)
            return
        self.connected = isinstance(news, Connected)
        if isinstance(news, Connected):
            self.max_bytes = min(news.max_packet_bytes, MAX_PACKET_BYTES)
            self._window = news.window
            if not news.resumed:
                # With our session it has lost what it had not handed on. The end of an incident may be next.
                self._taken.clear()
        self._in_flight.clear()
        for lane in self._lanes:
            lane.begin_anew()

    def pump(self, now_s: float, now: Moment) -> None:
        """Sends what may be sent now, and writes what is due into the audit log and the outbox.

        A card that takes no marks does not stop sending: what is marked later is only kept longer.

        Args:
            now_s: now, on a clock that never steps.
            now: the same by the register.

        Raises:
            StorageError: the card gives no messages.
        """
        if len(self._taken) >= _MARK_AT or now_s >= self._look_s:
            with contextlib.suppress(StorageError):
                self._write_what_is_due(now_s)
            self._look_s = now_s + (_RETRY_S if self._dead else _LOOK_EVERY_S)
        for lane in self._lanes:
            if self.connected and lane.is_open(now_s):
                self._send(lane, now)

    def flush(self) -> None:
        """Writes what has left into the audit log, then the marks of what the broker has taken, or will never take.

        Raises:
            StorageError: the card does not take them; they stay noted.
        """
        self._flush_audit()
        self._mark(sorted(self._taken))

    def _mark(self, taken: list[int]) -> None:
        """Marks some of what the broker has taken, and all that it will never take."""
        if taken or self._dead:
            self._outbox.mark(taken, sorted(self._dead.items()))
            self._taken.difference_update(taken)
            self._dead.clear()

    def _write_what_is_due(self, now_s: float) -> None:
        """Writes marks when there are many, or old ones, or dead letters; else what else has left.

        An entry of a message that is not marked may wait with its mark: after a power cut the message is sent again,
        and its entry comes with it. Of what nobody sends again, as a health report, there would be none.
        """
        is_old = bool(self._taken) and now_s >= self._oldest_s + _MARK_AFTER_S
        if is_old:
            self.flush()
        elif self._dead or len(self._taken) >= _MARK_AT:
            self._flush_audit()
            self._mark(sorted(self._taken)[:-_KEPT])
            self._oldest_s = now_s
        elif self._audit.gathered > self._noted:
            self._flush_audit()

    def _flush_audit(self) -> None:
        """Writes what has left into the audit log."""
        self._audit.flush()
        self._noted = 0

    def _send(self, lane: Lane, now: Moment) -> None:
        """Sends from a lane until the window is full."""
        while (room := self._window - len(self._in_flight)) > 0:
            batch = self._outbox.waiting(lane.name, lane.cursor, room)
            for stored in batch:
                if not self._send_one(lane, stored, now):
                    return
            if len(batch) < room:
                return

    def _send_one(self, lane: Lane, stored: Stored, now: Moment) -> bool:
        """Sends a message, or passes over it; False when it cannot be sent now."""
        if stored.message is None:
            self._dead[stored.sequence] = UNREADABLE_REASON
        if stored.sequence in self._taken or stored.sequence in self._dead or stored.message is None:
            lane.cursor = stored.sequence
            return True
        if self._waits_for_its_start(stored.message):
            return False
        message = dated(stored.message, stored.added, now)
        payload, topic = encode(message), topic_of(message).encode()
        if not fits(message, self.max_bytes):
            self._dead[stored.sequence] = TOO_LARGE
            lane.cursor = stored.sequence
            return True
        token = self._line.publish(message)
        if token is None:
            return False
        self._in_flight[token] = (lane, stored.sequence, digest_of(topic, payload))
        lane.sent(stored.sequence)
        return True

    def _waits_for_its_start(self, message: Numbered) -> bool:
        """Whether it is the end of an incident whose start is still on its way.

        A broker may refuse the one and take the other, as when somebody subscribes between the two: then the end would
        come first.
        """
        start = start_of(message)
        return start is not None and any(sequence == start for _, sequence, _ in self._in_flight.values())

    def _answered(self, answer: Answered, now_s: float) -> None:
        """The broker answered; a token that is not ours belongs to a document."""
        if answer.token not in self._in_flight:
            return
        lane, sequence, digest = self._in_flight.pop(answer.token)
        if answer.reason in _FOR_GOOD:
            self._dead[sequence] = answer.reason
            lane.took()
        elif answer.reason == NO_SUBSCRIBER or answer.reason >= 0x80:
            lane.refused(now_s, outlives=answer.reason != NO_SUBSCRIBER)
        else:
            if not self._taken:
                self._oldest_s = now_s
            self._taken.add(sequence)
            self._audit.note(What.LEFT, now_s, digest)
            self._noted += 1
            lane.took()


def fits(message: Outbound, max_bytes: int) -> bool:
    """Whether the packet of a message is at most so large."""
    return len(encode(message)) + len(topic_of(message).encode()) + HEADER_BYTES <= max_bytes


def start_of(message: Numbered) -> int | None:
    """The number of the start to which the end of an incident belongs; None for any other message."""
    if not isinstance(message, EventMessage) or message.data.phase != "end":
        return None
    return int(message.data.incident.rpartition("-")[2])


def dated(message: Numbered, added: Moment, now: Moment) -> Numbered:
    """The message, marked as delayed when it was held back for long, or over a boot. A gap is what it is."""
    if isinstance(message, GapMessage):
        return message
    if added.boot == now.boot and now.at_ms - added.at_ms <= DELAYED_AFTER_MS:
        return message
    return message.model_copy(update={"data": message.data.model_copy(update={"delayed": True})})
