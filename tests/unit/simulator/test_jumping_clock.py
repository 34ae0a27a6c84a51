from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.contract.words import ClockQuality
from node.errors import OperatorError
from node.ops.clock import FixedClock
from simulator.live.jumping_clock import JumpingClock
from simulator.live.street_uplink import argument, fault_of
from simulator.pole.catalogue import FaultName
from simulator.pole.faults import Fault

RIGHT_S = 1_800_000_000.0
BEGAN_S = 5000.0


class At:
    """A boot clock that a test sets to street seconds."""

    def __init__(self) -> None:
        self.street_s = 0.0

    def __call__(self) -> float:
        return BEGAN_S + self.street_s


class Lost(FixedClock):
    """A right clock that nothing steers."""

    def quality(self) -> ClockQuality:
        return ClockQuality.UNSYNCED


def clock_with(at: At, *faults: Fault, inner: FixedClock | None = None) -> JumpingClock:
    return JumpingClock(faults, BEGAN_S, inner or FixedClock(RIGHT_S), at)


@pytest.mark.parametrize(("name", "shift_s"), [("clock.forward", 3600.0), ("clock.back", -3600.0)])
def test_it_is_an_hour_off_while_the_fault_holds_and_right_before_and_after(name: str, shift_s: float) -> None:
    at = At()
    clock = clock_with(at, Fault(name, 10.0, 20.0))
    off_s = []

    for at.street_s in (9.9, 10.0, 19.9, 20.0):
        off_s.append(clock.wall_s(BEGAN_S) - (RIGHT_S + BEGAN_S))

    assert off_s == [0.0, shift_s, shift_s, 0.0]


def test_a_clock_of_1970_begins_at_0_with_the_fault() -> None:
    at = At()
    clock = clock_with(at, Fault(FaultName.CLOCK_1970, 10.0, 20.0))

    at.street_s = 13.0

    assert clock.wall_s(BEGAN_S + 13.0) == pytest.approx(3.0)
    assert clock.quality() is ClockQuality.UNSYNCED


def test_a_steered_clock_that_was_set_says_that_nothing_steers_it() -> None:
    at = At()
    clock = clock_with(at, Fault(FaultName.CLOCK_BACK, 10.0, 20.0))

    at.street_s = 15.0
    wrong = clock.quality()
    at.street_s = 25.0

    assert wrong is ClockQuality.HOLDOVER
    assert clock.quality() is ClockQuality.SYNCED


def test_a_clock_that_nothing_steered_stays_unsynced_when_it_jumps() -> None:
    at = At()
    clock = clock_with(at, Fault(FaultName.CLOCK_FORWARD, 10.0, 20.0), inner=Lost(RIGHT_S))

    at.street_s = 15.0

    assert clock.quality() is ClockQuality.UNSYNCED


def test_of_two_faults_at_once_the_later_one_is_what_the_clock_says() -> None:
    at = At()
    clock = clock_with(at, Fault(FaultName.CLOCK_BACK, 15.0, 40.0), Fault(FaultName.CLOCK_FORWARD, 10.0, 30.0))

    at.street_s = 20.0

    assert clock.wall_s(0.0) == RIGHT_S - 3600.0


def test_faults_of_other_parts_leave_the_clock_alone() -> None:
    at = At()
    clock = clock_with(at, Fault(FaultName.DISK_FULL, 0.0, 30.0))

    assert clock.shifts_s() == [0.0]
    assert clock.wall_s(1.0) == RIGHT_S + 1.0


@given(st.sampled_from(FaultName), st.floats(0.0, 1e5), st.floats(0.001, 1e5))
def test_a_fault_goes_through_a_command_line_unchanged(name: FaultName, from_s: float, lasts_s: float) -> None:
    fault = Fault(name, from_s, from_s + lasts_s)

    assert fault_of(argument(fault)) == fault


@pytest.mark.parametrize("text", ["clock.back", "clock.back:1", "clock.back:1:2:3", "clock.back:a:b", "clock.off:1:2"])
def test_a_word_that_is_no_fault_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(OperatorError) as refused:
        fault_of(text)

    assert "\n" not in str(refused.value)
