"""A durable MQTT 5 subscriber: the broker keeps its session, and hears that a message came when it is on the disk."""

from __future__ import annotations

import queue
import ssl
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from node.errors import BrokerError

TOPICS = tuple(f"polewatch/v1/+/{below}" for below in ("info", "state", "event/+", "summary", "gap", "command/result"))
SESSION_EXPIRY_S = 14 * 86_400
_AT_ONCE = 64
_KEEPALIVE_S = 30
_ASK_EXPIRY_S = 60
_REFUSED = 0x80
_PASSING = (0x88, 0x89, 0x9F)
"""The broker takes nobody in just now: paho tries again."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the broker is, and how to show who we are.

    Args:
        host: its name.
        port: its port.
        client_id: under which it keeps our session.
        ca: certificate of the city's authority; with it the connection is encrypted.
        cert: our certificate.
        key: our private key.
    """

    host: str
    port: int
    client_id: str
    ca: str | None = None
    cert: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message as it came; it is ours when it is acknowledged, and comes again if it never is."""

    topic: str
    payload: bytes
    at_s: float
    ticket: tuple[int, int, int]


class Subscriber:
    """Subscribes to what nodes say. Use it as a context manager.

    Args:
        place: the broker.

    Raises:
        BrokerError: on entering, when the broker is not there, or a certificate cannot be read.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._waiting: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
        self._connections = 0
        self._questions: set[int] = set()
        self._refusal = ""
        self.connected = False
        self.subscribed = False
        """Whether the broker has ever let us hear what nodes say."""
        self.denied = False
        """Whether the broker has denied a question."""
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=place.client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
        )
        self._client.reconnect_delay_set(1, 2)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self._client.on_publish = self._on_publish

    def __enter__(self) -> Self:
        place = self._place
        try:
            if place.ca:
                context = ssl.create_default_context(cafile=place.ca)
                context.minimum_version = ssl.TLSVersion.TLSv1_3
                if place.cert:
                    context.load_cert_chain(place.cert, place.key)
                self._client.tls_set_context(context)
            keep = _properties(PacketTypes.CONNECT, SessionExpiryInterval=SESSION_EXPIRY_S, ReceiveMaximum=_AT_ONCE)
            self._client.connect(place.host, place.port, _KEEPALIVE_S, clean_start=False, properties=keep)
        except (OSError, ValueError) as error:
            raise BrokerError(f"no broker at {place.host}:{place.port} for us: {error}") from error
        self._client.loop_start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def take(self, timeout_s: float, most: int = _AT_ONCE) -> list[Delivery]:
        """What came, in order, as soon as there is something; nothing when nothing came in time.

        Raises:
            BrokerError: the broker does not take us in, or does not let us hear what nodes say.
        """
        if self._refusal:
            raise BrokerError(f"the broker at {self._place.host}:{self._place.port} {self._refusal}")
        taken: list[Delivery] = []
        try:
            taken.append(self._waiting.get(timeout=timeout_s))
            while len(taken) < most:
                taken.append(self._waiting.get_nowait())
        except queue.Empty:
            pass
        return taken

    def acknowledge(self, delivery: Delivery) -> None:
        """Tells the broker that a message is kept. One of an earlier connection comes again, under a new number."""
        connection, number, qos = delivery.ticket
        if connection == self._connections:
            self._client.ack(number, qos)

    def ask(self, node: str, payload: bytes, correlation: bytes) -> None:
        """Sends a question to a node; its answers have the same Correlation Data."""
        properties = _properties(
            PacketTypes.PUBLISH,
            MessageExpiryInterval=_ASK_EXPIRY_S,
            CorrelationData=correlation,
            ContentType="application/cloudevents+json; charset=utf-8",
        )
        sent = self._client.publish(f"polewatch/v1/{node}/command", payload, 1, retain=False, properties=properties)
        self._questions.add(sent.mid)

    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, _properties: object
    ) -> None:
        if reason.is_failure:
            if reason.value not in _PASSING:
                self._refusal = f"does not take us in ({reason}): look at --client-id, --cert and its password file"
            return
        self._connections += 1
        self.connected = True
        client.subscribe([(topic, 1) for topic in TOPICS])

    def _on_subscribe(
        self, _client: Client, _data: object, _mid: int, reasons: list[ReasonCode], _properties: object
    ) -> None:
        refused = [topic for topic, reason in zip(TOPICS, reasons, strict=False) if reason.value >= _REFUSED]
        self.subscribed |= not refused
        if refused:
            self._refusal = f"does not let us hear {', '.join(refused)}: look at its ACL"

    def _on_disconnect(self, *_: object) -> None:
        self.connected = False

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        ticket = (self._connections, message.mid, message.qos)
        self._waiting.put(Delivery(message.topic, bytes(message.payload), time.time(), ticket))

    def _on_publish(self, _client: Client, _data: object, mid: int, reason: ReasonCode, _properties: object) -> None:
        if mid in self._questions:
            self._questions.discard(mid)
            self.denied |= reason.value >= _REFUSED


def _properties(packet_type: int, **values: Any) -> Properties:
    properties = Properties(packet_type)  # type: ignore[no-untyped-call]  # paho ships no types for it
    for name, value in values.items():
        setattr(properties, name, value)
    return properties
