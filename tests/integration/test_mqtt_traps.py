"""MQTT as it is, found by experiment: each of these lost or repeated messages for somebody."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from node.airlock.record import IncidentBegan
from node.airlock.ring import Ring
from node.airlock.sender import Sender
from node.ops.clock import boot_s
from simulator.live.broker import ADDRESS, PrivateBroker
from tests.integration.node_side import Reader, UplinkProcess, until, write_config

pytestmark = pytest.mark.slow

MANY = 1200
"""More messages than a broker with its own defaults keeps for a reader that is away (1000)."""


@pytest.fixture
def sender(tmp_path: Path) -> Iterator[Sender]:
    started = Sender(tmp_path / "airlock.sock", Ring(9), 9)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def everybodys() -> Iterator[Path]:
    """A folder that a broker can read which was started by root and became somebody else."""
    with tempfile.TemporaryDirectory(prefix="polewatch-acl-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def begin(sender: Sender, number: int) -> None:
    sender.offer(IncidentBegan(1, number, 1, 1), round(boot_s() * 1000))


class Durable:
    """A reader whose session the broker keeps while it is away."""

    def __init__(self, port: int) -> None:
        keep = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's own
        keep.SessionExpiryInterval = 600
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="durable", protocol=mqtt.MQTTv5)
        self._subscribed = threading.Event()
        self.got = threading.Semaphore(0)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = lambda *_: self.got.release()
        self._client.connect(ADDRESS, port, clean_start=False, properties=keep)
        self._client.loop_start()

    def subscribe(self) -> None:
        self._client.subscribe("t", qos=1)
        assert self._subscribed.wait(5)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def away_and_back(port: int, count: int) -> int:
    """How many of `count` messages a durable reader gets that was away while they were published."""
    before = Durable(port)
    before.subscribe()
    before.close()
    writer = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="writer", protocol=mqtt.MQTTv5)
    writer.max_queued_messages_set(0)
    reasons: list[int] = []
    writer.on_publish = lambda _client, _data, _mid, reason, _properties: reasons.append(reason.value)
    writer.connect(ADDRESS, port)
    writer.loop_start()
    for number in range(count):
        writer.publish("t", str(number), qos=1)
    until(lambda: len(reasons) == count, 30, "the last acknowledgement")
    writer.disconnect()
    writer.loop_stop()
    assert set(reasons) == {0}, "the broker says that it took every one"
    after = Durable(port)
    received = 0
    while after.got.acquire(timeout=3.0):
        received += 1
    after.close()
    return received


def test_a_broker_with_its_own_defaults_says_that_it_took_what_it_then_loses() -> None:
    with PrivateBroker(settings=("max_queued_messages 1000",)) as broker:
        assert away_and_back(broker.port, MANY) < MANY


def test_a_broker_with_our_settings_keeps_everything_for_a_reader_that_is_away(broker: PrivateBroker) -> None:
    assert away_and_back(broker.port, MANY) == MANY


def test_the_shipped_broker_keeps_everything_for_a_reader_that_is_away() -> None:
    conf = (Path(__file__).parents[2] / "firmware_config/mosquitto/polewatch.conf").read_text()

    assert "max_queued_messages 0" in conf.splitlines()


def test_a_message_that_is_too_large_for_the_broker_is_a_dead_letter_and_no_endless_loop(
    tmp_path: Path, sender: Sender
) -> None:
    with PrivateBroker(settings=("max_packet_size 700",)) as broker:
        reader = Reader(broker.port)
        uplink = UplinkProcess(write_config(tmp_path, broker.port))
        uplink.start()
        try:
            until(lambda: reader.of("state"), what="the birth")
            begin(sender, 1)
            until(lambda: any("dead_letters" in one["data"]["codes"] for one in reader.of("health")), what="its code")
        finally:
            uplink.stop()
            reader.close()

    assert reader.of("event") == []
    assert uplink.said().count("connected to the broker") == 1


def test_an_event_that_nobody_has_subscribed_to_waits_until_somebody_has(
    tmp_path: Path, broker: PrivateBroker, sender: Sender
) -> None:
    watch = Reader(broker.port, "watch", "polewatch/v1/+/health")
    uplink = UplinkProcess(write_config(tmp_path, broker.port))
    uplink.start()
    try:
        begin(sender, 1)
        until(lambda: any("no_subscriber" in one["data"]["codes"] for one in watch.of("health")), what="its code")
        late = Reader(broker.port)
        until(lambda: late.of("event"), 40, "the event")
    finally:
        uplink.stop()
        watch.close()
        late.close()

    assert len({event["id"] for event in late.of("event")}) == 1


def test_an_event_that_the_broker_denies_is_kept_and_goes_out_when_it_is_allowed(
    tmp_path: Path, sender: Sender, everybodys: Path
) -> None:
    rights = everybodys / "acl"
    rights.write_text("topic readwrite #\ntopic deny polewatch/v1/+/event/#\n")
    with PrivateBroker(settings=(f"acl_file {rights}",)) as broker:
        reader = Reader(broker.port)
        uplink = UplinkProcess(write_config(tmp_path, broker.port))
        uplink.start()
        try:
            until(lambda: reader.of("state"), what="the birth")
            begin(sender, 1)
            until(lambda: any("broker_refuses" in one["data"]["codes"] for one in reader.of("health")), what="its code")
            assert reader.of("event") == []
            rights.write_text("topic readwrite #\n")
            broker.restart()
            until(lambda: reader.of("event"), 40, "the event")
        finally:
            uplink.stop()
            reader.close()
