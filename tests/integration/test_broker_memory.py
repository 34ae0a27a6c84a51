"""What a broker that is killed remembers: all that it had written down, if it is one that remembers."""

from __future__ import annotations

import queue

import pytest
from paho.mqtt import publish
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from simulator.live.broker import ADDRESS, SAVES_WITHIN_S, PrivateBroker
from tests.integration.node_side import until

TOPIC = "polewatch/v1/a/event"


class DurableReader:
    """A reader whose session outlives its connection."""

    def __init__(self, port: int) -> None:
        self.came: queue.Queue[bytes] = queue.Queue()
        self.was_known: bool | None = None
        self._subscribed = False
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="durable", protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_message = lambda _client, _data, message: self._keep(message)
        self._client.on_connect = lambda _client, _data, flags, *_: self._met(known=flags.session_present)
        self._client.on_subscribe = lambda *_: self._ready()
        expiry = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho has no types here
        expiry.SessionExpiryInterval = 3600
        self._client.connect(ADDRESS, port, clean_start=False, properties=expiry)
        self._client.loop_start()
        until(lambda: self.was_known is not None, 10.0, "the reader's connection")

    def subscribe(self) -> None:
        """Asks for the events, and waits for the answer."""
        self._client.subscribe(TOPIC, qos=1)
        until(lambda: self._subscribed, 10.0, "the subscription")

    def leave(self) -> None:
        """Disconnects; the session stays."""
        self._client.disconnect()
        self._client.loop_stop()

    def _keep(self, message: MQTTMessage) -> None:
        self.came.put(bytes(message.payload))

    def _met(self, *, known: bool) -> None:
        self.was_known = known

    def _ready(self) -> None:
        self._subscribed = True


def kill_with_a_queue(broker: PrivateBroker, messages: list[bytes]) -> None:
    """Events come for a reader who is away, and the broker is killed some seconds later and started again."""
    reader = DurableReader(broker.port)
    reader.subscribe()
    reader.leave()
    for message in messages:
        publish.single(TOPIC, message, qos=1, hostname=ADDRESS, port=broker.port)
    if broker.database is not None:
        database = broker.database
        until(lambda: database.exists() and messages[-1] in database.read_bytes(), 3 * SAVES_WITHIN_S, "the writing")
    broker.kill()
    broker.start()


def test_a_durable_readers_queue_survives_the_death_of_a_broker_that_remembers() -> None:
    messages = [b"event number %d" % number for number in range(5)]
    with PrivateBroker(remembers=True) as broker:
        kill_with_a_queue(broker, messages)

        reader = DurableReader(broker.port)
        came = [reader.came.get(timeout=10.0) for _ in messages]
        reader.leave()

    assert reader.was_known is True
    assert came == messages


def test_a_broker_that_does_not_remember_loses_the_queue() -> None:
    with PrivateBroker() as broker:
        kill_with_a_queue(broker, [b"event"])

        reader = DurableReader(broker.port)
        reader.leave()

    assert reader.was_known is False
    with pytest.raises(queue.Empty):
        reader.came.get_nowait()
