from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import butter, sosfilt

from node.sense.audio.timbre import OCTAVES_HZ, STEPS, Timbre, TimbreMeter
from node.sense.capture.hops import HOP
from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock


def measured(sound: np.ndarray) -> list[Timbre]:
    meter = TimbreMeter()
    return [meter.measure(AudioBlock(hop, 0.0)) for hop in sound.astype(np.float32).reshape(-1, HOP)]


def tone(f_hz: float, hops: int = 8) -> np.ndarray:
    return np.asarray(np.sin(2 * np.pi * f_hz * np.arange(hops * HOP) / SAMPLE_RATE_HZ))


def noise(hops: int, seed: int = 0) -> np.ndarray:
    return np.asarray(0.1 * np.random.default_rng(seed).standard_normal(hops * HOP))


@given(st.sampled_from(OCTAVES_HZ), st.floats(0.85, 1.15))
@settings(max_examples=20, deadline=None)
def test_a_tone_is_in_its_octave_with_its_mean_square(octave_hz: float, off: float) -> None:
    found = measured(tone(octave_hz * off))[-1]

    assert found.octaves[OCTAVES_HZ.index(octave_hz)] == pytest.approx(0.5, rel=0.05)


def test_the_octaves_of_white_noise_hold_as_much_as_they_are_wide() -> None:
    found = np.mean([timbre.octaves for timbre in measured(noise(160))], axis=0)

    expected = 0.01 * np.array(OCTAVES_HZ) * (np.sqrt(2) - 1 / np.sqrt(2)) / (SAMPLE_RATE_HZ / 2)
    # Bins are 23.4 Hz wide, and the narrowest octave has but 3.8 of them.
    assert found[2:] == pytest.approx(expected[2:], rel=0.05)
    assert found[:2] == pytest.approx(expected[:2], rel=0.3)


def test_a_tone_is_all_lines_and_noise_is_nearly_none() -> None:
    tonal, noisy = measured(tone(880.0))[-1], measured(noise(80))

    assert tonal.lines == pytest.approx(np.mean(tonal.steps), rel=0.02)
    assert sum(one.lines for one in noisy) < 0.01 * sum(float(np.mean(one.steps)) for one in noisy)


@given(st.floats(2.0, 8.0), st.floats(0.2, 1.0))
@settings(max_examples=10, deadline=None)
def test_the_steps_follow_a_swelling_sound(swell_hz: float, depth: float) -> None:
    t_s = np.arange(16 * HOP) / SAMPLE_RATE_HZ
    power = 1 + depth * np.sin(2 * np.pi * swell_hz * t_s)

    steps = np.array([timbre.steps for timbre in measured(tone(1000.0, 16) * np.sqrt(power))]).reshape(-1)[8:]

    # A window of 43 ms smooths a swelling of 8 Hz a little.
    assert np.std(steps) / np.mean(steps) == pytest.approx(depth / np.sqrt(2), rel=0.2)


def test_low_rumble_is_in_no_step_of_the_voice_band() -> None:
    found = measured(tone(60.0))[-1]

    assert max(found.steps) < 1e-6 * 0.5


@given(st.integers(0, 99))
@settings(max_examples=10, deadline=None)
def test_what_two_sources_give_adds_up(seed: int) -> None:
    one = sosfilt(butter(2, [300, 900], "band", fs=SAMPLE_RATE_HZ, output="sos"), noise(80, seed))
    other = sosfilt(butter(2, [2000, 6000], "band", fs=SAMPLE_RATE_HZ, output="sos"), noise(80, seed + 100))
    apart = [np.mean([timbre.octaves for timbre in measured(sound)], axis=0) for sound in (one, other)]

    together = np.mean([timbre.octaves for timbre in measured(one + other)], axis=0)

    assert together == pytest.approx(apart[0] + apart[1], rel=0.15)


def test_after_forgetting_it_measures_as_if_new() -> None:
    meter, hop = TimbreMeter(), AudioBlock(noise(1, 5).astype(np.float32), 0.0)
    meter.measure(AudioBlock(tone(440.0, 1).astype(np.float32), 0.0))

    meter.forget()

    assert meter.measure(hop) == TimbreMeter().measure(hop)


@given(st.integers(0, 2 * HOP).filter(lambda size: size != HOP))
def test_what_is_no_hop_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="hops of"):
        TimbreMeter().measure(AudioBlock(np.zeros(size, dtype=np.float32), 0.0))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_samples_that_are_no_numbers_are_refused(bad: float) -> None:
    samples = np.zeros(HOP, dtype=np.float32)
    samples[17] = bad

    with pytest.raises(ValueError, match="finite"):
        TimbreMeter().measure(AudioBlock(samples, 0.0))


def test_a_hop_has_four_steps() -> None:
    assert len(measured(noise(1))[0].steps) == STEPS == 4
