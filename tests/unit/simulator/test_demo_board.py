from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from node.errors import OperatorError
from simulator.live.board import Board, Fate, StreetClock, roars
from simulator.live.demo import seconds_from
from simulator.live.listener import parse
from simulator.live.plain import event, last_line
from simulator.live.view import View
from simulator.pole.devices import Pace
from simulator.world.street import Street
from simulator.world.truth import expected

STREET = Street(7)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda j: st.lists(j) | st.dictionaries(st.text(), j)
)


def board_at(street_s: float) -> Board:
    """A board that believes that so much of the street has passed."""
    return Board(StreetClock(STREET, Pace(100.0, clock=lambda: 100.0 + street_s)))


def message(
    topic: str, data: Mapping[str, object], happened_s: float = 0.0, at_s: float | None = None
) -> tuple[str, bytes, float]:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(happened_s))
    payload = json.dumps({"id": "1-1", "time": stamp, "data": data}).encode()
    return f"polewatch/v1/demo-pole/{topic}", payload, time.time() if at_s is None else at_s


def spike(board: Board, phase: str, street_s: float) -> None:
    """A spike of that second of the street arrives now."""
    assert board.clock is not None
    happened_s = time.time() - board.clock.now_s() + street_s
    said = {"kind": "noise.spike", "phase": phase, "confidence": "medium", "evidence": ["level_rise"]}
    board.take(parse(*message("event/noise.spike", said, happened_s)))


def test_an_event_of_a_roar_belongs_to_the_truth() -> None:
    roar = expected(STREET, 0.0, 60.0)[0]
    board = board_at(roar.began_s + 1.5)

    spike(board, "start", roar.began_s)

    assert board.rows[0].in_truth is True
    assert board.rows[0].late_s == pytest.approx(1.5, abs=0.1)
    assert board.count(Fate.TOLD) == 1


def test_an_event_without_a_roar_is_a_false_alarm() -> None:
    board = board_at(15.0)

    spike(board, "start", 14.0)

    assert board.rows[0].in_truth is False
    assert board.false_starts == 1
    assert "did not happen" in event(board.rows[0])


def test_a_roar_that_nothing_was_told_of_was_missed() -> None:
    roar = expected(STREET, 0.0, 60.0)[0]
    board = board_at(roar.began_s + 10.0)

    assert board.settle() == [(roar, Fate.MISSED)]
    assert board.settle() == []


def test_a_late_event_turns_a_missed_roar_to_told() -> None:
    roar = expected(STREET, 0.0, 60.0)[0]
    board = board_at(roar.began_s + 10.0)
    board.settle()

    spike(board, "start", roar.began_s)

    assert (board.count(Fate.TOLD), board.count(Fate.MISSED)) == (1, 0)


def test_a_roar_over_the_cap_of_the_node_was_held_back() -> None:
    first, second = expected(STREET, 0.0, 120.0)[:2]
    board = board_at(second.began_s + 10.0)
    board.take(parse(*message("info", {"privacy": {"incidents_per_10_min": 1}})))
    spike(board, "start", first.began_s)

    assert board.settle() == [(second, Fate.HELD_BACK)]
    assert roars(board) == "roars: 1 told, 1 held back (cap 1 in 10 min), 0 missed; 0 false alarms"


def test_state_and_health_are_the_last_ones_received() -> None:
    board = board_at(1.0)
    for online, codes in ((False, ["sense_absent"]), (True, [])):
        board.take(parse(*message("state", {"online": online})))
        board.take(parse(*message("health", {"codes": codes})))

    assert board.state == "online"
    assert board.health == ()


def test_real_devices_have_no_truth() -> None:
    board = Board(None)

    row = board.take(parse(*message("event/noise.spike", {"phase": "start"}, 1000.0, 1001.5)))

    assert row is not None
    assert row.in_truth is None
    assert row.late_s == pytest.approx(1.5)
    assert board.settle() == []


def test_the_last_line_says_how_many_events_came_and_that_no_picture_and_no_sound_left() -> None:
    board = board_at(1.0)

    line = last_line(board, 61.2)

    assert line.startswith("demo ended: 0 events received in 61 s; roars: 0 told, 0 missed")
    assert line.endswith("no picture and no sound left the node")


@given(st.text(), st.binary())
def test_any_bytes_on_any_topic_can_be_received(topic: str, payload: bytes) -> None:
    board = Board(None)

    row = board.take(parse(topic, payload, 0.0))

    assert board.messages == 1
    assert row is None or topic.split("/", 3)[-1].startswith("event/")


@given(
    st.sampled_from(["event/noise.spike", "state", "health", "info", "summary", "event/other"]),
    st.dictionaries(st.sampled_from(["data", "time", "id"]), JSON),
)
def test_any_json_on_our_topics_can_be_received(topic: str, said: dict[str, object]) -> None:
    board = board_at(5.0)

    board.take(parse(f"polewatch/v1/x/{topic}", json.dumps(said).encode(), 1e9))

    assert board.messages == 1
    assert board.events == topic.startswith("event/")


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (200, 60)])
def test_the_view_fits_its_terminal(width: int, height: int) -> None:
    board = board_at(36.0)
    spike(board, "start", 33.0)
    console = Console(width=width, height=height, file=io.StringIO(), force_terminal=True, color_system=None)

    with console.capture() as captured:
        console.print(View(board, "mosquitto on 127.0.0.1:1883").draw(width, height))
    lines = captured.get().rstrip("\n").split("\n")

    assert len(lines) <= height
    assert max(len(line) for line in lines) <= width
    assert "crowd roar" in captured.get()
    assert "noise.spike" in captured.get()
    assert "all pictures, all sound" in captured.get()


def test_the_view_of_real_devices_claims_no_truth() -> None:
    console = Console(width=100, height=30, file=io.StringIO())

    with console.capture() as captured:
        console.print(View(Board(None), "mosquitto").draw(100, 30))

    assert "nobody knows the truth" in captured.get()


@pytest.mark.parametrize("text", ["", "  ", None])
def test_without_demo_seconds_a_demo_has_no_end(text: str | None) -> None:
    assert seconds_from(text) is None


@given(st.floats(0.001, 1e6))
def test_demo_seconds_are_read_as_they_stand(seconds: float) -> None:
    assert seconds_from(repr(seconds)) == seconds


@pytest.mark.parametrize("text", ["0", "-5", "soon", "nan", "inf", "1e999"])
def test_demo_seconds_that_are_no_time_are_refused(text: str) -> None:
    with pytest.raises(OperatorError, match="DEMO_SECONDS"):
        seconds_from(text)
