"""The sound library: every sound as loud as it is to be, the same however it is cut, another by another seed."""

from __future__ import annotations

import time
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from simulator.sound.blasts import POSITIVE_PHASE_S, friedlander, n_wave
from simulator.sound.library import RECIPES, RINGS, ROUND_S, example, source
from simulator.sound.source import Source, Whole
from simulator.world.sounding import STRENGTHS, Sounding, SoundName, stands

RATE_HZ = 48_000
LONG = [name for name in SoundName if name not in RINGS]
CHEAP = [SoundName.GUNSHOT_RIFLE, SoundName.HORN, SoundName.DOG, SoundName.DOOR]


def sounding(name: SoundName, lasts_s: float, level_db: float = 100.0, number: int = 0) -> Sounding:
    return Sounding(name, number, 0.0, lasts_s, level_db, stands(0.0, 0.0, 0.0))


@lru_cache(maxsize=64)
def made(name: SoundName) -> np.ndarray:
    """A second of it at 100 dB."""
    return whole(source(sounding(name, 1.0), seed=5))


def whole(one: Source) -> np.ndarray:
    return one.samples(0, one.length)


@lru_cache(maxsize=1)
def long_siren() -> Source:
    return source(sounding(SoundName.SIREN_HILO, 40.0), seed=7)


def a_weighted_fast_max_db(sound_pa: np.ndarray) -> float:
    """An own meter: the A filter of standards.md 5.1 as second-order sections, then tau = 0.125 s."""
    sections = np.array(
        [
            [0.5902426956, 1.1804853911, 0.5902426956, 1, -0.2245584581, 0.0126066253],
            [1, -2, 1, 1, -1.8938704947, 0.8951597691],
            [1, -2, 1, 1, -1.994614456, 0.994621707],
            [1, 0.5048201766, 0.063710851, 1, 1.9796625954, 0.9797659731],
        ]
    )
    weighted = signal.sosfilt(sections, np.concatenate([sound_pa, np.zeros(4800)]))
    keeps = np.exp(-1 / RATE_HZ / 0.125)
    powers = signal.lfilter([1 - keeps], [1, -keeps], np.square(weighted))
    return float(10 * np.log10(np.max(powers) / 20e-6**2))


def test_there_is_a_recipe_for_every_sound():
    assert set(RECIPES) == set(SoundName)


@pytest.mark.parametrize("name", [name for name in SoundName if not STRENGTHS[name].is_peak])
def test_its_fast_maximum_at_1_m_is_its_level_within_1_db(name):
    assert a_weighted_fast_max_db(made(name)) == pytest.approx(100.0, abs=1.0)


@pytest.mark.parametrize("name", [name for name in SoundName if STRENGTHS[name].is_peak])
def test_the_peak_of_a_blast_at_1_m_is_its_level(name):
    assert 20 * np.log10(np.max(np.abs(made(name))) / 20e-6) == pytest.approx(100.0, abs=0.1)


@pytest.mark.parametrize("name", [SoundName.SIREN_WAIL, SoundName.JACKHAMMER, SoundName.ALARM])
def test_a_sound_of_a_minute_has_its_level_too(name):
    sound = whole(source(sounding(name, 60.0, level_db=91.0), seed=5))

    assert a_weighted_fast_max_db(sound) == pytest.approx(91.0, abs=1.0)


@pytest.mark.parametrize("name", LONG)
def test_what_does_not_ring_by_itself_lasts_as_long_as_is_asked(name):
    assert source(sounding(name, 0.7), seed=1).length == round(0.7 * RATE_HZ)


@pytest.mark.parametrize("name", LONG)
def test_the_shortest_act_has_a_finite_sound(name):
    sound = whole(source(sounding(name, 0.1), seed=3))

    assert np.all(np.isfinite(sound))
    assert np.any(sound != 0)


@pytest.mark.parametrize("name", LONG)
def test_no_sound_begins_or_ends_with_a_step(name):
    sound = made(name)

    assert max(abs(sound[0]), abs(sound[-1])) < 0.02 * np.max(np.abs(sound))


@pytest.mark.parametrize("name", list(SoundName))
def test_the_same_seed_and_number_give_the_same_sound_and_another_seed_another(name):
    again, other = (whole(source(sounding(name, 1.0), seed=seed)) for seed in (5, 6))

    assert np.array_equal(made(name), again)
    assert again.size != other.size or not np.allclose(again, other)


def test_shots_of_one_act_are_of_one_gun_and_no_two_are_alike():
    first, second = (whole(source(sounding(SoundName.GUNSHOT_PISTOL, 0.3, number=n), seed=4)) for n in (3000, 3001))

    assert first.size == second.size
    assert not np.array_equal(first, second)
    assert np.corrcoef(first[:40], second[:40])[0, 1] > 0.9


@settings(max_examples=30)
@given(name=st.sampled_from(CHEAP), first=st.integers(-60_000, 120_000), count=st.integers(0, 60_000))
def test_any_stretch_is_cut_out_of_the_same_sound_with_zeros_outside(name, first, count):
    one = Whole(made(name))
    padded = np.concatenate([np.zeros(60_000), made(name), np.zeros(200_000)])

    assert np.array_equal(one.samples(first, count), padded[60_000 + first : 60_000 + first + count])


@settings(max_examples=12)
@given(cuts=st.lists(st.integers(0, 40 * RATE_HZ), min_size=1, max_size=6))
def test_a_long_sound_is_the_same_however_it_is_cut(cuts):
    one = long_siren()
    edges = [-100, *sorted(cuts), 40 * RATE_HZ + 100]
    pieces = [one.samples(a, b - a) for a, b in pairwise(edges)]

    assert np.array_equal(np.concatenate(pieces), one.samples(-100, 40 * RATE_HZ + 200))


@pytest.mark.parametrize("name", [SoundName.SIREN_WAIL, SoundName.MUSIC_STREET, SoundName.HELICOPTER, SoundName.TALK])
def test_where_a_long_sound_begins_again_there_is_no_click(name):
    sound = whole(source(sounding(name, 40.0), seed=7))
    high = np.abs(signal.sosfilt(signal.butter(4, 10_000, "high", fs=RATE_HZ, output="sos"), sound))
    seam = round(ROUND_S * RATE_HZ)

    assert np.max(high[seam - 50 : seam + 50]) <= 1.05 * np.max(high[seam + 4800 : 2 * seam - 4800])


def test_an_hour_of_a_sound_is_ready_at_once_and_costs_less_than_2_ms_a_second():
    one = source(sounding(SoundName.SIREN_YELP, 3600.0), seed=7)
    begin = time.process_time()
    for second in range(1000, 1200):
        one.samples(second * RATE_HZ, RATE_HZ)
    spent_s = time.process_time() - begin

    assert one.length == 3600 * RATE_HZ
    assert spent_s < 200 * 0.002


def test_an_example_takes_its_usual_strength_and_time():
    horn = example(SoundName.HORN, 3)

    assert horn.size == round(1.2 * RATE_HZ)
    assert a_weighted_fast_max_db(horn) == pytest.approx(STRENGTHS[SoundName.HORN].level_db, abs=1.0)


@pytest.mark.parametrize("positive_s", [0.35e-3, 0.6e-3, 8e-3])
def test_a_muzzle_blast_is_above_the_air_for_its_positive_phase_and_peaks_at_1_over_2_pi_t(positive_s):
    blast = friedlander(RATE_HZ, positive_s)
    spectrum = np.abs(np.fft.rfft(blast))

    assert np.argmax(blast <= 0) / RATE_HZ == pytest.approx(positive_s, abs=1.5 / RATE_HZ)
    assert np.argmax(spectrum) == pytest.approx(1 / (2 * np.pi * positive_s), rel=0.06)


def test_an_n_wave_goes_from_1_to_minus_1_in_its_length():
    wave = n_wave(48, 300e-6)

    assert wave[0] == 1
    assert wave[14] == pytest.approx(-1 + 2 * (300e-6 - 14 / RATE_HZ) / 300e-6)
    assert not np.any(wave[15:])


@pytest.mark.parametrize(
    ("name", "weapon"),
    [(SoundName.GUNSHOT_PISTOL, "pistol"), (SoundName.GUNSHOT_SHOTGUN, "shotgun")],
)
def test_a_shot_falls_through_zero_about_when_its_weapons_blast_does(name, weapon):
    low_s, high_s = POSITIVE_PHASE_S[weapon]
    falls_s = np.array([np.argmax(example(name, seed) <= 0) / RATE_HZ for seed in range(20)])

    assert low_s * 0.8 <= np.median(falls_s) <= high_s * 1.3


def test_a_rifles_bullet_is_heard_before_its_muzzle():
    shot = example(SoundName.GUNSHOT_RIFLE, 1)
    muzzle = int(np.argmax(np.abs(shot)))

    assert 0.004 * RATE_HZ <= muzzle <= 0.021 * RATE_HZ
    assert 0.05 < abs(shot[0]) / abs(shot[muzzle]) < 0.3


@pytest.mark.parametrize(
    ("name", "least", "most"), [(SoundName.SIREN_HILO, 380, 700), (SoundName.SIREN_WAIL, 450, 1700)]
)
def test_a_sirens_pitch_stays_in_its_range(name, least, most):
    sound = example(name, 2, 8.0)
    pieces = sound[4800:-4800].reshape(-1, 4800)[:, :4096] * np.hanning(4096)
    lags = np.fft.irfft(np.square(np.abs(np.fft.rfft(pieces, 8192))))[:, 24:140]
    pitches_hz = RATE_HZ / (24 + np.argmax(lags, axis=1))

    assert np.mean((pitches_hz >= least * 0.95) & (pitches_hz <= most * 1.05)) > 0.9


def test_thunder_lasts_seconds_and_most_of_its_power_lies_below_400_hz():
    stroke = example(SoundName.THUNDER, 3)
    power = np.square(np.abs(np.fft.rfft(stroke)))
    f_hz = np.fft.rfftfreq(stroke.size, 1 / RATE_HZ)

    assert stroke.size > 5 * RATE_HZ
    assert np.sum(power[f_hz < 400]) > 0.8 * np.sum(power)


def test_breaking_glass_has_most_of_its_power_above_2_khz():
    pane = example(SoundName.GLASS, 3)
    power = np.square(np.abs(np.fft.rfft(pane)))
    f_hz = np.fft.rfftfreq(pane.size, 1 / RATE_HZ)

    assert np.sum(power[f_hz > 2000]) > 0.5 * np.sum(power)


@pytest.mark.parametrize("name", [name for name in SoundName if STRENGTHS[name].is_peak])
def test_a_blast_is_as_far_under_its_peak_as_the_truth_takes_it_to_be(name: SoundName) -> None:
    under_db = [STRENGTHS[name].level_db - a_weighted_fast_max_db(example(name, seed)) for seed in range(5)]

    assert np.mean(under_db) == pytest.approx(STRENGTHS[name].fast_under_peak_db, abs=2.5)
