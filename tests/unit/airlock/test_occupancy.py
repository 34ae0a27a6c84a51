"""Private counts: the sampler against its formula, the mean against its sensitivity, the floor against leaks."""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from node.airlock.occupancy import MAX_PEOPLE, discrete_laplace, mean_people, release
from node.contract.summary import PEOPLE_STEPS

HALF = Fraction(1, 2)


def seeded(seed: int) -> Callable[[int], int]:
    return random.Random(seed).randrange


def scripted(*draws: int) -> Callable[[int], int]:
    """A source that gives these draws, one after the other, and fails on a draw that is none below its bound."""
    left: Iterator[int] = iter(draws)

    def below(bound: int) -> int:
        draw = next(left)
        assert 0 <= draw < bound
        return draw

    return below


@pytest.mark.parametrize("epsilon", [Fraction(1), HALF, Fraction(1, 4), Fraction(2, 3)], ids=str)
def test_draws_are_discrete_laplace(epsilon: Fraction) -> None:
    count, below = 20_000, seeded(20_240_601)
    drawn = Counter(discrete_laplace(epsilon, below) for _ in range(count))
    a = math.exp(-float(epsilon))
    values = [z for z in range(-60, 61) if count * (1 - a) / (1 + a) * a ** abs(z) >= 8]
    expected = [count * (1 - a) / (1 + a) * a ** abs(z) for z in values]
    observed = [drawn[z] for z in values]

    assert stats.chisquare([*observed, count - sum(observed)], [*expected, count - sum(expected)]).pvalue > 1e-3


def test_the_sampler_asks_for_the_chances_that_the_algorithm_names() -> None:
    # remainder 1 of 2; exp(-1/2): 1 < 1 of 2 fails at once, so it is taken; exp(-1) once (0 < 1, 1 < 1 of 2, 0 < 1,
    # ... odd), then not; size (1 + 2 * 1) // 1 = 3; the sign is drawn last.
    draws = scripted(1, 1, 0, 0, 2, 0, 1, 1)

    assert discrete_laplace(HALF, draws) == -3


def test_a_negative_zero_is_drawn_again() -> None:
    # remainder 0 is taken (nothing is below 0); exp(-1) fails (0 < 1, then 1 is not); size 0, sign -: again, sign +.
    draws = scripted(0, 0, 0, 1, 1, 0, 0, 0, 1, 0)

    assert discrete_laplace(HALF, draws) == 0


@pytest.mark.parametrize("epsilon", [Fraction(0), Fraction(-1)], ids=str)
def test_noise_without_epsilon_does_not_exist(epsilon: Fraction) -> None:
    with pytest.raises(ValueError, match="above 0"):
        discrete_laplace(epsilon, seeded(1))


@pytest.mark.parametrize(
    ("people", "pictures", "mean"), [(0, 1, 0), (1, 2, 1), (3, 2, 2), (5, 2, 3), (1, 3, 0), (2, 3, 1), (127, 1, 127)]
)
def test_a_mean_is_rounded_half_up(people: int, pictures: int, mean: int) -> None:
    assert mean_people(people, pictures) == mean


@given(st.lists(st.integers(0, MAX_PEOPLE - 1), min_size=1, max_size=40), st.data())
def test_one_person_more_changes_the_mean_by_at_most_one(counts: list[int], data: st.DataObject) -> None:
    seen_in = data.draw(st.lists(st.booleans(), min_size=len(counts), max_size=len(counts)))
    with_person = [count + seen for count, seen in zip(counts, seen_in, strict=True)]

    assert 0 <= mean_people(sum(with_person), len(counts)) - mean_people(sum(counts), len(counts)) <= 1


@pytest.mark.parametrize(("people", "pictures"), [(0, 0), (-1, 5), (128, 1), (5, -5)])
def test_a_count_that_cannot_be_is_refused(people: int, pictures: int) -> None:
    with pytest.raises(ValueError, match="pictures"):
        mean_people(people, pictures)


@given(st.integers(0, MAX_PEOPLE), st.integers(5, 100), st.integers(0, 2**32))
def test_nothing_below_k_is_ever_told(mean: int, k: int, seed: int) -> None:
    told = release(mean, HALF, k, seeded(seed))

    assert told == 0 or told >= k
    assert told in PEOPLE_STEPS


@pytest.mark.parametrize(("mean", "told"), [(9, 0), (10, 10), (14, 10), (15, 15), (59, 50), (127, 120)])
def test_a_count_is_told_as_the_step_that_it_reached(mean: int, told: int) -> None:
    no_noise = scripted(0, 0, 0, 1, 0)

    assert release(mean, HALF, 10, no_noise) == told


def test_noise_decides_what_is_below_k_and_not_the_true_count() -> None:
    below_k = [release(12, HALF, 10, seeded(seed)) == 0 for seed in range(400)]
    above_k = [release(8, HALF, 10, seeded(seed)) > 0 for seed in range(400)]

    assert 0.05 < sum(below_k) / 400 < 0.5
    assert 0.05 < sum(above_k) / 400 < 0.5


def test_counts_stay_within_what_a_picture_can_hold() -> None:
    assert {release(MAX_PEOPLE, Fraction(1, 20), 10, seeded(seed)) for seed in range(100)} <= set(PEOPLE_STEPS)
