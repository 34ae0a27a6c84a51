"""The social force against its own formulas and against what is measured on real pedestrians."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.world.force import NOBODY, STEP_S, Bodies, Ground, Surroundings, Vectors, moved
from simulator.world.ground import LAMP_POSTS_XY_M, STREET_GROUND
from simulator.world.layout import FACADE_Y_M, NEAR_PAVEMENT_Y_M

WIDTH_M, LENGTH_M = 3.0, 14.0
CORRIDOR = Ground.of(
    [(complex(-99, side * (WIDTH_M / 2 + 0.25)), complex(99, side * (WIDTH_M / 2 + 0.25))) for side in (-1, 1)], []
)


def bodies(*place_and_velocity: tuple[complex, complex]) -> Bodies:
    """People by place and velocity."""
    return Bodies(*(np.array(column, dtype=complex) for column in zip(*place_and_velocity, strict=True)))


def after_a_step(people: Bodies, wish: Vectors, others: Bodies = NOBODY, ground: Ground = CORRIDOR) -> Bodies:
    """The same people one step later."""
    return moved(people, wish, Surroundings.of(people, others, ground), ground)


def pushed_mps2(people: Bodies, wish: Vectors) -> Vectors:
    """The acceleration of people who already go as they wish: what is left is the push of others."""
    return (after_a_step(people, wish, ground=Ground.of([], [])).velocity - people.velocity) / STEP_S


def test_who_is_alone_comes_to_their_speed_with_a_time_constant_of_half_a_second() -> None:
    walker, wish = bodies((0j, 0j)), np.array([1.34 + 0j])

    for _ in range(5):
        walker = after_a_step(walker, wish)

    assert walker.velocity[0].real == pytest.approx(1.34 * (1 - (1 - STEP_S / 0.5) ** 5))


@given(st.floats(0.9, 2.5), st.floats(-math.pi, math.pi))
def test_who_walks_side_by_side_is_pushed_by_the_slope_of_the_potential(apart_m: float, angle_rad: float) -> None:
    other = apart_m * np.exp(1j * angle_rad)
    people, wish = bodies((0j, 1e-3 + 0j), (other, 1e-3 + 0j)), np.array([1e-3 + 0j, 1e-3 + 0j])

    push = abs(pushed_mps2(people, wish)[0])

    slope = 2.1 / 0.3 * math.exp(-apart_m / 0.3)
    assert push <= slope + 0.01
    if math.cos(angle_rad) < math.cos(math.radians(101.0)):
        assert push == pytest.approx(slope / 2, abs=0.01)


def test_who_comes_towards_one_pushes_from_farther_than_who_walks_along() -> None:
    wish = np.array([1.3 + 0j])
    walks_along = bodies((2.2 + 0.3j, 1.3 + 0j))
    comes_towards = bodies((2.2 + 0.3j, -1.3 + 0j))

    along, towards = (
        abs(after_a_step(bodies((0j, 1.3 + 0j)), wish, other, Ground.of([], [])).velocity[0].imag)
        for other in (walks_along, comes_towards)
    )

    assert towards > 20 * along


@given(st.floats(0.45, 1.4))
def test_a_wall_pushes_by_the_slope_of_its_potential(apart_m: float) -> None:
    wall = Ground.of([(-9 + 0j, 9 + 0j)], [])

    velocity = after_a_step(bodies((complex(0, apart_m), 0j)), np.array([0j]), ground=wall).velocity[0]

    assert velocity.imag == pytest.approx(min(0.5, STEP_S * 10.0 / 0.2 * math.exp(-apart_m / 0.2)), rel=1e-6)


def corridor(wish: Vectors, seed: int, seconds: float) -> list[tuple[Bodies, Vectors]]:
    """People in a corridor whose ends meet: at every step, where they are and how they moved."""
    rng, count = np.random.default_rng(seed), wish.size
    columns = math.ceil(math.sqrt(count * LENGTH_M / WIDTH_M))
    rows = math.ceil(count / columns)
    places = [
        complex(i * LENGTH_M / columns, (j + 0.5) * WIDTH_M / rows - WIDTH_M / 2)
        for i in range(columns)
        for j in range(rows)
    ]
    place = np.array(places, dtype=np.complex128)[rng.permutation(len(places))[:count]] + rng.normal(0, 0.05, count)
    people, film = Bodies(place, wish.copy()), []
    for _ in range(round(seconds / STEP_S)):
        beyond = np.concatenate([people.place + LENGTH_M, people.place - LENGTH_M])
        near = (beyond.real > -3.3) & (beyond.real < LENGTH_M + 3.3)
        after = after_a_step(people, wish, Bodies(beyond[near], np.tile(people.velocity, 2)[near]))
        film.append((people, (after.place - people.place) / STEP_S))
        people = Bodies(np.mod(after.place.real, LENGTH_M) + 1j * after.place.imag, after.velocity)
    return film


def weidmann_mps(density_per_m2: float) -> float:
    """The walking speed at a density (Weidmann 1993, Kladek's formula)."""
    return 1.34 * (1 - math.exp(-1.913 * (1 / density_per_m2 - 1 / 5.4)))


def speed_mps(density_per_m2: float) -> float:
    """The mean speed of one stream in the corridor, once it has settled."""
    count = round(density_per_m2 * WIDTH_M * LENGTH_M)
    wish = np.clip(np.random.default_rng(1).normal(1.34, 0.26, count), 0.6, 2.2).astype(complex)
    film = corridor(wish, 1, 25.0)
    return float(np.mean([velocity.real.mean() for _, velocity in film[150:]]))


def test_the_denser_a_stream_the_slower_it_goes_as_pedestrians_do() -> None:
    densities = (0.25, 0.5, 1.0, 2.0, 3.0)

    speeds = [speed_mps(density) for density in densities]

    assert np.all(np.diff(speeds) < 0)
    for density, speed in zip(densities, speeds, strict=True):
        assert speed == pytest.approx(weidmann_mps(density), abs=0.25)


def lane_order(people: Bodies, wish: Vectors) -> float:
    """The mean product of directions of those who are ahead or behind within a body's width: 0 mixed, 1 in lanes."""
    between = people.place[:, None] - people.place
    near = (np.abs(between.imag) < 0.5) & (np.abs(between.real) < 4.0) & (np.abs(between) > 0)
    ways = np.sign(wish.real)
    return float(np.multiply.outer(ways, ways)[near].mean())


@pytest.mark.parametrize("seed", [1, 2])
def test_two_streams_that_meet_form_lanes(seed: int) -> None:
    wish = np.where(np.random.default_rng(seed).permutation(28) % 2, 1.34, -1.34).astype(complex)

    film = corridor(wish, seed, 40.0)

    assert np.mean([lane_order(people, wish) for people, _ in film[:10]]) < 0.4
    assert np.mean([lane_order(people, wish) for people, _ in film[-100:]]) > 0.7


@given(st.integers(0, 10_000))
@settings(max_examples=8)
def test_nobody_walks_through_anybody_in_a_counterflow(seed: int) -> None:
    wish = np.where(np.random.default_rng(seed).permutation(42) % 2, 1.34, -1.34).astype(complex)

    nearest_m = [
        np.min(np.abs(people.place[:, None] - people.place) + 9 * np.eye(wish.size))
        for people, _ in corridor(wish, seed, 8.0)
    ]

    assert min(nearest_m[5:]) >= 0.25


@given(st.integers(0, 10_000), st.floats(-math.pi, math.pi))
@settings(max_examples=15)
def test_nobody_gets_through_a_house_or_a_lamp_post(seed: int, angle_rad: float) -> None:
    rng = np.random.default_rng(seed)
    places = rng.uniform(31.5, 33.5, 15) + 1j * rng.uniform(8.5, 12.7, 15)
    people, wish = Bodies(places, np.zeros(15, complex)), np.full(15, 3.0 * np.exp(1j * angle_rad))
    posts = np.array([complex(*xy) for xy in LAMP_POSTS_XY_M])

    film = []
    for _ in range(12):
        people = after_a_step(people, wish, ground=STREET_GROUND)
        film.append(people.place)
    places = np.array(film)

    assert np.all(places.imag < FACADE_Y_M)
    assert np.all(places.imag > NEAR_PAVEMENT_Y_M[0])
    assert np.abs(places[2:, :, None] - posts).min() > 0.1


def test_two_runs_give_the_same_bytes() -> None:
    wish = np.full(30, 1.3 + 0j)

    first, second = (corridor(wish, 4, 5.0)[-1][0].place.tobytes() for _ in range(2))

    assert first == second
