from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import genpareto

from node.sense.audio.crowd_judge import AGREEING, LEARNT, CrowdJudge
from node.sense.audio.crowd_score import CrowdScore, terms
from node.sense.audio.heard import Confidence
from node.sense.audio.level import SoundLevel
from node.sense.audio.likeness import FEATURES
from node.sense.audio.timbre import Timbre

COUNT = len(FEATURES)
LEVEL = SoundLevel(1.0, 60.0, 60.0, 60.0, 1e-6, 60.0, 3.0, 72.0)
TIMBRE = Timbre((0.1, 0.5, 1.0, 1.0, 0.5, 0.2, 0.1), 0.5, (1.0, 1.0, 1.0, 1.0))


def scored(peaks_per_day: float = 20.0, **weights: float) -> dict[str, Any]:
    """A table in which the score is a constant and so much of some features."""
    row = np.zeros(1 + COUNT + COUNT * (COUNT + 1) // 2)
    for name, weight in weights.items():
        row[0 if name == "constant" else 1 + FEATURES.index(name)] = weight
    tail = {"from_score": 1.0, "shape": 0.2, "scale": 0.5, "peaks_per_day": peaks_per_day}
    return {
        "features": list(FEATURES),
        "mean": [0.0] * COUNT,
        "spread": [1.0] * COUNT,
        "weights": row.tolist(),
        "low": [-50.0] * COUNT,
        "high": [50.0] * COUNT,
        "tail": tail,
    }


def test_there_is_a_term_for_one_for_each_and_for_each_two() -> None:
    found = terms(np.array([[2.0, 3.0]]), np.array([1.0, 1.0]), np.array([1.0, 2.0]))

    assert found.tolist() == [[1.0, 1.0, 1.0, 1.0, 1.0, 1.0]]
    assert terms(np.array([[3.0, 7.0]]), np.zeros(2), np.full(2, 2.0))[0].tolist() == [1.0, 1.5, 3.5, 2.25, 5.25, 12.25]


@given(st.floats(-1e6, 1e6))
def test_a_feature_far_out_says_no_more_than_one_four_spreads_out(value: float) -> None:
    found = terms(np.array([[value]]), np.zeros(1), np.ones(1))[0]

    assert found.tolist() == terms(np.array([[min(max(value, -4.0), 4.0)]]), np.zeros(1), np.ones(1))[0].tolist()


@given(st.floats(0.001, 0.999))
def test_a_classifier_counts_with_half_its_log_odds_up_to_two(crowd: float) -> None:
    score = CrowdScore(scored(constant=1.5))

    moved = score.of((0.0,) * COUNT, crowd) - score.of((0.0,) * COUNT)

    assert moved == pytest.approx(np.clip(0.5 * math.log(crowd / (1 - crowd)), -2.0, 2.0), abs=1e-9)


@given(st.floats(0.05, 20.0))
def test_the_threshold_is_what_the_tail_passes_so_often(false_per_day: float) -> None:
    found = CrowdScore(scored()).threshold(false_per_day)

    assert found == pytest.approx(1.0 + genpareto.isf(false_per_day / 20.0, 0.2, scale=0.5), abs=1e-6)


def test_more_false_alarms_than_the_tail_has_peaks_put_the_threshold_at_its_begin() -> None:
    assert CrowdScore(scored()).threshold(50.0) == 1.0


def test_what_lies_where_no_crowd_does_is_none_whatever_the_rest_says() -> None:
    table = scored(constant=99.0) | {"high": [30.0] * COUNT}

    inside, outside = (CrowdScore(table).of((rise_db,) + (0.0,) * (COUNT - 1)) for rise_db in (30.0, 30.1))

    assert (inside, outside) == (99.0, -20.0)


def test_a_table_for_other_features_is_refused() -> None:
    with pytest.raises(ValueError, match="other features"):
        CrowdScore(scored() | {"features": ["loudness"]})


def test_the_shipped_score_takes_fewer_false_alarms_for_a_higher_threshold() -> None:
    shipped = CrowdScore.shipped()

    thresholds = [shipped.threshold(per_day) for per_day in (0.1, 1.0, 5.0)]

    assert thresholds == sorted(thresholds, reverse=True)


def judge(**table: float) -> CrowdJudge:
    found = CrowdJudge(1.0, CrowdScore(scored(**table)))
    for _ in range(8):
        found.hear(TIMBRE)
    found.begin(1)
    return found


def last_of(found: CrowdJudge, *rises_db: float, crowd: float | None = None) -> bool:
    """What the judge says after as many seconds as it needs to agree, or after those that are given."""
    return [found.is_crowd(LEVEL, rise_db, crowd) for rise_db in rises_db or (0.0,) * AGREEING][-1]


def test_a_rise_is_a_crowd_from_the_threshold_on() -> None:
    threshold = CrowdScore(scored()).threshold(1.0)

    assert last_of(judge(constant=threshold + 0.01))
    assert not last_of(judge(constant=threshold - 0.01))


def test_one_second_that_fits_is_no_crowd_where_those_beside_it_do_not() -> None:
    threshold = CrowdScore(scored()).threshold(1.0)

    assert not last_of(judge(constant=threshold - 2.0, rise_db=1.0), 0.0, 4.0, 0.0)
    assert last_of(judge(constant=threshold - 2.0, rise_db=1.0), 0.0, 4.0, 4.0)


def test_what_rises_anew_is_not_judged_by_the_rise_before() -> None:
    found = judge(constant=99.0)
    last_of(found)
    found.begin(1)

    assert not last_of(found, *(0.0,) * (AGREEING - 1))


def test_a_classifier_that_hears_no_crowd_makes_a_doubtful_one_none() -> None:
    doubtful = judge(constant=CrowdScore(scored()).threshold(1.0) + 1.0)

    assert not last_of(doubtful, crowd=0.01)
    assert last_of(doubtful)


def test_less_than_a_second_is_no_crowd() -> None:
    found = CrowdJudge(1.0, CrowdScore(scored(constant=99.0)))
    found.hear(TIMBRE)

    assert not last_of(found)


@pytest.mark.parametrize(
    ("over", "confidence"), [(0.5, Confidence.LOW), (2.5, Confidence.MEDIUM), (4.5, Confidence.HIGH)]
)
def test_the_further_above_the_threshold_the_surer(over: float, confidence: Confidence) -> None:
    found = judge(constant=CrowdScore(scored()).threshold(1.0) + over)
    last_of(found)

    assert found.confidence == confidence


def lived(rises: int, hops_each: int, **table: float) -> CrowdJudge:
    """A street in which something of one score rises again and again, and is refused."""
    chance = np.random.default_rng(0)
    found = judge(constant=1.0, rise_db=1.0, **table)
    for _ in range(rises):
        for _ in range(hops_each):
            found.hear(TIMBRE)
        found.begin(1)
        last_of(found, *(float(chance.exponential(0.8)),) * AGREEING)
        found.refuse()
    return found


def test_a_street_that_is_full_of_what_sounds_like_a_crowd_raises_the_threshold_but_not_without_a_bound() -> None:
    shipped = CrowdScore(scored()).threshold(1.0)

    found = lived(rises=100, hops_each=100)

    assert shipped < found.threshold <= shipped + LEARNT[1]


def test_a_street_in_which_next_to_nothing_does_lowers_it_a_little() -> None:
    shipped = CrowdScore(scored(peaks_per_day=20_000.0)).threshold(1.0)

    found = lived(rises=55, hops_each=340, peaks_per_day=20_000.0)

    assert shipped + LEARNT[0] <= found.threshold < shipped


def test_before_fifty_peaks_the_shipped_threshold_holds() -> None:
    assert lived(rises=49, hops_each=10).threshold == CrowdScore(scored()).threshold(1.0)
