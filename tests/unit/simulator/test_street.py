from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.errors import OperatorError
from simulator.world.layout import FACADE_Y_M, STREET_X_M
from simulator.world.street import Street

SEEDS = st.integers(0, 2**63)


@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_the_first_roar_begins_20_to_40_s_after_the_start(seed: int) -> None:
    first = min(moment.began_s for moment in Street(seed).moments(0.0, 60.0))

    assert 20.0 <= first <= 40.0


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_roars_follow_each_other_every_40_to_90_s(seed: int) -> None:
    moments = Street(seed).moments(0.0, 600.0)

    gaps_s = np.diff([moment.began_s for moment in moments])

    assert len(moments) >= 6
    assert np.all(gaps_s >= 40.0)
    assert np.all(gaps_s <= 90.0)


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_a_roar_lasts_4_to_12_s_and_the_crowd_comes_before_it(seed: int) -> None:
    moment = Street(seed).moments(0.0, 60.0)[0]

    assert 4.0 <= moment.ended_s - moment.began_s <= 12.0
    assert moment.gathers_s < moment.began_s
    assert moment.gone_s > moment.ended_s


@given(SEEDS, st.floats(0.0, 60.0))
@settings(max_examples=8, deadline=None)
def test_everybody_is_on_the_street_and_before_the_houses(seed: int, t_s: float) -> None:
    poses = [pose for pose, _ in Street(seed).people(t_s)]

    assert all(STREET_X_M[0] <= pose.x_m <= STREET_X_M[1] for pose in poses)
    assert all(pose.y_m <= FACADE_Y_M for pose in poses)


@given(SEEDS, st.floats(0.0, 60.0))
@settings(max_examples=8, deadline=None)
def test_nobody_jumps(seed: int, t_s: float) -> None:
    street, step_s = Street(seed), 0.04
    before = {looks: pose for pose, looks in street.people(t_s)}

    after = {looks: pose for pose, looks in street.people(t_s + step_s)}

    for looks in before.keys() & after.keys():
        a, b = before[looks], after[looks]
        assert math.hypot(a.x_m - b.x_m, a.y_m - b.y_m) <= 3.0 * step_s


@given(SEEDS, st.floats(0.0, 2000.0))
@settings(max_examples=30, deadline=None)
def test_cars_of_one_lane_never_overlap(seed: int, t_s: float) -> None:
    cars = Street(seed).cars(t_s, t_s)

    for lane in (0, 1):
        x_m = sorted(float(car.x_m(t_s)) for car in cars if car.lane == lane)
        assert all(gap >= 4.7 for gap in np.diff(x_m))


def test_an_instant_is_the_same_in_whatever_order_it_is_asked_for() -> None:
    forward, backward = Street(11), Street(11)
    instants = [float(t) for t in range(0, 100, 20)]
    asked_forward = [(forward.people(t), forward.cars(t, t)) for t in instants]

    asked_backward = [(backward.people(t), backward.cars(t, t)) for t in reversed(instants)]

    assert asked_forward == asked_backward[::-1]


def test_other_seeds_are_other_streets() -> None:
    began = {Street(seed).moments(0.0, 60.0)[0].began_s for seed in range(20)}

    assert len(began) == 20


def test_a_street_without_an_end_does_not_grow() -> None:
    street = Street(1)

    for t_s in range(0, 7200, 30):
        street.moments(float(t_s), float(t_s))
        street.cars(float(t_s), float(t_s))

    assert len(street._cars) <= 128
    assert len(street._moments) <= 8


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan")])
def test_a_street_that_lasts_no_time_is_refused(seconds: float) -> None:
    with pytest.raises(OperatorError, match="longer than 0 seconds"):
        Street(1, seconds)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(OperatorError, match="--seed -1"):
        Street(-1)
