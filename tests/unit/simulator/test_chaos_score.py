"""The score of a run of chaos on readings made by hand: whatever is wrong is seen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from node.contract.words import KIND_OF_CODE
from simulator.forecaster.said import read
from simulator.forecaster.shelf import Shelf
from simulator.live.chaos_plan import kind_code
from simulator.live.chaos_score import Recovery, Result, Run, count_missing, judge

SEED = 11
TOLD = 3
NAMES = [(number, phase) for number in range(1, TOLD + 1) for phase in ("start", "end")]


def message(number: int, phase: str, *, sequence: int | None = None, kind: str = "") -> tuple[str, bytes]:
    start = 2 * number - 1
    kind = kind or KIND_OF_CODE[kind_code(SEED, number)].value
    own = sequence if sequence is not None else start + (phase == "end")
    incident = own if sequence is not None and phase == "start" else start
    data = {"kind": kind, "phase": phase, "incident": f"0000002a-{incident:012d}"}
    return f"polewatch/v1/pole-chaos/event/{kind}", json.dumps({"id": f"0000002a-{own:012d}", "data": data}).encode()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "reader.db")


def judged(
    shelf: Shelf,
    *messages: tuple[str, bytes],
    leaked: int = 0,
    recoveries: tuple[Recovery, ...] = (Recovery(0.0, 1.0), Recovery(0.0, 2.0)),
) -> Result:
    birth = json.dumps({"id": "x", "data": {"epoch": "0000002a", "last_sequence": 0}}).encode()
    came = [read("polewatch/v1/pole-chaos/info", birth), *(read(*one) for one in messages)]
    shelf.put((said, 1.0) for said in came if said is not None)
    return judge(shelf, Run(TOLD, SEED, leaked, recoveries))


def test_a_reading_with_everything_in_order_holds(shelf: Shelf) -> None:
    result = judged(shelf, *(message(*name) for name in NAMES))

    assert result.holds
    assert result.as_json() == {
        "events": 6, "delivered": 6, "lost": 0, "duplicate_ids": 0, "reordered": 0,
        "recover_p99_s": 2.0, "recover_long_p99_s": None, "recoveries": 2,
    }  # fmt: skip


def test_outages_of_more_than_a_minute_have_a_percentile_of_their_own(shelf: Shelf) -> None:
    recoveries = (Recovery(0.0, 1.0), Recovery(60.0, 4.0), Recovery(60.1, 30.0), Recovery(120.0, 40.0))
    said = judged(shelf, *(message(*name) for name in NAMES), recoveries=recoveries).as_json()

    assert (said["recover_p99_s"], said["recover_long_p99_s"]) == (4.0, 40.0)


@pytest.mark.parametrize("name", NAMES, ids=str)
def test_one_message_that_did_not_come_is_lost(shelf: Shelf, name: tuple[int, str]) -> None:
    result = judged(shelf, *(message(*one) for one in NAMES if one != name))

    assert result.lost == 1
    assert not result.holds


def test_an_incident_that_is_told_twice_hides_none_that_is_lost(shelf: Shelf) -> None:
    kinds = {KIND_OF_CODE[kind_code(SEED, number)].value for number in (1, 2, 3)}
    other = next(kind.value for kind in KIND_OF_CODE.values() if kind.value not in kinds)
    result = judged(
        shelf, *(message(*one) for one in NAMES[:-2]), message(9, "start", kind=other), message(9, "end", kind=other)
    )

    assert result.delivered == 6
    assert result.lost == 2


def test_an_end_that_came_before_its_start_is_reordered(shelf: Shelf) -> None:
    result = judged(shelf, *(message(*name) for name in reversed(NAMES)))

    assert result.reordered == TOLD
    assert not result.holds


def test_an_end_without_its_start_is_reordered_and_the_start_lost(shelf: Shelf) -> None:
    result = judged(shelf, *(message(*name) for name in NAMES if name != (2, "start")))

    assert (result.reordered, result.lost) == (1, 1)


def test_a_message_that_came_twice_under_its_id_is_counted_and_no_fault(shelf: Shelf) -> None:
    result = judged(shelf, *(message(*name) for name in [*NAMES, NAMES[2]]))

    assert result.duplicate_ids == 1
    assert result.holds


def test_a_number_that_nobody_has_told_of_makes_a_reading_incomplete(shelf: Shelf) -> None:
    birth = json.dumps({"id": "x", "data": {"epoch": "0000002a", "last_sequence": 9}}).encode()
    result = judged(shelf, *(message(*name) for name in NAMES), ("polewatch/v1/pole-chaos/info", birth))

    assert result.lost == 0
    assert not result.holds


def test_what_was_missing_until_a_reader_asked_is_lost_although_it_came(shelf: Shelf) -> None:
    result = judged(shelf, *(message(*name) for name in NAMES), leaked=4)

    assert result.lost == 4
    assert result.faults() == ["4 messages were lost"]


@pytest.mark.parametrize(
    ("recovery", "holds"),
    [
        (Recovery(0.0, 10.0), True),
        (Recovery(60.0, 10.1), False),
        (Recovery(61.0, 70.0), True),
        (Recovery(61.0, 70.1), False),
    ],
    ids=str,
)
def test_a_node_that_comes_back_too_late_does_not_hold(shelf: Shelf, recovery: Recovery, holds: object) -> None:
    result = judged(shelf, *(message(*name) for name in NAMES), recoveries=(recovery,))

    assert result.holds is holds
    assert len(result.faults()) == (0 if holds else 1)


def test_what_is_missing_is_counted_by_its_numbers(shelf: Shelf) -> None:
    judged(shelf, *(message(*name) for name in NAMES if name not in {(1, "end"), (2, "start")}))

    assert count_missing(shelf) == 2
