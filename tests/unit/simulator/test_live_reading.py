"""What a reader makes of messages: made by hand, as they stand on the wire."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from simulator.live.board import StreetClock
from simulator.live.listener import Received
from simulator.pole.devices import Pace
from simulator.trials.reading import Dating, Reading
from simulator.world.street import Street

BEGAN_S = 5000.0
NOW_S = 600.0
"""The street's time at which each test looks."""


@pytest.fixture
def clock() -> StreetClock:
    return StreetClock(Street(1), Pace(BEGAN_S, clock=lambda: BEGAN_S + NOW_S))


@pytest.fixture
def reading(clock: StreetClock) -> Reading:
    return Reading(Dating(clock))


def received(
    topic: str, data: dict[str, Any], number: int | None = None, *, at_s: float = NOW_S, by_clock_s: float = 0.0
) -> Received:
    """A message that came at a street second and names another one, by the wall clock of this machine."""
    wall_s = time.time() - NOW_S
    named = datetime.fromtimestamp(round(wall_s + by_clock_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    message = {"id": f"0000000a-{number or 0:012d}", "time": named, "data": data}
    return Received(topic, "pole", wall_s + at_s, 1, retained=False, message=message if number else {"data": data})


def start(number: int, *, at_s: float = NOW_S, by_clock_s: float = 0.0, **more: Any) -> Received:
    data = {"phase": "start", "incident": f"0000000a-{number:012d}", "delayed": False} | more
    return received("event/noise.spike", data, number, at_s=at_s, by_clock_s=by_clock_s)


def test_a_number_that_never_came_is_lost(reading: Reading) -> None:
    reading.take(start(1))
    reading.take(start(4))

    assert reading.lost == 2


def test_a_birth_document_proves_a_lost_tail(reading: Reading) -> None:
    reading.take(start(1))
    assert reading.lost == 0

    reading.take(received("info", {"epoch": "0000000a", "last_sequence": 3}))

    assert reading.lost == 2


def test_a_summary_proves_what_came_before_it(reading: Reading) -> None:
    reading.take(received("summary", {"last_sequence": 4, "sound_exposure_s": 10}, 5))

    assert reading.lost == 4


def test_two_outboxes_have_numbers_of_their_own(reading: Reading) -> None:
    reading.take(start(1))
    reading.take(received("info", {"epoch": "0000000b", "last_sequence": 2}))

    assert reading.lost == 2


def test_what_comes_twice_counts_once_and_is_a_duplicate(reading: Reading) -> None:
    reading.take(received("summary", {"last_sequence": 0, "sound_exposure_s": 10}, 1))
    reading.take(received("summary", {"last_sequence": 0, "sound_exposure_s": 10}, 1))

    assert (reading.duplicates, reading.changed) == (1, 0)
    assert reading.exposure_s("sound") == 10


def test_a_duplicate_that_is_only_delayed_has_not_changed_and_any_other_has(reading: Reading) -> None:
    reading.take(start(1, confidence="low"))
    reading.take(start(1, confidence="low", delayed=True))
    assert reading.changed == 0

    reading.take(start(1, confidence="high"))

    assert reading.changed == 1


def test_an_incident_is_told_when_its_start_came_and_ends_with_its_end(reading: Reading) -> None:
    reading.take(start(1, at_s=102.0, by_clock_s=100.0))
    end = {"phase": "end", "incident": f"0000000a-{1:012d}"}
    reading.take(received("event/noise.spike", end, 2, at_s=131.0, by_clock_s=130.0))

    (told,) = reading.told
    assert told.kind == "noise.spike"
    assert told.began_s == pytest.approx(100.0, abs=0.6)
    assert told.ended_s == pytest.approx(130.0, abs=0.6)
    assert told.told_s == pytest.approx(102.0, abs=0.1)


def test_an_incident_of_an_unsynced_clock_is_dated_by_its_uptime(reading: Reading) -> None:
    reading.take(start(1, at_s=102.0, by_clock_s=-1e9, uptime_s=int(BEGAN_S) + 100))

    assert reading.told[0].began_s == pytest.approx(100.0, abs=0.6)


@pytest.mark.parametrize("shift_s", [3600.0, -3600.0])
def test_an_incident_of_a_clock_that_was_set_is_dated_by_how_far_it_was_wrong(
    clock: StreetClock, shift_s: float
) -> None:
    reading = Reading(Dating(clock, (0.0, 3600.0, -3600.0)))

    reading.take(start(1, at_s=102.0, by_clock_s=100.0 + shift_s))

    assert reading.told[0].began_s == pytest.approx(100.0, abs=0.6)


def test_a_delayed_incident_of_a_right_clock_keeps_its_own_time(clock: StreetClock) -> None:
    reading = Reading(Dating(clock, (0.0, 3600.0)))

    reading.take(start(1, at_s=400.0, by_clock_s=100.0))

    assert reading.told[0].began_s == pytest.approx(100.0, abs=0.6)


def test_a_message_that_says_nothing_changes_nothing(reading: Reading) -> None:
    reading.take(received("event/noise.spike", {}))
    reading.take(received("info", {}))
    reading.take(received("state", {"online": True}))

    assert (reading.told, reading.lost, reading.duplicates) == ([], 0, 0)
