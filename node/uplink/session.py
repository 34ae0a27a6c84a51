"""The session with the broker: MQTT 5 by paho. The only file that names paho.

One paho client lives for one connection. What was in flight when it broke is sent again by the publisher from the
outbox, so nothing hides in a library's memory, and a message that the broker will not take cannot loop there.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from node.config.settings import BrokerSettings
from node.contract.envelope import CONTENT_TYPE, Outbound, StateMessage, encode
from node.contract.topics import QOS, SESSION_EXPIRY_S, WILL_DELAY_S, route_of, topic_of
from node.errors import BrokerError
from node.uplink.backoff import Backoff
from node.uplink.tls import tls_context

WINDOW = 16
"""Messages in flight at once."""
MAX_PACKET_BYTES = 65_536
HEADER_BYTES = 128
"""More than MQTT adds to a payload and its topic."""
_CONNECT_TIMEOUT_S = 5.0
_STABLE_S = 10.0
_FAREWELL_S = 2.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker took us in; a packet may have at most so many bytes."""

    max_packet_bytes: int


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection is gone, and with it whatever was in flight."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The broker answered to a message: its token, and the MQTT 5 reason code (below 128 it took it)."""

    token: int
    reason: int


News = Connected | Disconnected | Answered


class Session:
    """Keeps a connection to the broker for as long as it lives.

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
        self._client: mqtt.Client | None = None
        self._gone = threading.Event()
        self._stopping = threading.Event()
        self._told_down = False
        self._told_large = False
        self._max_packet_bytes = MAX_PACKET_BYTES
        self._thread = threading.Thread(target=self._run, name="session", daemon=True)

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

    def publish(self, message: Outbound) -> int | None:
        """Sends a message, and gives the token that its answer will have; None while there is no connection."""
        client = self._client
        if client is None:
            return None
        if len(encode(message)) + len(topic_of(message)) + HEADER_BYTES > self._max_packet_bytes:
            self._pass_over(message)
            return None
        route = route_of(message)
        properties = _properties(PacketTypes.PUBLISH, ContentType=CONTENT_TYPE, PayloadFormatIndicator=1)
        if route.expiry_s is not None:
            properties.MessageExpiryInterval = route.expiry_s
        sent = client.publish(topic_of(message), encode(message), QOS, route.retained, properties)
        return sent.mid if sent.rc == mqtt.MQTT_ERR_SUCCESS else None

    def _pass_over(self, message: Outbound) -> None:
        """A broker that gets more than it takes ends the connection, each time again: it does not get this one."""
        if not self._told_large:
            log.error("%s is too large for the broker (%d bytes)", message.name, self._max_packet_bytes)
        self._told_large = True

    def stop(self, farewell: StateMessage) -> None:
        """Says goodbye and ends the connection. A broker that does not answer sends the last will instead."""
        self._stopping.set()
        client = self._client
        token = self.publish(farewell)
        answered = token is not None and self._wait_for_answer(token)
        if client is not None:
            client.disconnect(
                ReasonCode(
                    PacketTypes.DISCONNECT, "Normal disconnection" if answered else "Disconnect with will message"
                )
            )
        self._gone.set()
        self._thread.join(timeout=_CONNECT_TIMEOUT_S + 2.0)

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
        backoff = Backoff(random.Random())  # noqa: S311 - jitter, no secret
        while not self._stopping.is_set():
            self._gone.clear()
            began_s = time.monotonic()
            try:
                self._live_through(self._make_client())
            except BrokerError as error:
                self._tell_down(str(error))
            if time.monotonic() - began_s > _STABLE_S:
                backoff.reset()
            self._stopping.wait(backoff.wait_s(time.monotonic()))

    def _live_through(self, client: mqtt.Client) -> None:
        """One connection, from its begin to its end."""
        try:
            self._connect(client)
            client.loop_start()
            self._gone.wait()
        except (OSError, ValueError) as error:
            self._tell_down(str(error))
        self._client = None
        client.loop_stop()
        self._tell(Disconnected())

    def _make_client(self) -> mqtt.Client:
        """A client for one connection.

        Raises:
            BrokerError: a certificate cannot be read; it may be there the next time.
        """
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._node_id,
            protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
        )
        client.connect_timeout = _CONNECT_TIMEOUT_S
        client.max_inflight_messages_set(WINDOW)
        if self._broker.tls:
            client.tls_set_context(tls_context(self._broker))
        will = self._last_will()
        properties = _properties(PacketTypes.WILLMESSAGE, WillDelayInterval=WILL_DELAY_S, ContentType=CONTENT_TYPE)
        client.will_set(topic_of(will), encode(will), QOS, retain=True, properties=properties)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        return client

    def _connect(self, client: mqtt.Client) -> None:
        """Opens the connection."""
        properties = _properties(PacketTypes.CONNECT, SessionExpiryInterval=SESSION_EXPIRY_S, ReceiveMaximum=WINDOW)
        client.connect(
            self._broker.host,
            self._broker.port,
            keepalive=self._broker.keepalive_s,
            clean_start=False,
            properties=properties,
        )

    def _on_connect(
        self, client: mqtt.Client, _data: object, _flags: object, reason: ReasonCode, properties: Properties | None
    ) -> None:
        """The broker answered to our CONNECT."""
        if reason.is_failure:
            self._tell_down(f"the broker refuses this node: {reason}")
            self._gone.set()
            return
        self._max_packet_bytes = min(getattr(properties, "MaximumPacketSize", MAX_PACKET_BYTES), MAX_PACKET_BYTES)
        self._client = client
        self._told_down = False
        log.info("connected to the broker")
        self._tell(Connected(self._max_packet_bytes))

    def _on_disconnect(
        self, _client: mqtt.Client, _data: object, _flags: object, reason: ReasonCode, _properties: object
    ) -> None:
        """The connection ended."""
        self._client = None
        if not self._stopping.is_set():
            self._tell_down(f"the connection ended: {reason}")
        self._gone.set()

    def _on_publish(
        self, _client: mqtt.Client, _data: object, token: int, reason: ReasonCode, _properties: object
    ) -> None:
        """The broker answered to a message."""
        self._tell(Answered(token, reason.value))

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


def _properties(packet_type: int, **values: str | int) -> Properties:
    """The MQTT 5 properties of a packet."""
    properties = Properties(packet_type)  # type: ignore[no-untyped-call]  # paho ships no types for it
    for name, value in values.items():
        setattr(properties, name, value)
    return properties
