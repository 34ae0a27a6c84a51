"""Prominence against the formula of NT ACOU 112, and the Fast weighting against IEC 61672-1."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from node.sense.audio.level import FAST_S
from node.sense.audio.prominence import STEP_S, fast_energies, prominence


def ramp(rate_db_per_s: float, steps: int) -> np.ndarray:
    """Flat for 0.1 s, a straight rise over so many steps, flat again."""
    rise_db = rate_db_per_s * STEP_S * np.arange(1, steps + 1)
    return np.concatenate((np.full(10, 50.0), 50.0 + rise_db, np.full(10, 50.0 + rise_db[-1])))


def test_a_rise_of_10_db_at_100_db_a_second_has_a_prominence_of_8() -> None:
    assert prominence(ramp(100.0, 10), 10) == pytest.approx(8.0)


@given(st.floats(11.0, 5000.0), st.integers(1, 40))
def test_the_prominence_of_a_straight_rise_is_that_of_the_formula(rate_db_per_s: float, steps: int) -> None:
    difference_db = rate_db_per_s * STEP_S * steps

    found = prominence(ramp(rate_db_per_s, steps), 10)

    assert found == pytest.approx(max(0.0, 3 * math.log10(rate_db_per_s) + 2 * math.log10(difference_db)), abs=1e-6)


@given(st.floats(0.0, 9.9), st.integers(1, 40))
def test_a_level_that_rises_by_less_than_10_db_a_second_is_no_onset(rate_db_per_s: float, steps: int) -> None:
    assert prominence(ramp(rate_db_per_s, steps), 10) == 0.0


@given(st.integers(10, 19))
def test_an_onset_is_the_same_from_each_of_its_levels(at: int) -> None:
    levels_db = ramp(100.0, 10)

    assert prominence(levels_db, at) == prominence(levels_db, 10)


@pytest.mark.parametrize(
    ("burst_ms", "response_db"), [(1000, 0.0), (200, -1.0), (100, -2.6), (50, -4.8), (20, -8.3), (5, -14.1), (1, -21.0)]
)
def test_the_fast_weighting_answers_a_burst_as_the_standard_says(burst_ms: int, response_db: float) -> None:
    fast = fast_energies(np.full(burst_ms, 1.0), 0.0, 0.001)

    assert 10 * math.log10(fast[-1]) == pytest.approx(response_db, abs=0.06)


@given(st.integers(1, 250), st.floats(0.0, 10.0), st.integers(0, 2**32 - 1))
def test_the_fast_weighting_is_the_recursion_of_the_standard(steps: int, before: float, seed: int) -> None:
    energies = np.random.default_rng(seed).random(steps)
    keep = math.exp(-0.001 / FAST_S)

    expected, _ = signal.lfilter([1 - keep], [1, -keep], energies, zi=[keep * before])

    assert fast_energies(energies, before, 0.001) == pytest.approx(expected, rel=1e-9)
