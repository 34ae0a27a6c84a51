"""Each window is told once, whatever happens to the clock and to sensing."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.airlock.record import IncidentBegan, WindowSensed, ranges
from node.contract.envelope import Numbered, SummaryMessage
from node.contract.summary import LevelsDb
from node.contract.words import ClockQuality
from node.ops.clock import FixedClock
from node.uplink.summaries import MAX_EMPTY_WINDOWS
from node.uplink.windows import index_of, merge
from tests.unit.uplink.conftest import Side

SENSED = WindowSensed(900, 880, 450, 1, 600, 700, 620, 590, 500)


def told(messages: list[Numbered]) -> list[tuple[str, int]]:
    return [
        (message.time[11:16], message.data.sound_exposure_s)
        for message in messages
        if isinstance(message, SummaryMessage)
    ]


def test_a_window_is_told_once_with_what_was_sensed_in_it(side: Side) -> None:
    side.close(1)
    side.take(SENSED, 900.1, sequence=1)

    assert told(side.close(906)) == [("12:00", 880)]
    assert told(side.close(907)) == []


def test_a_window_is_not_told_before_sense_has_told_everything_up_to_its_end(side: Side) -> None:
    side.close(1)

    assert told(side.summaries.close(899.9, 2000.0)) == []


def test_a_window_without_a_word_from_sense_is_told_with_no_exposure(side: Side) -> None:
    side.close(1)

    assert told(side.close(1806)) == [("12:00", 0), ("12:15", 0)]


def test_a_part_that_comes_after_its_window_was_told_is_counted_and_not_told(side: Side) -> None:
    side.close(1)
    side.close(906)

    assert side.take(SENSED, 900.1, sequence=1, now_s=950).acknowledge == 1
    assert told(side.close(951)) == []
    assert side.intake.lost == 1


def test_a_restart_at_the_bound_of_a_window_loses_nothing_of_it(side: Side) -> None:
    side.close(1)
    side.now_s = 902
    side.reopen()
    side.take(SENSED, 900.1, sequence=1, now_s=903)

    assert told(side.close(905)) == [("12:00", 880)]


def test_a_clock_that_was_set_back_counts_no_incident_twice(side: Side) -> None:
    side.close(1)
    side.take(IncidentBegan(1, 1, 1, 1), 10, sequence=1)
    first = side.close(906)[0]
    side.clock._start_wall_s -= 1800
    side.close(907)
    again = [message for step in range(1, 5) for message in side.close(907.0 + 900 * step)]

    assert first.data.model_dump()["counts"]["noise.spike"] == 1
    assert [message.data.model_dump()["counts"]["noise.spike"] for message in again] == [0] * len(again)
    assert [message.time[11:16] for message in again] == ["12:15", "12:30"]


def test_what_was_sensed_with_an_unsynced_clock_stays_unsynced_when_it_is_told(side: Side) -> None:
    class Unsynced(FixedClock):
        def quality(self) -> ClockQuality:
            return ClockQuality.UNSYNCED

    synced = side.clock
    side.clock = Unsynced(0.0)
    side.reopen()
    side.take(SENSED, 900.1, sequence=1)
    side.clock = synced
    side.reopen()
    message = side.close(2000)[0]

    assert isinstance(message, SummaryMessage)
    assert (message.data.clock, message.data.uptime_s) == (ClockQuality.UNSYNCED, 900)


def test_what_was_sensed_in_windows_of_another_length_is_told_as_such(side: Side) -> None:
    side.take(WindowSensed(200, 180, 0, 1, 600, 700, 620, 590, 500), 250, sequence=1)
    side.window_s = 10
    side.reopen()
    message = side.waiting()[0]

    assert isinstance(message, SummaryMessage)
    assert (message.time[11:16], message.data.window_s, message.data.sound_exposure_s) == ("12:00", 900, 180)
    assert told(side.close(271.5)) == [("12:04", 0), ("12:04", 0)]


def test_a_window_in_progress_at_the_first_start_is_not_told_before_its_end(side: Side) -> None:
    assert told(side.close(1)) == []
    assert told(side.close(600)) == []


def test_a_clock_that_jumps_far_ahead_makes_no_flood_of_empty_windows(side: Side) -> None:
    side.close(1)

    assert told(side.close(900.0 * (MAX_EMPTY_WINDOWS + 50))) == []


def test_a_clock_that_was_set_back_goes_on_telling(side: Side) -> None:
    side.close(900_000)
    side.close(1)

    assert told(side.close(906)) == [("12:00", 0)]


def test_a_restart_does_not_tell_a_window_twice(side: Side) -> None:
    side.close(1)
    side.close(906)
    side.reopen()

    assert told(side.close(907)) == []


def test_a_summary_counts_the_incidents_that_began_in_its_window(side: Side) -> None:
    side.close(1)
    side.take(IncidentBegan(1, 1, 1, 1), 10, sequence=1)
    side.take(IncidentBegan(1, 2, 1, 1), 20, sequence=2)
    message = side.close(906)[0]

    assert isinstance(message, SummaryMessage)
    assert (message.data.counts.noise_spike, message.data.last_sequence) == (2, 2)


@pytest.mark.parametrize("wrong_by_s", [-1_767_268_800, -7200, 3600, 7200], ids=str)
def test_an_incident_that_a_wrong_clock_dated_counts_in_the_next_summary(side: Side, wrong_by_s: int) -> None:
    side.close(905.0)
    right_s = side.clock._start_wall_s
    side.clock._start_wall_s += wrong_by_s
    side.take(IncidentBegan(1, 7, 1, 1), 1000.0, sequence=1)
    side.clock._start_wall_s = right_s

    counted = [message.data.counts.noise_spike for message in side.close(1900.0) if isinstance(message, SummaryMessage)]
    assert sum(counted) == 1
    assert [m for m in side.close(2800.0) if isinstance(m, SummaryMessage) and m.data.counts.noise_spike] == []


def test_two_stretches_of_one_window_are_told_as_one(side: Side) -> None:
    side.close(1)
    side.take(WindowSensed(300, 300, 0, 1, 600, 650, 610, 590, 500), 300, sequence=1)
    side.take(WindowSensed(600, 600, 600, 1, 720, 800, 710, 690, 600), 900.1, sequence=1, epoch=10)
    message = side.close(906)[0]

    assert isinstance(message, SummaryMessage)
    assert (message.data.sound_exposure_s, message.data.sight_exposure_s) == (900, 600)
    assert message.data.levels == LevelsDb(
        calibration="nominal", laeq_db=70, lafmax_db=80, l10_db=68, l50_db=66, l90_db=57
    )


def test_the_rest_of_a_window_is_told_at_the_end_of_a_file(side: Side) -> None:
    side.close(1)
    side.take(WindowSensed(200, 180, 0, 1, 600, 700, 620, 590, 500), 200, sequence=1)

    assert told(side.summaries.finish(200)) == [("12:00", 180)]


def test_a_record_belongs_to_the_window_that_holds_its_middle() -> None:
    assert index_of(900.1, SENSED, 900) == 0
    assert index_of(1800.0, SENSED, 900) == 1


@st.composite
def any_stretch(draw: st.DrawFn) -> WindowSensed:
    return WindowSensed(**{name: draw(st.integers(r.low, r.high)) for name, r in ranges(WindowSensed).items()})


@given(any_stretch(), any_stretch())
def test_merged_stretches_stay_inside_the_range_of_a_record(one: WindowSensed, other: WindowSensed) -> None:
    merged = merge(one, other)

    assert all(r.low <= getattr(merged, name) <= r.high for name, r in ranges(WindowSensed).items())


@given(st.integers(1, 1800), st.integers(1, 1800), st.integers(0, 1200), st.integers(0, 1200))
def test_merged_laeq_is_the_mean_energy_over_all_exposure(a_s: int, b_s: int, a_ddb: int, b_ddb: int) -> None:
    merged = merge(
        WindowSensed(a_s, a_s, 0, 1, a_ddb, 0, 0, 0, 0),
        WindowSensed(b_s, b_s, 0, 1, b_ddb, 0, 0, 0, 0),
    )
    energy = (a_s * 10 ** (a_ddb / 100) + b_s * 10 ** (b_ddb / 100)) / (a_s + b_s)

    assert abs(merged.laeq_ddb - 100 * math.log10(energy)) <= 0.5


def test_stretches_of_different_calibration_keep_the_longer_one() -> None:
    merged = merge(WindowSensed(300, 300, 0, 1, 600, 650, 610, 590, 500), WindowSensed(60, 60, 60, 0, -300, 0, 0, 0, 0))

    assert (merged.calibration, merged.laeq_ddb, merged.sound_exposure_s) == (1, 600, 300)


def test_a_new_outbox_tells_what_sense_gathered_before_it(side: Side) -> None:
    side.now_s = 5000
    side.store.run("DELETE FROM meta WHERE key IN ('window_s', 'last_window', 'told_window')")
    side.reopen()
    side.take(SENSED, 900.1, sequence=1, now_s=5000)

    assert told(side.close(5402)) == [("12:00", 880), ("13:15", 0)]


def test_a_clock_that_was_set_back_tells_no_window_again_as_empty(side: Side) -> None:
    side.close(1)
    side.take(SENSED, 900.1, sequence=1)
    first = told(side.close(906))
    side.clock._start_wall_s -= 1800
    again = [window for step in range(1, 4) for window in told(side.close(907.0 + 900 * step))]

    assert first == [("12:00", 880)]
    assert ("12:00", 0) not in again


def test_an_incident_that_is_dated_back_into_a_told_window_counts_in_the_next(side: Side) -> None:
    side.close(1)
    side.close(902)
    side.take(IncidentBegan(1, 1, 1, 1), 899.5, sequence=1, now_s=902)
    message = side.close(1802)[0]

    assert message.data.model_dump()["counts"]["noise.spike"] == 1
