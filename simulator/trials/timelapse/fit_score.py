"""Fits the score of crowds on weeks of training seeds, and writes it: `python -m simulator.trials.timelapse.fit_score`.

A logistic regression with a ridge, by Newton's method. Every rise of a week weighs the same, however long the detector
looked at it, and one of a real sound several times as much: they are few. The tail of what is no crowd is of scores
that other weeks were fitted for: no week judges itself.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from node.sense.audio import crowd_score
from node.sense.audio.likeness import FEATURES
from node.sense.audio.tail import Pareto, fit
from simulator.trials.timelapse.real_rises import clips, of_clips
from simulator.trials.timelapse.risings import Risings, of_weeks
from simulator.world.layout import Floats

SEEDS = (300, 301, 302, 303)
RIDGE = 1.0
REAL_CROWD, REAL_OTHER = 10.0, 3.0
"""How many rises of a week one of a real sound counts for."""

SLACK = 0.1
"""So far beyond what the crowds fitted on had of a feature, as a part of it, others may have."""

PEAKS_PER_DAY = 10.0
"""The tail begins where so many rises a day that are no crowd come to."""

_ROUNDS = 30
_LEAST_SPREAD = 1e-3
_HEAD = """# Fitted by `python -m simulator.trials.timelapse.fit_score`. Not written by hand.
# What the numbers mean: crowd_score.py beside this file. Weights: a constant, one for each feature, one for each two.
"""


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
    known = both.crowd >= 0
    features, crowd = both.features[known], both.crowd[known]
    _, which, lasts = np.unique(both.rise[known], return_inverse=True, return_counts=True)
    is_real = np.arange(known.size)[known] >= weeks.rise.size
    weight = np.where(is_real, np.where(crowd == 1, REAL_CROWD, REAL_OTHER), 1.0) / lasts[which]
    mean, spread = features.mean(axis=0), np.maximum(features.std(axis=0), _LEAST_SPREAD)
    x = crowd_score.terms(features, mean, spread)
    low, high = features[crowd == 1].min(axis=0), features[crowd == 1].max(axis=0)
    slack = SLACK * (high - low)
    return Fitted(mean, spread, _newton(x, crowd.astype(np.float64), weight), low - slack, high + slack)


def _newton(x: Floats, y: Floats, weight: Floats) -> Floats:
    """The weights of the ridge regression."""
    ridge = np.full(x.shape[1], RIDGE)
    ridge[0] = 1e-6
    found = np.zeros(x.shape[1])
    for _ in range(_ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(x @ found, -30, 30)))
        slope = x.T @ (weight * (y - p)) - ridge * found
        bend = (x.T * (weight * p * (1 - p))) @ x + np.diag(ridge)
        found = found + np.linalg.solve(bend, slope)
    return found


def highest(scores: Floats, risings: Risings, crowd: int) -> Floats:
    """The highest score of every rise that is a crowd (1) or none (0)."""
    of_kind = risings.crowd == crowd
    _, which = np.unique(risings.rise[of_kind], return_inverse=True)
    found = np.full(int(which.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(found, which, scores[of_kind])
    return found


def judged_by_others(weeks: list[Risings], real: Risings) -> tuple[Floats, Floats, float]:
    """The highest scores of crowds, of none, and the days, each week by the regression of the other weeks' half."""
    crowds, none, days = [], [], 0.0
    for half in (0, 1):
        found = fitted(Risings.joined(weeks[1 - half :: 2]), real)
        for week in weeks[half::2]:
            scores = found.scores(week.features)
            crowds.append(highest(scores, week, 1))
            none.append(highest(scores, week, 0))
            days += week.days
    return np.concatenate(crowds), np.concatenate(none), days


def lines(found: Fitted, from_score: float, pareto: Pareto, peaks_per_day: float) -> Iterator[str]:
    """All of it as TOML."""
    yield _HEAD.rstrip("\n")
    yield "features = [" + ", ".join(f'"{name}"' for name in FEATURES) + "]"
    for name in ("mean", "spread", "weights", "low", "high"):
        yield f"{name} = [" + ", ".join(f"{one:.5g}" for one in getattr(found, name)) + "]"
    yield "\n[tail]"
    yield f"from_score = {from_score:.4f}"
    yield f"shape = {pareto.shape:.4f}"
    yield f"scale = {pareto.scale:.4f}"
    yield f"peaks_per_day = {peaks_per_day:.4f}"


def main(
    manifest: Annotated[Path, typer.Option(help="of the real sounds: manifest.csv")],
    out: Annotated[Path | None, typer.Option(help="where it goes; the node's own file where nothing is said")] = None,
    jobs: Annotated[int, typer.Option(help="how many processes", min=1)] = 2,
) -> None:
    """Fits the score anew; some minutes."""
    weeks = []
    for week in of_weeks(SEEDS, jobs):
        weeks.append(week)
        sys.stderr.write(f"week {len(weeks)} of {len(SEEDS)}\n")
    sounds = clips(manifest)
    real = [of_clips([one for one in sounds if one.held_out is side]) for side in (False, True)]
    text = report(weeks, real)
    with resources.as_file(resources.files("node.sense.audio").joinpath(crowd_score.FILE)) as path:
        (path if out is None else out).write_text(text, encoding="utf-8")


def report(weeks: list[Risings], real: list[Risings]) -> str:
    """Fits all of it, tells how well each half of it does on the other, and gives what is to be written."""
    crowds, none, days = judged_by_others(weeks, Risings.joined(real))
    from_score = float(np.sort(none)[-int(PEAKS_PER_DAY * days)])
    excesses = none[none > from_score] - from_score
    pareto, peaks_per_day = fit(excesses), excesses.size / days
    threshold = from_score + pareto.exceeded(1 / peaks_per_day)
    sys.stderr.write(
        f"{crowds.size} crowds, {none.size} other rises in {days:.0f} days; above the threshold for one a day,"
        f" {threshold:.2f}: {np.mean(crowds >= threshold):.3f} of the crowds,"
        f" {np.sum(none >= threshold) / days:.2f} others a day\n"
    )
    whole = Risings.joined(weeks)
    for fitted_on, other in ((0, 1), (1, 0)):
        scores = fitted(whole, real[fitted_on]).scores(real[other].features)
        shares = [float(np.mean(highest(scores, real[other], kind) >= threshold)) for kind in (1, 0)]
        sys.stderr.write(
            f"of real sounds of sources not fitted on: {shares[0]:.2f} of crowds, {shares[1]:.2f} of others\n"
        )
    return "\n".join(lines(fitted(whole, Risings.joined(real)), from_score, pareto, peaks_per_day)) + "\n"


if __name__ == "__main__":
    typer.run(main)
