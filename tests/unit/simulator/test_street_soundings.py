"""Sirens, shots and cheers of a street at its microphone; cars that pass; the microphone's rails."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import bilinear_zpk, sosfilt, zpk2sos

from simulator.sound.clips import Clips
from simulator.sound.noise import FRAME
from simulator.sound.soundscape import Capsule, Soundscape
from simulator.world.act import Act, PlayName
from simulator.world.layout import POLE_XY_M
from simulator.world.levels import MICROPHONE_XYZ_M
from simulator.world.sounding import SoundName
from simulator.world.street import Street, Traits
from simulator.world.traffic import REFERENCE_DISTANCE_M
from simulator.world.truth import expected

Floats = NDArray[np.float64]
RATE = 48_000
C_MPS = 343.0
SILENT = Traits(roars=False, walkers=0.0, cars=0.0, city_db=0.0)


def street(*acts: Act, length_s: float = 60.0) -> Street:
    return Street(5, length_s, SILENT, acts)


def shot(x_m: float, at_s: float = 1.0, name: SoundName = SoundName.GUNSHOT_PISTOL, number: int = 0) -> Act:
    return Act(name, number, at_s, 0.3, x_m=x_m, y_m=POLE_XY_M[1])


def heard(scape: Soundscape, from_s: float, to_s: float) -> Floats:
    return np.concatenate([scape.frame_pa(i) for i in range(round(from_s * 10), round(to_s * 10))])


def a_weighted(sound: Floats) -> Floats:
    w1, w2, w3, w4 = (2 * np.pi * f for f in (20.598997, 107.65265, 737.86223, 12194.217))
    gain = w4**2 * 10 ** (1.99966 / 20)
    zpk = bilinear_zpk([0.0] * 4, [-w1, -w1, -w4, -w4, -w2, -w3], gain, RATE)
    return np.asarray(sosfilt(zpk2sos(*zpk), sound))


def db(pressure: Floats) -> float:
    return float(10 * np.log10(np.mean(np.square(pressure)) / (20e-6) ** 2))


@pytest.mark.parametrize("x_m", [43.0, 93.0, 193.0])
def test_a_shot_comes_after_its_way_and_with_its_peak(x_m: float) -> None:
    sound = heard(Soundscape(street(shot(x_m))), 0.5, 3.0)
    distance_m = float(np.hypot(x_m - POLE_XY_M[0], 4.0 - 1.4))

    loud = np.abs(sound) > 0.1 * np.max(np.abs(sound))
    peak_db = 20 * np.log10(np.max(np.abs(sound)) / 20e-6)

    assert 0.5 + float(np.argmax(loud)) / RATE == pytest.approx(1.0 + distance_m / C_MPS, abs=2e-3)
    # 157 dB at 1 m; what the ground gives back comes a moment later and may add up to 6 dB.
    assert 157 - 20 * np.log10(distance_m) - 4 <= peak_db <= 157 - 20 * np.log10(distance_m) + 6


def test_a_shot_leaves_a_tail_in_the_street() -> None:
    sound = heard(Soundscape(street(shot(93.0))), 0.5, 3.5)
    peak = int(np.argmax(np.abs(sound)))
    echo = [db(sound[peak + at : peak + at + 2400]) for at in (4800, 14_400, 24_000)]

    assert echo[0] - echo[1] == pytest.approx(echo[1] - echo[2], abs=6.0)
    assert 8.0 < echo[0] - echo[1] < 25.0
    assert 20 * np.log10(np.max(np.abs(sound)) / 20e-6) - echo[0] > 20.0


def test_a_near_shot_clips_and_a_far_one_does_not() -> None:
    near, far = (
        Capsule(street(shot(x_m, name=SoundName.GUNSHOT_RIFLE))).samples(RATE, 2 * RATE) for x_m in (30.0, 1500.0)
    )

    assert np.max(np.abs(near)) == 1.0
    assert np.count_nonzero(np.abs(near) == 1.0) > 3
    assert 0.0 < np.max(np.abs(far)) < 1.0


ACTS: tuple[Callable[[], Street], ...] = (
    lambda: street(shot(60.0), shot(60.0, 1.4, number=1)),
    lambda: street(Act(SoundName.SIREN_YELP, 0, 0.5, 4.0, x_m=30.0)),
    lambda: street(Act(PlayName.EMERGENCY_VEHICLE, 0, 0.2, 20.0)),
    lambda: Street(5, 60.0, Traits(rain_mm_per_h=3.0, wind_mps=4.0), [shot(300.0)]),
)


@pytest.mark.parametrize("acts", ACTS, ids=["shots", "siren", "ambulance", "weather"])
@given(st.integers(0, 3 * RATE), st.lists(st.integers(1, 7000), min_size=1, max_size=4))
@settings(max_examples=3, deadline=None)
def test_any_block_size_gives_the_same_samples(acts: Callable[[], Street], first: int, sizes: list[int]) -> None:
    whole = Capsule(acts()).samples(first, sum(sizes))
    cut, starts = Capsule(acts()), np.cumsum([0, *sizes[:-1]])

    pieces = [cut.samples(first + int(start), size) for start, size in zip(starts, sizes, strict=True)]

    assert np.concatenate(pieces).tobytes() == whole.tobytes()


@pytest.mark.parametrize("acts", ACTS, ids=["shots", "siren", "ambulance", "weather"])
def test_a_frame_does_not_depend_on_what_was_heard_before(acts: Callable[[], Street]) -> None:
    in_a_row, backwards = Soundscape(acts()), Soundscape(acts())
    frames = [in_a_row.frame_pa(index).tobytes() for index in range(24)]

    assert [backwards.frame_pa(index).tobytes() for index in reversed(range(18, 24))] == frames[:17:-1]


def test_a_long_sound_does_not_grow_in_memory() -> None:
    scape = Soundscape(street(Act(SoundName.MUSIC_STREET, 0, 0.0, 3600.0), length_s=3600.0))
    for index in range(200):
        scape.frame_pa(index)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for index in range(200, 400):
        scape.frame_pa(index)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # 20 s of sound are 7.7 MB: nothing of that is kept.
    assert after - before < 4e6


def test_two_sounds_add_up() -> None:
    first, second = shot(60.0, 1.0), Act(SoundName.HORN, 1, 1.0, 1.2, x_m=20.0)
    city, one, other, both = (
        heard(Soundscape(street(*acts)), 0.9, 1.6) for acts in ((), (first,), (second,), (first, second))
    )

    assert np.max(np.abs(both + city - one - other)) < 1e-6 * np.max(np.abs(both))


def flow(seed: int, length_s: float) -> Street:
    return Street(seed, length_s, Traits(roars=False, walkers=0.0, cars=2.5, city_db=0.0))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 11])
def test_traffic_is_as_loud_as_the_textbook_sum_of_its_passes(seed: int) -> None:
    length_s = 90.0
    # Each pass gives p_ref² d_ref² π / (v d) of energy: a level told at 7.5 m, over the same ground.
    energy = 0.0
    cars = [car for car in flow(seed, length_s).cars(0.0, length_s) if 0 <= (car.entered_s + car.left_s) / 2 < length_s]
    for car in cars:
        across_m = float(np.hypot(car.y_m - MICROPHONE_XYZ_M[1], MICROPHONE_XYZ_M[2]))
        energy += 10 ** (car.level_db / 10) * np.pi * REFERENCE_DISTANCE_M**2 / (car.speed_mps * across_m)
    textbook_db = 10 * np.log10(energy / length_s)

    scape = Soundscape(flow(seed, length_s))
    told_db = db(a_weighted(heard(scape, 0.0, length_s)))

    assert len(cars) > 10
    assert told_db == pytest.approx(textbook_db, abs=2.0)


def test_a_sine_of_120_db_is_where_the_rails_are() -> None:
    # A steady alarm of about 131 dB at 1 m, 3.5 m from the microphone, is over 120 dB; 20 dB less is not.
    loud, soft = (
        Capsule(street(Act(SoundName.ALARM, 0, 0.2, 2.0, x_m=-7.0, y_m=1.5, z_m=4.0, level_db=level_db))).samples(
            0, 2 * RATE
        )
        for level_db in (136.0, 108.0)
    )

    assert np.count_nonzero(np.abs(loud) == 1.0) > 1000
    assert np.count_nonzero(np.abs(soft) == 1.0) == 0
    assert loud.size == soft.size == 20 * FRAME


@pytest.mark.realdata
def test_real_cheers_roar_as_loud_and_as_long_as_the_words_they_stand_for(shared_data: Path) -> None:
    roaring = Street(7)
    roar = expected(roaring, 0.0, 60.0)[0]
    clips = Clips.load(shared_data / "audio")

    words, cheers = (
        heard(scape, round(roar.began_s) + 1.0, round(roar.ended_s) - 1.0)
        for scape in (Soundscape(roaring), Soundscape(roaring, clips))
    )
    after = heard(Soundscape(roaring, clips), round(roar.ended_s) + 2.0, round(roar.ended_s) + 3.0)

    assert db(a_weighted(cheers)) == pytest.approx(db(a_weighted(words)), abs=5.0)
    assert db(a_weighted(cheers)) - db(a_weighted(after)) > 8.0
    assert not np.array_equal(words, cheers)
