"""The reference reader against whatever a node, or somebody in its place, may say, and brokers that refuse it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.errors import BrokerError
from simulator.forecaster.asking import PATIENCE_S, Asking, Question
from simulator.forecaster.reader import Reader, accounts, are_complete
from simulator.forecaster.said import Said, Span, read
from simulator.forecaster.shelf import Shelf
from simulator.forecaster.show import as_json, line, table
from simulator.forecaster.subscriber import TOPICS, Delivery, Place, Subscriber
from tests.unit.scripted_broker import CONNACK, ScriptedBroker

NODE, EPOCH, OTHER = "pole-0042", "0000002a", "0000002b"
ANY_TEXT = st.text(st.characters(), max_size=8) | st.sampled_from(["\ud800", "online", "\x1b[2J", "[bold]"])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["spans", "reason", "online", "phase", "incident", "epoch", "last_sequence", "status", "count", "refusal"]
)
BELOW = st.sampled_from(["info", "state", "event/noise.spike", "summary", "gap", "command/result"])
SPAN = st.fixed_dictionaries({"first_sequence": st.integers(-1, 9), "last_sequence": st.integers(-1, 10**12)})
DATA = st.dictionaries(FIELDS, ANY_JSON, max_size=4) | ANY_JSON
GAP = st.fixed_dictionaries({"reason": ANY_JSON, "spans": st.lists(SPAN, max_size=3)})


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with closing(Shelf(tmp_path / "reader.db")) as opened:
        yield opened


def said(below: str, data: Any, sequence: int | None = 1) -> Said | None:
    identity = f"{EPOCH}-r1-1" if sequence is None else f"{EPOCH}-{sequence:012d}"
    return read(f"polewatch/v1/{NODE}/{below}", json.dumps({"id": identity, "data": data}).encode())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(BELOW, DATA | GAP, st.integers(0, 9))
def test_whatever_is_said_is_kept_and_shown(shelf: Shelf, below: str, data: Any, sequence: int) -> None:
    one = said(below, data, sequence)
    if one is not None:
        shelf.put([(one, 1.0)])
        line(one).encode("ascii")

    json.dumps(as_json(shelf, 0)).encode()
    table(shelf)


def test_a_reason_that_is_no_word_of_ours_is_unknown(shelf: Shelf) -> None:
    one = said("gap", {"reason": "\ud800", "spans": [{"first_sequence": 1, "last_sequence": 1}]}, 2)
    assert one is not None
    shelf.put([(one, 1.0)])

    assert shelf.named(NODE, EPOCH) == [(Span(1, 1), "unknown")]


@pytest.mark.parametrize("data", ["x", 7, None, [], {"online": "yes"}, {}])
def test_a_state_that_says_nothing_of_presence_is_not_online(shelf: Shelf, data: Any) -> None:
    one = said("state", data, None)
    assert one is not None
    shelf.put([(one, 1.0)])

    assert not shelf.is_online(NODE)


def test_what_is_nested_for_ever_is_no_message_of_a_nodes() -> None:
    deep = b"[" * 900 + b"]" * 900

    assert read(f"polewatch/v1/{NODE}/summary", b'{"id": "0000002a-000000000003", "data": ' + deep + b"}") is None


def test_a_message_with_the_number_nought_is_none() -> None:
    assert said("summary", {}, 0) is None


def test_who_has_heard_of_no_node_has_proved_nothing(shelf: Shelf) -> None:
    assert not are_complete(accounts(shelf))
    assert as_json(shelf, 0)["complete"] is False


def lacking(*epochs: str) -> Asking:
    """A reader to whom a number of each outbox of one node is missing."""
    asking = Asking()
    for epoch in epochs:
        asking.lacks(NODE, epoch, [Span(1, 2)], 0.0)
    return asking


def test_a_node_is_asked_one_thing_at_a_time_however_many_outboxes_it_had() -> None:
    asking = lacking(EPOCH, OTHER)
    first, second = asking.next(10.0), asking.next(11.0)
    asking.answered(NODE, 12.0)

    assert first == Question(NODE, EPOCH, Span(1, 2))
    assert second is None
    assert asking.next(12.0) == Question(NODE, OTHER, Span(1, 2))


def test_an_outbox_that_a_node_has_no_more_is_not_asked_for_again() -> None:
    asking = lacking(EPOCH)
    asking.next(10.0)
    asking.is_over(NODE, EPOCH)
    asking.answered(NODE, 10.0)

    assert all(asking.next(float(second)) is None for second in range(10, 10_000, 10))


def test_one_hole_is_asked_for_at_a_time_and_what_lies_between_two_never() -> None:
    asking = Asking()
    asking.lacks(NODE, EPOCH, [Span(1, 1), Span(100_000, 100_000)], 0.0)
    asked = []
    for second in range(200):
        if (question := asking.next(float(second))) is not None:
            asked.append(question.span)
            asking.answered(NODE, float(second))

    assert asked[:4] == [Span(1, 1), Span(100_000, 100_000), Span(1, 1), Span(100_000, 100_000)]


class Waiting:
    """A subscriber whose deliveries a test puts in; it writes down what is asked."""

    def __init__(self) -> None:
        self.connected, self.denied = True, False
        self.deliveries: list[Delivery] = []
        self.asked: list[dict[str, Any]] = []

    def take(self, _timeout_s: float) -> list[Delivery]:
        taken, self.deliveries = self.deliveries, []
        return taken

    def acknowledge(self, delivery: Delivery) -> None:
        """The broker hears of it."""

    def ask(self, _node: str, payload: bytes, _correlation: bytes) -> None:
        self.asked.append(json.loads(payload))

    def hear(self, below: str, data: dict[str, Any], identity: str) -> None:
        payload = json.dumps({"id": identity, "data": data}).encode()
        self.deliveries.append(Delivery(f"polewatch/v1/{NODE}/{below}", payload, 1.0, (1, 1, 1)))


def test_a_reader_stops_asking_when_the_node_has_another_outbox(shelf: Shelf) -> None:
    now, line_ = [100.0], Waiting()
    reader = Reader(line_, shelf, "reader", now=lambda: now[0])  # type: ignore[arg-type]  # it has all that is called
    line_.hear("info", {"epoch": EPOCH, "last_sequence": 0}, "x")
    line_.hear("summary", {}, f"{EPOCH}-{3:012d}")
    for _ in range(40):
        reader.turn(0.0)
        if len(line_.asked) == 1:
            answer = {"command": line_.asked[0]["id"], "status": "refused", "refusal": "other_epoch"}
            line_.hear("command/result", answer, "x")
        now[0] += PATIENCE_S

    assert [question["data"]["first_sequence"] for question in line_.asked] == [1]


SUBACK = b"\x90\x09\x00\x01\x00"


def place_of(broker: ScriptedBroker) -> Place:
    return Place("127.0.0.1", broker.port, "reader")


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (CONNACK % 0x87, "does not take us in"),
        (CONNACK % 0x86, "does not take us in"),
        (CONNACK % 0 + SUBACK + b"\x87" * len(TOPICS), "does not let us hear"),
        (CONNACK % 0 + SUBACK + b"\x01" * (len(TOPICS) - 1) + b"\x87", "does not let us hear .*command/result"),
    ],
)
def test_a_broker_that_refuses_us_is_told_in_one_line(answers: bytes, why: str) -> None:
    def read_for(seconds: float) -> None:
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            subscriber.take(0.05)

    with (
        closing(ScriptedBroker(answers)) as broker,
        Subscriber(place_of(broker)) as subscriber,
        pytest.raises(BrokerError, match=why) as caught,
    ):
        read_for(10.0)

    assert "\n" not in str(caught.value)
    assert not subscriber.subscribed


def test_a_broker_that_takes_nobody_in_just_now_is_waited_for() -> None:
    with closing(ScriptedBroker(CONNACK % 0x88)) as broker, Subscriber(place_of(broker)) as subscriber:
        assert subscriber.take(0.3) == []
        assert not subscriber.subscribed
