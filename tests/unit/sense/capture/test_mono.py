from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from node.sense.capture.mono import Mono

CHANCE = np.random.default_rng(4)
SOUND = CHANCE.uniform(-0.5, 0.5, 2400).astype(np.float32)
OTHER = CHANCE.uniform(-0.5, 0.5, 2400).astype(np.float32)
SILENCE = np.zeros(2400, np.float32)
BROKEN = np.full(2400, np.nan, np.float32)


def frames(*channels: np.ndarray) -> np.ndarray:
    return np.stack(channels, axis=1)


def energy(samples: np.ndarray) -> float:
    return float(np.square(samples.astype(np.float64)).sum())


def test_two_channels_that_work_are_heard_as_their_mean():
    np.testing.assert_allclose(Mono().mix(frames(SOUND, OTHER)), (SOUND + OTHER) / 2, atol=1e-6)


def test_a_silent_channel_beside_one_that_works_counts_in_the_mean():
    np.testing.assert_allclose(Mono().mix(frames(SOUND, SILENCE)), SOUND / 2, atol=1e-6)


def test_a_broken_channel_does_not_count():
    np.testing.assert_array_equal(Mono().mix(frames(SOUND, BROKEN)), SOUND)


@pytest.mark.parametrize("gain", [0.99, 0.9])
def test_channels_that_cancel_each_other_are_heard_as_the_strongest(gain):
    np.testing.assert_array_equal(Mono().mix(frames(np.float32(-gain) * SOUND, SOUND)), SOUND)


def test_one_microphone_of_four_that_works_is_heard_in_full():
    np.testing.assert_array_equal(Mono().mix(frames(SILENCE, SILENCE, SOUND, SILENCE)), SOUND)


def test_channels_that_cancelled_each_other_once_are_not_trusted_together_again():
    mono = Mono()
    mono.mix(frames(SOUND, -SOUND))

    np.testing.assert_array_equal(mono.mix(frames(SOUND, OTHER)), SOUND)


def test_the_channel_changes_only_to_one_that_is_clearly_stronger():
    mono = Mono()
    mono.mix(frames(SOUND, -SOUND))

    np.testing.assert_array_equal(mono.mix(frames(SOUND, 1.5 * OTHER)), SOUND)
    np.testing.assert_array_equal(mono.mix(frames(SILENCE, OTHER)), OTHER)


def test_what_no_channel_has_is_not_finite():
    assert np.isnan(Mono().mix(frames(BROKEN, BROKEN))).all()


@given(
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(0, 40), st.integers(1, 5)),
        elements=st.floats(-1, 1, width=32) | st.sampled_from([np.nan, np.inf, -np.inf]),
    )
)
def test_a_sample_is_finite_where_any_channel_is_and_never_beyond_them(stretch):
    mixed = Mono().mix(stretch)

    assert mixed.dtype == np.float32
    assert mixed.shape == (len(stretch),)
    np.testing.assert_array_equal(np.isfinite(mixed), np.isfinite(stretch).any(axis=1))
    assert np.all(np.abs(mixed[np.isfinite(mixed)]) <= 1)


@given(
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 40), st.integers(1, 5)),
        elements=st.floats(-1, 1, width=32, allow_subnormal=False),
    )
)
def test_no_more_than_10_db_of_the_strongest_channel_are_lost(stretch):
    strongest = max(energy(channel) for channel in stretch.T)

    assert energy(Mono().mix(stretch)) >= 0.0999 * strongest
