from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from node.sense.audio.rise import hops_above, hushed_db, sustained_db


def test_a_bang_of_half_a_second_is_not_sustained():
    assert sustained_db([40.0] * 10 + [90.0] * 4) == 40.0


def test_a_breath_does_not_break_what_is_sustained():
    assert sustained_db([40.0] * 10 + [70.0, 70.0, 45.0, 70.0, 70.0, 70.0]) == 70.0


def test_four_hops_are_too_few_to_be_sustained_or_hushed():
    assert sustained_db([70.0] * 4) == float("-inf")
    assert hushed_db([70.0] * 4) == float("inf")


@given(levels_db=st.lists(st.floats(-100, 100), min_size=8, max_size=20))
def test_what_is_hushed_is_the_mirror_of_what_is_sustained(levels_db):
    assert hushed_db(levels_db) == -sustained_db([-level_db for level_db in levels_db])


def test_only_the_newest_run_above_the_limit_counts():
    assert hops_above([9.0, 1.0, 5.0, 6.0], 5.0) == 2
