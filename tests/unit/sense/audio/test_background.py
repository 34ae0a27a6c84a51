from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.sense.audio.background import Background

MINUTE = 480


def fed(levels_db: list[float], background: Background | None = None, *, absorb: bool = True) -> Background:
    background = background or Background()
    for level_db in levels_db:
        background.update(level_db, absorb=absorb)
    return background


def test_nothing_is_said_before_ten_seconds_of_sound():
    assert fed([50.0] * 79).l50_db is None
    assert fed([50.0] * 80).l50_db == 50.0


def test_what_is_not_absorbed_does_not_warm_it_up():
    assert fed([50.0] * 100, absorb=False).l90_db is None


def test_the_percentiles_of_a_ramp_are_known():
    background = fed([float(level_db) for level_db in range(101)])

    assert (background.l50_db, background.l90_db) == (50.0, 10.0)


@given(levels_db=st.lists(st.floats(-150, 150), min_size=80, max_size=300))
def test_in_a_whole_window_l90_is_not_over_l50_and_l50_not_over_what_is_reached(levels_db):
    background = fed(levels_db, Background(window_s=10.0))

    found = [background.l90_db, background.l50_db, background.reach_db]
    assert None not in found
    assert found == sorted(found, key=lambda level_db: level_db or 0.0)


def test_what_a_street_reaches_is_exceeded_a_twentieth_of_a_whole_window():
    background = fed([float(n % 100) for n in range(5 * MINUTE)])

    assert background.reach_db == 94.0


def test_one_roar_in_the_first_minute_is_not_what_the_street_reaches():
    background = fed([50.0] * (MINUTE - 40) + [80.0] * 40)

    assert background.reach_db == 50.0


def test_nothing_is_reached_before_it_is_warm():
    assert fed([50.0] * 79).reach_db is None


@given(levels_db=st.lists(st.floats(-150, 150), min_size=120, max_size=300))
def test_only_the_window_counts(levels_db):
    short = fed(levels_db, Background(window_s=12.5))

    expected = fed(levels_db[-100:], Background(window_s=12.5))
    assert (short.reach_db, short.l50_db, short.l90_db) == (expected.reach_db, expected.l50_db, expected.l90_db)


def test_a_roar_of_ten_minutes_is_not_background():
    background = fed([50.0] * 5 * MINUTE)
    fed([80.0] * 10 * MINUTE, background, absorb=False)
    fed([50.0] * MINUTE, background)

    assert background.l50_db == 50.0


def test_two_roars_with_calm_between_are_not_one_permanent_source():
    background = fed([50.0] * 5 * MINUTE)
    for _ in range(3):
        fed([80.0] * 10 * MINUTE, background, absorb=False)
        fed([50.0] * 3 * MINUTE, background)

    assert background.l50_db == 50.0


def test_a_permanent_change_is_taken_over_within_fifteen_minutes():
    background = fed([50.0] * 5 * MINUTE)
    fed([70.0] * 15 * MINUTE, background, absorb=False)

    assert background.l50_db == 70.0
    assert background.l90_db == 70.0


@pytest.mark.parametrize("level_db", [math.nan, math.inf, -math.inf])
def test_a_level_that_is_no_number_is_refused(level_db):
    with pytest.raises(ValueError, match="finite"):
        Background().update(level_db, absorb=True)
