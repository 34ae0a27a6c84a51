"""The plan of a run of chaos: what is wished, drawn from the seed alone."""

from __future__ import annotations

import itertools
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from node.contract.words import KIND_OF_CODE
from simulator.live.chaos_plan import BROKER_DEATHS, KILLS, OUTAGES, Blow, clock_faults, kind_code, percentile_99, steps
from simulator.pole.catalogue import FaultName


@given(st.integers(0, 60), st.integers(0, 30), st.integers(0, 2**32), st.floats(0.0, 3600.0))
def test_a_plan_has_as_many_kills_and_outages_as_were_wished_and_nine_of_ten_are_short(
    kills: int, outages: int, seed: int, longest_s: float
) -> None:
    plan = steps(kills, outages, seed, longest_s)

    assert sum(step.blow in KILLS for step in plan) == kills
    assert sum(step.blow in OUTAGES for step in plan) == outages
    assert sum(step.lasts_s > longest_s for step in plan if step.blow in OUTAGES) <= outages // 10
    assert all(step.lasts_s <= 3 * longest_s for step in plan if step.blow in OUTAGES)


def test_of_twenty_outages_two_last_longer_than_a_minute_and_one_nearly_as_long() -> None:
    lasts_s = sorted(step.lasts_s for step in steps(0, 20, 1, 60.0) if step.blow in OUTAGES)

    assert 40.0 < lasts_s[-3] <= 60.0 < lasts_s[-2]


def test_the_same_seed_is_the_same_plan_and_another_one_is_another() -> None:
    assert steps(20, 3, 5, 10.0) == steps(20, 3, 5, 10.0)
    assert steps(20, 3, 5, 10.0) != steps(20, 3, 6, 10.0)


def test_three_outages_are_of_three_sorts_and_a_card_is_full_besides() -> None:
    blows = Counter(step.blow for step in steps(0, 3, 1, 10.0))

    assert blows == {Blow.CUT: 1, Blow.HALF_OPEN: 1, Blow.BROKER_GONE: 1, Blow.FULL_CARD: 1}


def test_both_uplink_and_broker_are_killed() -> None:
    blows = Counter(step.blow for step in steps(200, 0, 1, 10.0))

    assert blows[Blow.KILL_UPLINK] > blows[Blow.KILL_BROKER] > 20


@given(st.integers(0, 60), st.integers(0, 30), st.integers(0, 2**32))
def test_no_blow_that_the_broker_outlives_comes_after_one_that_it_does_not(kills: int, outages: int, seed: int) -> None:
    deaths = [step.blow in BROKER_DEATHS for step in steps(kills, outages, seed, 10.0)]

    assert deaths == sorted(deaths)


def test_the_clock_is_ahead_behind_and_in_1970_one_after_the_other() -> None:
    faults = clock_faults(3, 600.0)

    assert {fault.name for fault in faults} == {FaultName.CLOCK_FORWARD, FaultName.CLOCK_BACK, FaultName.CLOCK_1970}
    assert all(before.to_s <= after.from_s for before, after in itertools.pairwise(faults))


@given(st.integers(0, 1000), st.integers(1, 10_000))
def test_both_ends_of_a_run_draw_the_same_kind_for_an_incident(seed: int, number: int) -> None:
    assert kind_code(seed, number) == kind_code(seed, number)
    assert kind_code(seed, number) in KIND_OF_CODE


def test_the_99th_percentile_of_a_hundred_values_is_the_99th() -> None:
    assert percentile_99([float(value) for value in range(1, 101)]) == 99.0
    assert percentile_99([3.0, 1.0]) == 3.0
    assert percentile_99([]) == 0.0
