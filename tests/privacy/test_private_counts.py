"""The law of T2: with one person more or less, no count becomes more likely than by a factor of exp(epsilon)."""

import math
import random
from collections import Counter
from fractions import Fraction

import pytest
from scipy import stats

from node.airlock.occupancy import release

EPSILON = Fraction(1, 2)
DRAWS = 20_000
CONFIDENCE = 1e-4


def told(mean: int, seed: int, epsilon: Fraction) -> Counter[int]:
    below = random.Random(seed).randrange
    return Counter(release(mean, epsilon, 10, below) for _ in range(DRAWS))


def least_ratio(one: int, other: int) -> float:
    """The ratio of two chances, as low as the counts allow it to be (Clopper-Pearson)."""
    low = stats.beta.ppf(CONFIDENCE, one, DRAWS - one + 1) if one else 0.0
    high = stats.beta.ppf(1 - CONFIDENCE, other + 1, DRAWS - other) if other < DRAWS else 1.0
    return float(low / high)


def worst_ratio(first: Counter[int], second: Counter[int]) -> float:
    return max(
        max(least_ratio(first[step], second[step]), least_ratio(second[step], first[step]))
        for step in first.keys() | second.keys()
    )


@pytest.mark.parametrize("mean", [9, 10, 14, 39])
def test_no_count_tells_whether_one_more_person_was_there(mean: int) -> None:
    assert worst_ratio(told(mean, 1, EPSILON), told(mean + 1, 2, EPSILON)) <= math.exp(EPSILON)


def test_this_law_finds_noise_that_is_too_small() -> None:
    assert worst_ratio(told(9, 1, 4 * EPSILON), told(10, 2, 4 * EPSILON)) > math.exp(EPSILON)
