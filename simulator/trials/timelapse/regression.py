"""A logistic regression with a ridge, by Newton's method: what tells the rises that are crowds from the others.

Every rise of a week weighs the same, however long the detector looked at it, and one of a real sound several times as
much: they are few.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from node.sense.audio import crowd_score
from node.sense.audio.crowd_judge import AGREEING
from simulator.trials.timelapse.risings import Risings
from simulator.world.layout import Floats

RIDGE = 1.0
REAL_CROWD, REAL_OTHER = 10.0, 3.0
"""How many rises of a week one of a real sound counts for."""

SLACK = 0.1
"""So far beyond what the crowds fitted on had of a feature, as a part of it, others may have."""

EVERY = 3
"""So many of the seconds of a rise, a hop apart, are one to the regression."""

_ROUNDS = 30
_STILL = 1e-9
"""The weights are found when none moves by more in a round."""

_LEAST_SPREAD = 1e-3
_FREE = 1e-6
"""The ridge of the constant: next to none."""

_MOST_ODDS = 30.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """A logistic regression.

    Args:
        mean: what is taken off each feature.
        spread: what it is divided by, above 0.
        weights: as `crowd_score.terms` orders them.
        low: the least that a crowd had of each feature.
        high: the most.
    """

    mean: Floats
    spread: Floats
    weights: Floats
    low: Floats
    high: Floats

    def scores(self, features: Floats) -> Floats:
        """The log odds of seconds, (n,)."""
        found = crowd_score.terms(features, self.mean, self.spread) @ self.weights
        outside = crowd_score.is_outside(features, self.low, self.high)
        return np.where(outside, crowd_score.OUTSIDE, found)


def fitted(weeks: Risings, real: Risings) -> Fitted:
    """The regression of the rises of weeks and of real sounds."""
    both = Risings.joined((weeks, real))
    # Of a rise every third second, from its first on: they overlap by seven hops in eight.
    known = (both.crowd >= 0) & (_places(both.rise) % EVERY == 0)
    features, crowd = both.features[known], both.crowd[known]
    _, which, lasts = np.unique(both.rise[known], return_inverse=True, return_counts=True)
    is_real = np.arange(known.size)[known] >= weeks.rise.size
    weight = np.where(is_real, np.where(crowd == 1, REAL_CROWD, REAL_OTHER), 1.0) / lasts[which]
    mean, spread = features.mean(axis=0), np.maximum(features.std(axis=0), _LEAST_SPREAD)
    x = crowd_score.terms(features, mean, spread)
    crowds = both.features[both.crowd == 1]
    low, high = crowds.min(axis=0), crowds.max(axis=0)
    slack = SLACK * (high - low)
    return Fitted(mean, spread, _newton(x, crowd.astype(np.float64), weight), low - slack, high + slack)


def _newton(x: Floats, y: Floats, weight: Floats) -> Floats:
    """The weights of the ridge regression."""
    ridge = np.full(x.shape[1], RIDGE)
    ridge[0] = _FREE
    found = np.zeros(x.shape[1])
    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(x @ found, -_MOST_ODDS, _MOST_ODDS)))
        slope = x.T @ (weight * (y - p)) - ridge * found
        bend = (x.T * (weight * p * (1 - p))) @ x + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        found = found + step
        if np.abs(step).max() < _STILL:
            break
    return found


def _places(rise: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which second of its rise each is, from 0 on, (n,) of (n,)."""
    _, firsts, which = np.unique(rise, return_index=True, return_inverse=True)
    return np.asarray(np.arange(rise.size) - firsts[which], dtype=np.int64)


def highest(scores: Floats, risings: Risings, crowd: int) -> Floats:
    """The highest score of every rise that is a crowd (1) or none (0), as the node's judge counts it.

    Of a rise that was shorter than it takes to agree it is -inf.
    """
    agreed = np.full(scores.size, -np.inf)
    if scores.size >= AGREEING:
        whole = risings.rise[AGREEING - 1 :] == risings.rise[: 1 - AGREEING or None]
        means = np.convolve(scores, np.full(AGREEING, 1 / AGREEING), mode="valid")
        agreed[AGREEING - 1 :] = np.where(whole, means, -np.inf)
    of_kind = risings.crowd == crowd
    rises, which = np.unique(risings.rise[of_kind], return_inverse=True)
    found = np.full(rises.size, -np.inf)
    np.maximum.at(found, which, agreed[of_kind])
    return found
