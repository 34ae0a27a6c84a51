"""What stands out at the pole is true, what is drowned or too far is not; and the truth's levels are what is heard."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import bilinear_zpk, lfilter, sosfilt, zpk2sos

from simulator.sound.library import source
from simulator.sound.noise import a_share_db, wind_shape
from simulator.sound.soundscape import Soundscape
from simulator.world.act import Act, PlayName, usual_lasts_s
from simulator.world.layout import POLE_XY_M
from simulator.world.levels import WIND_A_DB, received_db
from simulator.world.sounding import KINDS, Sounding, SoundName, stands
from simulator.world.street import Street, Traits
from simulator.world.truth import expected

Floats = NDArray[np.float64]
RATE = 48_000
C_MPS = 343.0
EMPTY = Traits(roars=False, walkers=0.0, cars=0.0)
SILENT = Traits(roars=False, walkers=0.0, cars=0.0, city_db=0.0)


def laf_db(sound: Floats) -> Floats:
    """A-weighted by the poles of IEC 61672-1, then tau = 0.125 s."""
    w1, w2, w3, w4 = (2 * np.pi * f for f in (20.598997, 107.65265, 737.86223, 12194.217))
    zpk = bilinear_zpk([0.0] * 4, [-w1, -w1, -w4, -w4, -w2, -w3], w4**2 * 10 ** (1.99966 / 20), RATE)
    keeps = np.exp(-1 / RATE / 0.125)
    power = lfilter([1 - keeps], [1, -keeps], np.square(sosfilt(zpk2sos(*zpk), sound)))
    return np.asarray(10 * np.log10(power / (20e-6) ** 2 + 1e-12))


def away(name: SoundName, x_m: float, level_db: float | None = None) -> Act:
    """A sound at 1 s so far along the street from the pole."""
    lasts_s = min(3.0, usual_lasts_s(name))
    return Act(name, 0, 1.0, lasts_s, x_m=POLE_XY_M[0] + x_m, y_m=POLE_XY_M[1], level_db=level_db)


def heard_db(name: SoundName, x_m: float, seed: int) -> float:
    """The greatest level of it that is rendered, in a silent street."""
    act = away(name, x_m)
    scape, first = Soundscape(Street(seed, 60.0, SILENT, [act])), int(10 * (1.0 + x_m / C_MPS)) - 1
    frames = [scape.frame_pa(first + i) for i in range(int(10 * (act.lasts_s + 1.8)))]
    return float(laf_db(np.concatenate(frames)).max())


def kinds(traits: Traits, *acts: Act, seed: int = 5) -> list[str]:
    return [event.kind for event in expected(Street(seed, 60.0, traits, acts), 0.0, 60.0)]


@pytest.mark.parametrize("x_m", [30.0, 150.0, 600.0, 1900.0])
@pytest.mark.parametrize("name", KINDS)
def test_a_sound_is_as_loud_at_the_pole_as_the_truth_takes_it_to_be(name: SoundName, x_m: float) -> None:
    one = Street(5, 60.0, SILENT, [away(name, x_m)]).all_soundings()[0]
    told_db = float(received_db(one, np.linspace(one.began_s, one.ended_s, 50)).max())

    assert np.mean([heard_db(name, x_m, seed) for seed in (5, 6)]) == pytest.approx(told_db, abs=3.0)


def test_a_cheer_that_is_plainly_heard_from_afar_is_true() -> None:
    assert kinds(EMPTY, away(SoundName.CHEER, 1900.0, level_db=130.0)) == ["noise.spike"]


def test_a_horn_that_the_rain_drowns_is_not_true() -> None:
    rain = Traits(roars=False, walkers=0.0, cars=0.0, rain_mm_per_h=100.0)

    assert kinds(EMPTY, away(SoundName.HORN, 400.0)) == ["sound.horn_or_alarm"]
    assert kinds(rain, away(SoundName.HORN, 400.0)) == []


def test_a_horn_that_a_storm_drowns_is_not_true() -> None:
    storm = Traits(roars=False, walkers=0.0, cars=0.0, wind_mps=25.0)

    assert kinds(storm, away(SoundName.HORN, 400.0)) == []


def test_a_horn_that_a_concert_drowns_is_not_true() -> None:
    concert = Act(SoundName.MUSIC_CONCERT, 1, 0.0, 20.0)

    assert kinds(EMPTY, away(SoundName.HORN, 400.0), concert) == []


def test_shots_of_one_burst_do_not_drown_each_other() -> None:
    burst = replace(away(SoundName.GUNSHOT_RIFLE, 60.0), count=20, every_s=0.1)

    assert kinds(EMPTY, burst) == ["sound.gunshot"]


@pytest.mark.parametrize(
    ("count", "city_db", "found"), [(1, 75.0, []), (None, 75.0, []), (None, 52.0, ["noise.spike"])]
)
def test_a_roar_is_true_where_it_rises_over_the_city(count: int | None, city_db: float, found: list[str]) -> None:
    roar = Act(PlayName.GATHERING, 0, 30.0, 40.0, count=count)

    assert kinds(Traits(roars=False, walkers=0.0, cars=0.0, city_db=city_db), roar) == found


def test_the_wind_of_the_truth_is_a_weighted_like_that_of_the_sound() -> None:
    assert pytest.approx(a_share_db(wind_shape()), abs=0.1) == WIND_A_DB


@pytest.mark.parametrize(("x_m", "late_s"), [(60.0, 0.0), (1800.0, 1.0)])
def test_a_rocket_is_true_from_its_launch_where_that_is_heard_and_else_from_its_burst(
    x_m: float, late_s: float
) -> None:
    act = away(SoundName.FIREWORK, x_m, level_db=150.0)
    event = expected(Street(5, 60.0, EMPTY, [act]), 0.0, 60.0)[0]

    assert event.began_s - act.at_s - np.hypot(x_m, 36.0) / C_MPS == pytest.approx(late_s, abs=0.15)


@pytest.mark.parametrize("seed", range(5))
def test_a_boo_is_loud_within_a_third_of_a_second(seed: int) -> None:
    boo = source(Sounding(SoundName.BOO, 0, 0.0, 5.0, 98.0, stands(0.0, 0.0, 0.0)), seed)
    level_db = laf_db(boo.samples(0, boo.length))

    assert level_db[: round(0.3 * RATE)].max() > 98.0 - 8.0


def test_no_two_sounds_of_a_street_have_one_number() -> None:
    street = Street(5, 5000.0, EMPTY, [Act(PlayName.DISTURBANCE, 0, 60.0, 4000.0), Act(SoundName.HORN, 1, 9.0, 1.0)])
    numbers = [one.number for one in street.all_soundings()]

    assert len(numbers) > 1000
    assert len(set(numbers)) == len(numbers)


def test_what_sounds_on_after_a_streets_end_is_not_true_for_longer() -> None:
    siren = Act(SoundName.SIREN_WAIL, 0, 5.0, 86_400.0)
    event = expected(Street(5, 60.0, EMPTY, [siren]), 0.0, 60.0)[0]

    assert 59.9 < event.ended_s < 60.1


def test_without_sight_no_crowd_is_watched() -> None:
    street = Street(5, 60.0, EMPTY, [Act(PlayName.DISTURBANCE, 0, 30.0, 1800.0, count=60)])
    begin = time.process_time()
    events = expected(street, 0.0, 60.0, sight=False)
    spent_s = time.process_time() - begin

    assert {event.kind for event in events} == {"noise.spike", "sound.scream"}
    assert spent_s < 3.0


def test_the_truth_of_an_hour_is_read_in_a_moment() -> None:
    street = Street(5, 3600.0)
    expected(street, 0.0, 3600.0)
    begin = time.process_time()
    events = expected(street, 0.0, 3600.0)

    assert len(events) > 30
    assert time.process_time() - begin < 2.0
