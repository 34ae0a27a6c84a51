"""Bursts: how many impulses, and how regular."""

from __future__ import annotations

from itertools import accumulate
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.sense.audio.burst import ECHO_DB, GAP_S, Burst
from node.sense.audio.impulse import Impulse


def impulse(onset_s: float, peak_db: float = 60.0) -> Impulse:
    return Impulse(onset_s, 1, 20, 20.0, peak_db, 40.0, 12.0, overload=False)


def burst(*onsets_s: float) -> Burst:
    one = Burst()
    for onset_s in onsets_s:
        one.add(impulse(onset_s))
    return one


@given(st.floats(0.05, 0.2), st.integers(4, 40))
def test_automatic_fire_is_regular(every_s: float, shots: int) -> None:
    one = burst(*(10.0 + every_s * n for n in range(shots)))

    assert (one.count, one.is_regular) == (shots, True)


def test_automatic_fire_is_regular_where_a_shot_drowns() -> None:
    assert burst(0.0, 0.1, 0.2, 0.4, 0.5, 0.6, 0.7).is_regular


def test_fireworks_are_not_regular() -> None:
    assert not burst(0.0, 0.3, 1.1, 1.2, 2.0, 3.4).is_regular


def test_three_impulses_are_too_few_to_be_regular() -> None:
    assert burst(0.0, 0.1, 0.2).variation is None


@given(st.lists(st.floats(0.1, 0.17), min_size=3, max_size=20))
def test_the_variation_is_the_deviation_over_the_mean(intervals_s: list[float]) -> None:
    one = burst(*accumulate(intervals_s, initial=5.0))

    assert one.variation == pytest.approx(pstdev(intervals_s) / fmean(intervals_s), abs=1e-6)


def test_a_long_pause_begins_another_burst() -> None:
    assert burst(0.0, 0.1, 0.2, 0.3 + GAP_S).count == 1


def test_an_echo_does_not_count() -> None:
    one = burst(1.0)

    assert not one.add(impulse(1.2, 60.0 - ECHO_DB))
    assert one.count == 1


def test_a_shot_as_loud_as_the_one_before_counts() -> None:
    one = burst(1.0)

    assert one.add(impulse(1.1, 60.0 - ECHO_DB / 2))
    assert one.count == 2


def test_a_tool_at_work_for_five_seconds_is_a_machine() -> None:
    assert burst(*(0.5 * n for n in range(12))).is_machine


def test_a_burst_of_a_second_is_no_machine() -> None:
    assert not burst(*(0.1 * n for n in range(10))).is_machine
