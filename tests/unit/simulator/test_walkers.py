"""Ordinary walkers: who they are, how they go, and that any instant can be asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.world.company import Company
from simulator.world.force import NOBODY, Bodies, Ground
from simulator.world.ground import LAMP_POSTS_XY_M, PAVEMENTS
from simulator.world.itinerary import Itinerary, Leg, Person
from simulator.world.layout import GATHERING_XY_M
from simulator.world.people import Looks
from simulator.world.street import Street, Traits
from simulator.world.walkers import COHORT_S, Walkers


def looks() -> Looks:
    """Somebody."""
    return Looks.drawn(np.random.default_rng(1))


def test_people_who_walk_alone_have_the_speeds_of_pedestrians() -> None:
    drawn = [person for number in range(5) for person in Walkers(3, 4.0, lambda _: NOBODY).drawn(number)]
    far_apart = [
        Person(looks(), 100j * number, (Leg(99 + 100j * number, person.legs[0].speed_mps, 0.0),))
        for number, person in enumerate(drawn)
    ]
    alone = Company(Itinerary(far_apart), Ground.of([], []))

    speeds = [pose.speed_mps for pose, _ in alone.people(5.0)]

    assert len(speeds) > 250
    assert np.mean(speeds) == pytest.approx(1.34, abs=0.05)
    assert np.std(speeds) == pytest.approx(0.26, abs=0.05)


@given(st.lists(st.floats(0.0, 60.0), min_size=2, max_size=3), st.integers(0, 5))
@settings(max_examples=4)
def test_an_instant_does_not_depend_on_those_asked_for_before(instants_s: list[float], seed: int) -> None:
    street = Street(seed, traits=Traits(walkers=0.5))
    asked = [street.people(t_s) for t_s in instants_s]

    again = [Street(seed, traits=Traits(walkers=0.5)).people(instants_s[-1])]

    assert asked[-1:] == again


def test_a_cohort_is_gone_before_the_next_but_one_begins() -> None:
    walkers = Walkers(5, 1.0, lambda _: NOBODY)

    left = [walkers._cohort(number).bodies(round(10 * (number + 2) * COHORT_S)).place.size for number in (1, 2)]

    assert left == [0, 0]


def test_walkers_of_two_cohorts_keep_out_of_each_other() -> None:
    street = Street(9, traits=Traits(roars=False, walkers=3.0))

    nearest_m = []
    for step in range(1500, 1800, 4):
        place = np.array([complex(pose.x_m, pose.y_m) for pose, _ in street.people(step / 10)])
        nearest_m.append(np.min(np.abs(place[:, None] - place) + 9 * np.eye(place.size)))

    assert np.mean(np.array(nearest_m) < 0.25) < 0.02


def test_walkers_go_round_a_crowd_and_a_lamp_post() -> None:
    crowd = np.array([complex(GATHERING_XY_M[0] + dx, 9.9 + dy) for dx in (-1.5, 0, 1.5) for dy in (0, 0.8, 1.6)])
    post = complex(*LAMP_POSTS_XY_M[1])
    people = [
        Person(looks(), complex(-8.0, y_m), (Leg(complex(25.0, y_m), 1.3, 8.0 * number),))
        for number, y_m in enumerate((9.6, 10.2, 10.8, post.imag))
    ]
    company = Company(Itinerary(people), PAVEMENTS, lambda _: Bodies(crowd, np.zeros(9, complex)))

    places = [company.bodies(step).place for step in range(900)]

    assert places[-1].size == 0
    for place in places:
        assert np.abs(place[:, None] - np.append(crowd, post)).min(initial=9.0) > 0.2


@pytest.mark.slow
def test_a_far_instant_is_the_same_from_near_and_from_afar() -> None:
    walked, leapt = Street(4, traits=Traits(roars=False)), Street(4, traits=Traits(roars=False))
    for t_s in range(0, 430, 10):
        walked.people(float(t_s))

    assert leapt.people(433.7) == walked.people(433.7)


def test_a_street_without_an_end_remembers_only_so_many_walkers() -> None:
    street = Street(1, traits=Traits(roars=False, walkers=0.1))

    for t_s in range(0, 1120, 140):
        street.people(float(t_s))

    assert len(street._walkers._cohorts) <= 6
    assert all(len(cohort._recent) <= 2001 for cohort in street._walkers._cohorts.values())
