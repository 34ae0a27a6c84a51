"""Sounds that last: how many windows it takes, and what ends them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.config.sound_classes import SoundClass
from node.config.sound_events import SoundEventSettings
from node.sense.audio.lasting import RULES, SLACK_ODDS, Lasting, Lasts
from node.sense.audio.odds import LEAST, Thresholds, log_odds
from node.sense.audio.tagger import Scores

LOUD_DB = 12.0


def follow(
    name: SoundClass, probabilities: list[float], *, over_db: float = LOUD_DB, step_s: float = 0.5
) -> list[Lasts | None]:
    lasting = Lasting(name, SoundEventSettings(), Thresholds({name: 0.5}))
    return [lasting.see(Scores(20.0 + step_s * n, {name: p}), over_db) for n, p in enumerate(probabilities)]


def is_sure(told: list[Lasts | None]) -> list[bool]:
    return [one is not None and one.since_s is not None for one in told]


def test_one_window_of_a_horn_is_not_enough() -> None:
    assert not any(is_sure(follow(SoundClass.HORN_OR_ALARM, [0.01, 0.99, 0.01, 0.01])))


def test_two_windows_of_three_are_a_horn() -> None:
    assert is_sure(follow(SoundClass.HORN_OR_ALARM, [0.01, 0.99, 0.01, 0.99])) == [False, False, False, True]


@pytest.mark.parametrize("name", [SoundClass.SCREAM, SoundClass.HORN_OR_ALARM])
def test_a_window_hardly_under_the_threshold_is_witness_of_one_above_it(name: SoundClass) -> None:
    assert is_sure(follow(name, [0.01, 0.6, 0.35])) == [False, False, True]


@pytest.mark.parametrize("name", [SoundClass.SCREAM, SoundClass.HORN_OR_ALARM])
def test_a_window_far_under_the_threshold_is_no_witness(name: SoundClass) -> None:
    assert not any(is_sure(follow(name, [0.01, 0.9, 0.2, 0.01])))


def test_a_siren_is_the_mean_of_three_windows() -> None:
    assert is_sure(follow(SoundClass.SIREN, [0.9, 0.9, 0.9, 0.9])) == [False, False, False, True]


def test_a_siren_that_one_window_denies_goes_on() -> None:
    assert is_sure(follow(SoundClass.SIREN, [0.99, 0.99, 0.3, 0.99, 0.99]))[-1]


def test_windows_long_ago_do_not_count() -> None:
    assert not any(is_sure(follow(SoundClass.SCREAM, [0.99, 0.99, 0.99], step_s=3.0)))


def test_an_urgent_window_is_no_second_witness() -> None:
    assert not any(is_sure(follow(SoundClass.SCREAM, [0.99, 0.99], step_s=0.125)))


@pytest.mark.parametrize("name", RULES)
def test_in_near_silence_nothing_is_heard(name: SoundClass) -> None:
    assert not any(is_sure(follow(name, [0.999] * 30, over_db=2.0)))


@pytest.mark.parametrize("name", RULES)
def test_what_stays_under_its_threshold_is_never_told(name: SoundClass) -> None:
    assert not any(is_sure(follow(name, [0.49] * 40)))


@pytest.mark.parametrize("name", RULES)
def test_what_stays_over_its_threshold_is_told_within_3_s(name: SoundClass) -> None:
    assert any(is_sure(follow(name, [0.9] * 6)))


def test_a_sound_just_under_its_threshold_goes_on() -> None:
    assert follow(SoundClass.HORN_OR_ALARM, [0.4])[0] == Lasts(None, clear=False)


def test_a_sound_far_under_its_threshold_does_not() -> None:
    assert follow(SoundClass.HORN_OR_ALARM, [0.05]) == [None]


def test_a_horn_began_in_its_first_window() -> None:
    told = follow(SoundClass.HORN_OR_ALARM, [0.9, 0.9])[-1]

    assert told is not None
    assert told.since_s == pytest.approx(19.5)  # the first window ended at 20 s, and the sound began within it


@pytest.mark.parametrize(
    ("name", "rival"),
    [(SoundClass.FIREWORKS, SoundClass.GUNSHOT), (SoundClass.HORN_OR_ALARM, SoundClass.SIREN)],
)
def test_what_is_less_likely_than_its_rival_is_none(name: SoundClass, rival: SoundClass) -> None:
    lasting = Lasting(name, SoundEventSettings(), Thresholds({name: 0.5}))
    both = {name: 0.9, rival: 0.95}

    assert [lasting.see(Scores(20.0 + 0.5 * n, both), LOUD_DB) for n in range(10)] == [None] * 10


def test_far_above_the_threshold_is_clear() -> None:
    told = follow(SoundClass.SCREAM, [0.95, 0.95])[-1]

    assert told is not None
    assert told.clear


def test_what_was_forgotten_does_not_count() -> None:
    lasting = Lasting(SoundClass.SCREAM, SoundEventSettings(), Thresholds({SoundClass.SCREAM: 0.5}))
    lasting.see(Scores(20.0, {SoundClass.SCREAM: 0.99}), LOUD_DB)
    lasting.forget()

    told = lasting.see(Scores(20.5, {SoundClass.SCREAM: 0.99}), LOUD_DB)

    assert told == Lasts(None, clear=False)


@given(st.lists(st.floats(0.0, 1.0), max_size=60))
def test_fewer_than_the_needed_windows_are_never_enough(probabilities: list[float]) -> None:
    told = is_sure(follow(SoundClass.SCREAM, probabilities))

    hardly_under = 1 / (1 + math.exp(SLACK_ODDS)) - 1e-9
    for n, one in enumerate(told):
        last = probabilities[max(0, n - 2) : n + 1]
        assert not one or (max(last) >= 0.5 and sum(p >= hardly_under for p in last) >= 2)


@given(st.floats(LEAST, 1 - LEAST))
def test_log_odds_are_undone_by_the_logistic(p: float) -> None:
    assert log_odds(p) == pytest.approx(-log_odds(1 - p), abs=1e-6)


@pytest.mark.parametrize(("p", "odds"), [(0.5, 0.0), (0.880797, 2.0), (0.119203, -2.0)])
def test_log_odds_of_known_probabilities(p: float, odds: float) -> None:
    assert log_odds(p) == pytest.approx(odds, abs=1e-5)
