"""How much a second of sound speaks for a crowd: one number, the logarithm of the odds.

Each feature (see `likeness`) is taken off its mean, over its spread, and held within 4 of them. The score is a constant
plus a weight for each, for each squared, and for each two multiplied: a logistic regression, so that what cannot be
told apart by one feature can by two. What lies where no crowd ever did is none, whatever the rest says: there the sum
was never tried. The numbers stand in `crowd_score.toml`: fitted on simulated weeks of training seeds and on real
sounds, and written, by `python -m simulator.trials.timelapse.fit_score`.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from math import log
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from node.sense.audio.likeness import FEATURES
from node.sense.audio.tail import Pareto

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

FILE: Final = "crowd_score.toml"
FARTHEST: Final = 4.0
"""A feature says no more than this many spreads from its mean do."""

CROWD_SHARE: Final = 0.5
"""The classifier hears the same sound, so its log odds count half: a choice, not a measurement."""

OUTSIDE: Final = -20.0
"""The score of what no crowd is like."""

_MOST_ODDS: Final = 4.0


def terms(features: NDArray[np.float64], mean: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the weights are for, (n, terms) of (n, features): 1, each feature, each product of two, squares included."""
    z = np.clip((features - mean) / spread, -FARTHEST, FARTHEST)
    first, second = np.triu_indices(z.shape[1])
    return np.column_stack((np.ones(len(z)), z, z[:, first] * z[:, second]))


def is_outside(features: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a feature is where no crowd's is, (n,) of (n, features)."""
    return np.asarray(((features < low) | (features > high)).any(axis=1))


class CrowdScore:
    """The score and its threshold.

    Args:
        table: as `crowd_score.toml` has it.

    Raises:
        ValueError: the table was fitted for other features.
    """

    def __init__(self, table: Mapping[str, Any]) -> None:
        if tuple(table["features"]) != FEATURES:
            raise ValueError(f"{FILE} was fitted for other features: fit it anew")
        self._mean, self._spread, self._weights = (np.array(table[key]) for key in ("mean", "spread", "weights"))
        self._low, self._high = np.array(table["low"]), np.array(table["high"])
        tail = table["tail"]
        self._from_score: float = tail["from_score"]
        self._pareto = Pareto(tail["shape"], tail["scale"])
        self._peaks_per_day: float = tail["peaks_per_day"]

    @classmethod
    def shipped(cls) -> CrowdScore:
        """The one that is shipped."""
        return cls(tomllib.loads(resources.files(__package__).joinpath(FILE).read_text("utf-8")))

    @property
    def from_score(self) -> float:
        """From here on a score that was no spike teaches the threshold."""
        return self._from_score

    def of(self, features: tuple[float, ...], crowd: float | None = None) -> float:
        """The log odds of a crowd.

        Args:
            features: as `likeness` orders them.
            crowd: the probability that a classifier of sounds gives it, 0..1; None without one.
        """
        found = np.array([features])
        if is_outside(found, self._low, self._high)[0]:
            return OUTSIDE
        score = float(terms(found, self._mean, self._spread)[0] @ self._weights)
        if crowd is None:
            return score
        held = min(max(crowd, 1e-6), 1 - 1e-6)
        return score + CROWD_SHARE * min(max(log(held / (1 - held)), -_MOST_ODDS), _MOST_ODDS)

    def threshold(self, false_per_day: float) -> float:
        """The score that chance passed so often in the weeks that it was fitted on."""
        share = false_per_day / self._peaks_per_day
        return self._from_score + (self._pareto.exceeded(share) if share < 1 else 0.0)
