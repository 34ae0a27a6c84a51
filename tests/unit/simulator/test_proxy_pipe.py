"""One direction of a bad line, as bytes and times: no socket, no clock."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.live.pipe import BOUND, SOUND, Pipe, Way, way_of
from simulator.pole.catalogue import FaultName

LATE = way_of([FaultName.BROKER_LATENCY])
SLOW = way_of([FaultName.BROKER_SLOW])
STUCK = way_of([FaultName.BROKER_HALF_OPEN])


def drain(pipe: Pipe, way: Way, now_s: float) -> bytes:
    """All that goes on at an instant."""
    came = b""
    while content := pipe.due(way, now_s):
        pipe.sent(len(content), way, now_s)
        came += content
    return came


def test_a_sound_way_lets_everything_through_at_once() -> None:
    pipe = Pipe()
    pipe.push(b"one", 5.0)
    pipe.push(b"two", 5.0)

    assert drain(pipe, SOUND, 5.0) == b"onetwo"


def test_a_late_byte_comes_two_seconds_after_it_was_sent_and_not_before() -> None:
    pipe = Pipe()
    pipe.push(b"late", 5.0)

    assert pipe.next_s(LATE) == 7.0
    assert drain(pipe, LATE, 6.999) == b""
    assert drain(pipe, LATE, 7.0) == b"late"


@given(st.lists(st.floats(0.01, 2.0), min_size=1, max_size=60))
def test_a_slow_way_never_carries_more_than_200_bytes_a_second(steps_s: list[float]) -> None:
    pipe = Pipe()
    pipe.push(bytes(60_000), 0.0)

    now_s, carried = 0.0, 0
    for step_s in steps_s:
        now_s += step_s
        carried += len(drain(pipe, SLOW, now_s))
        assert carried <= 200.0 * now_s + 20


def test_a_slow_way_carries_200_bytes_a_second() -> None:
    pipe = Pipe()
    pipe.push(bytes(10_000), 0.0)

    carried = sum(len(drain(pipe, SLOW, turn / 20)) for turn in range(1, 201))

    assert carried == pytest.approx(2000, abs=20)


def test_nothing_goes_through_a_way_that_is_half_open_and_all_of_it_afterwards() -> None:
    pipe = Pipe()
    pipe.push(b"stuck", 0.0)

    assert pipe.next_s(STUCK) is None
    assert drain(pipe, STUCK, 1e6) == b""
    assert drain(pipe, SOUND, 1e6) == b"stuck"


def test_the_end_of_the_stream_is_as_late_as_a_byte() -> None:
    pipe = Pipe()
    pipe.push(b"last", 0.0)
    pipe.push(b"", 1.0)
    assert drain(pipe, LATE, 2.5) == b"last"

    assert pipe.due(LATE, 2.9) is None
    assert pipe.due(LATE, 3.0) == b""


def test_a_pipe_has_less_room_by_what_waits_in_it() -> None:
    pipe = Pipe()

    pipe.push(bytes(1000), 0.0)

    assert pipe.room == BOUND - 1000


@given(st.data())
def test_whatever_the_way_does_the_bytes_come_in_order_and_whole(data: st.DataObject) -> None:
    pieces = data.draw(st.lists(st.binary(min_size=1, max_size=300), max_size=20))
    ways = data.draw(st.lists(st.sampled_from([SOUND, LATE, SLOW, STUCK]), min_size=1, max_size=20))
    pipe, came = Pipe(), b""

    for turn, way in enumerate(ways):
        if turn < len(pieces):
            pipe.push(pieces[turn], float(turn))
        came += drain(pipe, way, float(turn))
    for late in pieces[len(ways) :]:
        pipe.push(late, 100.0)
    came += drain(pipe, SOUND, 200.0)

    assert came == b"".join(pieces)
    assert pipe.room == BOUND


def test_two_faults_of_the_way_are_as_bad_as_the_worse_of_each() -> None:
    both = way_of([FaultName.BROKER_LATENCY, FaultName.BROKER_SLOW, FaultName.DISK_FULL])

    assert both == Way(late_s=2.0, bytes_per_s=200.0)
    assert way_of([]) == Way(bytes_per_s=math.inf)
