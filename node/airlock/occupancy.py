"""T2: how many people were there, as a count that hides each one of them. Pure: integers only, chance is passed in.

    c = (2S + n) // 2n        S people seen over n pictures: the mean, rounded half up
    Y = c + Z                 Z discrete Laplace: P(Z = z) = (1 - a) / (1 + a) * a^|z|, a = exp(-epsilon)

One person adds at most one to each picture, so S differs by at most n with or without them, and c by at most 1:
Y is epsilon-differentially private. (Python's `round` would not do: it rounds halves to even, and c could differ by 2.)
All that follows looks at Y alone, and costs nothing: the clamp, the step, and no count below k.

The sampler is exact (Canonne, Kamath, Steinke: The Discrete Gaussian for Differential Privacy, 2020, algorithm 2):
a float's gaps would tell the true count. A count is drawn once for a window, and stored before it leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from node.contract.summary import PEOPLE_STEPS, PeopleStep

Below = Callable[[int], int]
"""Draws a whole number from 0 up to, and not including, its argument, evenly: `secrets.randbelow`."""
MAX_PEOPLE = 127
"""More people than this in one picture count as so many."""


def mean_people(people: int, pictures: int) -> int:
    """The mean number of people in a picture, rounded half up.

    Args:
        people: the sum over all pictures, each at most `MAX_PEOPLE`.
        pictures: how many were looked at, 1 or more; chosen beforehand, not by what they show.

    Raises:
        ValueError: the numbers do not fit together.
    """
    if pictures < 1 or not 0 <= people <= pictures * MAX_PEOPLE:
        raise ValueError("a count of people needs pictures, and at most 127 people in each")
    return (2 * people + pictures) // (2 * pictures)


def release(mean: int, epsilon: Fraction, k: int, below: Below) -> PeopleStep:
    """A count as it may leave: noisy, in steps, and 0 where the noisy count is below k.

    Args:
        mean: of `mean_people`.
        epsilon: of this one window, above 0.
        k: below so many people none are told, 1 or more.
        below: the source of chance.
    """
    noisy = min(max(mean + discrete_laplace(epsilon, below), 0), MAX_PEOPLE)
    if noisy < k:
        return 0
    # A step that lies below k would say that the count did, too.
    return [step for step in PEOPLE_STEPS if step == 0 or k <= step <= noisy][-1]


def discrete_laplace(epsilon: Fraction, below: Below) -> int:
    """A draw of P(z) proportional to exp(-epsilon |z|), exactly.

    Args:
        epsilon: above 0.
        below: the source of chance.

    Raises:
        ValueError: epsilon is not above 0.
    """
    if epsilon <= 0:
        raise ValueError("epsilon must be above 0")
    step, scale = epsilon.numerator, epsilon.denominator
    while True:
        remainder = below(scale)
        if not _with_chance_exp(Fraction(remainder, scale), below):
            continue
        whole = 0
        while _with_chance_exp(Fraction(1), below):
            whole += 1
        size = (remainder + scale * whole) // step
        is_negative = below(2) == 1
        if is_negative and size == 0:
            continue  # zero has no sign: drawn with both, it would come twice as often
        return -size if is_negative else size


def _with_chance_exp(exponent: Fraction, below: Below) -> bool:
    """True with the chance exp(-exponent), 0 <= exponent <= 1: von Neumann's series, ended at its first failure."""
    terms = 1
    while below(exponent.denominator * terms) < exponent.numerator:
        terms += 1
    return terms % 2 == 1
