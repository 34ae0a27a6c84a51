"""Sends a range of messages that the broker has had before once more, beside what is new and never instead of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from node.contract.envelope import encode
from node.contract.topics import topic_of
from node.uplink.audit import Audit
from node.uplink.chain import What, digest_of
from node.uplink.news import MAX_PACKET_BYTES, Answered, Connected, Disconnected
from node.uplink.outbox import Moment, Outbox, Stored
from node.uplink.publisher import NO_SUBSCRIBER, Line, dated, fits, start_of

MESSAGES_PER_S = 20.0
IN_FLIGHT = 2
GIVE_UP_AFTER_S = 600.0
_PAUSE_S = 2.0


@dataclass(frozen=True, slots=True)
class Range:
    """What is sent again.

    Args:
        first: its first number.
        last: its last number.
    """

    first: int
    last: int


@dataclass(slots=True)
class _Job:
    """A range on its way."""

    range: Range
    done: Callable[[int, int], None]
    gone: int
    until_s: float
    next: int
    last_s: float
    replayed: int = 0
    passed: set[int] = field(default_factory=set)
    in_flight: dict[int, tuple[int, bytes]] = field(default_factory=dict)


class Replay:
    """One range at a time, at most 20 messages a second and two in flight.

    Args:
        outbox: where the messages are.
        line: where they go.
        audit: where the digest of what left is written.
        settle: writes down what the broker has taken so far.
    """

    def __init__(self, outbox: Outbox, line: Line, audit: Audit, settle: Callable[[], None]) -> None:
        self._outbox = outbox
        self._line = line
        self._audit = audit
        self._settle = settle
        self._job: _Job | None = None
        self._connected = False
        self._max_bytes = MAX_PACKET_BYTES

    @property
    def busy(self) -> bool:
        """Whether a range is on its way."""
        return self._job is not None

    def begin(self, wanted: Range, now_s: float, done: Callable[[int, int], None]) -> None:
        """Begins with a range. Only while none is on its way.

        Args:
            wanted: the range.
            now_s: now, on a clock that never steps.
            done: called once at the end: how many the broker has taken, and how many numbers are gone for good.

        Raises:
            StorageError: the card does not say what it has, or does not take what is settled.
        """
        self._settle()
        last = min(wanted.last, self._outbox.last_sequence)
        gone = max(0, last - wanted.first + 1) - self._outbox.count_kept(wanted.first, last)
        # It may take as long as the messages need, and twice an outage's longest pause.
        until_s = now_s + GIVE_UP_AFTER_S + (last - wanted.first + 1 - gone) / MESSAGES_PER_S
        self._job = _Job(Range(wanted.first, last), done, gone, until_s, wanted.first, now_s - 1 / MESSAGES_PER_S)

    def hear(self, news: Connected | Disconnected | Answered, now_s: float) -> None:
        """Takes in what happened on the session."""
        if not isinstance(news, Answered):
            self._connected = isinstance(news, Connected)
            if isinstance(news, Connected):
                self._max_bytes = min(news.max_packet_bytes, MAX_PACKET_BYTES)
            self._begin_anew()
        elif self._job is not None and news.token in self._job.in_flight:
            sequence, digest = self._job.in_flight.pop(news.token)
            if news.reason == NO_SUBSCRIBER or news.reason >= 0x80:
                self._begin_anew(sequence)
                self._job.last_s = now_s + _PAUSE_S
            else:
                self._job.replayed += 1
                self._audit.note(What.LEFT, now_s, digest)

    def pump(self, now_s: float, now: Moment) -> None:
        """Sends the next messages, if it is time, and ends the job when there are no more.

        Args:
            now_s: now, on a clock that never steps.
            now: the same by the register.

        Raises:
            StorageError: the card gives no messages.
        """
        job = self._job
        if job is None:
            return
        if now_s >= job.until_s:
            self._end(job)
            return
        due = int((now_s - job.last_s) * MESSAGES_PER_S)
        room = min(IN_FLIGHT - len(job.in_flight), due)
        if not self._connected or room <= 0:
            return
        batch = self._outbox.sent(job.next, job.range.last, room)
        before = job.next
        for stored in batch:
            if not self._send(job, stored, now):
                break
        if job.next != before:
            job.last_s = now_s
        if not batch and not job.in_flight:
            self._end(job)

    def _send(self, job: _Job, stored: Stored, now: Moment) -> bool:
        """Sends a message; False when that cannot be now.

        One that cannot be read back, or is larger than the broker takes, is passed over and counts as gone.
        """
        message = None if stored.message is None else dated(stored.message, stored.added, now)
        if message is None or not fits(message, self._max_bytes):
            job.passed.add(stored.sequence)
        else:
            start = start_of(message)
            if start is not None and any(sequence == start for sequence, _ in job.in_flight.values()):
                return False
            token = self._line.publish(message)
            if token is None:
                return False
            job.in_flight[token] = (stored.sequence, digest_of(topic_of(message).encode(), encode(message)))
        job.next = stored.sequence + 1
        return True

    def _begin_anew(self, *refused: int) -> None:
        """What was refused or in flight is sent again, from the oldest on."""
        if self._job is not None:
            self._job.next = min([self._job.next, *refused, *(number for number, _ in self._job.in_flight.values())])
            self._job.in_flight.clear()

    def _end(self, job: _Job) -> None:
        """The job is over."""
        self._job = None
        job.done(job.replayed, job.gone + len(job.passed))
