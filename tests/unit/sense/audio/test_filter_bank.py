from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import butter, sosfilt

from node.sense.audio.filter_bank import FilterBank, Recursion
from node.sense.audio.weighting import A_WEIGHTING_SOS, C_WEIGHTING_SOS, VOICE_BAND_SOS

ALL_SOS = (A_WEIGHTING_SOS, C_WEIGHTING_SOS, VOICE_BAND_SOS)
SAMPLES = 6000


def in_hops(bank: FilterBank, sound: np.ndarray, samples: int) -> np.ndarray:
    """What each filter made of the sound, (filters, n)."""
    heard = [bank.filter(hop).copy().transpose(1, 0, 2).reshape(-1, samples) for hop in sound.reshape(-1, samples)]
    return np.concatenate(heard, axis=1)


@pytest.mark.parametrize("scale", [1e-5, 1.0, 1e5])
def test_every_filter_of_the_bank_gives_what_scipy_computes(scale):
    noise = scale * np.random.default_rng(0).normal(size=SAMPLES * 16)

    found = in_hops(FilterBank(ALL_SOS, SAMPLES), noise, SAMPLES)

    for heard, sos in zip(found, ALL_SOS, strict=True):
        np.testing.assert_allclose(heard, sosfilt(sos.copy(), noise), atol=1e-9 * scale)


def test_a_slow_swell_under_20_hz_leaves_no_rounding_in_the_a_weighted_sound():
    swell = 0.5 * np.sin(2 * np.pi * 5 * np.arange(SAMPLES * 40) / 48_000)

    found = in_hops(FilterBank(ALL_SOS, SAMPLES), swell, SAMPLES)

    np.testing.assert_allclose(found[0], sosfilt(A_WEIGHTING_SOS.copy(), swell), atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    block=st.sampled_from([1, 7, 48, 120]),
    blocks=st.sampled_from([1, 2, 5, 6, 10, 25, 30]),
    hops=st.integers(1, 4),
    order=st.integers(1, 3),
    band=st.tuples(st.floats(0.005, 0.4), st.floats(0.45, 0.9)),
)
def test_neither_the_block_nor_the_length_of_a_hop_changes_the_result(block, blocks, hops, order, band):
    own = butter(order, band, "bandpass", output="sos")
    noise = np.random.default_rng(1).normal(size=block * blocks * hops)

    found = in_hops(FilterBank((own, A_WEIGHTING_SOS), block * blocks, block), noise, block * blocks)

    np.testing.assert_allclose(found[0], sosfilt(own, noise), atol=1e-9)
    np.testing.assert_allclose(found[1], sosfilt(A_WEIGHTING_SOS.copy(), noise), atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(steps=st.integers(1, 60), order=st.integers(1, 5), seed=st.integers(0, 1000))
def test_a_recursion_in_groups_is_one_step_by_step(steps, order, seed):
    chance = np.random.default_rng(seed)
    power, pushed, start = chance.uniform(-0.4, 0.4, (order, order)), chance.normal(size=(steps, order)), np.ones(order)

    states, end = Recursion(power, steps).run(pushed, start)

    expected = [start]
    for push in pushed:
        expected.append(power @ expected[-1] + push)
    np.testing.assert_allclose(states, expected[:-1], atol=1e-10)
    np.testing.assert_allclose(end, expected[-1], atol=1e-10)


def test_a_bank_that_was_reset_has_forgotten():
    bank = FilterBank(ALL_SOS, SAMPLES)
    impulse = np.eye(1, SAMPLES)[0]
    first = bank.filter(impulse).copy()
    bank.reset()

    np.testing.assert_array_equal(bank.filter(impulse), first)


def test_a_bank_that_was_wiped_holds_no_sample_any_more():
    bank = FilterBank(ALL_SOS, SAMPLES)
    heard = bank.filter(np.full(SAMPLES, 0.25))
    bank.wipe()

    assert not heard.any()
    assert not any(0.25 in array for array in vars(bank).values() if isinstance(array, np.ndarray))


@pytest.mark.parametrize("samples", [0, 47, 49])
def test_a_bank_for_a_part_of_a_block_is_refused(samples):
    with pytest.raises(ValueError, match="multiples of 48"):
        FilterBank(ALL_SOS, samples)


@pytest.mark.parametrize("size", [0, SAMPLES - 48, SAMPLES + 48])
def test_another_number_of_samples_is_refused_and_changes_nothing(size):
    bank, impulse = FilterBank(ALL_SOS, SAMPLES), np.eye(1, SAMPLES)[0]

    with pytest.raises(ValueError, match="takes 6000 samples"):
        bank.filter(np.ones(size))

    np.testing.assert_array_equal(bank.filter(impulse), FilterBank(ALL_SOS, SAMPLES).filter(impulse))
