"""Back-off with full jitter, and health in codes."""

import random

from hypothesis import given
from hypothesis import strategies as st

from node.airlock.record import SensorState, Status
from node.contract.words import ClockQuality, HealthCode
from node.uplink.backoff import EARLY_CAP_S, LATE_CAP_S, Backoff
from node.uplink.health import ABSENT_AFTER_S, Counters, Flags, HealthKeeper, Pace, Seal

FINE = Counters(0, 0, 0, 0, 0)
SEAL = Seal(0, "0" * 32)
CALM = Flags(storage_full=False, broker_refuses=False, no_subscriber=False)


@given(st.integers(0, 2**32), st.lists(st.floats(0, 600), min_size=1, max_size=50))
def test_a_wait_is_never_longer_than_its_cap(seed: int, pauses_s: list[float]) -> None:
    backoff = Backoff(random.Random(seed))
    now_s = 0.0
    for pause_s in pauses_s:
        now_s += pause_s
        cap_s = EARLY_CAP_S if now_s - pauses_s[0] < 120 else LATE_CAP_S
        assert 0 <= backoff.wait_s(now_s) <= cap_s


def test_the_first_waits_are_short_and_the_later_ones_longer() -> None:
    waits = [[Backoff(random.Random(seed)).wait_s(0) for seed in range(200)]]
    late = []
    for seed in range(200):
        backoff = Backoff(random.Random(seed))
        for step in range(12):
            wait_s = backoff.wait_s(step * 60.0)
        late.append(wait_s)

    assert max(waits[0]) <= 0.5
    assert 20 < sum(late) / len(late) < 40


def test_two_poles_do_not_return_together() -> None:
    first, second = Backoff(random.Random(1)), Backoff(random.Random(2))

    assert [first.wait_s(0) for _ in range(5)] != [second.wait_s(0) for _ in range(5)]


def test_a_new_outage_begins_with_short_waits_again() -> None:
    backoff = Backoff(random.Random(3))
    for step in range(12):
        backoff.wait_s(step * 60.0)
    backoff.reset()

    assert backoff.wait_s(1000.0) <= 0.5


def test_a_connection_that_breaks_after_minutes_without_one_has_short_waits_again_though_not_the_shortest() -> None:
    waits = []
    for seed in range(200):
        backoff = Backoff(random.Random(seed))
        for step in range(12):
            backoff.wait_s(step * 60.0)
        backoff.connected()
        waits.append(backoff.wait_s(1000.0))

    assert 1.0 < max(waits) <= 2.0


def codes(keeper: HealthKeeper, now_s: float, counters: Counters = FINE, flags: Flags = CALM) -> set[HealthCode]:
    return set(keeper.judge(now_s, ClockQuality.SYNCED, (counters, flags, SEAL), None).codes)


def test_a_healthy_node_has_no_code() -> None:
    keeper = HealthKeeper(0.0)
    keeper.hear(Status(SensorState.OK, SensorState.OK, 0, 0, 0))
    keeper.lives(5.0)

    assert codes(keeper, 6.0) == set()


def test_a_sense_that_is_silent_for_long_is_told_as_absent() -> None:
    keeper = HealthKeeper(0.0)
    keeper.hear(Status(SensorState.SILENT_OR_FROZEN, SensorState.OK, 0, 0, 0))
    keeper.lives(5.0)

    assert codes(keeper, 6.0 + ABSENT_AFTER_S) == {HealthCode.SENSE_ABSENT}


def test_each_state_of_a_sensor_has_its_code() -> None:
    keeper = HealthKeeper(0.0)
    found = set()
    for state in (SensorState.ABSENT, SensorState.SILENT_OR_FROZEN, SensorState.FAULTY):
        keeper.hear(Status(state, state, 0, 0, 0))
        keeper.lives(5.0)
        found |= codes(keeper, 6.0)

    assert len(found) == 6


def test_a_node_without_a_camera_is_not_sick() -> None:
    keeper = HealthKeeper(0.0)
    keeper.hear(Status(SensorState.OK, SensorState.OFF, 0, 0, 0))
    keeper.lives(5.0)

    assert codes(keeper, 6.0) == set()


def test_every_trouble_of_the_uplink_has_its_code() -> None:
    keeper = HealthKeeper(0.0)
    counters = Counters(waiting=3, dead_letters=1, records_refused=1, records_lost=1, held_back=9)
    flags = Flags(storage_full=True, broker_refuses=True, no_subscriber=True)
    health = keeper.judge(6.0, ClockQuality.UNSYNCED, (counters, flags, SEAL), 41)

    assert len(health.codes) == 7
    assert (health.held_back, health.temperature_c) == (1, 40)


def published(changes_at_s: list[float]) -> list[float]:
    pace, told = Pace(), []
    for now_s in sorted([*changes_at_s, *range(0, 7200, 900)]):
        if pace.is_due(now_s, changed=now_s in changes_at_s):
            pace.published(now_s)
            told.append(now_s)
    return told


def test_a_change_of_health_is_told_at_once() -> None:
    assert 17.0 in published([17.0])


def test_a_flapping_sensor_cannot_make_health_talk_without_end() -> None:
    told = published([float(second) + 0.5 for second in range(7200)])

    assert len(told) <= 8 + 4 + 8
