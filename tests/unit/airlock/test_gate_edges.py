"""The gate at its edges: its numbers as a table, caps that are already passed, roundings and clamps, every field."""

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.airlock import gate
from node.airlock.gate import Held, Ledger, Stamp, Tally, may_begin
from node.airlock.record import IncidentBegan, IncidentEnded, WindowSensed
from node.config.policy import Policy, TimeResolution
from node.contract.event import IncidentEnd, IncidentStart
from node.contract.summary import Counts, LevelsDb, LevelsDbfs, Summary
from node.contract.words import Category, ClockQuality, Confidence, EndReason, Evidence, Kind, Severity

STAMP = Stamp(ClockQuality.SYNCED, None)
LATER = Stamp(ClockQuality.UNSYNCED, 77)
ID = "0000002a-000000000001"
NOTHING = Tally({}, 0, 0)


def window(calibration: int = 1, level_ddb: int = 600, sound_s: int = 900) -> WindowSensed:
    return WindowSensed(900, sound_s, 450, calibration, *[level_ddb] * 5)


def test_the_numbers_of_the_gate_are_those_of_its_rules() -> None:
    assert (gate.TICK_S, gate.BACK_S, gate.HEALTH_CHANGES_AT_ONCE) == (0.25, 10, 4)
    assert (gate.STARTS_AT_ONCE, gate.STARTS_EVERY_S) == (300, 300)
    assert (gate.TEN_MINUTES_MS, gate.DAY_MS) == (10 * 60 * 1000, 24 * 60 * 60 * 1000)
    assert [gate.KEPT_PER_10_MIN[one] for one in (Severity.SEVERE, Severity.MODERATE, Severity.MINOR)] == [0, 1, 2]
    assert [gate.KEPT_PER_DAY[one] for one in (Severity.SEVERE, Severity.MODERATE, Severity.MINOR)] == [0, 30, 60]


@pytest.mark.parametrize("severity", list(Severity))
@pytest.mark.parametrize(
    ("ledger", "held"), [(Ledger(9, 9), Held.RATE_10_MIN), (Ledger(0, 400), Held.RATE_DAY)], ids=["10 min", "day"]
)
def test_a_cap_that_is_passed_already_stays_closed(severity: Severity, ledger: Ledger, held: Held) -> None:
    assert may_begin(Policy(), ledger, severity) is held


@pytest.mark.parametrize(("cap", "open_to_minor"), [(1, 1), (2, 1), (3, 2), (4, 2)])
def test_no_more_than_half_of_a_small_cap_is_kept_for_the_more_severe(cap: int, open_to_minor: int) -> None:
    policy = Policy(incidents_per_10_min=cap)

    assert may_begin(policy, Ledger(open_to_minor - 1, 0), Severity.MINOR) is None
    assert may_begin(policy, Ledger(open_to_minor, 0), Severity.MINOR) is Held.RATE_10_MIN


@pytest.mark.parametrize(
    ("resolution_s", "wall_s", "told_s"),
    [(1, 99.49, 99.0), (1, 99.5, 100.0), (10, 94.9, 90.0), (10, 95.0, 100.0), (60, 89.9, 60.0), (60, 90.0, 120.0)],
)
def test_half_a_step_is_told_as_the_next_one(resolution_s: TimeResolution, wall_s: float, told_s: float) -> None:
    assert gate.told_s(Policy(time_resolution_s=resolution_s), wall_s) == told_s


@pytest.mark.parametrize(
    ("wall_s", "arrival"),
    [
        (100.499, 499),
        (100.4994, 499),
        (100.4999, 499),
        (100.498, 498),
        (100.999, -1),
        (101.0, 0),
        (100.4004, 400),
        (100.4006, 401),
    ],
)
def test_a_bang_arrives_at_a_whole_millisecond_and_never_half_a_second_late(wall_s: float, arrival: int) -> None:
    assert gate.arrival_ms(Policy(arrival_ms=True), Kind.SOUND_GUNSHOT, wall_s) == arrival


@given(st.integers(-500, 498), st.integers(0, 2_000_000_000))
def test_a_bang_between_two_seconds_arrives_at_its_own_millisecond(ms: int, second: int) -> None:
    assert gate.arrival_ms(Policy(arrival_ms=True), Kind.SOUND_IMPULSE, second + ms / 1000) == ms


def test_a_start_says_its_kind_its_time_and_nothing_of_its_own() -> None:
    told = gate.begin(IncidentBegan(3, 9, 1, 0), ID, LATER, 5)

    assert told == IncidentStart(
        kind=Kind.SOUND_GUNSHOT, category=Category.POSSIBLE_GUNFIRE, incident=ID, clock=ClockQuality.UNSYNCED,
        uptime_s=77, delayed=False, severity=Severity.SEVERE, confidence=Confidence.MEDIUM, evidence=(),
        arrival_ms=None,
    )  # fmt: skip


@pytest.mark.parametrize(("code", "confidence"), [(0, Confidence.LOW), (1, Confidence.MEDIUM), (2, Confidence.HIGH)])
def test_each_confidence_has_its_code(code: int, confidence: Confidence) -> None:
    assert gate.begin(IncidentBegan(1, 1, code, 0), ID, STAMP).confidence is confidence


@pytest.mark.parametrize(("bit", "word"), list(enumerate(Evidence)))
def test_each_word_of_evidence_has_its_bit(bit: int, word: Evidence) -> None:
    assert gate.begin(IncidentBegan(1, 1, 0, 1 << bit), ID, STAMP).evidence == (word,)


def test_of_more_than_three_words_the_first_three_are_told() -> None:
    told = gate.begin(IncidentBegan(1, 1, 0, 2 ** len(Evidence) - 1), ID, STAMP)

    assert told.evidence == tuple(sorted(Evidence))[:3]


@pytest.mark.parametrize(("code", "reason"), [(0, EndReason.ENDED), (1, EndReason.STOPPED)])
def test_an_end_says_why_how_long_and_how_loud(code: int, reason: EndReason) -> None:
    told = gate.end(IncidentEnded(9, code, 121, 31), Kind.SOUND_SIREN, ID, LATER)

    assert told == IncidentEnd(
        kind=Kind.SOUND_SIREN, category=Category.EMERGENCY_VEHICLE, incident=ID, clock=ClockQuality.UNSYNCED,
        uptime_s=77, delayed=False, reason=reason, duration_at_least_s=120, peak_over_background_at_least_db=30,
    )  # fmt: skip


def test_a_lost_incident_says_that_nothing_is_known() -> None:
    told = gate.lose(Kind.SOUND_SIREN, ID, STAMP)

    assert told == IncidentEnd(
        kind=Kind.SOUND_SIREN, category=Category.EMERGENCY_VEHICLE, incident=ID, clock=ClockQuality.SYNCED,
        uptime_s=None, delayed=False, reason=EndReason.LOST, duration_at_least_s=0, peak_over_background_at_least_db=0,
    )  # fmt: skip


def test_a_summary_says_all_of_its_window_and_nothing_of_its_own() -> None:
    tally = Tally({Kind.SOUND_HORN_OR_ALARM: 2}, 5, 41)

    assert gate.summarise(window(calibration=2), 900, tally, LATER) == Summary(
        window_s=900, sound_exposure_s=900, sight_exposure_s=450,
        levels=LevelsDb(calibration="calibrator", laeq_db=60, lafmax_db=60, l10_db=60, l50_db=60, l90_db=60),
        counts=Counts.of({Kind.SOUND_HORN_OR_ALARM: 2}), held_back=3, last_sequence=41,
        clock=ClockQuality.UNSYNCED, uptime_s=77, delayed=False,
    )  # fmt: skip


@pytest.mark.parametrize(("sight_s", "told"), [(0, None), (1, 15)])
def test_a_count_of_people_is_told_only_of_a_window_in_which_something_was_seen(sight_s: int, told: int | None) -> None:
    sensed = WindowSensed(900, 900, sight_s, 1, *[600] * 5)

    assert gate.summarise(sensed, 900, Tally({}, 0, 0, 15), STAMP).people_at_least == told


def test_a_window_without_anything_sensed_counts_nobody() -> None:
    assert gate.summarise(None, 900, Tally({}, 0, 0, 15), STAMP).people_at_least is None


def test_exposure_is_never_longer_than_the_window() -> None:
    told = gate.summarise(WindowSensed(900, 800, 700, 1, *[600] * 5), 600, NOTHING, STAMP)

    assert (told.sound_exposure_s, told.sight_exposure_s) == (600, 600)


def test_levels_of_a_window_in_which_nothing_was_heard_are_left_out() -> None:
    told = gate.summarise(window(sound_s=0), 900, NOTHING, STAMP)

    assert (told.levels, told.sight_exposure_s) == (None, 450)


@pytest.mark.parametrize(
    ("level_ddb", "level_db"),
    [(604, 60), (605, 61), (0, 0), (-1, 0), (-2000, 0), (1499, 150), (1504, 150), (2000, 150)],
)
def test_a_level_is_told_to_the_nearest_decibel_from_0_to_150(level_ddb: int, level_db: int) -> None:
    told = gate.summarise(window(level_ddb=level_ddb), 900, NOTHING, STAMP)

    assert told.levels == LevelsDb(
        calibration="nominal", laeq_db=level_db, lafmax_db=level_db, l10_db=level_db, l50_db=level_db, l90_db=level_db
    )


@pytest.mark.parametrize(
    ("level_ddb", "level_dbfs"),
    [(-604, -60), (-605, -60), (-606, -61), (4, 0), (2000, 0), (-1496, -150), (-1490, -149), (-2000, -150)],
)
def test_a_level_under_full_scale_is_told_to_the_nearest_decibel_down_to_minus_150(
    level_ddb: int, level_dbfs: int
) -> None:
    told = gate.summarise(window(calibration=0, level_ddb=level_ddb), 900, NOTHING, STAMP)

    assert told.levels == LevelsDbfs(
        calibration="none", laeq_dbfs=level_dbfs, lafmax_dbfs=level_dbfs, l10_dbfs=level_dbfs, l50_dbfs=level_dbfs,
        l90_dbfs=level_dbfs,
    )  # fmt: skip


def test_what_the_gate_was_told_cannot_be_changed_on_the_way() -> None:
    for facts, name in ((Ledger(0, 0), "in_day"), (Stamp(ClockQuality.SYNCED, None), "clock"), (NOTHING, "held_back")):
        with pytest.raises(FrozenInstanceError):
            setattr(facts, name, 1)
        assert not hasattr(facts, "__dict__")
