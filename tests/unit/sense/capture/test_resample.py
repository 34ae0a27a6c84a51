from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import firwin, lfilter, resample_poly

from node.sense.capture.resample import Resampler

FIELD_RATES_HZ = (8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000)


def resampled(rate_hz: int, samples: np.ndarray, cuts: list[int]) -> np.ndarray:
    resampler = Resampler(rate_hz)
    parts = [resampler.push(part) for part in np.split(samples, sorted(cuts))]
    return np.concatenate([*parts, resampler.finish()])


@settings(max_examples=40, deadline=None)
@given(
    rate_hz=st.sampled_from([*FIELD_RATES_HZ, 44_056, 47_999]),
    cuts=st.lists(st.integers(0, 3000), max_size=8),
    seed=st.integers(0, 2**32 - 1),
)
def test_how_the_input_is_cut_makes_no_difference(rate_hz, cuts, seed):
    noise = np.random.default_rng(seed).uniform(-1, 1, 3000).astype(np.float32)

    whole, cut = resampled(rate_hz, noise, []), resampled(rate_hz, noise, cuts)

    np.testing.assert_allclose(cut, whole, atol=1e-6)


@pytest.mark.parametrize("rate_hz", FIELD_RATES_HZ)
def test_a_sine_keeps_its_level_and_its_phase(rate_hz):
    sine = np.sin(2 * np.pi * 1000 * np.arange(rate_hz) / rate_hz).astype(np.float32)

    found = resampled(rate_hz, sine, [])

    expected = np.sin(2 * np.pi * 1000 * np.arange(48_000) / 48_000)
    np.testing.assert_allclose(found[1000:-1000], expected[1000:-1000], atol=1e-4)


@pytest.mark.parametrize("rate_hz", FIELD_RATES_HZ)
def test_a_second_stays_a_second(rate_hz):
    found = resampled(rate_hz, np.zeros(rate_hz, dtype=np.float32), [rate_hz // 3])

    assert found.size == 48_000


@pytest.mark.parametrize("rate_hz", [16_000, 44_100, 96_000])
def test_noise_comes_out_as_scipy_makes_it(rate_hz):
    noise = np.random.default_rng(1).normal(0, 0.1, rate_hz)
    band_limited = lfilter(firwin(301, 0.3), 1.0, noise).astype(np.float32)

    found = resampled(rate_hz, band_limited, [])

    common = np.gcd(rate_hz, 48_000)
    expected = resample_poly(band_limited, 48_000 // common, rate_hz // common, window=("kaiser", 8.0))
    np.testing.assert_allclose(found[2000:-2000], expected[2000 : found.size - 2000], atol=1e-3)


def test_a_tone_above_the_new_half_rate_is_gone():
    tone = np.sin(2 * np.pi * 30_000 * np.arange(96_000) / 96_000).astype(np.float32)

    found = resampled(96_000, tone, [])

    assert np.max(np.abs(found[500:-500])) < 1e-3


@pytest.mark.parametrize("rate_hz", [0, 7_999, 192_001, -48_000])
def test_a_rate_out_of_range_is_refused(rate_hz):
    with pytest.raises(ValueError, match="outside"):
        Resampler(rate_hz)


def test_a_ratio_that_needs_too_many_coefficients_is_refused():
    with pytest.raises(ValueError, match="no simple ratio"):
        Resampler(191_999)


def test_what_is_held_back_is_told_in_seconds():
    resampler = Resampler(16_000)
    given_s = resampler.push(np.zeros(1600, dtype=np.float32)).size / 48_000

    assert resampler.held_s == pytest.approx(0.1 - given_s)


def test_an_infinite_sample_breaks_only_its_surroundings():
    samples = np.zeros(4410, dtype=np.float32)
    samples[2000] = np.inf

    found = resampled(44_100, samples, [])

    assert 0 < np.count_nonzero(~np.isfinite(found)) < 100
