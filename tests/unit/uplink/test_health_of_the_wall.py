"""Health tells of a quarantine and of a refused policy; a coarse policy dates nothing finer by the uptime."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.airlock.record import SensorState, Status
from node.contract.words import ClockQuality, HealthCode
from node.uplink.composer import Composer, Sender
from node.uplink.health import ABSENT_AFTER_S, Counters, Flags, HealthKeeper, Seal

NOTHING = Counters(waiting=0, dead_letters=0, records_refused=0, records_lost=0, held_back=0)


def codes(status: Status, now_s: float = 1.0, flags: Flags | None = None) -> set[HealthCode]:
    keeper = HealthKeeper(0.0)
    keeper.hear(status)
    seen = (NOTHING, flags or Flags(storage_full=False, broker_refuses=False, no_subscriber=False), Seal(0, "0" * 32))
    return set(keeper.judge(now_s, ClockQuality.SYNCED, seen, None).codes)


STILL = Status(SensorState.QUARANTINED, SensorState.QUARANTINED, 0, 0, 0)


def test_a_sense_in_quarantine_is_one_code() -> None:
    assert codes(STILL) == {HealthCode.QUARANTINED}


@pytest.mark.parametrize("other", [SensorState.OK, SensorState.ABSENT, SensorState.FAULTY])
def test_a_quarantine_of_one_sensor_is_told_without_a_state_of_the_other(other: int) -> None:
    assert codes(Status(SensorState.QUARANTINED, other, 0, 0, 0)) == {HealthCode.QUARANTINED}


def test_a_sense_that_is_gone_is_absent_whatever_it_said_last() -> None:
    assert codes(STILL, now_s=ABSENT_AFTER_S + 1) == {HealthCode.SENSE_ABSENT}


def test_a_policy_that_cannot_be_used_is_told() -> None:
    flags = Flags(storage_full=False, broker_refuses=False, no_subscriber=False, policy_refused=True)

    assert codes(Status(1, 1, 0, 0, 0), flags=flags) == {HealthCode.POLICY_REFUSED}


def test_another_device_of_the_same_name_is_told() -> None:
    flags = Flags(storage_full=False, broker_refuses=False, no_subscriber=False, has_rival=True)

    assert codes(Status(1, 1, 0, 0, 0), flags=flags) == {HealthCode.DUPLICATE_IDENTITY}


class Unsynced:
    """A clock that nobody set."""

    def wall_s(self, at_boot_s: float) -> float:
        return at_boot_s

    def quality(self) -> ClockQuality:
        return ClockQuality.UNSYNCED


@pytest.mark.parametrize(("resolution_s", "uptime_s"), [(1, 4568), (10, 4570), (60, 4560)])
def test_the_uptime_is_rounded_as_the_time_is(resolution_s: int, uptime_s: int) -> None:
    composer = Composer(Sender("urn:polewatch:node:pole-1", "tile:unset"), Unsynced())

    assert composer.stamp(4567.8, resolution_s).uptime_s == uptime_s


class Offset(Unsynced):
    """A clock that nobody set, some time away from the uptime."""

    def __init__(self, offset_s: float) -> None:
        self._offset_s = offset_s

    def wall_s(self, at_boot_s: float) -> float:
        return at_boot_s + self._offset_s


@given(
    st.floats(0.0, 1e6),
    st.lists(st.floats(1e5, 1e5 + 400), min_size=2, max_size=20),
    st.sampled_from([1, 10, 60]),
)
def test_with_the_time_that_is_told_the_uptime_tells_nothing_more(
    offset_s: float, instants_s: list[float], resolution_s: int
) -> None:
    clock = Offset(offset_s)
    composer = Composer(Sender("urn:polewatch:node:pole-1", "tile:unset"), clock)
    told: dict[int, set[int | None]] = {}
    for instant_s in instants_s:
        time_s = math.floor(clock.wall_s(instant_s) / resolution_s + 0.5) * resolution_s
        told.setdefault(time_s, set()).add(composer.stamp(instant_s, resolution_s).uptime_s)

    assert max(map(len, told.values())) == 1
