"""Process 2: puts the parts of `uplink` together and runs them. The only file here that names concrete classes."""

from __future__ import annotations

import contextlib
import functools
import logging
import signal
from pathlib import Path

from node import __version__
from node.airlock.listener import Listener
from node.config.settings import Settings
from node.contract.command import CommandResult
from node.contract.envelope import Document, encode
from node.contract.topics import topic_of
from node.contract.words import HealthCode
from node.errors import StorageError
from node.ops.clock import SystemClock, WallClock, boot_id, boot_s
from node.ops.sd_notify import notify, watchdog_s
from node.ops.thermal import temperature_c
from node.uplink.accepted import least_number
from node.uplink.audit import Audit, audit_folder
from node.uplink.books import open_books, sender_of
from node.uplink.card import Card, once_there_is_room
from node.uplink.chain import What, digest_of
from node.uplink.commands import Commands
from node.uplink.documents import Documents
from node.uplink.health import Counters, Flags, HealthKeeper, Pace, Seal
from node.uplink.intake import Intake
from node.uplink.inventory import note_standing
from node.uplink.memory import Memory
from node.uplink.news import Arrived, Connected
from node.uplink.on_air import OnAir
from node.uplink.publisher import Publisher
from node.uplink.reception import Reception
from node.uplink.replay import Replay
from node.uplink.rules import Rules
from node.uplink.session import Session
from node.uplink.summaries import Summaries
from node.uplink.ticks import Ticks
from node.uplink.waking import Waking

_LOOK_EVERY_S = 1.0
_FORGET_EVERY_S = 3600.0
_NOTHING = Counters(waiting=0, dead_letters=0, records_refused=0, records_lost=0, held_back=0)
log = logging.getLogger(__name__)


class Uplink:
    """One run of the process.

    Args:
        settings: the configuration.
        clock: the time of day.

    Raises:
        StorageError: the outbox cannot be opened.
        PeerError: another `uplink` runs.
    """

    def __init__(self, settings: Settings, clock: WallClock) -> None:
        self._clock = clock
        self._listener = Listener(Path(settings.airlock.socket))
        try:
            self._audit = Audit(audit_folder(settings), self._clock)
            least = least_number(self._audit.standing(What.ACCEPTED), settings.policy.root_key)
            self._rules = Rules(settings, clock, boot_s(), least)
            self._settings = settings = self._rules.settings
            self._books = open_books(settings, self._clock, settings.outbox.path, boot_id=boot_id())
        except StorageError:
            self._listener.close()
            raise
        self._audit.note(What.STARTED, boot_s(), digest_of(__version__.encode(), settings.model_dump_json().encode()))
        self._audit.note(What.POLICY, boot_s(), self._rules.digest)
        note_standing(self._audit, settings, self._rules.accepted_number, boot_s())
        self._memory = Memory(settings)
        self._summaries = summaries = Summaries(self._books, self._rules.policy)
        self._intake = Intake(self._books, summaries, self._rules.policy, self._memory)
        self._documents = Documents(settings, sender_of(settings), self._rules, self._clock, self._books.outbox)
        self._health = HealthKeeper(boot_s())
        self._card = Card(self._books, boot_s)
        self._reception = Reception(self._listener, self._intake, summaries, self._health, self._card, boot_s)
        self._pace = Pace()
        self._ticks = Ticks(boot_s())
        self._waking = Waking()
        self._session = Session(
            settings.broker, settings.node.id, lambda: self._documents.state("lost"), self._waking.wake
        )
        self._air = OnAir(self._books, self._session.start, boot_s())
        self._publisher = Publisher(self._books.outbox, self._session, self._audit)
        self._replay = Replay(self._books.outbox, self._session, self._audit, self._publisher.flush)
        self._commands = Commands(
            self._books.store, self._books.outbox, self._replay, self._clock, self._audit, self._answer
        )
        self._stopping = False
        self._next_look_s = 0.0
        self._next_forget_s = 0.0
        self._counters = _NOTHING
        self._told_codes: tuple[HealthCode, ...] = ()

    def run(self) -> int:
        """Works until SIGTERM or SIGINT, and gives the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        interval_s = watchdog_s()
        log.info("uplink of %s runs", self._settings.node.id)
        notify("READY=1")
        pinged_s = 0.0
        while not self._stopping:
            self._air.look(boot_s())
            self._turn()
            if interval_s is not None and boot_s() - pinged_s > interval_s:
                notify("WATCHDOG=1")
                pinged_s = boot_s()
        notify("STOPPING=1")
        self._end()
        return 0

    def _turn(self) -> None:
        """Waits for the network or the next tick, and does what there is to do."""
        self._waking.wait(self._ticks.left_s(boot_s()))
        self._hear_session()
        if self._ticks.begins(boot_s()):
            self._tick()
        self._card.reading(self._pump)

    def _tick(self) -> None:
        """Takes in what `sense` has sent, and looks around. A full card stops neither hearing nor sending."""
        if self._card.may_take:
            self._card.guarded(self._reception.receive)
        if boot_s() >= self._next_look_s:
            self._next_look_s = boot_s() + _LOOK_EVERY_S
            if self._card.may_take:
                self._card.guarded(self._keep_time)
            self._card.guarded(self._count)
            self._tell_health()

    def _hear_session(self) -> None:
        """Takes in what happened on the session."""
        for news in self._session.news():
            if isinstance(news, Arrived):
                self._card.guarded(functools.partial(self._commands.hear, news, boot_s()))
                continue
            self._publisher.hear(news, boot_s())
            self._replay.hear(news, boot_s())
            if isinstance(news, Connected):
                self._publish(self._documents.info())
                self._publish(self._documents.state("birth"))
                self._pace.connected()

    def _pump(self) -> None:
        """Sends what waits, then what is wished again."""
        now = self._books.register.moment(boot_s())
        self._publisher.pump(boot_s(), now)
        self._replay.pump(boot_s(), now)

    def _keep_time(self) -> None:
        """Closes windows, ends incidents that nobody will end, and forgets what is old."""
        now_s = boot_s()
        self._reception.settle()
        if self._card.is_full:
            with self._books.store.transaction():  # nothing else may be due to be written for long
                self._books.register.advance(now_s)
            self._card.took()
        self._memory.save(now_s)
        if self._rules.look(now_s):
            self._intake.policy = self._summaries.policy = self._rules.policy
            self._audit.note(What.POLICY, now_s, self._rules.digest)
            note_standing(self._audit, self._settings, self._rules.accepted_number, now_s)
            self._publish(self._documents.info())
            self._stopping = self._stopping or self._rules.has_other_windows
        if now_s >= self._next_forget_s:
            self._next_forget_s = now_s + _FORGET_EVERY_S
            note_standing(self._audit, self._settings, self._rules.accepted_number, now_s)
            self._books.outbox.forget(self._books.register.moment(now_s).at_ms, self._settings.outbox.keep_days)

    def _count(self) -> None:
        """Counts what waits. What the card does not tell stays as it was counted last."""
        self._counters = Counters(
            waiting=max(0, self._books.outbox.count_waiting() - self._publisher.unmarked),
            dead_letters=self._books.outbox.count_dead(),
            records_refused=self._intake.refused,
            records_lost=self._intake.lost + self._books.register.dropped,
            held_back=self._books.register.held_in_day(self._books.register.moment(boot_s()).at_ms),
            commands_refused=self._commands.refused,
        )

    def _tell_health(self) -> None:
        """Publishes health when it is due."""
        now_s = boot_s()
        flags = Flags(
            storage_full=self._card.is_full or self._card.is_unread,
            broker_refuses=self._publisher.refused,
            no_subscriber=self._publisher.no_subscriber,
            policy_refused=self._rules.is_refused,
            has_rival=self._session.has_rival,
        )
        seal = Seal(self._audit.number, self._audit.head)
        health = self._health.judge(now_s, self._clock.quality(), (self._counters, flags, seal), temperature_c())
        if not self._pace.is_due(now_s, changed=health.codes != self._told_codes):
            return
        if self._publish(self._documents.health(health)):
            self._pace.published(now_s)
            # Noted only where it leaves: an entry that nobody is told of would still show in the log's number.
            if (HealthCode.QUARANTINED in health.codes) != (HealthCode.QUARANTINED in self._told_codes):
                self._audit.note(What.QUARANTINE, now_s, digest_of(*(code.encode() for code in health.codes)))
            self._told_codes = health.codes

    def _answer(self, data: CommandResult, correlation: bytes) -> None:
        """Answers a command, if somebody is still there to hear it."""
        self._publish(self._documents.answer(data), correlation)

    def _publish(self, document: Document, correlation: bytes = b"") -> bool:
        """Hands a document to the session, and writes down that it left; False while there is no connection."""
        if self._session.publish(document, correlation) is None:
            return False
        self._write_down(document)
        return True

    def _write_down(self, document: Document) -> None:
        """A document has left."""
        self._audit.note(What.DOCUMENT, boot_s(), digest_of(topic_of(document).encode(), encode(document)))

    def _stop(self, _signal: int, _frame: object) -> None:
        """Ends the loop after this turn."""
        self._stopping = True
        self._waking.wake()

    def _end(self) -> None:
        """Says goodbye and closes everything."""
        farewell = self._documents.state("stopped")
        if self._session.stop(farewell):
            self._write_down(farewell)
        for news in self._session.news():
            if not isinstance(news, Arrived):
                self._publisher.hear(news, boot_s())
        with contextlib.suppress(StorageError):
            self._publisher.flush()
        self._memory.flush()
        self._listener.close()
        self._books.store.close()


def run(settings: Settings, clock: WallClock | None = None) -> int:
    """Runs `uplink` until it is told to stop, and gives the exit code. On a full card it waits for room.

    The clock is this device's, unless another one is given.
    """
    return once_there_is_room(lambda: Uplink(settings, clock or SystemClock())).run()
