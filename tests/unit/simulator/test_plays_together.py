"""Acts of odd sizes and several at a time: what is true of them together, and how people keep out of each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.world.act import Act, PlayName, usual_lasts_s
from simulator.world.company import Company
from simulator.world.crowd import Moment
from simulator.world.plays.cast import Cast
from simulator.world.plays.watch import in_view
from simulator.world.street import Street, Traits
from simulator.world.truth import expected

AT_S = 60.0
EMPTY = Traits(roars=False, walkers=0.0, cars=0.0)


def street(*acts: tuple[PlayName, int | None], seed: int = 3) -> Street:
    """A street with nothing but these plays, each of so many, all at one instant."""
    played = [Act(name, i, AT_S, usual_lasts_s(name), count=count) for i, (name, count) in enumerate(acts)]
    return Street(seed, traits=EMPTY, acts=played)


def kinds(made: Street) -> set[str]:
    """The kinds of all that is true."""
    return {event.kind for event in expected(made, 0.0, 200.0)}


@given(st.floats(0.01, 3.0), st.integers(1, 20), st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_the_shortest_gathering_still_roars(lasts_s: float, count: int, seed: int) -> None:
    acts = [Act(PlayName.GATHERING, 0, AT_S, lasts_s, count=count)]

    moment = Street(seed, traits=EMPTY, acts=acts).moments(AT_S, AT_S)[0]

    assert AT_S <= moment.began_s < moment.ended_s


def test_nobody_of_a_large_gathering_vanishes() -> None:
    moment = Moment.drawn(5, 500_003, AT_S, 150)

    left = moment.company.bodies(int(10 * moment.gone_s)).place.size

    assert left == 0


@pytest.mark.parametrize(
    "acts",
    [
        [(PlayName.GATHERING, 100)],
        [(PlayName.FALL, 90)],
        [(PlayName.QUEUE, 39), (PlayName.COUNTERFLOW, 39), (PlayName.SCHOOL_BREAK, 39)],
    ],
)
def test_a_dense_crowd_is_true_whatever_acts_it_is_of(acts: list[tuple[PlayName, int | None]]) -> None:
    made = street(*acts)
    [began_s, ended_s] = made.dense(0.0, 200.0)[0]

    people = [pose for pose, _ in made.people((began_s + ended_s) / 2)]

    assert "crowd.density" in kinds(made)
    assert np.count_nonzero(in_view(np.array([complex(pose.x_m, pose.y_m) for pose in people]))) >= 15


def test_a_dense_crowd_is_true_of_walkers_and_a_moment_by_chance() -> None:
    assert Street(3, traits=Traits(walkers=10.0)).dense(20.0, 60.0)


def test_a_dense_crowd_is_the_same_event_through_whatever_window_it_is_looked_at() -> None:
    whole = street((PlayName.GATHERING, 100)).dense(0.0, 200.0)
    piecewise = street((PlayName.GATHERING, 100))

    found = {span for t_s in range(200) for span in piecewise.dense(float(t_s), t_s + 1.0)}

    assert sorted(found) == whole


@pytest.mark.parametrize("x_m", [-10.0, -6.0, 4.0, 25.0, 36.0, 45.0])
def test_a_fall_is_true_just_where_the_camera_sees_it(x_m: float) -> None:
    made = Street(3, traits=EMPTY, acts=[Act(PlayName.FALL, 0, AT_S, 30.0, x_m=x_m)])
    down = next(pose for pose, _ in made.people(AT_S + 5.0) if pose.fallen == 1.0)

    seen = bool(in_view(np.array([complex(down.x_m, down.y_m)]))[0])

    assert ("person.down" in kinds(made)) is seen


def test_a_company_of_which_all_are_gone_is_stepped_no_more() -> None:
    made = street((PlayName.FALL, None))

    far = made.people(20_000.0)

    [cast] = made.troupes()
    assert isinstance(cast, Cast)
    assert cast.company is not None
    assert far == []
    assert max(cast.company._checkpoints) < 10 * (AT_S + 300.0)
    assert made.people(AT_S + 5.0) == street((PlayName.FALL, None)).people(AT_S + 5.0)


@pytest.mark.parametrize("other", [PlayName.QUEUE, PlayName.GATHERING])
def test_people_of_two_acts_do_not_walk_through_each_other(other: PlayName) -> None:
    made, alone = street((other, None), (PlayName.COUNTERFLOW, None)), street((other, None))

    nearest_m = []
    for t_s in np.arange(AT_S - 10.0, AT_S + 60.0, 0.4):
        first = {looks: complex(pose.x_m, pose.y_m) for pose, looks in alone.people(t_s)}
        both = [(complex(pose.x_m, pose.y_m), looks) for pose, looks in made.people(t_s)]
        second = np.array([place for place, looks in both if looks not in first], dtype=complex)
        apart_m = np.abs(second[:, None] - np.array(list(first.values()), dtype=complex))
        nearest_m.append(apart_m.min(initial=9.0))

    assert min(nearest_m) > 0.15
    assert np.mean(np.array(nearest_m) < 0.25) < 0.05


@pytest.mark.parametrize(
    "act",
    [
        Act(PlayName.SURGE, 0, AT_S, 30.0, y_m=6.0),
        Act(PlayName.SURGE, 0, AT_S, 30.0, y_m=6.0, speed_mps=0.6),
        Act(PlayName.DISTURBANCE, 0, AT_S, 40.0, y_m=6.0),
        Act(PlayName.CROSSING, 0, AT_S, 25.0, count=39),
        Act(PlayName.COUNTERFLOW, 0, AT_S, 60.0, count=39),
        Act(PlayName.QUEUE, 0, AT_S, 60.0, count=39),
    ],
    ids=lambda act: f"{act.name}-{act.speed_mps}",
)
def test_no_ordinary_car_drives_through_people_of_an_act(act: Act) -> None:
    busy = Street(3, traits=Traits(roars=False, walkers=0.0, cars=2.5), acts=[act])

    for t_s in np.arange(AT_S - 50.0, AT_S + 150.0, 0.5):
        place = busy.troupes()[0].bodies(round(10 * t_s)).place
        for car in busy.cars(t_s, t_s):
            along_m, across_m = np.abs(place.real - float(car.x_m(t_s))), np.abs(place.imag - car.y_m)
            assert not ((along_m < car.size_m[0] / 2) & (across_m < car.size_m[1] / 2)).any()


def test_who_was_walked_through_a_street_for_its_truth_does_not_walk_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Street(3, 120.0, EMPTY, [Act(PlayName.SURGE, 0, AT_S, 30.0, count=60)])
    expected(made, 0.0, 120.0)

    monkeypatch.setattr(Company, "_stepped", None)

    assert all(made.people(float(t_s)) for t_s in range(25, 90))


def test_an_instant_of_several_acts_does_not_depend_on_those_asked_for_before() -> None:
    acts = ((PlayName.QUEUE, None), (PlayName.GATHERING, None), (PlayName.COUNTERFLOW, None))
    asked, fresh = street(*acts), street(*acts)
    for t_s in (AT_S + 50.0, AT_S - 30.0, AT_S + 90.0):
        asked.people(t_s)

    assert asked.people(AT_S + 10.0) == fresh.people(AT_S + 10.0)
