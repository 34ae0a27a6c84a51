"""What a bang is by all that is known of it: the formula, and what the shipped numbers mean whoever fits them."""

from __future__ import annotations

from dataclasses import replace
from math import exp, inf, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.config.sound_classes import SoundClass
from node.sense.audio.bang_judge import FAMILY, BangJudge, Known

GUNSHOT, EXPLOSION, FIREWORKS = FAMILY
NOTHING = Known(-6.0, -6.0, -6.0, -6.0, -6.0, 50.0)
TABLE = {
    "family": {"constant": -1.0, "together": 2.0, "peak_db": 0.1, "glass_break": -0.5, "least": 3.0},
    "which": {"slope": 0.8, "before": 0.5, "gunshot": 0.1, "explosion": 0.2, "fireworks": 0.3},
    "least": {"gunshot": 0.8, "explosion": 0.5, "fireworks": 0.5},
}
margins = st.floats(-20.0, 20.0)
anything = st.builds(Known, margins, margins, margins, margins, margins, st.floats(0.0, 120.0))


def test_the_odds_of_the_family_are_the_sum_of_the_three_and_the_loudness() -> None:
    verdict = BangJudge(TABLE).judge(Known(1.0, -2.0, 0.5, -3.0, -8.0, 60.0))

    together = log(exp(1.0) + exp(-2.0) + exp(0.5))
    assert verdict.odds == pytest.approx(-1.0 + 2.0 * together + 0.1 * 60.0 + 0.5 * 3.0 - 3.0)


def test_the_shares_are_a_softmax_of_the_margins_and_of_what_came_before() -> None:
    verdict = BangJudge(TABLE).judge(Known(1.0, -2.0, 0.5, -3.0, 2.0, 60.0))

    scores = (0.1 + 0.8, 0.2 - 1.6, 0.3 + 0.4 + 0.5 * 2.0)
    whole = sum(map(exp, scores))
    assert [verdict.shares[name] for name in FAMILY] == pytest.approx([exp(score) / whole for score in scores])


def test_a_class_that_the_model_does_not_know_has_no_share() -> None:
    verdict = BangJudge(TABLE).judge(replace(NOTHING, gunshot=2.0, explosion=-inf), (GUNSHOT, FIREWORKS))

    assert EXPLOSION not in verdict.shares
    assert sum(verdict.shares.values()) == pytest.approx(1.0)


@given(anything)
def test_the_shares_together_are_one(known: Known) -> None:
    assert sum(BangJudge.shipped().judge(known).shares.values()) == pytest.approx(1.0)


@given(anything, st.sampled_from(["gunshot", "explosion", "fireworks"]), st.floats(0.0, 10.0))
def test_more_of_one_of_the_three_never_makes_the_family_less_likely(known: Known, name: str, more: float) -> None:
    judge, louder = BangJudge.shipped(), replace(known, **{name: getattr(known, name) + more})

    assert judge.judge(louder).odds >= judge.judge(known).odds - 1e-9


@given(anything, st.floats(0.0, 40.0))
def test_how_loud_it_is_says_nothing_of_which_of_the_three_it_is(known: Known, more_db: float) -> None:
    judge = BangJudge.shipped()

    louder = judge.judge(replace(known, peak_db=known.peak_db + more_db))
    assert louder.shares == judge.judge(known).shares


@pytest.mark.parametrize("name", FAMILY)
def test_a_loud_bang_that_the_model_has_one_name_for_has_this_name(name: SoundClass) -> None:
    judge = BangJudge.shipped()
    verdict = judge.judge(replace(NOTHING, peak_db=70.0, **{name: 3.0}))

    assert verdict.odds >= 0
    assert verdict.likeliest is name
    assert verdict.shares[name] >= judge.least(name)


def test_what_the_model_hears_nothing_of_the_family_in_is_none_however_loud() -> None:
    assert BangJudge.shipped().judge(replace(NOTHING, peak_db=75.0)).odds < 0


def test_nothing_before_a_bang_says_as_much_as_a_street_without_fireworks() -> None:
    judge = BangJudge(TABLE)

    assert judge.judge(replace(NOTHING, before=-inf)).shares == judge.judge(replace(NOTHING, before=-4.0)).shares


def test_a_salvo_before_a_bang_makes_a_shot_less_likely() -> None:
    judge, bang = BangJudge.shipped(), replace(NOTHING, gunshot=1.0, peak_db=70.0)

    after_salvo = judge.judge(replace(bang, before=3.0))
    assert after_salvo.shares[GUNSHOT] < judge.judge(bang).shares[GUNSHOT]


def test_no_name_is_told_that_is_less_likely_than_all_others_together() -> None:
    assert all(0.5 <= BangJudge.shipped().least(name) < 1.0 for name in FAMILY)
