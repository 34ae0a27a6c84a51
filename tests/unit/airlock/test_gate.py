"""The gate: what it lets through, what it keeps back, and how coarse it speaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.airlock import gate
from node.airlock.gate import Held, Ledger, Stamp, Tally, may_begin
from node.airlock.record import IncidentBegan, IncidentEnded, WindowSensed, ranges
from node.config.policy import Policy, TimeResolution
from node.contract.summary import LevelsDb, LevelsDbfs
from node.contract.words import ClockQuality, Confidence, EndReason, Evidence, Kind, Severity

STAMP = Stamp(ClockQuality.SYNCED, None)
ID = "0000002a-000000000001"


def window(**changes: int) -> WindowSensed:
    facts = {
        "span_s": 900,
        "sound_exposure_s": 900,
        "sight_exposure_s": 450,
        "calibration": 1,
        "laeq_ddb": 604,
        "lafmax_ddb": 815,
        "l10_ddb": 640,
        "l50_ddb": 585,
        "l90_ddb": 511,
    }
    return WindowSensed(**(facts | changes))


@pytest.mark.parametrize(
    ("ledger", "held"),
    [
        (Ledger(0, 0), None),
        (Ledger(3, 149), None),
        (Ledger(4, 4), Held.RATE_10_MIN),
        (Ledger(0, 150), Held.RATE_DAY),
    ],
)
def test_a_severe_incident_is_kept_back_exactly_when_a_cap_is_reached(ledger: Ledger, held: Held | None) -> None:
    assert may_begin(Policy(), ledger, Severity.SEVERE) is held


@pytest.mark.parametrize(
    ("severity", "ledger", "held"),
    [
        (Severity.MODERATE, Ledger(2, 119), None),
        (Severity.MODERATE, Ledger(3, 3), Held.RATE_10_MIN),
        (Severity.MODERATE, Ledger(0, 120), Held.RATE_DAY),
        (Severity.MINOR, Ledger(1, 89), None),
        (Severity.MINOR, Ledger(2, 2), Held.RATE_10_MIN),
        (Severity.MINOR, Ledger(0, 90), Held.RATE_DAY),
    ],
)
def test_the_less_severe_leave_a_share_of_each_cap_to_the_more_severe(
    severity: Severity, ledger: Ledger, held: Held | None
) -> None:
    assert may_begin(Policy(), ledger, severity) is held


@given(st.integers(0, 4), st.integers(0, 150), st.sampled_from(list(Severity)))
def test_a_cap_is_never_all_kept_for_others(per_10_min: int, per_day: int, severity: Severity) -> None:
    held = may_begin(Policy(per_10_min, per_day), Ledger(0, 0), severity)

    assert (held is None) == (per_10_min > 0 and per_day > 0)


@pytest.mark.parametrize(("ten_minutes", "day"), [(5, 150), (4, 151), (-1, 150), (4, -1)])
def test_no_policy_is_looser_than_the_floor(ten_minutes: int, day: int) -> None:
    with pytest.raises(ValueError, match=r"equal to (0|4|150)"):
        Policy(ten_minutes, day)


def test_a_kind_that_the_policy_does_not_name_may_not_be_told() -> None:
    policy = Policy(kinds=frozenset({Kind.SOUND_SIREN}))

    assert [kind for kind in Kind if gate.may_tell(policy, kind)] == [Kind.SOUND_SIREN]


@given(st.floats(0, 4e9), st.sampled_from([1, 10, 60]))
def test_a_time_is_told_on_the_grid_of_the_policy_and_at_most_half_a_step_off(
    wall_s: float, resolution_s: TimeResolution
) -> None:
    told_s = gate.told_s(Policy(time_resolution_s=resolution_s), wall_s)

    assert told_s % resolution_s == 0
    assert abs(told_s - wall_s) <= resolution_s / 2 + 1e-6


@pytest.mark.parametrize(
    ("policy", "kind"),
    [
        (Policy(), Kind.SOUND_GUNSHOT),
        (Policy(arrival_ms=True), Kind.NOISE_SPIKE),
        (Policy(arrival_ms=True, time_resolution_s=10), Kind.SOUND_GUNSHOT),
    ],
    ids=["default policy", "no bang", "coarse times"],
)
def test_no_milliseconds_are_told_unless_the_policy_allows_them_for_a_bang(policy: Policy, kind: Kind) -> None:
    assert gate.arrival_ms(policy, kind, 1_000_000.25) is None


@pytest.mark.parametrize(("wall_s", "told_s", "arrival"), [(100.25, 100, 250), (100.75, 101, -250), (100.5, 101, -500)])
def test_a_bang_arrives_within_half_a_second_of_the_time_that_is_told(wall_s: float, told_s: int, arrival: int) -> None:
    policy = Policy(arrival_ms=True)

    assert gate.told_s(policy, wall_s) == told_s
    assert gate.arrival_ms(policy, Kind.SOUND_IMPULSE, wall_s) == arrival


@given(st.floats(0, 4e9))
def test_any_arrival_makes_a_valid_message(wall_s: float) -> None:
    arrival = gate.arrival_ms(Policy(arrival_ms=True), Kind.SOUND_GUNSHOT, wall_s)
    told = gate.begin(IncidentBegan(3, 1, 0, 0), ID, STAMP, arrival)

    assert told.arrival_ms == arrival
    assert arrival is not None


def test_an_arrival_by_a_clock_that_is_not_synced_is_left_out() -> None:
    assert gate.begin(IncidentBegan(3, 1, 0, 0), ID, Stamp(ClockQuality.HOLDOVER, None), 7).arrival_ms is None


def test_a_start_says_the_words_of_its_bits_in_their_one_order() -> None:
    told = gate.begin(IncidentBegan(1, 5, 2, 0b111), ID, STAMP)

    assert told.evidence == (Evidence.LEVEL_RISE, Evidence.SUSTAINED, Evidence.VOICE_BAND)
    assert told.confidence is Confidence.HIGH
    assert told.kind is Kind.NOISE_SPIKE


@given(st.integers(0, 2**12 - 1), st.integers(0, 2))
def test_a_start_has_at_most_three_words_whatever_the_bits_are(bits: int, confidence: int) -> None:
    assert len(gate.begin(IncidentBegan(1, 5, confidence, bits), ID, STAMP).evidence) <= 3


def test_an_end_tells_duration_and_peak_in_steps() -> None:
    told = gate.end(IncidentEnded(5, 0, 77, 14), Kind.NOISE_SPIKE, ID, STAMP)

    assert (told.duration_at_least_s, told.peak_over_background_at_least_db) == (60, 12)
    assert told.reason is EndReason.ENDED


def test_a_lost_incident_tells_no_duration() -> None:
    told = gate.lose(Kind.NOISE_SPIKE, ID, STAMP)

    assert (told.reason, told.duration_at_least_s) == (EndReason.LOST, 0)


def test_a_summary_tells_levels_in_whole_decibels() -> None:
    told = gate.summarise(window(), 900, Tally({Kind.NOISE_SPIKE: 7}, 1, 9), STAMP)

    assert told.levels == LevelsDb(calibration="nominal", laeq_db=60, lafmax_db=82, l10_db=64, l50_db=59, l90_db=51)
    assert (told.counts.noise_spike, told.held_back, told.last_sequence) == (3, 1, 9)


def test_levels_of_an_uncalibrated_microphone_are_dbfs() -> None:
    told = gate.summarise(window(calibration=0, laeq_ddb=-604), 900, Tally({}, 0, 0), STAMP)

    assert isinstance(told.levels, LevelsDbfs)
    assert told.levels.laeq_dbfs == -60


def test_a_window_in_which_nothing_was_sensed_says_so() -> None:
    told = gate.summarise(None, 900, Tally({}, 0, 0), STAMP)

    assert (told.sound_exposure_s, told.sight_exposure_s, told.levels) == (0, 0, None)


@st.composite
def any_window(draw: st.DrawFn) -> WindowSensed:
    return WindowSensed(**{name: draw(st.integers(r.low, r.high)) for name, r in ranges(WindowSensed).items()})


@given(any_window(), st.integers(10, 3600))
def test_any_record_of_a_window_gives_a_valid_summary(sensed: WindowSensed, window_s: int) -> None:
    told = gate.summarise(sensed, window_s, Tally({}, 0, 0), STAMP)

    assert told.sound_exposure_s <= window_s


@given(st.integers(0, 2**31 - 1), st.integers(0, 200), st.integers(0, 1))
def test_any_record_of_an_end_gives_a_valid_message(duration_s: int, peak_db: int, reason: int) -> None:
    told = gate.end(IncidentEnded(1, reason, duration_s, peak_db), Kind.NOISE_SPIKE, ID, STAMP)

    assert told.duration_at_least_s <= duration_s
