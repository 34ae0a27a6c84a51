"""Faults of a node's surroundings in real time: real processes, a real mosquitto, a real card without room."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from node.errors import StorageError
from simulator.live.broker import ADDRESS, PrivateBroker
from simulator.live.card import Card
from simulator.live.children import Child
from simulator.live.proxy import Proxy
from simulator.pole.catalogue import FaultName
from simulator.trials import live_trial
from simulator.trials.reading import Reading
from simulator.trials.scenario import Scenario
from tests.integration.node_side import until

SEED = 13
"""Its first roar begins early: some 23 s into the street."""
LENGTH_S = 31.0
STOPPED = """
import sys
from simulator.trials import live_trial
from simulator.trials.scenario import Scenario
print("runs", flush=True)
scenario = Scenario.model_validate_json(sys.argv[1])
live_trial.run("stopped", scenario, 13, sight=False, progress=lambda street_s: print(street_s, flush=True))
"""


def scenario(length_s: float, *faults: tuple[FaultName, float, float]) -> Scenario:
    """A street with one roar, and what breaks when."""
    broken = [{"name": name.value, "from_s": from_s, "to_s": to_s} for name, from_s, to_s in faults]
    return Scenario.model_validate({"title": "A roar and a fault", "length_s": length_s, "fault": broken})


def roar_s() -> float:
    """When the roar is heard, by the truth."""
    plain = scenario(LENGTH_S)
    (roar,) = plain.truth(plain.make_street(SEED), sight=False)
    return roar.began_s


def why_no_card(folder: Path) -> str:
    """Why this machine lets nobody have a card of its own; nothing where it does."""
    try:
        Card(folder)
    except StorageError as error:
        return str(error)
    return ""


def need_a_card(folder: Path) -> Card:
    """A card, or the test is skipped with the reason."""
    if refused := why_no_card(folder):
        pytest.skip(refused)
    return Card(folder, size_mb=1)


def processes_of(folder: Path) -> list[str]:
    """The arguments of every living process with the folder among them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if str(folder) in arguments:
            found.append(arguments)
    return found


class Sender:
    """A plain MQTT client behind the proxy, and a reader at the broker itself: what passes, and how late."""

    def __init__(self, port: int, broker_port: int) -> None:
        self.came = threading.Event()
        self.acknowledged = threading.Event()
        self.gone = threading.Event()
        ready = threading.Event()
        self._reader = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._reader.on_message = lambda *_: self.came.set()
        self._reader.on_subscribe = lambda *_: ready.set()
        self._reader.connect(ADDRESS, broker_port)
        self._reader.subscribe("line", qos=1)
        self._reader.loop_start()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5, reconnect_on_failure=False)
        self.client.on_publish = lambda *_: self.acknowledged.set()
        self.client.on_disconnect = lambda *_: self.gone.set()
        self.client.connect(ADDRESS, port)
        self.client.loop_start()
        assert ready.wait(5)
        until(self.client.is_connected, 5, "the connection")

    def send(self, content: bytes) -> None:
        """Publishes at QoS 1."""
        self.client.publish("line", content, qos=1)

    def close(self) -> None:
        """Ends both."""
        for client in (self.client, self._reader):
            client.disconnect()
            client.loop_stop()


@pytest.fixture
def line(broker: PrivateBroker) -> Iterator[tuple[Proxy, Sender]]:
    with ExitStack() as stage:
        proxy = stage.enter_context(Proxy((ADDRESS, broker.port)))
        sender = Sender(proxy.port, broker.port)
        stage.callback(sender.close)
        yield proxy, sender


def test_a_message_over_a_late_line_comes_after_2_s_and_its_answer_after_4(line: tuple[Proxy, Sender]) -> None:
    proxy, sender = line
    proxy.suffer([FaultName.BROKER_LATENCY])
    time.sleep(0.1)
    sent_s = time.monotonic()

    sender.send(b"late")
    assert sender.came.wait(10)
    came_s = time.monotonic() - sent_s
    assert sender.acknowledged.wait(10)
    acknowledged_s = time.monotonic() - sent_s

    assert 1.9 < came_s < 3.5
    assert 3.9 < acknowledged_s < 6.5


def test_a_message_of_600_bytes_takes_3_s_over_a_slow_line(line: tuple[Proxy, Sender]) -> None:
    proxy, sender = line
    proxy.suffer([FaultName.BROKER_SLOW])
    time.sleep(0.1)
    sent_s = time.monotonic()

    sender.send(bytes(600))
    assert sender.came.wait(15)

    assert 2.7 < time.monotonic() - sent_s < 5.0


def test_nothing_comes_over_a_half_open_line_that_stands_and_all_of_it_afterwards(line: tuple[Proxy, Sender]) -> None:
    proxy, sender = line
    proxy.suffer([FaultName.BROKER_HALF_OPEN])
    time.sleep(0.1)

    sender.send(b"stuck")
    assert not sender.came.wait(1.5)
    assert not sender.gone.is_set()
    proxy.suffer([])

    assert sender.came.wait(5)
    assert sender.acknowledged.wait(5)


def test_a_cut_line_ends_the_session_at_once_and_refuses_the_next(line: tuple[Proxy, Sender]) -> None:
    proxy, sender = line

    proxy.suffer([FaultName.BROKER_CUT])
    assert sender.gone.wait(2)

    with pytest.raises(ConnectionRefusedError):
        sender.client.connect(ADDRESS, proxy.port)


def test_a_full_card_is_full_for_its_process_alone_and_has_room_again_afterwards(tmp_path: Path) -> None:
    card = need_a_card(tmp_path)
    write = (
        "import pathlib, signal, sys\n"
        "def write(*_):\n"
        "    try: pathlib.Path(sys.argv[1], 'page').write_bytes(bytes(4096)); print('written', flush=True)\n"
        "    except OSError as error: print(error.strerror, flush=True)\n"
        "signal.signal(signal.SIGUSR1, write)\n"
        "print('ready', flush=True)\n"
        "while True: signal.pause()\n"
    )
    said: list[str] = []
    with Child("the writer", card.command([sys.executable, "-c", write, str(tmp_path)])) as child:
        until(lambda: child.last_line == "ready", 10, "the writer")
        for change in (card.fill, card.free):
            change(child.pid)
            os.kill(child.pid, signal.SIGUSR1)
            until(lambda: child.last_line not in {"ready", *said}, 10, "an answer")
            said.append(child.last_line)

    assert said == ["No space left on device", "written"]
    assert list(tmp_path.iterdir()) == []
    assert str(tmp_path) not in Path("/proc/mounts").read_text()


def test_a_process_without_a_card_is_never_filled(tmp_path: Path) -> None:
    card = need_a_card(tmp_path)

    with pytest.raises(StorageError, match="has no card of its own"):
        card.fill(os.getpid())

    assert list(tmp_path.iterdir()) == []


def check_nothing_is_lost(reading: Reading) -> None:
    """Every number came, the events in order and with the same content each time, and the roar is one incident.

    After the street's end its microphone is gone, which is an incident of its own.
    """
    assert reading.lost == 0
    assert reading.changed == 0
    assert reading.order == sorted(reading.order)
    (told,) = (one for one in reading.told if one.began_s < LENGTH_S)
    assert told.kind == "noise.spike"
    assert told.began_s == pytest.approx(roar_s(), abs=2.0)
    assert told.ended_s is not None


def check_outage(reading: Reading) -> None:
    """15 s without a broker lose nothing, and each event comes once, soon after."""
    check_nothing_is_lost(reading)
    assert reading.duplicates == 0
    assert 27.0 <= reading.told[0].told_s < 27.0 + 12.0


def check_killed_broker_and_jump(reading: Reading) -> None:
    """A killed broker, and then a clock that is an hour back, lose and reorder nothing."""
    check_nothing_is_lost(reading)
    assert reading.told[0].told_s < roar_s() + 4.0
    began_s = [begin_s for begin_s, _ in reading.summaries]
    assert min(began_s) < max(began_s) - 3500.0


def check_full_card(reading: Reading) -> None:
    """A full card loses nothing; it is told in health until there is room, and the node goes on by itself."""
    check_nothing_is_lost(reading)
    assert 27.0 <= reading.told[0].told_s < 27.0 + 8.0
    full_s = [came_s for came_s, codes in reading.codes if "storage_full" in codes]
    assert full_s
    assert 14.0 < min(full_s) <= max(full_s) < 30.0
    assert "storage_full" not in reading.codes[-1][1]


@pytest.mark.slow
def test_nothing_is_lost_without_a_broker_with_a_full_card_or_with_a_clock_that_jumps(tmp_path: Path) -> None:
    # One test for three trials side by side: most of their time they wait, and two workers must not run them twice.
    trials = {
        check_outage: scenario(LENGTH_S, (FaultName.BROKER_CUT, 12.0, 27.0)),
        check_killed_broker_and_jump: scenario(
            LENGTH_S, (FaultName.BROKER_GONE, 8.0, 16.0), (FaultName.CLOCK_BACK, 20.0, 30.0)
        ),
    }
    refused = why_no_card(tmp_path)
    if not refused:
        trials[check_full_card] = scenario(LENGTH_S, (FaultName.DISK_FULL, 14.0, 27.0))
    with ThreadPoolExecutor(len(trials)) as pool:
        running = [pool.submit(live_trial.read, one, SEED, sight=False) for one in trials.values()]

    for check, one in zip(trials, running, strict=True):
        check(one.result())
    if refused:
        pytest.skip(f"all but the full card: {refused}")


@pytest.mark.slow
def test_ctrl_c_ends_a_trial_and_leaves_nothing_behind() -> None:
    with tempfile.TemporaryDirectory(prefix="pw-") as name:
        folder = Path(name)
        plan = scenario(60.0, (FaultName.BROKER_CUT, 1.0, 40.0)).model_dump_json()
        trial = subprocess.Popen(
            [sys.executable, "-c", STOPPED, plan],
            env=os.environ | {"TMPDIR": name},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert trial.stdout is not None
        assert trial.stdout.readline() == "runs\n"
        assert trial.stdout.readline()
        assert len(processes_of(folder)) >= 3

        os.killpg(trial.pid, signal.SIGINT)
        _, errors = trial.communicate(timeout=20)

        assert trial.returncode == -signal.SIGINT, errors
        assert errors.rstrip().endswith("KeyboardInterrupt")
        assert processes_of(folder) == []
        assert list(folder.iterdir()) == []
