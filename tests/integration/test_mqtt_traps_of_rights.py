"""More of MQTT as it is: what a denial, a grant, a share, a twin, and a broker that takes few at once really do."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from node.airlock.record import IncidentBegan
from node.airlock.ring import Ring
from node.airlock.sender import Sender
from node.contract.topics import QOS
from node.ops.clock import boot_s
from simulator.forecaster.subscriber import TOPICS
from simulator.live.broker import ADDRESS, PrivateBroker
from tests.integration.node_side import Reader, UplinkProcess, until, write_config

pytestmark = pytest.mark.slow

NOT_AUTHORISED = 0x87


@pytest.fixture
def everybodys() -> Iterator[Path]:
    """A folder that a broker can read which was started by root and became somebody else."""
    with tempfile.TemporaryDirectory(prefix="polewatch-acl-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def strict(everybodys: Path) -> Iterator[PrivateBroker]:
    """A broker that lets everybody read and write `open`, write `secret`, and nothing else."""
    rights = everybodys / "acl"
    rights.write_text("topic readwrite open\ntopic write secret\n")
    with PrivateBroker(settings=(f"acl_file {rights}",)) as broker:
        yield broker


class Client:
    """A plain MQTT 5 client that writes down what happens to it."""

    def __init__(self, port: int, name: str = "", *, keeps_session: bool = False) -> None:
        self.taken: dict[int, int] = {}
        self.granted: list[int] = []
        self.got: list[str] = []
        self.disconnected = threading.Event()
        self._subscribed = threading.Event()
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv5, reconnect_on_failure=False
        )
        self._client.on_publish = lambda _c, _d, mid, reason, _p: self.taken.update({mid: reason.value})
        self._client.on_message = lambda _c, _d, message: self.got.append(message.payload.decode())
        self._client.on_disconnect = lambda *_: self.disconnected.set()
        self._client.on_subscribe = self._on_subscribe
        keep = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's own
        keep.SessionExpiryInterval = 600 if keeps_session else 0
        self._client.connect(ADDRESS, port, clean_start=not keeps_session, properties=keep)
        self._client.loop_start()
        until(self._client.is_connected, 5, "the connection")

    def _on_subscribe(self, _client: mqtt.Client, _data: object, _mid: int, reasons: list[Any], _p: object) -> None:
        self.granted = [reason.value for reason in reasons]
        self._subscribed.set()

    def publish(self, topic: str, qos: int, content: str = "x") -> int:
        return self._client.publish(topic, content, qos=qos).mid

    def subscribe(self, topic: str) -> None:
        self._subscribed.clear()
        self._client.subscribe(topic, qos=1)
        assert self._subscribed.wait(5)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def reason_of(broker: PrivateBroker, qos: int) -> int | None:
    """What the broker answers to a denied message; None where it never does."""
    client = Client(broker.port)
    number = client.publish("shut", qos)
    end_s = time.monotonic() + 2.0
    while number not in client.taken and not client.disconnected.is_set() and time.monotonic() < end_s:
        time.sleep(0.01)
    client.close()
    return client.taken.get(number)


def test_only_quality_1_is_told_that_it_is_denied_and_it_is_the_one_we_use(strict: PrivateBroker) -> None:
    assert reason_of(strict, 1) == NOT_AUTHORISED
    assert reason_of(strict, 0) != NOT_AUTHORISED, "of a denied QoS 0 nothing is said"
    assert reason_of(strict, 2) != NOT_AUTHORISED, "a denied QoS 2 looks like success"
    assert QOS == 1


def test_a_granted_subscription_delivers_nothing_that_is_denied(strict: PrivateBroker) -> None:
    client = Client(strict.port)
    client.subscribe("#")
    client.publish("secret", 1, "for nobody")
    client.publish("open", 1, "for all")
    until(lambda: client.got, 5, "the open message")
    client.close()

    assert client.granted == [1]
    assert client.got == ["for all"]


def test_a_shared_subscription_keeps_back_what_falls_to_a_member_that_is_away(broker: PrivateBroker) -> None:
    members = [Client(broker.port, f"member-{number}", keeps_session=True) for number in range(2)]
    for member in members:
        member.subscribe("$share/readers/t")
    members[1].close()
    writer = Client(broker.port)
    numbers = [writer.publish("t", 1, str(number)) for number in range(10)]
    until(lambda: len(writer.taken) == 10, 5, "every acknowledgement")
    time.sleep(0.5)
    writer.close()
    members[0].close()

    assert all(writer.taken[number] == 0 for number in numbers), "the broker says that it took every one"
    assert len(members[0].got) < 10


def test_our_reader_shares_no_subscription() -> None:
    assert not [topic for topic in TOPICS if topic.startswith("$share")]


def test_two_devices_with_one_name_find_out_and_come_back_less_and_less_often(
    tmp_path: Path, broker: PrivateBroker
) -> None:
    twins = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        twins.append(UplinkProcess(write_config(folder, broker.port)))
    try:
        for twin in twins:
            twin.start()
        until(lambda: all("another device uses the name pole-0042" in twin.said() for twin in twins), 40, "the word")
        before = [twin.said().count("connected to the broker") for twin in twins]
        time.sleep(5.0)
        after = [twin.said().count("connected to the broker") for twin in twins]
    finally:
        for twin in twins:
            twin.stop()

    assert all(second - first <= 2 for first, second in zip(before, after, strict=True))
    assert all(twin.said().count("another device uses the name") == 1 for twin in twins)


def test_paho_cannot_be_told_how_many_may_be_in_flight_once_it_is_connected(broker: PrivateBroker) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.connect(ADDRESS, broker.port)
    client.loop_start()
    until(client.is_connected, 5, "the connection")

    with pytest.raises(RuntimeError):
        client.max_inflight_messages_set(5)

    client.disconnect()
    client.loop_stop()


def test_a_broker_that_takes_few_at_once_gets_all_over_one_connection(tmp_path: Path) -> None:
    sender = Sender(tmp_path / "airlock.sock", Ring(9), 9)
    sender.start()
    with PrivateBroker(settings=("max_inflight_messages 5",)) as broker:
        broker.stop(forget=False)
        uplink = UplinkProcess(write_config(tmp_path, broker.port), capped=False)
        uplink.start()
        try:
            for number in range(1, 101):
                sender.offer(IncidentBegan(1, number, 1, 1), round(boot_s() * 1000))
            assert sender.drain(20.0)
            broker.start()
            reader = Reader(broker.port)
            until(lambda: len({event["id"] for event in reader.of("event")}) == 100, 30, "every event")
            reader.close()
        finally:
            uplink.stop()
            sender.stop()

    assert uplink.said().count("connected to the broker") == 1
