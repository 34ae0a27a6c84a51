"""How models are judged: average precision, calibration and thresholds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.training.precision import average_precision, mean_average_precision, platt, threshold

Array = NDArray[np.float32]
windows = st.lists(st.tuples(st.integers(0, 20), st.sampled_from([0.0, 1.0, -1.0])), min_size=1, max_size=60)


def arrays(drawn: list[tuple[int, float]]) -> tuple[Array, Array]:
    return np.array([one for one, _ in drawn], dtype=np.float32), np.array([one for _, one in drawn], dtype=np.float32)


def by_definition(scores: Array, targets: Array) -> float:
    """The sum over falling thresholds of precision times the step in recall."""
    known = targets >= 0
    scores, facts = scores[known], targets[known] > 0
    total, recall_before = 0.0, 0.0
    for at in sorted(set(scores.tolist()), reverse=True):
        taken = scores >= at
        recall = float(facts[taken].sum() / facts.sum())
        total += (recall - recall_before) * float(facts[taken].mean())
        recall_before = recall
    return total


@given(windows)
def test_average_precision_is_the_area_under_the_steps_of_precision_over_recall(
    drawn: list[tuple[int, float]],
) -> None:
    scores, targets = arrays(drawn)
    if not (targets > 0).any():
        assert np.isnan(average_precision(scores, targets))
        return

    assert average_precision(scores, targets) == pytest.approx(by_definition(scores, targets))


def test_a_perfect_order_has_a_precision_of_one() -> None:
    assert average_precision(np.array([3, 2, 1, 0], np.float32), np.array([1, 1, 0, 0], np.float32)) == 1.0


def test_what_is_no_fact_does_not_count() -> None:
    scores, targets = np.array([9, 3, 2, 1], np.float32), np.array([-1, 1, 1, 0], np.float32)

    assert average_precision(scores, targets) == 1.0


def test_the_order_alone_matters() -> None:
    rng = np.random.default_rng(1)
    scores, targets = rng.random(200).astype(np.float32), (rng.random(200) < 0.2).astype(np.float32)

    assert average_precision(np.exp(5 * scores), targets) == pytest.approx(average_precision(scores, targets))


def test_a_class_without_facts_does_not_count_in_the_mean() -> None:
    scores = np.array([[1.0, 0.5], [0.0, 0.7]], np.float32)
    targets = np.array([[1.0, 0.0], [0.0, 0.0]], np.float32)

    assert mean_average_precision(scores, targets) == 1.0


@given(st.floats(0.3, 3.0), st.floats(-3.0, 3.0))
def test_a_calibration_finds_the_slope_and_offset_that_the_facts_were_drawn_with(slope: float, offset: float) -> None:
    rng = np.random.default_rng(2)
    logits = rng.normal(0.0, 2.0, 20_000).astype(np.float32)
    facts = (rng.random(20_000) < 1 / (1 + np.exp(-(slope * logits + offset)))).astype(np.float32)

    found = platt(logits, facts)

    assert found[0] == pytest.approx(slope, rel=0.12)
    assert found[1] == pytest.approx(offset, abs=0.25)


def test_a_calibrated_probability_is_right_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    logits = rng.normal(0.0, 3.0, 50_000).astype(np.float32)
    facts = (rng.random(50_000) < 1 / (1 + np.exp(-(0.5 * logits - 1)))).astype(np.float32)

    slope, offset = platt(logits, facts)

    chance = 1 / (1 + np.exp(-(slope * logits + offset)))
    assert float(chance.mean()) == pytest.approx(float(facts.mean()), abs=0.005)


def test_what_is_told_perfectly_still_has_a_finite_calibration() -> None:
    logits = np.array([-2.0, -1.0, 1.0, 2.0], np.float32)

    slope, offset = platt(logits, np.array([0, 0, 1, 1], np.float32))

    assert 0 < slope < 100
    assert abs(offset) < 100


@pytest.mark.parametrize("fact", [0.0, 1.0, -1.0])
def test_a_class_of_one_kind_of_window_is_left_as_it_is(fact: float) -> None:
    assert platt(np.zeros(5, np.float32), np.full(5, fact, np.float32)) == (1.0, 0.0)


@given(st.lists(st.floats(0.0, 1.0, width=32), min_size=1, max_size=200), st.integers(0, 5))
def test_at_most_so_many_windows_reach_a_threshold(scores: list[float], allowed: int) -> None:
    false = np.array(scores, dtype=np.float32)

    at = threshold(false, np.zeros(false.size, np.float32), allowed, 0.3)

    assert int((false >= at).sum()) <= allowed or (at == 0.3 and int((false > at).sum()) <= allowed)
    assert at >= 0.3


def test_windows_that_are_facts_or_unknown_do_not_raise_a_threshold() -> None:
    scores, targets = np.array([0.99, 0.98, 0.4, 0.2], np.float32), np.array([1, -1, 0, 0], np.float32)

    assert threshold(scores, targets, 1, 0.1) == pytest.approx(0.2, abs=1e-3)
