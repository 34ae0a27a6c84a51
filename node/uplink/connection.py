"""One connection to the broker: MQTT 5 by paho. The only file that names paho.

One paho client lives for one connection. What was in flight when it broke is sent again by the publisher from the
outbox, so nothing hides in a library's memory, and a message that the broker will not take cannot loop there.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from typing import Any, Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from node.config.settings import BrokerSettings
from node.contract.envelope import CONTENT_TYPE, Outbound, StateMessage, encode
from node.contract.topics import (
    MAX_COMMAND_BYTES,
    MAX_CORRELATION_BYTES,
    QOS,
    SESSION_EXPIRY_S,
    WILL_DELAY_S,
    heard_topics,
    route_of,
    topic_of,
)
from node.uplink.news import MAX_PACKET_BYTES, SPARE, WINDOW, Arrived, Connected
from node.uplink.tls import tls_context

CONNECT_TIMEOUT_S = 5.0
_UNACKNOWLEDGED_S = 10.0
_TAKEN_OVER = 0x8E
_MAX_HEARD_BYTES = 65_536


class Ends(Protocol):
    """Who hears what becomes of a connection. Called from paho's thread."""

    def opened(self, news: Connected, *, resumed: bool) -> None:
        """The broker took us in; it knew our session, or it did not."""

    def refused(self, why: str) -> None:
        """The broker did not take us in."""

    def closed(self, why: str, *, taken_over: bool) -> None:
        """The connection ended."""

    def confused(self, why: str) -> None:
        """The broker said something that cannot be read, and the connection ended with it."""

    def answered(self, token: int, reason: int) -> None:
        """The broker answered to a message."""

    def arrived(self, news: Arrived) -> None:
        """Somebody asks something."""


class Connection:
    """One connection, from its begin to its end.

    Args:
        broker: where it is, and how to show who we are.
        node_id: the client id.
        will: the message that the broker sends when we are gone.
        ends: who hears of it.

    Raises:
        BrokerError: a certificate cannot be read; it may be there the next time.
    """

    def __init__(self, broker: BrokerSettings, node_id: str, will: StateMessage, ends: Ends) -> None:
        self._broker = broker
        self._topics = heard_topics(node_id)
        self._ends = ends
        self._client = client = _Client(
            CallbackAPIVersion.VERSION2, client_id=node_id, protocol=mqtt.MQTTv5, reconnect_on_failure=False
        )
        client.confused = ends.confused
        client.connect_timeout = CONNECT_TIMEOUT_S
        # Only before it connects: later it raises.
        client.max_inflight_messages_set(WINDOW + SPARE)
        if broker.tls:
            client.tls_set_context(tls_context(broker))
        properties = _properties(PacketTypes.WILLMESSAGE, WillDelayInterval=WILL_DELAY_S, ContentType=CONTENT_TYPE)
        client.will_set(topic_of(will), encode(will), QOS, retain=True, properties=properties)
        client.on_socket_open = _bound_silence
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message

    def open(self) -> None:
        """Connects. Whether the broker takes us in is told later.

        Raises:
            OSError: there is nobody, or no way.
            ValueError: the address is none.
        """
        properties = _properties(
            PacketTypes.CONNECT,
            SessionExpiryInterval=SESSION_EXPIRY_S,
            ReceiveMaximum=WINDOW,
            MaximumPacketSize=_MAX_HEARD_BYTES,
        )
        self._client.connect(
            self._broker.host,
            self._broker.port,
            keepalive=self._broker.keepalive_s,
            clean_start=False,
            properties=properties,
        )
        self._client.loop_start()

    def publish(self, message: Outbound, correlation: bytes = b"") -> int | None:
        """Sends a message, and gives the token that its answer will have; None when the connection is gone."""
        route = route_of(message)
        properties = _properties(PacketTypes.PUBLISH, ContentType=CONTENT_TYPE, PayloadFormatIndicator=1)
        if route.expiry_s is not None:
            properties.MessageExpiryInterval = route.expiry_s
        if correlation:
            properties.CorrelationData = correlation
        sent = self._client.publish(topic_of(message), encode(message), QOS, route.retained, properties)
        return sent.mid if sent.rc == mqtt.MQTT_ERR_SUCCESS else None

    def say_goodbye(self, *, keep_will: bool) -> None:
        """Ends it in good order; the broker sends the last will all the same where it is wished."""
        reason = "Disconnect with will message" if keep_will else "Normal disconnection"
        self._client.disconnect(ReasonCode(PacketTypes.DISCONNECT, reason))

    def close(self) -> None:
        """Ends its thread, when that has written what it has, and the connection, if it is still there."""
        self._client.loop_stop()
        end: Any = self._client.socket()
        if end is not None:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _on_connect(
        self, client: mqtt.Client, _data: object, flags: Any, reason: ReasonCode, properties: Properties | None
    ) -> None:
        """The broker answered to our CONNECT."""
        if reason.is_failure:
            self._ends.refused(str(reason))
            return
        # A grant says nothing: brokers grant what they will never deliver. What is asked is answered, or it is not.
        options = SubscribeOptions(qos=QOS, noLocal=True, retainAsPublished=True, retainHandling=1)
        client.subscribe([(topic, options) for topic in self._topics])
        most = min(getattr(properties, "MaximumPacketSize", MAX_PACKET_BYTES), MAX_PACKET_BYTES)
        # paho does not look at the broker's Receive Maximum: to send more ends the connection.
        room = getattr(properties, "ReceiveMaximum", WINDOW + SPARE) - SPARE
        news = Connected(most, max(1, min(room, WINDOW)), resumed=bool(flags.session_present))
        self._ends.opened(news, resumed=news.resumed)

    def _on_disconnect(
        self, _client: mqtt.Client, _data: object, _flags: object, reason: ReasonCode, _properties: object
    ) -> None:
        """The connection ended."""
        self._ends.closed(str(reason), taken_over=reason.value == _TAKEN_OVER)

    def _on_publish(
        self, _client: mqtt.Client, _data: object, token: int, reason: ReasonCode, _properties: object
    ) -> None:
        """The broker answered to a message."""
        self._ends.answered(token, reason.value)

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        """Something came."""
        correlation = bytes(getattr(message.properties, "CorrelationData", b""))
        news = Arrived(
            topic=message.topic,
            payload=bytes(message.payload) if len(message.payload) <= MAX_COMMAND_BYTES else None,
            retained=message.retain,
            expiry_s=getattr(message.properties, "MessageExpiryInterval", None),
            correlation=correlation if len(correlation) <= MAX_CORRELATION_BYTES else b"",
        )
        self._ends.arrived(news)


class _Client(mqtt.Client):
    """A client whose thread never ends without a word: paho raises whatever a broker's malformed packet makes it."""

    confused: Callable[[str], None]

    def loop_forever(self, timeout: float = 1.0, retry_first_connection: bool = False) -> MQTTErrorCode:  # noqa: FBT001, FBT002 - paho's own signature
        """What paho's thread does, from its begin to its end."""
        try:
            return super().loop_forever(timeout, retry_first_connection)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends one connection and not the node
            self.confused(type(error).__name__)
            return MQTTErrorCode.MQTT_ERR_PROTOCOL


def _bound_silence(_client: mqtt.Client, _data: object, end: Any) -> None:
    """Makes the kernel end a connection on which nothing is acknowledged for 10 s.

    After a minute of silence TCP itself would wait for the better part of the next one before it tries again.
    """
    with contextlib.suppress(OSError, AttributeError):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(_UNACKNOWLEDGED_S * 1000))


def _properties(packet_type: int, **values: str | int) -> Properties:
    """The MQTT 5 properties of a packet."""
    properties = Properties(packet_type)  # type: ignore[no-untyped-call]  # paho ships no types for it
    for name, value in values.items():
        setattr(properties, name, value)
    return properties
