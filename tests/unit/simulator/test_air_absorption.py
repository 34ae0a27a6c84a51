from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.sound.air import Air

OCTAVES_HZ = np.asarray(1000.0 * 10.0 ** (0.3 * np.arange(-4, 4)), dtype=np.float64)
"""The exact middles of 63 Hz to 8 kHz, for which ISO 9613-2 gives its table 2."""


@pytest.mark.parametrize(
    ("air", "db_per_km"),
    [
        (Air(10.0, 70.0), [0.1, 0.4, 1.0, 1.9, 3.7, 9.7, 32.8, 117.0]),
        (Air(20.0, 70.0), [0.1, 0.3, 1.1, 2.8, 5.0, 9.0, 22.9, 76.6]),
        (Air(30.0, 70.0), [0.1, 0.3, 1.0, 3.1, 7.4, 12.7, 23.1, 59.3]),
        (Air(15.0, 20.0), [0.3, 0.6, 1.2, 2.7, 8.2, 28.2, 88.8, 202.0]),
        (Air(15.0, 50.0), [0.1, 0.5, 1.2, 2.2, 4.2, 10.8, 36.2, 129.0]),
        (Air(15.0, 80.0), [0.1, 0.3, 1.1, 2.4, 4.1, 8.3, 23.7, 82.8]),
    ],
)
def test_absorption_agrees_with_table_2_of_iso_9613_2(air: Air, db_per_km: list[float]) -> None:
    told = 1000 * air.absorption_db_per_m(OCTAVES_HZ)

    assert told == pytest.approx(db_per_km, rel=0.004, abs=0.055)


@given(st.floats(-20.0, 50.0), st.floats(10.0, 100.0), st.floats(20.0, 20_000.0))
def test_higher_tones_are_absorbed_more(temperature_c: float, humidity_percent: float, f_hz: float) -> None:
    low, high = Air(temperature_c, humidity_percent).absorption_db_per_m(np.array([f_hz, 1.1 * f_hz]))

    assert 0 < low < high


@given(st.floats(0.0, 2000.0), st.floats(20.0, 20_000.0))
def test_what_is_left_of_a_pressure_is_told_by_the_coefficient(distance_m: float, f_hz: float) -> None:
    air, f = Air(), np.array([f_hz])

    left_db = 20 * np.log10(np.maximum(air.transmission(f, distance_m), 1e-300))

    assert left_db[0] == pytest.approx(max(-6000.0, -distance_m * air.absorption_db_per_m(f)[0]), abs=1e-6)
