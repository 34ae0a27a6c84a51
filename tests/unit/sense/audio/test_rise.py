from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from node.sense.audio.rise import hops_on, hushed_db, sustained_db


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


def test_what_was_over_long_before_is_no_part_of_what_is_loud_now():
    assert hops_on([70.0] * 5 + [40.0] * 3 + [70.0] * 4, 60.0) == 4


def test_a_breath_is_part_of_what_is_loud_now():
    assert hops_on([40.0] * 5 + [70.0] * 4 + [40.0] * 2 + [70.0] * 4, 60.0) == 10


def test_what_is_more_than_ten_decibels_fainter_was_there_before():
    assert hops_on([62.0] * 8 + [75.0] * 4, 60.0) == 4
    assert hops_on([66.0] * 8 + [75.0] * 4, 60.0) == 12


@given(levels_db=st.lists(st.floats(-100, 100), min_size=1, max_size=20), limit_db=st.floats(-100, 100))
def test_what_is_loud_now_has_been_on_for_a_hop_at_least_and_no_longer_than_was_heard(levels_db, limit_db):
    assert 1 <= hops_on(levels_db, limit_db) <= len(levels_db)
