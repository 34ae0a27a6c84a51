"""The session with the broker: one connection after the other, for as long as `uplink` lives."""

from __future__ import annotations

import contextlib
import logging
import queue
import random
import threading
import time
from collections.abc import Callable

from node.config.settings import BrokerSettings
from node.contract.envelope import Outbound, StateMessage, encode
from node.contract.topics import topic_of
from node.errors import BrokerError
from node.uplink.backoff import Backoff
from node.uplink.connection import CONNECT_TIMEOUT_S, Connection
from node.uplink.news import HEADER_BYTES, MAX_PACKET_BYTES, Answered, Arrived, Connected, Disconnected, News
from node.uplink.rival import Rival

_STABLE_S = 10.0
_TAKES_IN_WITHIN_S = 10.0
_FAREWELL_S = 2.0
_MOST_NEWS = 1024
log = logging.getLogger(__name__)


class Session:
    """Keeps a connection to the broker.

    Args:
        broker: where it is, and how to show who we are.
        node_id: the client id.
        last_will: makes the message that the broker sends when we are gone.
        wake: called, from another thread, whenever there is news.
    """

    def __init__(
        self,
        broker: BrokerSettings,
        node_id: str,
        last_will: Callable[[], StateMessage],
        wake: Callable[[], None],
    ) -> None:
        self._broker = broker
        self._node_id = node_id
        self._last_will = last_will
        self._wake = wake
        self._news: queue.SimpleQueue[News] = queue.SimpleQueue()
        self._connecting: Connection | None = None
        self._connection: Connection | None = None
        self._gone = threading.Event()
        self._stopping = threading.Event()
        self._rival = Rival()
        self._opened_s: float | None = None
        self._random = random.Random()  # noqa: S311 - jitter, no secret
        self._backoff = Backoff(self._random)
        self._told_down = False
        self._told_large = False
        self._told_rival = False
        self._max_packet_bytes = MAX_PACKET_BYTES
        self._thread = threading.Thread(target=self._run, name="session", daemon=True)

    @property
    def has_rival(self) -> bool:
        """Whether another device seems to have our name."""
        return self._rival.is_there(time.monotonic())

    def start(self) -> None:
        """Begins to connect. A broker that is not there is nothing special."""
        self._thread.start()

    def news(self) -> list[News]:
        """What happened since the last call, in order."""
        happened = []
        with contextlib.suppress(queue.Empty):
            while True:
                happened.append(self._news.get_nowait())
        return happened

    def publish(self, message: Outbound, correlation: bytes = b"") -> int | None:
        """Sends a message, and gives the token that its answer will have; None while there is no connection.

        Args:
            message: what leaves.
            correlation: in an answer, the Correlation Data of its question.
        """
        connection = self._connection
        if connection is None:
            return None
        if len(encode(message)) + len(topic_of(message)) + HEADER_BYTES > self._max_packet_bytes:
            self._pass_over(message)
            return None
        return connection.publish(message, correlation)

    def stop(self, farewell: StateMessage) -> bool:
        """Says goodbye and ends the connection; whether the goodbye has left.

        A broker that does not answer sends the last will instead.
        """
        self._stopping.set()
        connection = self._connection
        token = self.publish(farewell)
        answered = token is not None and self._wait_for_answer(token)
        if connection is not None:
            connection.say_goodbye(keep_will=not answered)
        self._gone.set()
        if self._thread.ident is not None:  # a run may end before it went on air
            self._thread.join(timeout=CONNECT_TIMEOUT_S + 2.0)
        return token is not None

    def opened(self, news: Connected, *, resumed: bool) -> None:
        """The broker took us in."""
        self._max_packet_bytes = news.max_packet_bytes
        self._connection = self._connecting
        self._told_down = False
        self._opened_s = time.monotonic()
        self._rival.opened(self._opened_s, resumed=resumed)
        self._backoff.connected()
        log.info("connected to the broker")
        self._tell(news)

    def refused(self, why: str) -> None:
        """The broker did not take us in."""
        self._tell_down(f"the broker refuses this node: {why}")
        self._gone.set()

    def closed(self, why: str, *, taken_over: bool) -> None:
        """The connection ended."""
        self._connection = None
        if not self._stopping.is_set():
            self._tell_down(f"the connection ended: {why}")
            self._rival.closed(time.monotonic(), said_so=taken_over)
        self._gone.set()

    def confused(self, why: str) -> None:
        """The broker said what nobody can read: no rival of ours does that."""
        self._rival.denied()
        self.closed(f"it cannot be understood: {why}", taken_over=False)

    def answered(self, token: int, reason: int) -> None:
        """The broker answered to a message."""
        if reason >= 0x80:
            self._rival.denied()
        self._tell(Answered(token, reason))

    def arrived(self, news: Arrived) -> None:
        """Somebody asks something. Of a flood only the first are heard."""
        if self._news.qsize() < _MOST_NEWS:
            self._tell(news)

    def _pass_over(self, message: Outbound) -> None:
        """A broker that gets more than it takes ends the connection, each time again: it does not get this one."""
        if not self._told_large:
            log.error("%s is too large for the broker (%d bytes)", message.name, self._max_packet_bytes)
        self._told_large = True

    def _wait_for_answer(self, token: int) -> bool:
        """Whether the answer to a message comes in time. Other news stays where the publisher finds it."""
        until = time.monotonic() + _FAREWELL_S
        others: list[News] = []
        answered = False
        while not answered and (left_s := until - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                others.append(self._news.get(timeout=left_s))
                answered = isinstance(others[-1], Answered) and others[-1].token == token
        for news in others:
            self._news.put(news)
        return answered

    def _run(self) -> None:
        """Connects, waits for the end of the connection, backs off, and connects again."""
        while not self._stopping.is_set():
            self._gone.clear()
            self._opened_s = None
            self._live_through()
            if self._opened_s is not None and time.monotonic() - self._opened_s > _STABLE_S:
                self._backoff.reset()
            self._tell_rival()
            aside_s = self._rival.wait_s * self._random.uniform(0.5, 1.0)
            self._stopping.wait(max(self._backoff.wait_s(time.monotonic()), aside_s))

    def _live_through(self) -> None:
        """One connection, from its begin to its end."""
        connection = None
        try:
            self._connecting = connection = Connection(self._broker, self._node_id, self._last_will(), self)
            connection.open()
            if not self._gone.wait(_TAKES_IN_WITHIN_S) and self._opened_s is None:
                raise BrokerError("it does not answer")
            self._gone.wait()
        except (OSError, ValueError, BrokerError) as error:
            self._tell_down(str(error))
        if self._opened_s is None:
            self._rival.failed()
        self._connection = None
        if connection is not None:
            connection.close()
        self._tell(Disconnected())

    def _tell_rival(self) -> None:
        """Says once that another device has our name, and once that it has it no more."""
        if self.has_rival and not self._told_rival:
            log.error("another device uses the name %s: give each its own node.id and certificate", self._node_id)
        self._told_rival = self.has_rival

    def _tell(self, news: News) -> None:
        """Puts news where the main thread finds them."""
        self._news.put(news)
        self._wake()

    def _tell_down(self, why: str) -> None:
        """Says once for each outage that there is one."""
        if not self._told_down:
            log.warning(
                "no broker at %s:%d (%s): messages wait in the outbox", self._broker.host, self._broker.port, why
            )
            self._told_down = True
