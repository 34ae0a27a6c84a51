"""Vehicles of acts give way: to people of a play, and to the vehicle that stands first."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.errors import UnreadableInputError
from simulator.trials.scenario import parse
from simulator.world.act import Act, PlayName, usual_lasts_s
from simulator.world.layout import LANES_Y_M
from simulator.world.street import Street, Traits
from simulator.world.traffic import Car

AT_S = 80.0
QUIET = Traits(roars=False, walkers=0.0, cars=0.0)
BUSY = Traits(roars=False, walkers=0.0, cars=2.5)
NEAR_M, FAR_M = LANES_Y_M
BODY_M = 0.2


def act(name: PlayName, number: int = 0, at_s: float = AT_S, y_m: float = NEAR_M, count: int | None = None) -> Act:
    """An act as long as usual."""
    return Act(name, number, at_s, usual_lasts_s(name), y_m=y_m, count=count)


def touches(car: Car, street: Street, t_s: float) -> bool:
    """Whether a vehicle touches somebody."""
    place = np.array([complex(pose.x_m, pose.y_m) for pose, _ in street.people(t_s)], dtype=complex)
    along_m, across_m = np.abs(place.real - float(car.x_m(t_s))), np.abs(place.imag - car.y_m)
    return bool(((along_m < car.size_m[0] / 2 + BODY_M) & (across_m < car.size_m[1] / 2 + BODY_M)).any())


def overlap(one: Car, other: Car, t_s: float) -> bool:
    """Whether two vehicles of one lane are in one another."""
    return abs(float(one.x_m(t_s) - other.x_m(t_s))) < (one.size_m[0] + other.size_m[0]) / 2


def refusal(*acts: str) -> str:
    """Why a scenario of these acts is refused; nothing where it is not."""
    text = 'title = "x"\nlength_s = 300\n[street]\nroars = false\n' + "".join(f"[[act]]\n{one}\n" for one in acts)
    try:
        parse(text.encode(), "bug.toml")
    except UnreadableInputError as error:
        return str(error)
    return ""


@given(
    st.lists(
        st.tuples(
            st.sampled_from([PlayName.TRUCK_PASSES, PlayName.EMERGENCY_VEHICLE]),
            st.floats(60.0, 100.0),
            st.sampled_from([NEAR_M, FAR_M, 11.2]),
        ),
        min_size=2,
        max_size=5,
    ),
    st.integers(0, 1000),
)
@settings(max_examples=40, deadline=None)
def test_no_two_vehicles_are_ever_in_one_another(ways: list[tuple[PlayName, float, float]], seed: int) -> None:
    acts = [act(name, i, at_s, y_m) for i, (name, at_s, y_m) in enumerate(ways)]
    street = Street(seed, traits=BUSY, acts=acts)

    for t_s in np.arange(40.0, 160.0, 0.5):
        cars = street.cars(t_s, t_s)
        met = [(one, other) for one in cars for other in cars if one.number < other.number and one.lane == other.lane]
        assert not any(overlap(one, other, t_s) for one, other in met)


@pytest.mark.parametrize("lane_m", [NEAR_M, FAR_M])
@pytest.mark.parametrize(
    ("name", "count"),
    [
        (PlayName.MARCH, None),
        (PlayName.CROSSING, None),
        (PlayName.DISPERSAL, None),
        (PlayName.EGRESS, 50),
        (PlayName.GATHERING, 150),
        (PlayName.SURGE, 120),
    ],
)
def test_a_lorry_never_drives_through_people_of_a_play(name: PlayName, count: int | None, lane_m: float) -> None:
    acts = [act(PlayName.TRUCK_PASSES, 0, AT_S - 5.0, lane_m), act(name, 1, y_m=11.2, count=count)]
    street = Street(4, traits=QUIET, acts=acts)
    [lorry] = street.cars(-1000.0, 1000.0)

    for t_s in np.arange(lorry.entered_s, lorry.left_s, 0.2):
        assert not touches(lorry, street, t_s)


def test_a_lorry_before_a_march_waits_until_the_march_is_over() -> None:
    alone = Street(3, traits=QUIET, acts=[act(PlayName.TRUCK_PASSES)])
    behind = Street(3, traits=QUIET, acts=[act(PlayName.TRUCK_PASSES), act(PlayName.MARCH, 1, y_m=11.2)])

    [now], [later] = alone.cars(-1000.0, 1000.0), behind.cars(-1000.0, 1000.0)

    assert later.entered_s > now.entered_s + 60.0
    assert (later.paint, later.size_m, later.firing_hz) == (now.paint, now.size_m, now.firing_hz)


def test_the_siren_of_an_ambulance_that_waits_comes_with_it() -> None:
    acts = [act(PlayName.MARCH, 0, y_m=11.2), act(PlayName.EMERGENCY_VEHICLE, 1)]
    street = Street(3, traits=QUIET, acts=acts)
    [ambulance] = street.cars(-1000.0, 1000.0)

    [siren] = [one for one in street.all_soundings() if one.name.startswith("siren.")]
    middle_s = siren.began_s + siren.lasts_s / 2

    assert siren.path(np.array([middle_s]))[0, 0] == pytest.approx(float(ambulance.x_m(middle_s)))
    assert abs(float(ambulance.x_m(middle_s))) < 1.0


def test_a_vehicle_for_which_the_road_is_never_free_does_not_come() -> None:
    march = Act(PlayName.MARCH, 0, AT_S, 600.0, speed_mps=0.1)

    street = Street(3, traits=QUIET, acts=[march, act(PlayName.TRUCK_PASSES, 1)])

    assert street.cars(-10_000.0, 10_000.0) == []


def test_people_of_a_large_gathering_keep_off_the_lanes() -> None:
    street = Street(4, traits=QUIET, acts=[act(PlayName.GATHERING, count=100, y_m=11.2)])

    nearest_m = min(
        (pose.y_m for t_s in np.arange(AT_S - 25.0, AT_S + 40.0, 0.5) for pose, _ in street.people(t_s)), default=99.0
    )

    assert nearest_m > FAR_M + 1.25 + BODY_M / 2


@pytest.mark.parametrize(
    ("acts", "line"),
    [
        (
            ['name = "truck_passes"\nat_s = 50\ny_m = 4.5', 'name = "emergency_vehicle"\nat_s = 48\ny_m = 4.5'],
            r"act.1.at_s: emergency_vehicle would meet truck_passes \(act.0\) on the road: begin it [0-9.]+ s later$",
        ),
        (
            ['name = "truck_passes"\nat_s = 50', 'name = "truck_passes"\nat_s = 50.5'],
            r"would meet truck_passes \(act.0\) on the road: begin it \S+ s later or say on which lane \(y_m\)$",
        ),
        (
            ['name = "truck_passes"\nat_s = 45', 'name = "crossing"\nat_s = 48'],
            r"^bug.toml: act.0.at_s: truck_passes would drive through the people of crossing \(act.1\) on the road: ",
        ),
        (
            ['name = "march"\nat_s = 10\nspeed_mps = 0.1', 'name = "truck_passes"\nat_s = 45'],
            r"the people of march \(act.0\) on the road: leave it out$",
        ),
    ],
)
def test_a_scenario_whose_vehicle_would_have_to_wait_is_refused_in_one_line(acts: list[str], line: str) -> None:
    assert re.search(line, refusal(*acts))


@pytest.mark.parametrize(
    "acts",
    [
        ['name = "truck_passes"\nat_s = 50\ny_m = 4.5', 'name = "truck_passes"\nat_s = 50\ny_m = 7.6'],
        ['name = "truck_passes"\nat_s = 50', 'name = "gathering"\nat_s = 60'],
        ['name = "truck_passes"\nat_s = 50', 'name = "truck_passes"\nat_s = 70'],
    ],
)
def test_a_vehicle_with_a_free_way_is_not_refused(acts: list[str]) -> None:
    assert refusal(*acts) == ""


def test_the_delay_that_a_refusal_names_is_enough() -> None:
    march, at_s = 'name = "march"\nat_s = 10', 45.0
    said = refusal(march, f'name = "truck_passes"\nat_s = {at_s}')

    late_s = float(said.rsplit("begin it ", 1)[1].split(" s later", maxsplit=1)[0])

    assert refusal(march, f'name = "truck_passes"\nat_s = {at_s + late_s}') == ""
