from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.airlock.record import HourLearnt
from node.sense.audio.background import Background
from node.sense.audio.ordinary import Ordinary, Usual, hour_of_week
from node.sense.capture.hops import HOP_S

HOUR_HOPS = round(3600 / HOP_S)
MONDAY = datetime(2026, 11, 16, tzinfo=UTC).timestamp()


def ordinary(known: dict[int, tuple[float, float, int]] | None = None, wall_at_0_s: float = MONDAY) -> Ordinary:
    return Ordinary(known or {}, lambda t_s: wall_at_0_s + t_s)


def heard(memory: Ordinary, levels_db: np.ndarray, from_s: float = 0.0) -> list[HourLearnt]:
    found = [memory.learn(from_s + (n + 0.5) * HOP_S, level_db) for n, level_db in enumerate(levels_db.tolist())]
    return [one for one in found if one is not None]


@given(st.datetimes(datetime(1970, 1, 5), datetime(2100, 1, 1)))  # noqa: DTZ001 - hypothesis takes naive bounds
def test_the_hour_of_the_week_is_that_of_the_calendar(instant: datetime) -> None:
    found = hour_of_week(instant.replace(tzinfo=UTC).timestamp())

    assert found == instant.weekday() * 24 + instant.hour


def test_an_hour_is_told_when_the_next_begins() -> None:
    levels = np.random.default_rng(0).normal(50.0, 3.0, HOUR_HOPS + 1)

    (learnt,) = heard(ordinary(), levels)

    assert learnt.hour == 0
    assert learnt.l50_ddb == pytest.approx(10 * np.quantile(levels[:-1], 0.5), abs=1)
    assert learnt.l90_ddb == pytest.approx(10 * np.quantile(levels[:-1], 0.1), abs=1)
    assert learnt.weeks == 1


def test_an_hour_of_which_less_than_a_half_was_heard_is_not_learnt() -> None:
    memory = ordinary()
    heard(memory, np.full(HOUR_HOPS // 2 - 1, 50.0))

    assert memory.finish() is None
    assert memory.at(0.0) is None


def test_half_an_hour_is_enough_at_the_end_of_a_run() -> None:
    memory = ordinary()
    heard(memory, np.full(HOUR_HOPS // 2, 50.0))

    assert memory.finish() == HourLearnt(0, 500, 500, 1)


@pytest.mark.parametrize(("weeks", "share"), [(1, 1 / 2), (4, 1 / 5), (9, 1 / 10), (50, 1 / 10)])
def test_a_new_week_moves_the_hour_by_its_share(weeks: int, share: float) -> None:
    memory = ordinary({0: (50.0, 45.0, weeks)})
    heard(memory, np.full(HOUR_HOPS, 60.0))

    learnt = memory.finish()

    assert learnt == HourLearnt(0, round(500 + 100 * share), round(450 + 150 * share), weeks + 1)


def test_weeks_are_counted_up_to_a_hundred() -> None:
    memory = ordinary({0: (50.0, 45.0, 100)})
    heard(memory, np.full(HOUR_HOPS, 50.0))

    learnt = memory.finish()

    assert learnt is not None
    assert learnt.weeks == 100


def test_what_was_known_is_told_at_its_hour_of_any_week() -> None:
    memory = ordinary({27: (40.0, 35.0, 3)})

    assert memory.at(timedelta(days=1, hours=3, minutes=59).total_seconds()) == Usual(40.0, 35.0, 3)
    assert memory.at(timedelta(days=15, hours=3).total_seconds()) == Usual(40.0, 35.0, 3)
    assert memory.at(timedelta(days=1, hours=4).total_seconds()) is None


def test_a_clock_that_is_set_back_closes_the_hour_that_it_leaves() -> None:
    shift_s = 0.0
    memory = Ordinary({}, lambda t_s: MONDAY + t_s + shift_s)
    heard(memory, np.full(HOUR_HOPS - 1, 50.0))
    shift_s = -3 * 3600.0

    learnt = memory.learn(3600.0, 50.0)

    assert learnt == HourLearnt(0, 500, 500, 1)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_whatever_level_an_hour_has_its_record_is_within_range(levels_db: list[float]) -> None:
    memory = ordinary()
    heard(memory, np.resize(levels_db, HOUR_HOPS // 2))

    learnt = memory.finish()

    assert learnt is not None
    assert -2000 <= learnt.l90_ddb <= learnt.l50_ddb <= 2000


@pytest.mark.parametrize("level_db", [float("nan"), float("-inf")])
def test_a_level_that_is_no_number_is_refused(level_db: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        ordinary().learn(0.0, level_db)


def test_a_background_that_remembers_is_warm_before_it_has_heard_anything() -> None:
    background = Background()

    background.remember(Usual(50.0, 45.0, 4))

    assert background.l50_db == pytest.approx(50.0, abs=0.1)
    assert background.l90_db == pytest.approx(45.0, abs=0.3)


def test_a_background_that_has_heard_something_is_not_changed_by_a_memory() -> None:
    background = Background(warm_up_s=HOP_S)
    background.update(60.0, absorb=True)

    background.remember(Usual(50.0, 45.0, 4))

    assert background.l50_db == 60.0
    assert background.usual == Usual(50.0, 45.0, 4)


def test_what_is_heard_soon_outweighs_what_was_remembered() -> None:
    background = Background()
    background.remember(Usual(50.0, 45.0, 4))

    for _ in range(160):
        background.update(56.0, absorb=True)

    assert background.l50_db == 56.0
