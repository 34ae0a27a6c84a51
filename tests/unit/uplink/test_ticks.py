"""Rate law (P6): what `sense` sends is taken in on ticks alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from node.airlock.gate import TICK_S
from node.uplink.ticks import Ticks

instants = st.floats(0.0, 1e7)
steps = st.lists(st.floats(0.0, 3.0), min_size=1, max_size=50)


@given(instants, steps)
def test_a_tick_begins_at_most_once(start_s: float, waits_s: list[float]) -> None:
    ticks = Ticks(start_s)
    now_s, begun = start_s, []
    for wait_s in waits_s:
        now_s += wait_s
        if ticks.begins(now_s):
            begun.append(int(now_s / TICK_S))

    assert len(begun) == len(set(begun))


@given(instants, st.floats(0.0, 3.0))
def test_whoever_waits_what_is_left_is_in_the_next_tick(start_s: float, passed_s: float) -> None:
    ticks = Ticks(start_s)
    now_s = start_s + passed_s

    assert ticks.begins(now_s + ticks.left_s(now_s) + 1e-6)


@given(st.integers(0, 10**7), st.floats(0.0, 0.99))
def test_less_than_what_is_left_begins_no_tick(start_s: int, share: float) -> None:
    ticks = Ticks(start_s)

    assert not ticks.begins(start_s + share * ticks.left_s(start_s))


def test_ticks_that_were_missed_are_one() -> None:
    ticks = Ticks(0.0)

    assert [ticks.begins(10.0), ticks.begins(10.01), ticks.begins(10.26)] == [True, False, True]
