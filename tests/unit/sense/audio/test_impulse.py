"""Impulses in a street: when, of which shape, and from which microphone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.unit.sense.audio.banging_street import RATE_HZ, Post, at, bang, hum, impulses

STREET = hum(14.0)


@given(st.integers(round(11.5 * RATE_HZ), round(13.2 * RATE_HZ)))
@settings(max_examples=12)
def test_a_bang_is_dated_to_the_millisecond_that_it_begins_in(sample: int) -> None:
    [found] = impulses(at(STREET, bang(), sample / RATE_HZ))

    assert abs(found.onset_s - sample / RATE_HZ) <= 0.001


@given(st.lists(st.integers(50, 9000), min_size=1, max_size=12))
@settings(max_examples=8)
def test_how_the_sound_was_cut_into_blocks_does_not_matter(sizes: list[int]) -> None:
    sound = at(STREET, bang(), 11.9985, 12.4)
    post, first, turn = Post(), 11 * RATE_HZ, 0
    post.hear(sound[:first])
    while first < sound.size:
        size = sizes[turn % len(sizes)]
        post.hear(sound[first : first + size], first / RATE_HZ)
        first, turn = first + size, turn + 1

    assert post.found == impulses(sound)


def test_steady_noise_has_no_impulse() -> None:
    assert impulses(hum(60.0, seed=5)) == []


def test_a_sound_that_swells_over_a_second_is_no_impulse() -> None:
    swell = 0.3 * np.linspace(0, 1, RATE_HZ) * np.random.default_rng(3).standard_normal(RATE_HZ)

    assert impulses(at(STREET, swell.astype(np.float32), 12.0)) == []


@pytest.mark.parametrize("pitch_hz", [90, 140, 220, 350])
def test_a_voice_that_swells_is_one_sound_and_not_an_impulse_a_pulse(pitch_hz: int) -> None:
    pulses = np.zeros(RATE_HZ, dtype=np.float32)
    pulses[:: RATE_HZ // pitch_hz] = 0.5
    pulses *= np.minimum(1.0, np.arange(RATE_HZ) / (0.2 * RATE_HZ)).astype(np.float32)

    assert impulses(at(STREET, pulses, 12.0)) == []


def test_before_the_background_is_known_nothing_is_an_impulse() -> None:
    assert impulses(at(STREET, bang(), 5.0)) == []


def test_the_kurtosis_is_that_of_the_50_ms_around_the_onset() -> None:
    sound = at(STREET, bang(), 12.0)
    around = sound[round(11.995 * RATE_HZ) : round(12.045 * RATE_HZ)].astype(np.float64)

    [found] = impulses(sound)

    assert found.kurtosis == pytest.approx(stats.kurtosis(around, fisher=False))


@pytest.mark.parametrize("decay_s", [0.004, 0.01, 0.02])
def test_the_decay_is_that_of_the_sound(decay_s: float) -> None:
    [found] = impulses(at(STREET, bang(decay_s), 12.0))

    assert found.decay_ms == pytest.approx(1000 * decay_s * np.log(10), abs=6)


def test_twice_the_pressure_is_6_db_more_peak() -> None:
    [weak], [strong] = (impulses(at(STREET, bang(strength=strength), 12.0)) for strength in (0.2, 0.4))

    assert strong.peak_over_l90_db - weak.peak_over_l90_db == pytest.approx(6.0, abs=0.3)


def test_the_level_over_the_background_is_that_of_the_fast_weighting() -> None:
    tone = (0.2 * np.sin(2 * np.pi * 1000 * np.arange(4800) / RATE_HZ)).astype(np.float32)
    f_hz = np.linspace(1, 24_000, 24_000)
    weight = 12194.217**2 * f_hz**4 / (f_hz**2 + 20.598997**2) / (f_hz**2 + 12194.217**2)
    weight /= np.sqrt((f_hz**2 + 107.65265**2) * (f_hz**2 + 737.86223**2))
    noise_db = 20 * np.log10(0.001) + 10 * np.log10(np.mean(weight**2)) + 2.0  # formula of A in IEC 61672-1
    burst_db = 10 * np.log10(0.02) - 2.6  # Fast answers a burst of 0.1 s with -2.6 dB

    [found] = impulses(at(STREET, tone, 12.0))

    assert found.level_over_l50_db == pytest.approx(burst_db - noise_db, abs=0.5)


def test_a_bang_at_the_rail_is_an_overload_and_is_found() -> None:
    [found] = impulses(np.clip(at(STREET, 4 * bang(), 12.0), -1, 1))

    assert found.overload


def test_a_bang_below_the_rail_is_no_overload() -> None:
    [found] = impulses(at(STREET, bang(strength=0.3), 12.0))

    assert not found.overload


def test_a_scream_that_goes_on_rising_is_one_sudden_sound() -> None:
    steps = np.repeat([0.01, 0.1, 0.8], round(0.035 * RATE_HZ))
    rising = (0.3 * steps * np.random.default_rng(4).standard_normal(steps.size)).astype(np.float32)

    assert len(impulses(at(STREET, rising, 12.0))) == 1


def test_where_sound_comes_back_there_is_no_bang() -> None:
    post = Post()
    post.hear(0.01 * STREET)
    post.hear(np.zeros(6000, dtype=np.float32), 14.0, trusted=False)

    assert post.hear(STREET[: 5 * 6000], 14.125) == []


def test_a_bang_cut_by_a_fault_is_not_told() -> None:
    post = Post()
    post.hear(at(STREET[: 12 * RATE_HZ], bang(), 11.95))
    post.hear(STREET[:6000], 12.0, trusted=False)

    assert post.hear(STREET[: 4 * 6000], 12.125) == []


def test_an_onset_is_expected_until_its_shape_is_known() -> None:
    post, sound = Post(), at(STREET, bang(), 12.01)
    post.hear(sound[: round(12.125 * RATE_HZ)])

    assert (post.detector.expects, post.found) == (True, [])
    post.hear(sound[round(12.125 * RATE_HZ) :], 12.125)
    assert (post.detector.expects, len(post.found)) == (False, 1)


def test_after_forgetting_no_bang_of_before_is_told() -> None:
    post, sound = Post(), at(STREET, bang(), 12.01)
    post.hear(sound[: round(12.125 * RATE_HZ)])

    post.detector.forget()

    assert post.hear(sound[round(12.125 * RATE_HZ) :], 12.125) == []


@pytest.mark.parametrize("before_rms", [0.001, 0.3])
def test_how_loud_it_was_before_a_blind_stretch_is_nothing_to_a_bang_after_it(before_rms: float) -> None:
    post, noise = Post(), np.random.default_rng(3).standard_normal(6000)
    post.hear(STREET[: 11 * RATE_HZ])
    post.hear((before_rms * noise).astype(np.float32), 11.0)
    post.hear(STREET[: 2 * RATE_HZ], 11.125, trusted=False)
    [known] = impulses(at(STREET, bang(strength=0.3), 12.05))

    [found] = post.hear(at(STREET[:RATE_HZ], bang(strength=0.3), 0.05), 13.125)

    assert found.level_over_l50_db == pytest.approx(known.level_over_l50_db, abs=1.0)
    assert found.prominence >= 8.0
