from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import sosfilt, sosfreqz

from node.sense.audio.weighting import (
    A_WEIGHTING_SOS,
    BLOCK,
    C_WEIGHTING_SOS,
    VOICE_BAND_SOS,
    BlockFilter,
    a_weighting_db,
    c_weighting_db,
)

# IEC 61672-1:2013, class 1, from 20 Hz: A, C, most above, most below.
INF = float("inf")
THIRD_OCTAVES = [
    (-50.5, -6.2, 2.0, 2.0),
    (-44.7, -4.4, 2.0, 1.5),
    (-39.4, -3.0, 1.5, 1.5),
    (-34.6, -2.0, 1.0, 1.0),
    (-30.2, -1.3, 1.0, 1.0),
    (-26.2, -0.8, 1.0, 1.0),
    (-22.5, -0.5, 1.0, 1.0),
    (-19.1, -0.3, 1.0, 1.0),
    (-16.1, -0.2, 1.0, 1.0),
    (-13.4, -0.1, 1.0, 1.0),
    (-10.9, 0.0, 1.0, 1.0),
    (-8.6, 0.0, 1.0, 1.0),
    (-6.6, 0.0, 1.0, 1.0),
    (-4.8, 0.0, 1.0, 1.0),
    (-3.2, 0.0, 1.0, 1.0),
    (-1.9, 0.0, 1.0, 1.0),
    (-0.8, 0.0, 1.0, 1.0),
    (0.0, 0.0, 0.7, 0.7),
    (0.6, 0.0, 1.0, 1.0),
    (1.0, -0.1, 1.0, 1.0),
    (1.2, -0.2, 1.0, 1.0),
    (1.3, -0.3, 1.0, 1.0),
    (1.2, -0.5, 1.0, 1.0),
    (1.0, -0.8, 1.0, 1.0),
    (0.5, -1.3, 1.5, 1.5),
    (-0.1, -2.0, 1.5, 2.0),
    (-1.1, -3.0, 1.5, 2.5),
    (-2.5, -4.4, 2.0, 3.0),
    (-4.3, -6.2, 2.0, 5.0),
    (-6.6, -8.5, 2.5, 16.0),
    (-9.3, -11.2, 3.0, INF),
]
EXACT_HZ = 1000 * 10 ** (0.1 * (np.arange(len(THIRD_OCTAVES)) - 17))
A_DB, C_DB, ABOVE_DB, BELOW_DB = np.array(THIRD_OCTAVES).T
ALL_SOS = {"A": A_WEIGHTING_SOS, "C": C_WEIGHTING_SOS, "voice": VOICE_BAND_SOS}


def gain_db(sos: np.ndarray, f_hz: np.ndarray) -> np.ndarray:
    return np.asarray(20 * np.log10(np.abs(sosfreqz(sos, f_hz, fs=48_000)[1])))


@pytest.mark.parametrize(("sos", "table_db"), [(A_WEIGHTING_SOS, A_DB), (C_WEIGHTING_SOS, C_DB)], ids=["A", "C"])
def test_the_digital_filter_is_class_1_from_20_hz_to_20_khz(sos, table_db):
    error_db = gain_db(sos, EXACT_HZ) - table_db

    assert np.all(error_db <= ABOVE_DB)
    assert np.all(error_db >= -BELOW_DB)


@pytest.mark.parametrize(
    ("sos", "curve"), [(A_WEIGHTING_SOS, a_weighting_db), (C_WEIGHTING_SOS, c_weighting_db)], ids=["A", "C"]
)
def test_the_digital_filter_is_within_a_fiftieth_of_a_db_of_the_curve(sos, curve):
    f_hz = np.geomspace(20, 20_000, 300)

    np.testing.assert_allclose(gain_db(sos, f_hz), curve(f_hz), atol=0.02)


@pytest.mark.parametrize(("curve", "table_db"), [(a_weighting_db, A_DB), (c_weighting_db, C_DB)], ids=["A", "C"])
def test_the_analytic_curve_is_the_table_of_the_standard(curve, table_db):
    np.testing.assert_allclose(curve(EXACT_HZ), table_db, atol=0.06)


def test_the_voice_band_ends_3_db_down_at_250_hz_and_4_khz():
    np.testing.assert_allclose(gain_db(VOICE_BAND_SOS, np.array([250.0, 4000.0])), -3.01, atol=0.1)


@pytest.mark.parametrize("name", ALL_SOS)
def test_the_block_filter_is_what_scipy_computes(name):
    noise = np.random.default_rng(0).normal(size=BLOCK * 400)

    found = BlockFilter(ALL_SOS[name]).filter(noise)

    np.testing.assert_allclose(found, sosfilt(ALL_SOS[name].copy(), noise), atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(sorted(ALL_SOS)),
    block=st.sampled_from([1, 7, 48, 240]),
    cuts=st.lists(st.integers(0, 8), max_size=4),
)
def test_neither_the_block_nor_the_cutting_changes_the_result(name, block, cuts):
    noise = np.random.default_rng(1).normal(size=block * 8)
    divided = BlockFilter(ALL_SOS[name], block)

    found = np.concatenate([divided.filter(part) for part in np.split(noise, [block * cut for cut in sorted(cuts)])])

    np.testing.assert_allclose(found, sosfilt(ALL_SOS[name].copy(), noise), atol=1e-9)


def test_a_filter_that_was_reset_has_forgotten():
    block_filter = BlockFilter(A_WEIGHTING_SOS)
    impulse = np.eye(1, BLOCK)[0]
    first = block_filter.filter(impulse)
    block_filter.reset()

    np.testing.assert_array_equal(block_filter.filter(impulse), first)


def test_a_part_of_a_block_is_refused():
    with pytest.raises(ValueError, match="multiples of"):
        BlockFilter(A_WEIGHTING_SOS).filter(np.zeros(BLOCK + 1))


def test_the_constants_cannot_be_changed():
    assert not A_WEIGHTING_SOS.flags.writeable
