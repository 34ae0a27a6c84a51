"""Process 2: puts the parts of `uplink` together and runs them. The only file here that names concrete classes."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
from pathlib import Path

from node.airlock.gate import Policy
from node.airlock.listener import Listener
from node.config.settings import Settings
from node.contract.topics import HEALTH_INTERVAL_S
from node.errors import StorageError
from node.ops.clock import SystemClock, boot_s
from node.ops.sd_notify import notify, watchdog_s
from node.ops.thermal import temperature_c
from node.uplink.composer import Composer, Sender
from node.uplink.documents import Documents
from node.uplink.health import Counters, Flags, HealthKeeper
from node.uplink.intake import Intake
from node.uplink.outbox import Outbox
from node.uplink.publisher import Publisher
from node.uplink.register import Register
from node.uplink.session import Connected, Session
from node.uplink.store import Store
from node.uplink.summaries import Summaries

_TURN_S = 0.25
_LOOK_EVERY_S = 1.0
_FORGET_EVERY_S = 3600.0
_RETRY_STORAGE_S = 1.0
log = logging.getLogger(__name__)


class Uplink:
    """One run of the process.

    Args:
        settings: the configuration.

    Raises:
        StorageError: the outbox cannot be opened.
        PeerError: another `uplink` runs.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._clock = SystemClock()
        self._store = Store(settings.outbox.path, settings.outbox.max_mb)
        self._outbox = Outbox(self._store)
        self._register = Register(self._store)
        policy = Policy(settings.policy.incidents_per_10_min, settings.policy.incidents_per_day)
        sender = Sender(f"urn:polewatch:node:{settings.node.id}", settings.node.tile)
        composer = Composer(sender, self._clock)
        window_s = settings.summary.window_s
        self._intake = Intake(
            self._store, self._outbox, self._register, composer=composer, policy=policy, window_s=window_s
        )
        self._summaries = Summaries(self._store, self._outbox, self._register, composer, window_s)
        self._documents = Documents(settings, sender, policy, self._clock, self._outbox)
        self._health = HealthKeeper(boot_s())
        self._waking, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._session = Session(settings.broker, settings.node.id, lambda: self._documents.state("lost"), self._wake_up)
        self._publisher = Publisher(self._outbox, self._session)
        self._listener = Listener(Path(settings.airlock.socket))
        self._storage_full = False
        self._retry_storage_s = 0.0
        self._next_health_s = 0.0
        self._next_forget_s = 0.0
        self._next_look_s = 0.0
        self._next_judge_s = 0.0
        self._told_codes: tuple[str, ...] = ()

    def run(self) -> int:
        """Works until SIGTERM or SIGINT, and gives the exit code."""
        stopping = False

        def stop(_signal: int, _frame: object) -> None:
            nonlocal stopping
            stopping = True
            self._wake_up()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        self._session.start()
        interval_s = watchdog_s()
        log.info("uplink of %s runs; %d messages wait", self._settings.node.id, self._outbox.count_waiting())
        notify("READY=1")
        pinged_s = 0.0
        while not stopping:
            self._turn()
            if interval_s is not None and boot_s() - pinged_s > interval_s:
                notify("WATCHDOG=1")
                pinged_s = boot_s()
        notify("STOPPING=1")
        self._end()
        return 0

    def _turn(self) -> None:
        """Waits a little for something to do, and does it. A full card stops neither hearing nor sending."""
        ends = (self._waking, *(end.fileno() for end in self._listener.sockets()))
        select.select(ends, (), (), _TURN_S)
        with contextlib.suppress(BlockingIOError):
            os.read(self._waking, 4096)
        for step in (self._take_records, self._keep_time, self._publish):
            try:
                step()
            except StorageError as error:
                self._storage_failed(error)
        self._tell_health()

    def _take_records(self) -> None:
        """Takes in what `sense` has sent, and acknowledges what is on the card."""
        if boot_s() < self._retry_storage_s:
            return
        while (content := self._listener.receive()) is not None:
            try:
                taken = self._intake.take(content, boot_s())
            except StorageError:
                # Without an acknowledgement sense keeps the record; on a new connection it sends it again.
                self._listener.drop()
                raise
            self._storage_recovered()
            if taken.status is not None:
                self._health.hear(taken.status, boot_s())
            if taken.acknowledge is not None:
                self._listener.acknowledge(taken.acknowledge)

    def _keep_time(self) -> None:
        """Closes windows, ends incidents that nobody will end, and forgets what is old."""
        now_s = boot_s()
        if now_s < max(self._retry_storage_s, self._next_look_s):
            return
        self._next_look_s = now_s + _LOOK_EVERY_S
        self._summaries.close(now_s)
        if self._health.sense_is_absent(now_s):
            self._intake.lose_open(now_s)
        if now_s >= self._next_forget_s:
            self._outbox.forget(self._register.rate_ms(now_s), self._settings.outbox.keep_days)
            self._next_forget_s = now_s + _FORGET_EVERY_S

    def _publish(self) -> None:
        """Hears the session and sends what waits."""
        for news in self._session.news():
            if isinstance(news, Connected):
                self._session.publish(self._documents.info())
                self._session.publish(self._documents.state("birth"))
                self._next_health_s = 0.0
            self._publisher.hear(news, boot_s())
        self._publisher.pump(boot_s(), self._register.rate_ms(boot_s()))

    def _tell_health(self) -> None:
        """Publishes health every quarter of an hour, on connecting, and when a code comes or goes."""
        now_s = boot_s()
        if now_s < self._next_judge_s:
            return
        self._next_judge_s = now_s + _LOOK_EVERY_S
        counters = Counters(
            waiting=self._outbox.count_waiting(),
            dead_letters=self._outbox.count_dead(),
            records_refused=self._intake.refused,
            records_lost=self._intake.lost,
            held_back=self._register.held_in_day(),
        )
        flags = Flags(self._storage_full, self._publisher.refused, self._publisher.no_subscriber)
        health = self._health.judge(now_s, self._clock.quality(), counters, flags, temperature_c())
        if now_s < self._next_health_s and health.codes == self._told_codes:
            return
        if self._session.publish(self._documents.health(health)) is not None:
            self._next_health_s = now_s + HEALTH_INTERVAL_S
            self._told_codes = health.codes

    def _storage_failed(self, error: StorageError) -> None:
        """Says so once, makes room where sent messages still lie, and tries again soon."""
        self._retry_storage_s = boot_s() + _RETRY_STORAGE_S
        if not self._storage_full:
            log.error("%s; records wait in memory", error)
        self._storage_full = True
        with contextlib.suppress(StorageError):
            if removed := self._outbox.make_room():
                log.warning("the outbox is full: %d sent messages were removed from it", removed)

    def _storage_recovered(self) -> None:
        """A record was stored."""
        if self._storage_full:
            log.info("the outbox can be written again")
        self._storage_full = False

    def _wake_up(self) -> None:
        """Ends the wait of the main thread; a full pipe means that it is awake already."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake, b"\0")

    def _end(self) -> None:
        """Says goodbye and closes everything."""
        self._session.stop(self._documents.state("stopped"))
        with contextlib.suppress(StorageError):
            for news in self._session.news():
                self._publisher.hear(news, boot_s())
            self._publisher.flush()
        self._listener.close()
        self._store.close()


def run(settings: Settings) -> int:
    """Runs `uplink` until it is told to stop, and gives the exit code."""
    return Uplink(settings).run()
