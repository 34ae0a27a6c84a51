from __future__ import annotations

import numpy as np
import pytest

from simulator.trials.timelapse.seeing import PERSON_M, SIZE, boxes_of, perspective, see, walkers
from simulator.trials.timelapse.table import SightTable
from simulator.world.street import Street, Traits

PLAIN = SightTable(person_share=1.0, car_share=1.0, person_flow=1.0, car_flow=1.0, still_flow=0.0, still_share=0.0)


def one(values: list[float]) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def test_the_box_of_a_person_is_as_tall_as_the_pinhole_says() -> None:
    view = perspective()
    found = boxes_of(one([0.0]), one([6.0]), one([9.0]), one([1.3]), PERSON_M)
    px = view.pixels_per_m(6.0, 9.0, float(PERSON_M[2]) / 2)

    # Seen from above and from a corner, the box is at most a half wider and a third taller than its front.
    share = found.share[0] * SIZE[0] * SIZE[1] / (px * px)
    assert 0.5 * 1.71 * 0.8 < share < 0.75 * 1.71 * 1.4


def test_somebody_behind_the_camera_is_not_seen() -> None:
    assert boxes_of(one([0.0]), one([-25.0]), one([1.0]), one([1.3]), PERSON_M).share.size == 0


def test_what_is_nearer_is_larger_and_faster() -> None:
    found = boxes_of(one([0.0, 0.0]), one([3.0, 40.0]), one([9.0, 9.0]), one([1.3, 1.3]), PERSON_M)

    assert found.share[0] > 4 * found.share[1]
    assert found.speed[0] > 2 * found.speed[1]


def test_as_many_people_walk_as_the_rate_and_their_speeds_give() -> None:
    street = Street(2, None, Traits(roars=False, cars=0.0, walkers=1.0))
    # Little's law: 0.11 a second, each in the street for 98 m at 1.34 m/s, a part of it in the picture.
    full = 0.11 * 98.0 / 1.34

    seen = see(street, 3600, PLAIN)

    assert 0.5 * full < float(seen.people.mean()) < 1.05 * full
    assert not seen.cars.any()


def test_nobody_walks_where_the_multiple_is_zero() -> None:
    assert walkers(Street(2, None, Traits(walkers=0.0)), 600).share.size == 0


def test_an_empty_street_shows_nothing_but_what_it_shows_when_still() -> None:
    street = Street(2, None, Traits(roars=False, cars=0.0, walkers=0.0))
    still = SightTable(1.0, 1.0, 1.0, 1.0, still_flow=2e-5, still_share=0.001)

    seen = see(street, 60, still)

    assert not seen.present.any()
    assert seen.flow_energy == pytest.approx(2e-5)
    assert seen.foreground_share == pytest.approx(0.001)


def test_a_car_in_the_picture_makes_the_node_say_that_something_is_there() -> None:
    street = Street(2, None, Traits(roars=False, cars=0.5, walkers=0.0))

    seen = see(street, 1200, PLAIN)

    assert seen.present[seen.foreground_share > 0.02].mean() > 0.7
    assert not seen.present[np.convolve(seen.foreground_share, np.ones(5), "same") == 0].any()


def test_shares_stay_shares_in_a_crowded_street() -> None:
    seen = see(Street(2, None, Traits(roars=False, cars=2.7, walkers=10.0)), 300, PLAIN)

    assert np.all((seen.foreground_share >= 0) & (seen.foreground_share <= 1))
    assert np.all(seen.flow_energy >= 0)
