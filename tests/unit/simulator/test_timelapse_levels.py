from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.sense.audio.weighting import a_weighting_db
from node.sense.capture.hops import HOP_S
from simulator.sound.noise import city_shape
from simulator.trials.seeds import SCORING_FROM
from simulator.trials.timelapse import arrivals
from simulator.trials.timelapse.arrivals import Cut
from simulator.trials.timelapse.features import Heard
from simulator.trials.timelapse.hearing import hear
from simulator.trials.timelapse.signature import A_BANDS, COLUMNS, Takes, coded, decoded
from simulator.trials.timelapse.table import table
from simulator.world.act import Act
from simulator.world.layout import distance_to_microphone_m
from simulator.world.people import Bgr
from simulator.world.sounding import SoundName
from simulator.world.street import Light, Street, Traits
from simulator.world.traffic import Body, Car

QUIET = Traits(roars=False, walkers=0.0, cars=0.0, city_db=40.0)
GREY: Bgr = (128, 128, 128)


def db(energy: float) -> float:
    return float(10 * np.log10(energy))


def laeq_db(heard: Heard) -> float:
    return db(float(np.mean(np.sum(10 ** (heard.bands_db / 10), axis=1))))


def test_every_sound_vehicle_and_light_has_been_measured() -> None:
    measured = table()

    assert set(SoundName) | {f"vehicle.{body}" for body in Body} <= set(measured.source)
    assert set(measured.sight) == set(Light)
    assert min(len(measured.rain), len(measured.wind)) >= 2


@pytest.mark.parametrize("name", ["city", "vehicle.car", "cheer", "dog", "horn"])
def test_a_take_does_not_change_the_mean_energy(name: str) -> None:
    takes = table().source[name].takes

    # What is loud for a while and quiet for a while has one mean: that of all its takes.
    energies = np.concatenate([decoded(course) for course in takes.courses])

    assert 10 * np.log10(energies[:, A_BANDS].mean(axis=0)[1]) == pytest.approx(0.0, abs=1.0)


def test_the_hops_of_the_city_fluctuate_as_noise_of_their_bandwidth_does() -> None:
    f_hz = np.linspace(250.0, 4000.0, 4000)
    grid = np.linspace(0.0, 24_000.0, city_shape().size)
    power = np.square(np.interp(f_hz, grid, city_shape())) * 10 ** (a_weighting_db(f_hz) / 10)
    bandwidth_hz = np.square(np.trapezoid(power, f_hz)) / np.trapezoid(np.square(power), f_hz)
    theory_db = 10 / np.log(10) * np.sqrt(1 / (bandwidth_hz * HOP_S))

    energies = np.concatenate([decoded(course)[:, 1] for course in table().source["city"].takes.courses])

    assert float(np.std(10 * np.log10(energies))) == pytest.approx(theory_db, rel=0.2)


@given(st.lists(st.floats(-39.0, 23.0), min_size=1, max_size=30))
def test_a_take_holds_levels_to_an_eighth_of_a_db(levels_db: list[float]) -> None:
    energies = 10 ** (np.array(levels_db)[:, None] / 10)

    held_db = 10 * np.log10(decoded(coded(energies)))[:, 0]

    assert held_db == pytest.approx(levels_db, abs=0.126)


def take(hops: int) -> np.ndarray:
    """A take whose every hop is told apart by its level."""
    return np.tile(np.arange(hops, dtype=np.uint8)[:, None], (1, COLUMNS))


@given(st.integers(1, 64), st.integers(1, 200))
def test_what_begins_plays_its_take_from_the_begin_and_its_attack_once(length: int, hops: int) -> None:
    takes = Takes((10.0,), (take(length),))

    played = takes.play(np.random.default_rng(0), hops, 10.0, from_the_begin=True)

    assert played.shape == (hops, COLUMNS)
    assert np.array_equal(played[:length], decoded(take(length))[:hops])
    assert played[length:].min(initial=np.inf) >= decoded(take(length))[min(8, length // 2), 0]


def test_the_takes_that_are_nearest_in_distance_are_played() -> None:
    takes = Takes((10.0, 11.0, 12.0, 100.0, 110.0, 120.0), tuple(np.full((4, COLUMNS), n, np.uint8) for n in range(6)))

    near, far = (
        {float(takes.play(np.random.default_rng(seed), 1, away_m, from_the_begin=True)[0, 0]) for seed in range(30)}
        for away_m in (9.0, 130.0)
    )

    assert near == set(decoded(np.arange(3, dtype=np.uint8)).tolist())
    assert far == set(decoded(np.arange(3, 6, dtype=np.uint8)).tolist())


def test_training_weeks_never_hear_what_scoring_weeks_hear() -> None:
    for signature in table().source.values():
        sealed = {course.tobytes() for course in signature.sealed.courses}

        assert len(sealed) == len(signature.sealed.courses) > 2
        assert sealed.isdisjoint(course.tobytes() for course in signature.takes.courses)


@pytest.mark.parametrize(("seed", "scores"), [(1, False), (SCORING_FROM + 1, True)])
def test_a_street_plays_the_takes_of_its_side(seed: int, scores: bool) -> None:  # noqa: FBT001 - a case of the test
    whole = table()
    silent = Takes((1.0,), (np.zeros((4, COLUMNS), np.uint8),))
    only = {
        name: replace(one, sealed=silent) if scores else replace(one, takes=silent)
        for name, one in whole.source.items()
    }

    heard = hear(Street(seed, None, QUIET), Cut(0.0, 16), replace(whole, source=only))

    # A take of -40 dB throughout: the city of 40 dB is at 0.
    assert laeq_db(heard) < 5.0


def test_a_pass_by_has_the_energy_of_the_textbook() -> None:
    car = Car(1, 0, 0.0, 10.0, 65.0, 60.0, GREY, (4.0, 1.8, 1.5))
    found = arrivals.of_car(Cut(0.0, 160), car)
    assert found is not None
    abreast_m = float(distance_to_microphone_m(-7.0, car.y_m, arrivals.SOURCE_HEIGHT_M))
    angle = np.arctan(53.0 / abreast_m) + np.arctan(107.0 / abreast_m)

    # The integral of L_ref d_ref^2 / (d^2 + v^2 t^2) over the road.
    theory = 10**6.5 * 7.5**2 * angle / (abreast_m * car.speed_mps)

    assert db(float(found.energy.sum()) * HOP_S) == pytest.approx(db(theory), abs=0.1)


@given(st.floats(0.0, 20.0), st.floats(0.3, 15.0))
def test_a_steady_sound_keeps_its_energy_wherever_it_falls_between_hops(at_s: float, lasts_s: float) -> None:
    act = Act(SoundName.DRILL, 0, at_s, lasts_s, 30.0, 11.2)
    street = Street(1, None, QUIET, [act])
    deaf = replace(table().source[SoundName.DRILL], tail_db=-60.0)
    sounding = street.all_soundings()[0]

    found = arrivals.of_sounding(Cut(0.0, 400), sounding, deaf)

    assert found is not None
    distance_m = float(found.distance_m[0])
    assert db(float(found.energy.sum()) * HOP_S) == pytest.approx(
        sounding.audible_db - 20 * np.log10(distance_m) + db(lasts_s), abs=0.05
    )


def test_a_sound_at_twice_the_distance_is_six_decibels_softer() -> None:
    def level(x_m: float) -> float:
        street = Street(1, None, QUIET, [Act(SoundName.HAMMER, 0, 0.0, 60.0, x_m, 11.2)])
        found = arrivals.of_sounding(Cut(10.0, 80), street.all_soundings()[0], table().source[SoundName.HAMMER])
        assert found is not None
        return db(float(found.energy.mean() * np.square(found.distance_m[0])))

    assert level(100.0) == pytest.approx(level(20.0), abs=0.01)


def test_a_silent_street_is_as_loud_as_its_city() -> None:
    heard = hear(Street(4, None, QUIET), Cut(0.0, 8 * 294), table())

    # 40 dB of city, swelling by 1 dB, and 30 dB of the microphone's own noise.
    assert laeq_db(heard) == pytest.approx(db(10**4.0 + 10**3.0), abs=0.6)


def test_fast_weighting_falls_by_35_decibels_a_second_when_a_sound_stops() -> None:
    loud = Act(SoundName.DRILL, 0, 1.0, 5.0, -7.0, 6.0, level_db=130.0)
    short = table()
    drill = replace(short.source[SoundName.DRILL], tail_db=-90.0)
    quick = replace(short, source=short.source | {"drill": drill})

    heard = hear(Street(4, None, QUIET, [loud]), Cut(0.0, 80), quick)
    after = np.flatnonzero(heard.t_s > 6.3)[:8]

    assert heard.laf_db[after[0]] - heard.laf_db[after[7]] == pytest.approx(34.7 * 7 * HOP_S, abs=1.0)


def test_a_mean_over_a_second_is_the_mean_of_its_eight_hops() -> None:
    heard = hear(Street(4, None, Traits()), Cut(40.0, 400), table())
    hops = 10 ** (heard.bands_db / 10)

    means = [db(float(hops[i - 7 : i + 1].sum(axis=1).mean())) for i in range(7, 400)]

    assert heard.laeq_1s_db[7:] == pytest.approx(means, abs=0.01)


def test_traffic_is_heavier_in_low_sound_than_a_roar() -> None:
    busy = hear(Street(4, None, Traits(roars=False, cars=2.5)), Cut(0.0, 480), table())
    street = Street(4, None, replace(QUIET, roars=True))
    roar = street.moments(0.0, 60.0)[0]
    shouts = hear(street, Cut(roar.began_s + 1.0, 32), table())

    assert np.median(busy.c_minus_a_db) > 6.0
    assert np.median(shouts.c_minus_a_db) < 4.0
    assert np.median(shouts.octaves[:, 0] / shouts.octaves[:, 2]) < 0.1 * np.median(
        busy.octaves[:, 0] / busy.octaves[:, 2]
    )


def test_the_greatest_fast_level_of_a_hop_is_never_below_the_level_at_its_end() -> None:
    heard = hear(Street(9, None, Traits()), Cut(0.0, 800), table())

    assert np.all(heard.laf_max_db >= heard.laf_db - 1e-9)
    columns = (heard.laf_db, heard.voice_db, heard.lcpeak_db, heard.octaves, heard.lines, heard.steps)
    assert all(np.isfinite(column).all() for column in columns)
