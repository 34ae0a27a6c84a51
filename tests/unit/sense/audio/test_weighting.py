from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import sosfreqz

from node.sense.audio.weighting import (
    A_WEIGHTING_SOS,
    C_WEIGHTING_SOS,
    VOICE_BAND_SOS,
    a_weighting_db,
    c_weighting_db,
)
from tests.unit.sense.audio.iec_tables import A_DB, ABOVE_1_DB, BELOW_1_DB, C_DB, EXACT_HZ


def gain_db(sos: np.ndarray, f_hz: np.ndarray) -> np.ndarray:
    return np.asarray(20 * np.log10(np.abs(sosfreqz(sos, f_hz, fs=48_000)[1])))


@pytest.mark.parametrize(("sos", "table_db"), [(A_WEIGHTING_SOS, A_DB), (C_WEIGHTING_SOS, C_DB)], ids=["A", "C"])
def test_the_digital_filter_is_class_1_from_20_hz_to_20_khz(sos, table_db):
    error_db = gain_db(sos, EXACT_HZ) - table_db

    assert np.all(error_db <= ABOVE_1_DB)
    assert np.all(error_db >= -BELOW_1_DB)


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


def test_the_constants_cannot_be_changed():
    assert not A_WEIGHTING_SOS.flags.writeable
