"""The reference reader at a real broker: durable, complete, and it asks a real node for what it lacks."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from node.airlock.record import IncidentBegan, IncidentEnded
from node.airlock.ring import Ring
from node.airlock.sender import Sender
from node.contract.base import instant
from node.ops.clock import SystemClock, boot_s
from simulator.forecaster.reader import accounts
from simulator.forecaster.said import Span
from simulator.forecaster.shelf import Shelf
from simulator.live.broker import ADDRESS, PrivateBroker
from tests.integration.node_side import Reader, UplinkProcess, until, write_config

pytestmark = pytest.mark.slow

RESULT = "polewatch/v1/pole-0042/command/result"


@pytest.fixture
def sender(tmp_path: Path) -> Iterator[Sender]:
    started = Sender(tmp_path / "airlock.sock", Ring(9), 9)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def uplink(tmp_path: Path, broker: PrivateBroker) -> Iterator[UplinkProcess]:
    process = UplinkProcess(write_config(tmp_path, broker.port), capped=False)
    yield process
    process.stop()


def tell(sender: Sender, *numbers: int) -> None:
    """Incidents that begin and end."""
    for number in numbers:
        now_ms = round(boot_s() * 1000)
        sender.offer(IncidentBegan(1, number, 1, 1), now_ms)
        sender.offer(IncidentEnded(number, 0, 3, 12), now_ms)


class Forecaster:
    """`polewatch-sim forecaster`, one run after the other, with one file."""

    def __init__(self, folder: Path, port: int) -> None:
        self.db = folder / "forecaster.db"
        self._command = [sys.executable, "-m", "simulator.cli", "forecaster", "--db", str(self.db)]
        self._command += ["--port", str(port), "--json"]
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        until(self.db.exists, 20, "its file")

    def stop(self) -> tuple[int, dict[str, Any]]:
        """Its exit code, and what it says that it has."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        said, _ = self._process.communicate(timeout=20)
        return self._process.returncode, json.loads(said)

    def has(self, *numbers: int) -> bool:
        """Whether it has these numbers, and lacks none."""
        shelf = Shelf(self.db)
        found = accounts(shelf)
        shelf.close()
        return bool(found) and found[-1].is_complete and found[-1].numbers == Span(numbers[0], numbers[-1])


@pytest.fixture
def forecaster(tmp_path: Path, broker: PrivateBroker) -> Iterator[Forecaster]:
    reader = Forecaster(tmp_path, broker.port)
    yield reader
    if reader._process is not None and reader._process.poll() is None:
        reader._process.kill()
        reader._process.communicate()


def test_a_reader_that_was_away_gets_what_was_said_meanwhile(
    uplink: UplinkProcess, sender: Sender, forecaster: Forecaster
) -> None:
    forecaster.start()
    uplink.start()
    tell(sender, 1, 2)
    until(lambda: forecaster.has(1, 4), 30, "the first four")
    forecaster.stop()
    tell(sender, 3, 4)
    assert sender.drain(10.0)
    forecaster.start()
    until(lambda: forecaster.has(1, 8), 30, "all eight")

    code, said = forecaster.stop()
    assert code == 0
    assert said["complete"] is True
    assert said["asked"] == 0
    assert said["nodes"]["pole-0042"]["messages"] == {"event/noise.spike": 8}


def test_a_reader_asks_for_what_the_broker_has_forgotten_and_has_all_of_it_then(
    broker: PrivateBroker, uplink: UplinkProcess, sender: Sender, forecaster: Forecaster
) -> None:
    forecaster.start()
    uplink.start()
    tell(sender, 1)
    until(lambda: forecaster.has(1, 2), 30, "the first two")
    forecaster.stop()
    broker.restart()
    other = Reader(broker.port, "other")
    tell(sender, 2, 3, 4)
    # The node sends the first two again, too: this broker knows nothing of them.
    others = set(range(3, 9))
    until(lambda: {int(one["sequence"]) for one in other.of("event")} >= others, 30, "the others, at somebody else")
    other.close()
    forecaster.start()
    tell(sender, 5)
    until(lambda: forecaster.has(1, 10), 40, "what it asked for")

    code, said = forecaster.stop()
    assert code == 0
    assert said["asked"] >= 1
    assert said["nodes"]["pole-0042"]["messages"] == {"event/noise.spike": 10}


class Asker:
    """Somebody who asks a node whatever comes to mind, and hears what it answers."""

    def __init__(self, port: int) -> None:
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="asker", protocol=mqtt.MQTTv5)
        self.answers: list[tuple[dict[str, Any], bytes]] = []
        ready = threading.Event()
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.on_message = self._keep
        self._client.connect(ADDRESS, port)
        self._client.subscribe(RESULT, qos=1)
        self._client.loop_start()
        assert ready.wait(5)

    def _keep(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        correlation = getattr(message.properties, "CorrelationData", b"")
        self.answers.append((json.loads(message.payload)["data"], correlation))

    def ask(self, payload: bytes, *, retain: bool = False, expiry_s: int | None = 60, correlation: bytes = b"") -> None:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho's own
        if expiry_s is not None:
            properties.MessageExpiryInterval = expiry_s
        if correlation:
            properties.CorrelationData = correlation
        topic = RESULT.removesuffix("/result")
        self._client.publish(topic, payload, qos=1, retain=retain, properties=properties)

    def answer_to(self, payload: bytes, **how: Any) -> tuple[str, str | None, bytes]:
        before = len(self.answers)
        self.ask(payload, **how)
        until(lambda: len(self.answers) > before, 10, "an answer")
        answer, correlation = self.answers[before]
        return answer["status"], answer["refusal"], correlation

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def question(number: int, epoch: str, **change: Any) -> bytes:
    asked = {
        "specversion": "1.0",
        "id": f"{number:032x}",
        "source": "urn:polewatch:fleet:city-it",
        "type": "org.polewatch.command.v1",
        "time": instant(SystemClock().wall_s(boot_s())),
        "datacontenttype": "application/json",
        "dataschema": "urn:polewatch:schema:command:v1",
        "data": {"verb": "resync", "epoch": epoch, "first_sequence": 1, "last_sequence": 2},
    }
    return json.dumps(asked | change).encode()


def test_a_node_obeys_a_good_question_once_and_refuses_every_other_with_the_reason(
    broker: PrivateBroker, uplink: UplinkProcess, sender: Sender
) -> None:
    reader = Reader(broker.port, topics="polewatch/v1/+/event/+")
    uplink.start()
    tell(sender, 1)
    until(lambda: len(reader.of("event")) == 2, what="both events")
    epoch = reader.of("event")[0]["id"].partition("-")[0]
    asker = Asker(broker.port)
    try:
        refused = {
            "unknown": asker.answer_to(b"\xff\x00"),
            "snapshot": asker.answer_to(question(1, epoch, data={"verb": "snapshot"})),
            "oversized": asker.answer_to(question(2, epoch) + b" " * 4096),
            "retained": asker.answer_to(question(3, epoch), retain=True),
            "for ever": asker.answer_to(question(4, epoch), expiry_s=None),
            "for long": asker.answer_to(question(5, epoch), expiry_s=3600),
            "other": asker.answer_to(question(6, "ffffffff")),
        }
        accepted = asker.answer_to(question(7, epoch), correlation=b"q-7")
        until(lambda: len(reader.of("event")) == 4, what="both events again")
        until(lambda: asker.answers[-1][0]["status"] == "done", what="the end")
        again = asker.answer_to(question(7, epoch))
    finally:
        asker.close()
        reader.close()

    assert [why for _, why, _ in refused.values()] == [
        "unknown", "unknown", "oversized", "retained", "expired", "expired", "other_epoch",
    ]  # fmt: skip
    assert accepted == ("accepted", None, b"q-7")
    assert asker.answers[-2] == ({**asker.answers[-2][0], "status": "done", "replayed": 2, "gone": 0}, b"q-7")
    assert again[:2] == ("refused", "replayed")
    assert len({event["id"] for event in reader.of("event")}) == 2


def test_a_reader_that_the_broker_does_not_take_in_says_so_and_proves_nothing(tmp_path: Path) -> None:
    with PrivateBroker(settings=("allow_anonymous false",)) as closed:
        command = [sys.executable, "-m", "simulator.cli", "forecaster", "--db", str(tmp_path / "a.db"), "--json"]
        run = subprocess.run(
            [*command, "--port", str(closed.port), "--seconds", "20"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert run.returncode == 69
    assert "does not take us in" in run.stderr
    assert run.stdout == ""


def test_a_reader_that_hears_of_no_node_has_proved_nothing(tmp_path: Path, broker: PrivateBroker) -> None:
    command = [sys.executable, "-m", "simulator.cli", "forecaster", "--db", str(tmp_path / "a.db"), "--json"]
    run = subprocess.run(
        [*command, "--port", str(broker.port), "--seconds", "1"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 1
    assert json.loads(run.stdout)["complete"] is False
