"""Where sudden sounds begin, and how they rise and decay, in energies of milliseconds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.sense.audio.onset import BEFORE, DEAD, decay_ms, onsets, rise_ms

QUIET = np.full(125, 1.0)


def stepped(at: int, to: float) -> np.ndarray:
    energies = QUIET.copy()
    energies[at:] = to
    return energies


@given(st.integers(BEFORE, 124), st.floats(10.01, 1e6))
def test_a_step_of_more_than_the_jump_begins_where_it_stands(at: int, to: float) -> None:
    assert onsets(stepped(at, to), 10.0, 0.0)[0] == at


@given(st.integers(BEFORE, 124), st.floats(0.0, 9.99))
def test_a_step_of_less_than_the_jump_begins_nothing(at: int, to: float) -> None:
    assert onsets(stepped(at, to), 10.0, 0.0) == []


def test_what_stays_under_the_floor_begins_nothing() -> None:
    assert onsets(stepped(60, 100.0), 10.0, 101.0) == []


def test_a_rise_of_three_milliseconds_begins_with_its_first() -> None:
    energies = stepped(60, 1000.0)
    energies[60:62] = [3.0, 50.0]

    assert onsets(energies, 10.0, 0.0) == [60]


@given(st.integers(2, 20))
def test_a_voice_that_beats_begins_nothing_anew(every: int) -> None:
    energies = QUIET.copy()
    energies[::every] = 1000.0

    assert onsets(energies, 10.0, 0.0) == []


def test_an_onset_in_the_wake_of_another_belongs_to_it() -> None:
    energies = QUIET.copy()
    energies[40] = 100.0
    energies[40 + DEAD - 1 :] = 10_000.0

    assert onsets(energies, 10.0, 0.0) == [40]


def test_shots_100_ms_apart_are_two() -> None:
    energies = np.full(250, 1.0)
    for at in (40, 140):
        energies[at : at + 60] += 1000.0 * np.exp(-np.arange(60) / 8.0)

    assert onsets(energies, 10.0, 0.0) == [40, 140]


@given(st.lists(st.floats(0.0, 1e9), max_size=200))
def test_no_energies_break_it(energies: list[float]) -> None:
    found = onsets(np.array(energies), 10.0, 1e-3)

    assert found == sorted(found)
    assert all(0 <= at < len(energies) for at in found)


@given(st.floats(2.0, 15.0))
def test_the_decay_is_that_of_the_exponential(tau_ms: float) -> None:
    energies = np.exp(-np.arange(100) / tau_ms)

    assert decay_ms(energies) == pytest.approx(tau_ms * math.log(10), abs=2.0)


def test_what_does_not_decay_has_the_whole_length() -> None:
    assert decay_ms(np.full(100, 2.0)) == 100


@given(st.integers(1, 50), st.floats(0.5, 19.0))
def test_the_rise_ends_where_the_loudest_is_nearly_reached(rise: int, within_db: float) -> None:
    energies = np.full(50, 1.0)
    energies[rise - 1 :] = 100.0

    assert rise_ms(energies, within_db) == rise


def test_a_louder_echo_does_not_make_a_rise_longer() -> None:
    energies = np.full(50, 0.001)
    energies[[0, 30]] = [1.0, 3.0]

    assert rise_ms(energies, 10.0) == 1
