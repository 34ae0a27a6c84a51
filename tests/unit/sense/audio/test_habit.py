"""What a street bangs with as a matter of course."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from node.sense.audio.habit import DAY_S, KEPT, SAME_RUN_S, Habit

HOUR_S = 3600.0


def test_the_first_bang_is_the_loudest_of_its_day() -> None:
    assert Habit().rank(0.0, 30.0) == 0


def test_each_bang_as_loud_counts() -> None:
    habit = Habit()

    assert [habit.rank(HOUR_S * n, 30.0) for n in range(4)] == [0, 1, 2, 3]


def test_a_louder_bang_is_not_outranked_by_weaker_ones() -> None:
    habit = Habit()
    for n in range(10):
        habit.rank(HOUR_S * n, 30.0)

    assert habit.rank(11 * HOUR_S, 40.0) == 0


def test_a_run_of_blows_counts_once() -> None:
    habit = Habit()
    for n in range(50):
        habit.rank(0.5 * n, 30.0)

    assert habit.rank(HOUR_S, 30.0) == 1


def test_what_is_a_day_old_counts_no_more() -> None:
    habit = Habit()
    habit.rank(0.0, 30.0)

    assert habit.rank(DAY_S + 1.0, 30.0) == 0


@given(st.lists(st.floats(20.0, 60.0), min_size=2, max_size=40, unique=True))
def test_the_rank_is_how_many_were_as_loud(levels_db: list[float]) -> None:
    habit = Habit()

    ranks = [habit.rank(2 * SAME_RUN_S * n, level_db) for n, level_db in enumerate(levels_db)]

    assert ranks == [sum(b > a - 1.0 for b in levels_db[:n]) for n, a in enumerate(levels_db)]


def test_it_keeps_no_more_than_it_may() -> None:
    habit = Habit()

    ranks = [habit.rank(2 * SAME_RUN_S * n, 30.0) for n in range(KEPT + 50)]

    assert max(ranks) == KEPT
