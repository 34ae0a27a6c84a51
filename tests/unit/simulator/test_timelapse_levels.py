from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.sense.audio.weighting import a_weighting_db
from node.sense.capture.hops import HOP_S
from simulator.sound.noise import city_shape
from simulator.trials.timelapse import arrivals
from simulator.trials.timelapse.arrivals import Cut
from simulator.trials.timelapse.features import Heard
from simulator.trials.timelapse.hearing import hear
from simulator.trials.timelapse.signature import NODES, Signature, levelled
from simulator.trials.timelapse.table import at_strength, table
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


@pytest.mark.parametrize("name", ["city", "vehicle.car", "cheer", "dog", "wind"])
def test_fluctuation_does_not_change_the_mean_energy(name: str) -> None:
    signature = at_strength(table().wind, 5.0) if name == "wind" else table().source[name]

    energies = signature.fluctuation(np.random.default_rng(1), 60_000)

    heard = signature.a_db > signature.a_db.max() - 15
    assert 10 * np.log10(energies.mean(axis=0))[heard] == pytest.approx(0.0, abs=0.4)


def test_the_hops_of_the_city_fluctuate_as_noise_of_their_bandwidth_does() -> None:
    f_hz = np.linspace(250.0, 4000.0, 4000)
    grid = np.linspace(0.0, 24_000.0, city_shape().size)
    power = np.square(np.interp(f_hz, grid, city_shape())) * 10 ** (a_weighting_db(f_hz) / 10)
    bandwidth_hz = np.square(np.trapezoid(power, f_hz)) / np.trapezoid(np.square(power), f_hz)
    theory_db = 10 / np.log(10) * np.sqrt(1 / (bandwidth_hz * HOP_S))

    energies = table().source["city"].fluctuation(np.random.default_rng(2), 20_000)[:, 1]

    assert float(np.std(10 * np.log10(energies))) == pytest.approx(theory_db, rel=0.2)


@given(st.floats(0.1, 0.95), st.integers(0, 100))
@settings(max_examples=20)
def test_a_hop_remembers_the_one_before_as_much_as_the_signature_says(memory: float, seed: int) -> None:
    spread = levelled(np.tile(np.array(NODES) * 2.0, (3, 1)))
    signature = replace(table().source["city"], memory=memory, spread_db=spread)

    level = 10 * np.log10(signature.fluctuation(np.random.default_rng(seed), 20_000)[:, 1])

    assert float(np.corrcoef(level[:-1], level[1:])[0, 1]) == pytest.approx(memory, abs=0.1)


@given(st.lists(st.floats(-30.0, 10.0), min_size=9, max_size=9).map(sorted))
def test_a_levelled_distribution_has_a_mean_energy_of_one(row: list[float]) -> None:
    spread = levelled(np.tile(np.array(row), (3, 1)))
    signature: Signature = replace(table().source["city"], memory=0.0, spread_db=spread)

    mean = signature.fluctuation(np.random.default_rng(0), 40_000).mean(axis=0)

    assert 10 * np.log10(mean) == pytest.approx(0.0, abs=0.5)


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
    assert np.median(shouts.modulation) > np.median(busy.modulation)


def test_the_greatest_fast_level_of_a_hop_is_never_below_the_level_at_its_end() -> None:
    heard = hear(Street(9, None, Traits()), Cut(0.0, 800), table())

    assert np.all(heard.laf_max_db >= heard.laf_db - 1e-9)
    assert all(np.isfinite(column).all() for column in (heard.laf_db, heard.voice_db, heard.lcpeak_db))
