"""Moves messages from the outbox to the broker, in order, and marks what the broker has taken.

Answers of the broker (MQTT 5 reason codes):

    below 128, not 16   it has the message: marked as sent
    16                  nobody subscribes, so nobody stored it: kept, and tried again later
    144, 149, 153       it will never take this one: a dead letter, with the reason
    any other           it does not take it now (rights, quota): kept, and tried again later

Whatever is tried again starts from the oldest waiting message, so that order holds.
"""

from __future__ import annotations

from typing import Protocol

from node.contract.envelope import Numbered, Outbound, encode
from node.contract.topics import topic_of
from node.uplink.outbox import Outbox, Stored
from node.uplink.session import MAX_PACKET_BYTES, WINDOW, Answered, Connected, Disconnected

DELAYED_AFTER_MS = 30_000
NO_SUBSCRIBER = 0x10
TOO_LARGE = 0x95
_FOR_GOOD = frozenset({0x90, TOO_LARGE, 0x99})
_MARK_EVERY_S = 2.0
_MARK_AT = 32
_FIRST_PAUSE_S = 1.0
_LAST_PAUSE_S = 60.0
_HEADER_BYTES = 128


class Line(Protocol):
    """Where messages go: the session, or a test's own."""

    def publish(self, message: Outbound) -> int | None:
        """Sends a message, and gives the token that its answer will have; None while there is no connection."""


class Publisher:
    """Sends what waits.

    Args:
        outbox: where it waits.
        line: where it goes.
    """

    def __init__(self, outbox: Outbox, line: Line) -> None:
        self._outbox = outbox
        self._line = line
        self._in_flight: dict[int, int] = {}
        self._taken: list[int] = []
        self._taken_s = 0.0
        self._cursor = 0
        self._max_bytes = MAX_PACKET_BYTES
        self._pause_s = _FIRST_PAUSE_S
        self._resume_s: float | None = None
        self.connected = False
        self.no_subscriber = False
        self.refused = False

    def hear(self, news: Connected | Disconnected | Answered, now_s: float) -> None:
        """Takes in what happened on the session.

        Raises:
            StorageError: the card does not take a mark; the message will be sent again, with the same id.
        """
        match news:
            case Connected(max_packet_bytes):
                self._max_bytes = min(max_packet_bytes, MAX_PACKET_BYTES)
                self.connected = True
                self._begin_anew()
            case Disconnected():
                self.connected = False
                self._begin_anew()
            case Answered(token, reason):
                self._answered(token, reason, now_s)

    def pump(self, now_s: float, now_ms: int) -> None:
        """Sends what may be sent now.

        Args:
            now_s: now, on a clock that never steps.
            now_ms: now, by the register's clock, as `Stored.added_ms`.

        Raises:
            StorageError: the card does not take a mark.
        """
        if len(self._taken) >= _MARK_AT or (self._taken and now_s - self._taken_s > _MARK_EVERY_S):
            self.flush()
        if not self.connected or self._is_pausing(now_s):
            return
        for stored in self._outbox.waiting(self._cursor, WINDOW - len(self._in_flight)):
            message = _dated(stored, now_ms)
            if len(encode(message)) + len(topic_of(message)) + _HEADER_BYTES > self._max_bytes:
                self._outbox.mark_dead(stored.sequence, TOO_LARGE)
                continue
            token = self._line.publish(message)
            if token is None:
                return
            self._in_flight[token] = stored.sequence
            self._cursor = stored.sequence

    def flush(self) -> None:
        """Writes the marks of what the broker has taken.

        Raises:
            StorageError: the card does not take them; they stay noted.
        """
        if self._taken:
            self._outbox.mark_sent(self._taken)
            self._taken.clear()

    def _answered(self, token: int, reason: int, now_s: float) -> None:
        """The broker answered; a token that is not ours belongs to a document."""
        sequence = self._in_flight.pop(token, None)
        if sequence is None:
            return
        if reason == NO_SUBSCRIBER or (reason >= 0x80 and reason not in _FOR_GOOD):
            self.no_subscriber = reason == NO_SUBSCRIBER
            self.refused = reason != NO_SUBSCRIBER
            if self._resume_s is None:
                self._resume_s = now_s + self._pause_s
                self._pause_s = min(self._pause_s * 2, _LAST_PAUSE_S)
        elif reason in _FOR_GOOD:
            self._outbox.mark_dead(sequence, reason)
        else:
            if not self._taken:
                self._taken_s = now_s
            self._taken.append(sequence)
            self.no_subscriber = self.refused = False
            if self._resume_s is None:
                self._pause_s = _FIRST_PAUSE_S

    def _is_pausing(self, now_s: float) -> bool:
        """Whether a refusal is waited out; after it everything begins from the oldest message."""
        if self._resume_s is None:
            return False
        if now_s < self._resume_s or self._in_flight:
            return True
        self.flush()
        self._resume_s = None
        self._cursor = 0
        return False

    def _begin_anew(self) -> None:
        """A connection began or ended: what was in flight is sent again, from the oldest on."""
        self._in_flight.clear()
        self._resume_s = None
        self._cursor = 0
        self.flush()


def _dated(stored: Stored, now_ms: int) -> Numbered:
    """The message, marked as delayed when it was held back for long."""
    message = stored.message
    if now_ms - stored.added_ms <= DELAYED_AFTER_MS:
        return message
    return message.model_copy(update={"data": message.data.model_copy(update={"delayed": True})})
