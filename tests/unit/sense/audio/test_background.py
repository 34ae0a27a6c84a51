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

    assert (background.l05_db, background.l50_db, background.l90_db) == (95.0, 50.0, 10.0)


@given(levels_db=st.lists(st.floats(-150, 150), min_size=80, max_size=300))
def test_l05_is_not_under_l50_and_l50_not_under_l90(levels_db):
    background = fed(levels_db)

    found = [background.l90_db, background.l50_db, background.l05_db]
    assert None not in found
    assert found == sorted(found, key=lambda level_db: level_db or 0.0)


@given(levels_db=st.lists(st.floats(-150, 150), min_size=120, max_size=300))
def test_only_the_window_counts(levels_db):
    short = fed(levels_db, Background(window_s=12.5))

    expected = fed(levels_db[-100:], Background(window_s=12.5))
    assert (short.l05_db, short.l50_db, short.l90_db) == (expected.l05_db, expected.l50_db, expected.l90_db)


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
