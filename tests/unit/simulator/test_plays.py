"""The acts that are more than a sound: what people do, what of it sounds and what of it is true."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.errors import OperatorError
from simulator.sight.perspective import Perspective
from simulator.world.act import PLAY_KINDS, Act, PlayName, usual_lasts_s
from simulator.world.crowd import Moment
from simulator.world.expected import Expected
from simulator.world.layout import FACADE_Y_M, Floats
from simulator.world.people import Pose
from simulator.world.plays.voices import of_many
from simulator.world.plays.watch import in_view
from simulator.world.sounding import KINDS, SoundName
from simulator.world.street import Street, Traits
from simulator.world.traffic import Body
from simulator.world.truth import expected

AT_S = 60.0
EMPTY = Traits(roars=False, walkers=0.0, cars=0.0)
PLAYS = [play for play in PlayName if play is not PlayName.CLOUD]


def act(name: PlayName, number: int = 0, count: int | None = None) -> Act:
    """An act at `AT_S` as long as usual."""
    return Act(name, number, AT_S, usual_lasts_s(name), count=count)


@lru_cache(maxsize=40)
def street(name: PlayName, seed: int = 3) -> Street:
    """A street where nothing but this play happens."""
    return Street(seed, traits=EMPTY, acts=[act(name)])


def poses(name: PlayName, t_s: float, seed: int = 3) -> list[Pose]:
    """Who of a play is there."""
    return [pose for pose, _ in street(name, seed).people(t_s)]


@lru_cache(maxsize=40)
def truth(name: PlayName) -> tuple[Expected, ...]:
    """What is true of a play."""
    return tuple(expected(street(name), 0.0, 1000.0))


@pytest.mark.parametrize("name", PLAYS)
def test_a_play_makes_its_kind_true_and_one_without_a_kind_makes_none(name: PlayName) -> None:
    kinds = {event.kind for event in truth(name)}
    sounds = {kind for one in street(name).all_soundings() if (kind := KINDS.get(one.name))}

    assert PLAY_KINDS.get(name) in kinds if name in PLAY_KINDS else not kinds
    assert kinds - {PLAY_KINDS.get(name)} <= sounds


@pytest.mark.parametrize("name", [PlayName.SURGE, PlayName.DISPERSAL, PlayName.DISTURBANCE])
def test_a_crowds_truth_begins_when_the_third_of_them_in_view_is_hasty(name: PlayName) -> None:
    event = next(event for event in truth(name) if event.kind == PLAY_KINDS[name])
    hasty_mps = 1.0 if name is PlayName.DISTURBANCE else 2.0

    def hasty(t_s: float) -> int:
        seen = [pose for pose in poses(name, t_s) if in_view(np.array([complex(pose.x_m, pose.y_m)]))[0]]
        return sum(pose.speed_mps > hasty_mps for pose in seen)

    assert AT_S < event.began_s < AT_S + 1.5
    assert hasty(event.began_s - 0.3) < 3 <= hasty(event.began_s + 0.1)
    assert AT_S + 2.0 < event.ended_s < AT_S + 70.0


@pytest.mark.parametrize("name", [PlayName.SURGE, PlayName.DISPERSAL])
def test_a_standing_crowd_runs_from_the_acts_instant(name: PlayName) -> None:
    before = [pose.speed_mps for pose in poses(name, AT_S - 0.5)]
    after = [pose.speed_mps for pose in poses(name, AT_S + 2.5)]

    assert np.mean(before) < 0.4
    assert np.mean(after) > 2.0


def test_a_surge_goes_one_way_and_a_dispersal_two() -> None:
    ways = {
        name: np.mean(np.cos([pose.heading_rad for pose in poses(name, AT_S + 3.0)]))
        for name in (PlayName.SURGE, PlayName.DISPERSAL)
    }

    assert abs(ways[PlayName.SURGE]) > 0.8
    assert abs(ways[PlayName.DISPERSAL]) < 0.6


def test_who_falls_lies_within_a_second_until_the_act_is_over() -> None:
    fallen = {
        t_s: max(pose.fallen for pose in poses(PlayName.FALL, AT_S + t_s)) for t_s in (-0.1, 0.5, 1.0, 29.0, 33.0)
    }
    event = truth(PlayName.FALL)[0]

    assert fallen == {-0.1: 0.0, 0.5: pytest.approx(0.39, abs=0.02), 1.0: 1.0, 29.0: 1.0, 33.0: 0.0}
    assert event == Expected("person.down", AT_S + 0.8, AT_S + 30.0)


def test_a_lying_person_does_not_move_and_others_keep_off() -> None:
    film = [poses(PlayName.FALL, AT_S + 1.0 + 0.5 * i) for i in range(58)]
    lying = [next(pose for pose in people if pose.fallen == 1.0) for people in film]

    assert len({(pose.x_m, pose.y_m) for pose in lying}) == 1
    for people, down in zip(film, lying, strict=True):
        chest = complex(down.x_m, down.y_m) + 0.65 * np.exp(1j * down.heading_rad)
        assert all(abs(complex(p.x_m, p.y_m) - chest) > 0.25 for p in people if p is not down)


def test_an_egress_is_a_dense_crowd_in_view() -> None:
    event = next(event for event in truth(PlayName.EGRESS) if event.kind == "crowd.density")

    places = np.array([complex(p.x_m, p.y_m) for p in poses(PlayName.EGRESS, (event.began_s + event.ended_s) / 2)])

    assert np.count_nonzero(in_view(places)) >= 40
    assert event.ended_s - event.began_s > 30.0


@pytest.mark.parametrize(
    "name", [play for play in PLAYS if play not in PLAY_KINDS and play is not PlayName.TRUCK_PASSES]
)
def test_a_play_that_promises_no_dense_crowd_is_none(name: PlayName) -> None:
    assert street(name).dense(0.0, 300.0) == []


def test_nobody_crosses_before_the_light_turns_green_and_no_car_comes() -> None:
    busy = Street(3, traits=Traits(roars=False, walkers=0.0, cars=2.5), acts=[act(PlayName.CROSSING)])
    waiting, crossing = poses(PlayName.CROSSING, AT_S - 0.2), poses(PlayName.CROSSING, AT_S + 4.0)

    assert len(waiting) == 14
    assert not [pose for pose in waiting if 2.8 < pose.y_m < 9.2]
    assert len([pose for pose in crossing if 2.8 < pose.y_m < 9.2]) >= 7
    for t_s in np.arange(AT_S, AT_S + 25.0, 0.5):
        assert not [car for car in busy.cars(t_s, t_s) if abs(float(car.x_m(t_s)) - 16.0) < 4.0]


def test_a_queue_stands_in_line_and_gets_shorter_at_the_door() -> None:
    before = sorted(pose.x_m for pose in poses(PlayName.QUEUE, AT_S) if pose.speed_mps < 0.2)

    assert len(before) >= 8
    assert np.diff(before) == pytest.approx(0.85, abs=0.35)


def test_children_are_small_and_run() -> None:
    people = street(PlayName.SCHOOL_BREAK).people(AT_S + 20.0)

    assert all(1.1 <= looks.height_m <= 1.45 for _, looks in people)
    assert max(pose.speed_mps for pose, _ in people) > 1.5
    assert [one.name for one in street(PlayName.SCHOOL_BREAK).all_soundings()] == [SoundName.CHILDREN]


def test_a_march_is_calm_and_chants_where_it_is() -> None:
    t_s = AT_S + 2.0
    people = poses(PlayName.MARCH, t_s)
    chant = next(one for one in street(PlayName.MARCH).soundings(t_s, t_s) if one.name is SoundName.CHANT)
    place = chant.path(np.array([t_s]))[0]

    assert np.mean([pose.speed_mps for pose in people]) == pytest.approx(1.0, abs=0.15)
    assert place[0] == pytest.approx(np.mean([pose.x_m for pose in people]), abs=3.0)
    assert chant.level_db == pytest.approx(of_many(SoundName.CHANT, 1) + 10 * np.log10(28))


def test_an_ambulance_drives_under_its_own_siren_through_an_empty_lane() -> None:
    busy = Street(3, traits=Traits(roars=False, cars=2.5), acts=[act(PlayName.EMERGENCY_VEHICLE)])
    siren = busy.all_soundings()[0]
    instants: Floats = np.arange(AT_S + 8.5, AT_S + 16.5, 0.5)

    for t_s in instants:
        ambulance = next(car for car in busy.cars(t_s, t_s) if car.body is Body.AMBULANCE)
        assert siren.path(np.array([t_s]))[0, 0] == pytest.approx(float(ambulance.x_m(t_s)))
        lane = [float(car.x_m(t_s)) for car in busy.cars(t_s, t_s) if car.lane == ambulance.lane]
        assert np.all(np.diff(sorted(lane)) > 5.0)


def test_a_gatherings_roar_is_true_like_one_by_chance_where_none_comes_by_chance() -> None:
    event = truth(PlayName.GATHERING)[0]

    assert event.kind == "noise.spike"
    assert AT_S <= event.began_s < AT_S + 0.2
    assert street(PlayName.GATHERING).moments(AT_S, AT_S)


@given(st.sampled_from(PLAYS), st.lists(st.floats(20.0, 110.0), min_size=2, max_size=4))
@settings(max_examples=8)
def test_an_instant_of_a_play_does_not_depend_on_those_asked_for_before(
    name: PlayName, instants_s: list[float]
) -> None:
    asked = [street(name).people(t_s) for t_s in instants_s]

    assert Street(3, traits=EMPTY, acts=[act(name)]).people(instants_s[-1]) == asked[-1]


@pytest.mark.parametrize("name", PLAYS)
def test_everybody_of_a_play_stays_before_the_houses_and_comes_to_an_end(name: PlayName) -> None:
    for t_s in np.arange(AT_S - 20.0, AT_S + 60.0, 4.0):
        assert all(-5.0 < pose.y_m < FACADE_Y_M for pose in poses(name, float(t_s)))

    assert poses(name, AT_S + 300.0) == []


def test_sounds_of_two_acts_have_numbers_of_their_own() -> None:
    both = Street(3, traits=EMPTY, acts=[act(PlayName.DISTURBANCE, 0), act(PlayName.DISTURBANCE, 1)])

    numbers = [one.number for one in both.all_soundings()]

    assert len(numbers) == len(set(numbers)) > 10


def test_a_calm_act_of_a_dense_crowd_is_refused_in_one_line() -> None:
    with pytest.raises(OperatorError, match="act march: count 60"):
        Street(3, traits=EMPTY, acts=[act(PlayName.MARCH, count=60)])


def test_an_act_far_outside_is_played_in_the_street() -> None:
    far = Street(3, traits=EMPTY, acts=[replace(act(PlayName.SURGE), x_m=900.0, y_m=-700.0)])

    assert all(-30 < pose.x_m < 75 for pose, _ in far.people(AT_S))


def test_what_is_in_view_is_in_the_picture() -> None:
    rng, camera = np.random.default_rng(1), Perspective(640, 360)
    places = rng.uniform(-20, 60, 500) + 1j * rng.uniform(0.5, 12.5, 500)
    seen = places[in_view(places)]

    pixels = camera.pixels(np.column_stack([seen.real, seen.imag, np.full(seen.size, 1.0)]))

    assert seen.size > 50
    assert np.all((pixels[:, 0] > -10) & (pixels[:, 0] < 650))


@pytest.mark.parametrize("number", range(6))
def test_a_moments_members_stand_at_their_spots_when_they_roar_and_are_all_gone_at_its_end(number: int) -> None:
    moment = Moment.drawn(5, number, AT_S)
    spots = np.array([complex(*member.spot_xy_m) for member in moment.members])

    roaring = moment.company.bodies(round(10 * AT_S) + 30).place

    assert roaring.size == spots.size
    assert np.mean(np.abs(roaring - spots) < 0.5) >= 0.9
    assert moment.people(moment.gone_s) == []
