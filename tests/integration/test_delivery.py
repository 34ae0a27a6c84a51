"""Nothing that passed the gate is lost: real processes, a real broker, kill -9 and outages."""

import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.airlock.record import IncidentBegan, IncidentEnded, Status, WindowSensed
from node.airlock.ring import Ring
from node.airlock.sender import Sender
from node.ops.clock import boot_s
from node.uplink.store import Store
from simulator.live.broker import PrivateBroker
from tests.integration.node_side import Reader, UplinkProcess, until, write_config

pytestmark = pytest.mark.slow


def offer_incident(sender: Sender, number: int) -> None:
    now_ms = round(boot_s() * 1000)
    sender.offer(IncidentBegan(1, number, 1, 1), now_ms)
    sender.offer(IncidentEnded(number, 0, 3, 12), now_ms)


@pytest.fixture
def reader(broker: PrivateBroker) -> Iterator[Reader]:
    opened = Reader(broker.port)
    yield opened
    opened.close()


@pytest.fixture
def sender(tmp_path: Path) -> Iterator[Sender]:
    started = Sender(tmp_path / "airlock.sock", Ring(9), 9)
    started.start()
    yield started
    started.stop()


def test_all_of_60_events_arrive_through_six_kills_and_ten_seconds_without_a_broker(
    tmp_path: Path, broker: PrivateBroker, reader: Reader, sender: Sender
) -> None:
    chance = random.Random(4)
    uplink = UplinkProcess(write_config(tmp_path, broker.port), capped=False)
    uplink.start()
    stopped_s = 0.0
    try:
        for number in range(1, 31):
            offer_incident(sender, number)
            time.sleep(chance.uniform(0.0, 0.25))
            if number % 5 == 0:
                offer = chance.uniform(0.0, 0.02)
                time.sleep(offer)
                uplink.kill()
                uplink.start()
            if number == 13:
                broker.stop(forget=False)
                stopped_s = time.monotonic()
            if number == 24:
                time.sleep(max(0.0, stopped_s + 10.0 - time.monotonic()))
                broker.start()
        until(lambda: len({event["id"] for event in reader.of("event")}) >= 60, 40, "the 60th event")
        time.sleep(1.0)
    finally:
        uplink.stop()

    events = {event["id"]: event for event in reader.of("event")}
    told = [(event["data"]["incident"], event["data"]["phase"]) for event in events.values()]
    assert len(events) == 60
    assert len(set(told)) == 60, "an incident was told under two ids"
    assert sorted(event["sequence"] for event in events.values()) == [f"{n:012d}" for n in range(1, 61)]
    first_seen = {event["id"]: index for index, event in reversed(list(enumerate(reader.of("event"))))}
    for event in events.values():
        if event["data"]["phase"] == "end":
            assert first_seen[event["data"]["incident"]] < first_seen[event["id"]], "an end came before its start"


def test_the_same_data_but_for_delayed_under_the_same_id_when_an_event_comes_twice(
    tmp_path: Path, broker: PrivateBroker, reader: Reader, sender: Sender
) -> None:
    uplink = UplinkProcess(write_config(tmp_path, broker.port), capped=False)
    uplink.start()
    try:
        for number in range(1, 16):
            offer_incident(sender, number)
            if number % 3 == 0:
                until(lambda n=number: len(reader.of("event")) >= 2 * n - 2, what="the events so far")  # type: ignore[misc]  # n is bound
                uplink.kill()
                uplink.start()
        until(lambda: len({event["id"] for event in reader.of("event")}) >= 30, what="the 30th event")
    finally:
        uplink.stop()

    copies: dict[str, list[dict[str, object]]] = {}
    for event in reader.of("event"):
        event["data"].pop("delayed")
        copies.setdefault(event["id"], []).append(event)
    assert sum(len(same) for same in copies.values()) > 30
    assert all(copy == first for first, *others in copies.values() for copy in others)
    assert len(copies) == 30


def test_a_broker_that_was_killed_and_remembers_nothing_gets_the_newest_events_again_in_order(
    tmp_path: Path, broker: PrivateBroker, reader: Reader, sender: Sender
) -> None:
    uplink = UplinkProcess(write_config(tmp_path, broker.port))
    uplink.start()
    try:
        for number in (1, 2):
            offer_incident(sender, number)
        until(lambda: len(reader.of("event")) == 4, what="the events")
        broker.kill()
        broker.start()
        until(lambda: len(reader.of("event")) == 8, 30.0, what="the events once more")
    finally:
        uplink.stop()

    ids = [event["id"] for event in reader.of("event")]
    assert ids[:4] == ids[4:] == sorted(ids[:4])


def test_birth_state_and_health_are_retained_for_readers_that_come_later(tmp_path: Path, broker: PrivateBroker) -> None:
    uplink = UplinkProcess(write_config(tmp_path, broker.port))
    uplink.start()
    early = Reader(broker.port, "early")
    try:
        until(lambda: early.of("health"), what="health")
        late = Reader(broker.port, "late")
        until(lambda: late.of("info") and late.of("state") and late.of("health"), what="the retained documents")
        late.close()
    finally:
        uplink.stop()
        early.close()

    info = late.of("info")[-1]["data"]
    assert late.of("state")[-1]["data"] == {"online": True, "reason": "birth", "epoch": info["epoch"]}
    assert info["privacy"]["recording"] == "none"


def test_a_node_that_is_stopped_says_so(tmp_path: Path, broker: PrivateBroker, reader: Reader) -> None:
    uplink = UplinkProcess(write_config(tmp_path, broker.port))
    uplink.start()
    until(lambda: reader.of("state"), what="the birth")

    assert uplink.signal(signal.SIGTERM) == 0
    until(lambda: reader.of("state")[-1]["data"]["reason"] == "stopped", what="the farewell")


def test_each_run_of_one_outbox_has_the_same_epoch_and_new_document_ids(
    tmp_path: Path, broker: PrivateBroker, reader: Reader
) -> None:
    for _ in range(2):
        uplink = UplinkProcess(write_config(tmp_path, broker.port))
        before = len(reader.of("info"))
        uplink.start()
        until(lambda n=before: len(reader.of("info")) > n, what="the birth")  # type: ignore[misc]  # n is bound
        uplink.stop()

    births = reader.of("info")
    assert len({birth["data"]["epoch"] for birth in births}) == 1
    assert len({birth["id"] for birth in births}) == len(births) == 2


def test_an_uplink_without_a_broker_takes_records_in_and_sends_them_when_it_comes(
    tmp_path: Path, broker: PrivateBroker, sender: Sender
) -> None:
    broker.stop(forget=False)
    uplink = UplinkProcess(write_config(tmp_path, broker.port))
    uplink.start()
    try:
        offer_incident(sender, 1)
        assert sender.drain(10.0), "the outbox took the records without a broker"
        broker.start()
        reader = Reader(broker.port)
        until(lambda: len(reader.of("event")) == 2, what="both events")
        reader.close()
    finally:
        uplink.stop()
    assert uplink.said().count("no broker at") == 1
    assert "Traceback" not in uplink.said()


def test_a_summary_follows_each_window_with_the_exposure_that_sense_told(
    tmp_path: Path, broker: PrivateBroker, reader: Reader, sender: Sender
) -> None:
    uplink = UplinkProcess(write_config(tmp_path, broker.port, "[summary]\nwindow_s = 10\ndemonstration = true\n"))
    uplink.start()
    try:
        sender.offer(WindowSensed(8, 8, 4, 1, 600, 700, 620, 590, 500), round(boot_s() * 1000))

        def told() -> bool:
            sender.offer(Status(1, 1, 0, 0, 0), round(boot_s() * 1000))  # as sense does every five seconds
            return any(summary["data"]["sound_exposure_s"] for summary in reader.of("summary"))

        until(told, 30, "a summary")
    finally:
        uplink.stop()

    data = next(s["data"] for s in reader.of("summary") if s["data"]["sound_exposure_s"])
    assert (data["sound_exposure_s"], data["sight_exposure_s"], data["levels"]["laeq_db"]) == (8, 4, 60)


def test_the_loss_of_a_microphone_is_in_health_within_seconds(
    tmp_path: Path, broker: PrivateBroker, reader: Reader, sender: Sender
) -> None:
    uplink = UplinkProcess(write_config(tmp_path, broker.port))
    uplink.start()
    try:
        sender.offer(Status(2, 1, 0, 0, 0), 0)
        until(lambda: "microphone_absent" in str(reader.of("health")[-1:]), what="the code")
        sender.offer(Status(1, 1, 0, 0, 0), 0)
        until(lambda: "microphone_absent" not in str(reader.of("health")[-1:]), what="the end of the code")
    finally:
        uplink.stop()


def test_a_second_uplink_on_one_pole_ends_with_one_line(tmp_path: Path, broker: PrivateBroker) -> None:
    config = write_config(tmp_path, broker.port)
    first = UplinkProcess(config)
    first.start()
    until((tmp_path / "airlock.sock").exists, what="the first uplink")
    second = UplinkProcess(config)
    second.start()
    try:
        assert second.wait() == 69
    finally:
        first.stop()
    assert "another uplink is already running" in first.said()
    assert "Traceback" not in first.said()


def test_what_a_full_outbox_gives_up_is_named_by_gaps_and_all_the_rest_arrives(
    tmp_path: Path, broker: PrivateBroker, reader: Reader, sender: Sender
) -> None:
    config = write_config(tmp_path, broker.port)
    config.write_text(config.read_text().replace("[broker]", "max_mb = 1\n[broker]"))
    broker.stop(forget=False)
    take_up_four_fifths_of_one_megabyte(tmp_path / "outbox.db")
    uplink = UplinkProcess(config, capped=False)
    uplink.start()
    until((tmp_path / "airlock.sock").exists, what="uplink")
    for number in range(1, 901):
        offer_incident(sender, number)
    until(lambda: "a gap names them" in uplink.said(), 60, "a full outbox")
    assert sender.drain(60.0), "the outbox has taken all"
    broker.start()
    try:
        until(lambda: covered(reader) >= set(range(1, 1801)), 60, "every number, or its gap")
    finally:
        uplink.stop()

    given_up = covered(reader) - {int(event["sequence"]) for event in reader.of("event")}
    assert 0 < len(given_up) < 900
    assert "Traceback" not in uplink.said()


def take_up_four_fifths_of_one_megabyte(path: Path) -> None:
    """Names of commands that nobody gave: they are neither sent nor given up."""
    store = Store(str(path), 1)
    with store.transaction():
        for _ in range(190):  # each stands in the table and in its index
            store.run("INSERT INTO obeyed (id) VALUES (hex(randomblob(1000)))")
    store.close()


def covered(reader: Reader) -> set[int]:
    """The numbers of all messages that came, and those that gaps name."""
    came = {int(message["sequence"]) for name in ("event", "gap", "summary") for message in reader.of(name)}
    spans = [span for gap in reader.of("gap") for span in gap["data"]["spans"]]
    return came.union(*(range(span["first_sequence"], span["last_sequence"] + 1) for span in spans))
