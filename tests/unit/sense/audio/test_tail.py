from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.stats import genpareto

from node.sense.audio.tail import KEPT, Pareto, Tail, fit

shapes = st.floats(-0.5, 0.9).filter(lambda shape: abs(shape) > 0.01)
scales = st.floats(0.05, 20.0)


@given(shapes, scales, st.floats(1e-6, 0.99))
def test_the_excess_of_a_share_is_that_of_scipy(shape: float, scale: float, share: float) -> None:
    expected = genpareto.isf(share, shape, scale=scale)

    assert Pareto(shape, scale).exceeded(share) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(scales, st.floats(1e-6, 0.99))
def test_without_a_shape_the_excess_of_a_share_is_exponential(scale: float, share: float) -> None:
    assert Pareto(0.0, scale).exceeded(share) == pytest.approx(-scale * np.log(share))


@given(shapes, scales, st.integers(0, 50))
def test_the_likelihood_is_that_of_scipy(shape: float, scale: float, seed: int) -> None:
    y = genpareto.rvs(shape, scale=scale, size=40, random_state=seed)

    assert Pareto(shape, scale).log_likelihood(y) == pytest.approx(genpareto.logpdf(y, shape, scale=scale).sum())


@settings(max_examples=12, deadline=None)
@given(shapes, scales, st.integers(0, 1000), st.sampled_from([50, 100, 400]))
@example(shape=-0.5, scale=1.0, seed=357, size=50)
def test_no_fit_of_scipy_is_likelier(shape: float, scale: float, seed: int, size: int) -> None:
    y = genpareto.rvs(shape, scale=scale, size=size, random_state=seed)
    assume(y.min() > 0)
    theirs_shape, _, theirs_scale = genpareto.fit(y, floc=0)
    assume(theirs_shape > -1)  # beyond, the likelihood grows without a bound

    ours = fit(y.tolist()).log_likelihood(y)

    assert ours >= genpareto.logpdf(y, theirs_shape, scale=theirs_scale).sum() - 0.01


@pytest.mark.parametrize(("shape", "scale"), [(-0.3, 2.0), (0.0, 1.0), (0.25, 0.5)])
def test_many_excesses_give_back_the_distribution_that_they_are_of(shape: float, scale: float) -> None:
    y = genpareto.rvs(shape, scale=scale, size=20_000, random_state=3)

    found = fit(y.tolist())

    assert found.shape == pytest.approx(shape, abs=0.03)
    assert found.scale == pytest.approx(scale, rel=0.04)


@given(st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=100))
@settings(max_examples=60, deadline=None)
def test_any_excesses_have_a_distribution_in_which_they_can_be(excesses: list[float]) -> None:
    found = fit(excesses)

    assert found.scale > 0
    assert np.isfinite(found.log_likelihood(np.array(excesses)))


@pytest.mark.parametrize("excesses", [[], [0.0, 1.0], [-1.0], [float("nan")], [float("inf")]])
def test_what_is_no_excess_is_refused(excesses: list[float]) -> None:
    with pytest.raises(ValueError, match="excesses are"):
        fit(excesses)


def fed(peaks: list[float], moments_each: float, per_moment: float = 1e-4) -> Tail:
    tail = Tail(0.0, per_moment)
    for peak in peaks:
        tail.wait(moments_each)
        tail.take(peak)
    return tail


def test_there_is_no_threshold_before_fifty_peaks() -> None:
    peaks = np.random.default_rng(0).exponential(1.0, 50).tolist()

    assert fed(peaks[:49], 100.0).threshold is None
    assert fed(peaks, 100.0).threshold is not None


@pytest.mark.parametrize(("shape", "q_moments"), [(-0.2, 0.1), (0.0, 0.02), (0.2, 0.05)])
def test_the_threshold_is_passed_as_rarely_as_asked_for(shape: float, q_moments: float) -> None:
    # A peak every 100 moments: the threshold for q is passed by q * 100 of the peaks.
    peaks = genpareto.rvs(shape, scale=1.0, size=KEPT, random_state=1).tolist()
    tail = fed(peaks, 100.0, per_moment=q_moments / 100)
    assert tail.threshold is not None

    share = genpareto.sf(tail.threshold, shape)

    assert 0.5 * q_moments < share < 2 * q_moments


def test_a_louder_street_raises_the_threshold_and_a_calmer_one_lowers_it_again() -> None:
    chance = np.random.default_rng(2)
    tail = fed(chance.exponential(1.0, KEPT).tolist(), 100.0)
    before = tail.threshold
    for peak in chance.exponential(3.0, KEPT):
        tail.wait(100.0)
        tail.take(float(peak))
    loud = tail.threshold
    for peak in chance.exponential(1.0, KEPT):
        tail.wait(100.0)
        tail.take(float(peak))

    assert before is not None
    assert loud is not None
    assert loud > 2 * before
    assert tail.threshold == pytest.approx(before, rel=0.35)


def test_it_keeps_four_hundred_peaks_and_their_rate() -> None:
    peaks = np.random.default_rng(4).exponential(1.0, 3 * KEPT).tolist()
    tail = fed(peaks, 100.0)
    assert tail.threshold is not None

    expected = -np.log(1e-4 * 100.0)

    assert tail.peaks == KEPT
    assert tail.threshold == pytest.approx(expected, rel=0.25)


def test_what_stays_under_the_level_is_no_peak() -> None:
    tail = Tail(5.0, 1e-4)
    tail.take(5.0)
    tail.take(-3.0)

    assert tail.peaks == 0


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_a_score_that_is_no_number_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        Tail(0.0, 1e-4).take(score)
