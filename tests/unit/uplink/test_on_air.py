"""Rate law of starts (P9): however often `uplink` falls over, it goes on air no more often than the bound counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.airlock.capacity import DAY_S
from node.airlock.gate import STARTS_AT_ONCE, STARTS_EVERY_S
from node.config.settings import Settings
from node.errors import StorageError
from node.ops.clock import FixedClock
from node.uplink.books import Books, open_books
from node.uplink.on_air import OnAir
from node.uplink.store import IN_MEMORY

NODE = Settings.model_validate({"node": {"id": "pole-0042"}})


def books(path: str = IN_MEMORY) -> Books:
    return open_books(NODE, FixedClock(0.0), path)


def on_air_at(books: Books, starts_s: list[float], lives_s: float) -> list[float]:
    """When runs that begin at these instants go on air, each falling over after some seconds."""
    went: list[float] = []
    for start_s in starts_s:
        air = OnAir(books, lambda: went.append(0.0), start_s)
        count = len(went)
        for now_s in (start_s, start_s + lives_s):
            air.look(now_s)
            if len(went) > count:
                went[-1] = now_s
                break
    return went


def most_within_a_day(instants: list[float]) -> int:
    return max((sum(1 for other in instants if 0 <= other - one < DAY_S) for one in instants), default=0)


def test_a_run_goes_on_air_at_once_and_only_once() -> None:
    went: list[float] = []
    air = OnAir(books(), lambda: went.append(1.0), 5.0)
    for now_s in (5.0, 6.0, 7.0):
        air.look(now_s)

    assert went == [1.0]


def test_a_program_that_falls_over_all_day_goes_on_air_as_often_as_the_bound_counts() -> None:
    went = on_air_at(books(), [60.0 * number for number in range(DAY_S // 60 + 120)], 59.0)

    counted = STARTS_AT_ONCE + DAY_S // STARTS_EVERY_S
    assert counted - 2 <= most_within_a_day(went) <= counted


@settings(max_examples=15)
@given(st.lists(st.floats(0.1, 600.0), min_size=1, max_size=700), st.floats(0.0, 400.0))
def test_whatever_the_times_of_the_falls_a_day_has_no_more_runs_on_air(gaps: list[float], lives_s: float) -> None:
    starts, now_s = [], 0.0
    for gap_s in gaps:
        now_s += gap_s + lives_s
        starts.append(now_s)

    assert most_within_a_day(on_air_at(books(), starts, lives_s)) <= STARTS_AT_ONCE + DAY_S // STARTS_EVERY_S


def test_a_run_that_has_to_wait_goes_on_air_when_its_turn_has_come() -> None:
    side = books()
    on_air_at(side, [0.001 * number for number in range(STARTS_AT_ONCE)], 0.0)
    went: list[float] = []
    late = OnAir(side, lambda: went.append(1.0), 1.0)
    late.look(STARTS_EVERY_S - 1.0)
    before = list(went)
    late.look(STARTS_EVERY_S + 1.0)

    assert (before, went) == ([], [1.0])


def test_two_hundred_kills_in_half_an_hour_keep_no_run_off_the_air() -> None:
    starts = [9.0 * number for number in range(201)]

    assert on_air_at(books(), starts, 1.0) == starts


def test_the_allowance_survives_a_power_cut(tmp_path: Path) -> None:
    first = books(str(tmp_path / "outbox.db"))
    on_air_at(first, [0.001 * number for number in range(STARTS_AT_ONCE)], 0.0)
    first.store.close()
    second = books(str(tmp_path / "outbox.db"))

    assert on_air_at(second, [0.5], 0.0) == []


def test_a_full_card_keeps_no_run_off_the_air(monkeypatch: pytest.MonkeyPatch) -> None:
    side, went = books(), [0]
    air = OnAir(side, lambda: went.append(1), 1.0)

    def full(*_: object) -> None:
        raise StorageError("the card is full")

    monkeypatch.setattr(side.store, "write_note", full)
    air.look(1.0)

    assert went == [0, 1]


def test_a_note_that_a_damaged_card_gives_back_keeps_no_run_off_the_air_for_long() -> None:
    kept = books()
    with kept.store.transaction():
        kept.store.write_note("air_ms", 1 << 45)

    assert on_air_at(kept, [0.0], float(STARTS_EVERY_S)) == [float(STARTS_EVERY_S)]
