"""Rate law: a hostile `sense` that floods the airlock for a day gets out no more than the bound of T1 assumes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.airlock import gate
from node.airlock.capacity import DAY_S
from node.airlock.gate import HEALTH_CHANGES_AT_ONCE
from node.airlock.record import IncidentBegan, IncidentEnded
from node.config.policy import Policy
from node.contract.envelope import EventMessage
from node.contract.topics import HEALTH_INTERVAL_S
from node.contract.words import KINDS, Kind, Severity
from node.uplink.health import Pace
from node.uplink.intake import Taken
from node.uplink.store import IN_MEMORY
from tests.unit.uplink.conftest import Side

MODERATE, SEVERE = KINDS[Kind.SOUND_SCREAM].code, KINDS[Kind.SOUND_GUNSHOT].code
STEP_S = 90


def phases(taken: Taken) -> list[str]:
    return [message.data.phase for message in taken.released if isinstance(message, EventMessage)]


def flood(side: Side, code: int, until_s: int, first: int = 1) -> Iterator[tuple[int, str]]:
    """One incident after the other, each with its end, and all that leaves: when, and which phase."""
    for number, at_s in enumerate(range(0, until_s, STEP_S), first):
        for sequence, body in (
            (2 * number - 1, IncidentBegan(code, number, 2, 0b111)),
            (2 * number, IncidentEnded(number, 0, 77, 33)),
        ):
            yield from ((at_s, phase) for phase in phases(side.take(body, at_s + 40, sequence=sequence)))


def most_within(instants: list[int], span_s: int) -> int:
    return max((sum(1 for other in instants if 0 <= other - one < span_s) for one in instants), default=0)


@pytest.fixture
def flooded() -> list[tuple[int, str]]:
    return list(flood(Side(Path(IN_MEMORY)), SEVERE, DAY_S + 7200))


def test_a_flood_of_a_day_gets_out_as_many_incidents_as_the_bound_counts(flooded: list[tuple[int, str]]) -> None:
    starts = [at_s for at_s, phase in flooded if phase == "start"]
    ends = [at_s for at_s, phase in flooded if phase == "end"]

    assert most_within(starts, 600) == Policy().incidents_per_10_min
    assert most_within(starts, DAY_S) == Policy().incidents_per_day
    assert most_within(ends, DAY_S) <= Policy().incidents_per_day


def test_this_law_notices_a_gate_without_caps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "may_begin", lambda *_: None)
    starts = [at_s for at_s, phase in flood(Side(Path(IN_MEMORY)), SEVERE, 3600) if phase == "start"]

    assert most_within(starts, 600) > Policy().incidents_per_10_min


def test_a_day_of_lesser_incidents_leaves_room_for_a_shot() -> None:
    side = Side(Path(IN_MEMORY))
    lesser = [phase for _, phase in flood(side, MODERATE, DAY_S - STEP_S)]
    shot = side.take(IncidentBegan(SEVERE, 99_999, 2, 1), DAY_S - 1, sequence=99_999)

    assert lesser.count("start") == Policy().incidents_per_day - gate.KEPT_PER_DAY[Severity.MODERATE]
    assert phases(shot) == ["start"]


def test_a_code_that_changes_every_second_leaves_as_often_as_the_bound_counts() -> None:
    pace, told = Pace(), 0
    for now_s in range(DAY_S):
        if pace.is_due(float(now_s), changed=True):
            pace.published(float(now_s))
            told += 1

    assert told <= 2 * (DAY_S // HEALTH_INTERVAL_S) + HEALTH_CHANGES_AT_ONCE


def test_a_window_is_told_once_however_often_sense_tells_of_it() -> None:
    side = Side(Path(IN_MEMORY))
    told = [message for now_s in range(0, 7200, 60) for message in side.close(float(now_s))]

    assert len({message.time for message in told}) == len(told) == 7
