from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import bilinear_zpk, sosfilt, zpk2sos

from simulator.sound.noise import FRAME
from simulator.sound.soundscape import Soundscape
from simulator.sound.weather import Rain, Wind
from simulator.world.levels import rain_db, wind_db
from simulator.world.street import Street, Traits

Floats = NDArray[np.float64]
RATE = 48_000


def weighted(kind: str, sound: Floats) -> Floats:
    """A or C by the poles of IEC 61672-1."""
    w1, w2, w3, w4 = (2 * np.pi * f for f in (20.598997, 107.65265, 737.86223, 12194.217))
    gain = w4**2 * 10 ** ((1.99966 if kind == "A" else 0.0619) / 20)
    poles = [-w1, -w1, -w4, -w4, *([-w2, -w3] if kind == "A" else [])]
    return np.asarray(sosfilt(zpk2sos(*bilinear_zpk([0.0] * (4 if kind == "A" else 2), poles, gain, RATE)), sound))


def db(pressure: Floats) -> float:
    return float(10 * np.log10(np.mean(np.square(pressure)) / (20e-6) ** 2))


def made(weather: Rain | Wind, frames: int) -> Floats:
    return np.concatenate([weather.frame(index) for index in range(frames)])


@pytest.mark.parametrize(("mm_per_h", "told_db"), [(1.0, 40.0), (10.0, 55.0), (50.0, 65.5)])
def test_rain_is_as_loud_as_told(mm_per_h: float, told_db: float) -> None:
    sound = made(Rain(mm_per_h, 3), 200)

    assert rain_db(mm_per_h) == pytest.approx(told_db, abs=0.1)
    # The drops on the housing, 6 dB below, add 1 dB.
    assert db(weighted("A", sound)) == pytest.approx(told_db + 1.0, abs=0.6)


def test_drops_on_the_housing_make_rain_less_even_than_noise() -> None:
    sound = made(Rain(2.0, 3), 200)

    assert np.max(np.abs(sound)) / np.std(sound) > 8.0


@pytest.mark.parametrize(("mps", "told_db"), [(5.0, 82.0), (10.0, 94.0)])
def test_wind_is_as_loud_as_told(mps: float, told_db: float) -> None:
    sound = made(Wind(mps, 3), 900)

    assert wind_db(mps) == pytest.approx(told_db, abs=0.1)
    assert db(sound) == pytest.approx(told_db, abs=1.0)


def test_wind_is_low() -> None:
    sound = made(Wind(8.0, 3), 200)

    assert db(weighted("C", sound)) - db(weighted("A", sound)) >= 15.0


def test_wind_comes_in_gusts() -> None:
    levels = [db(second) for second in made(Wind(8.0, 3), 600).reshape(-1, RATE)]

    assert max(levels) - min(levels) > 6.0


@pytest.mark.parametrize("city_db", [35.0, 52.0, 65.0])
def test_an_empty_street_is_as_loud_as_its_city(city_db: float) -> None:
    scape = Soundscape(Street(4, traits=Traits(roars=False, walkers=0.0, cars=0.0, city_db=city_db)))
    # Every fourth second of five minutes: the city swells and falls slowly by 1 dB.
    seconds = [np.concatenate([scape.frame_pa(40 * k + i) for i in range(10)]) for k in range(75)]

    assert 10 * np.log10(np.mean([10 ** (db(weighted("A", s)) / 10) for s in seconds])) == pytest.approx(
        city_db, abs=0.5
    )


def test_a_street_in_the_rain_and_wind_sounds_of_both() -> None:
    street = Street(4, traits=Traits(roars=False, walkers=0.0, cars=0.0, rain_mm_per_h=20.0, wind_mps=8.0))
    scape = Soundscape(street)
    sound = np.concatenate([scape.frame_pa(index) for index in range(300)])

    assert db(weighted("A", sound)) > rain_db(20.0)
    assert db(sound) == pytest.approx(wind_db(8.0), abs=2.0)


def test_weather_does_not_depend_on_the_order() -> None:
    street = Street(4, traits=Traits(roars=False, walkers=0.0, cars=0.0, rain_mm_per_h=20.0, wind_mps=8.0))
    in_a_row = Soundscape(street)
    frames = [in_a_row.frame_pa(index).tobytes() for index in range(20)]

    asked = Soundscape(street)

    assert [asked.frame_pa(index).tobytes() for index in reversed(range(20))] == frames[::-1]
    assert len(frames[0]) == 8 * FRAME
