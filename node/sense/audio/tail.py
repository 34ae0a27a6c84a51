"""Where a threshold has to stand so that chance passes it only so often: peaks over threshold, after SPOT.

The rules (Siffer et al., Anomaly Detection in Streams with Extreme Value Theory, KDD 2017; reference: standards, 5.4):
1. What passes a low level t by y is a peak. Peaks follow a generalised Pareto distribution of shape and scale.
2. The threshold of a probability q a moment is z = t + scale / shape * ((q n / N)^-shape - 1), of N peaks in n moments;
   for a shape of 0 it is t - scale * ln(q n / N).
3. A passage is a cluster: it counts as one peak, its highest, and one moment is the least time between two.
4. What passed z is an event and no peak: events do not teach. So one that comes every day stays one.
5. The newest 400 peaks count, and the fit is made anew after every 20.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import expm1, isfinite, log
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

KEPT: Final = 400
REFIT: Final = 20
_NO_SHAPE: Final = 1e-8
_GRID: Final = 64
_BISECTIONS: Final = 60
_EDGE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Pareto:
    """A generalised Pareto distribution of excesses, 0 or more.

    Args:
        shape: above 0 the tail is heavier than an exponential one, below 0 it ends.
        scale: above 0.
    """

    shape: float
    scale: float

    def exceeded(self, share: float) -> float:
        """The excess that this share of peaks passes; `share` above 0. Above 1 it lies below 0."""
        if abs(self.shape) < _NO_SHAPE:
            return -self.scale * log(share)
        return self.scale / self.shape * expm1(-self.shape * log(share))

    def log_likelihood(self, excesses: NDArray[np.float64]) -> float:
        """Of some excesses; -inf where one of them cannot be."""
        if abs(self.shape) < _NO_SHAPE:
            return float(-excesses.size * log(self.scale) - excesses.sum() / self.scale)
        reached = self.shape / self.scale * excesses
        if reached.min() <= -1:
            return -np.inf
        return float(-excesses.size * log(self.scale) - (1 + 1 / self.shape) * np.log1p(reached).sum())


def fit(excesses: Iterable[float]) -> Pareto:
    """The likeliest distribution of some excesses, after Grimshaw (Technometrics 35, 1993).

    With theta = shape / scale the likelihood has its extremes where u v = 1, for u the mean of 1 / (1 + theta y) and v
    1 + the mean of ln(1 + theta y); then shape = v - 1. They are compared with the exponential one, and with the edge
    at a shape of -1, beyond which there is no likeliest.

    Raises:
        ValueError: there is no excess, or one is not a finite number above 0.
    """
    y = np.fromiter(excesses, dtype=np.float64)
    if y.size == 0 or not np.isfinite(y).all() or y.min() <= 0:
        raise ValueError("excesses are finite numbers above 0, one or more")
    least, most, mean = float(y.min()), float(y.max()), float(y.mean())
    found = [Pareto(0.0, mean), Pareto(-1.0, most * (1 + _EDGE))]
    # Dense where roots lie close together: at 0 from both sides, and where the greatest excess can just still be.
    near_zero = np.geomspace(_EDGE, 1 - _EDGE, _GRID) / most
    below = -np.unique(np.concatenate((near_zero, 1 / most - near_zero)))
    above = np.geomspace(_EDGE / mean, max(2 * (mean - least) / least**2, 2 / mean), _GRID)
    for theta in (*_roots(y, below), *_roots(y, above)):
        shape = float(np.mean(np.log1p(theta * y)))
        if shape / theta > 0 and shape >= -1:
            found.append(Pareto(shape, shape / theta))
    return max(found, key=lambda one: one.log_likelihood(y))


def _roots(y: NDArray[np.float64], thetas: NDArray[np.float64]) -> list[float]:
    """Where u v - 1 changes its sign between two thetas in a row."""
    values = [_slope(y, theta) for theta in thetas]
    found = []
    for a, b, at_a, at_b in zip(thetas, thetas[1:], values, values[1:], strict=False):
        if at_a * at_b < 0:
            found.append(_bisected(y, float(a), float(b), at_a))
    return found


def _bisected(y: NDArray[np.float64], a: float, b: float, at_a: float) -> float:
    for _ in range(_BISECTIONS):
        middle = (a + b) / 2
        if _slope(y, middle) * at_a > 0:
            a = middle
        else:
            b = middle
    return (a + b) / 2


def _slope(y: NDArray[np.float64], theta: float) -> float:
    grown = 1 + theta * y
    return float(np.mean(1 / grown) * (1 + np.mean(np.log(grown))) - 1)


class Tail:
    """Learns the tail of a score, and says where its threshold is.

    Args:
        from_score: peaks are counted from here on; the t of the rules.
        per_moment: the probability q that chance passes the threshold in a moment, above 0, below 1.
        least_peaks: with fewer there is no threshold, 2 or more.
    """

    def __init__(self, from_score: float, per_moment: float, *, least_peaks: int = 50) -> None:
        self._from_score = from_score
        self._per_moment = per_moment
        self._least_peaks = least_peaks
        self._moments = 0.0
        self._excesses: deque[float] = deque(maxlen=KEPT)
        self._since_fit = 0
        self._pareto: Pareto | None = None

    @property
    def peaks(self) -> int:
        """How many peaks it knows."""
        return len(self._excesses)

    @property
    def threshold(self) -> float | None:
        """The score that chance passes with the probability asked for; None while too few peaks are known."""
        if self._pareto is None:
            return None
        share = self._per_moment * self._moments / len(self._excesses)
        return self._from_score + max(0.0, self._pareto.exceeded(share)) if share < 1 else self._from_score

    def wait(self, moments: float = 1.0) -> None:
        """So many moments went by."""
        self._moments += moments

    def take(self, highest: float) -> None:
        """Takes in the highest score of a passage that was no event.

        Raises:
            ValueError: the score is not a finite number.
        """
        if not isfinite(highest):
            raise ValueError("a score is a finite number")
        if highest <= self._from_score:
            return
        if len(self._excesses) == KEPT:
            # The oldest peak goes with the moments in which it came: the rate stays what it is.
            self._moments *= 1 - 1 / KEPT
        self._excesses.append(highest - self._from_score)
        self._since_fit += 1
        enough = len(self._excesses) >= self._least_peaks
        if enough and (self._pareto is None or self._since_fit >= REFIT):
            self._pareto, self._since_fit = fit(self._excesses), 0
