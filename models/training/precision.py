"""How well scores tell a class: average precision, calibration, thresholds. Targets are 1, 0, or -1 for no fact."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
_ROUNDS, _SMALLEST_STEP = 50, 1e-7
_PRIOR = 1e-3
"""How strongly a calibration is held to the scores as they are, per window: what is told perfectly has no fit."""


def average_precision(scores: Scores, targets: Scores) -> float:
    """The mean of the precisions at each fact, in the order of falling scores; equal scores share their precision.

    Args:
        scores: shape (n,).
        targets: shape (n,); windows of -1 are left out.

    Returns:
        0..1, or NaN where there is no fact at all.
    """
    counts = targets >= 0
    order = np.argsort(-scores[counts], kind="stable")
    ranked, facts = scores[counts][order], targets[counts][order] > 0
    if not facts.any():
        return float("nan")
    last_of_equal = np.append(np.diff(ranked) != 0, True)
    hits, seen = np.cumsum(facts)[last_of_equal], np.flatnonzero(last_of_equal) + 1
    return float(np.sum(np.diff(hits, prepend=0) * hits / seen) / hits[-1])


def average_precisions(scores: Scores, targets: Scores) -> list[float]:
    """`average_precision` of each class: scores and targets have shape (n, classes)."""
    return [average_precision(scores[:, one], targets[:, one]) for one in range(scores.shape[1])]


def mean_average_precision(scores: Scores, targets: Scores) -> float:
    """Their mean over the classes that have any fact."""
    return float(np.nanmean(average_precisions(scores, targets)))


def platt(logits: Scores, targets: Scores) -> tuple[float, float]:
    """Slope and offset that make logits of one class fit its facts best (Platt 1999), by Newton's method.

    Args:
        logits: shape (n,).
        targets: shape (n,); windows of -1 are left out.

    Returns:
        slope (above 0) and offset: the probability is 1 / (1 + exp(-(slope * logit + offset))).
    """
    counts = targets >= 0
    x, facts = logits[counts].astype(np.float64), targets[counts].astype(np.float64)
    if not 0 < facts.sum() < facts.size:
        return 1.0, 0.0
    design = np.stack([x, np.ones_like(x)], axis=1)
    found, start = np.array([1.0, 0.0]), np.array([1.0, 0.0])
    prior = np.diag([_PRIOR * facts.size, 0.0])

    def loss(at: NDArray[np.float64]) -> float:
        straight = design @ at
        away = at - start
        return float(np.sum(np.logaddexp(0.0, straight) - facts * straight) + away @ prior @ away / 2)

    for _ in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(design @ found, -40, 40)))
        slope = design.T @ (facts - chance) - prior @ (found - start)
        bend = (design * (chance * (1 - chance))[:, None]).T @ design + prior + 1e-9 * np.eye(2)
        step, before = np.linalg.solve(bend, slope), loss(found)
        # Far from the fit, a whole step can lead further away: it is halved until it does not.
        while loss(found + step) > before and float(np.abs(step).max()) > _SMALLEST_STEP:
            step = step / 2
        found = found + step
        if float(np.abs(step).max()) <= _SMALLEST_STEP:
            break
    return max(0.05, float(found[0])), float(found[1])


def threshold(scores: Scores, targets: Scores, false_windows: int, lowest: float) -> float:
    """The lowest score at which at most so many windows are false.

    Args:
        scores: calibrated probabilities of one class in windows that tempt: shape (n,).
        targets: shape (n,); only windows of 0 count.
        false_windows: how many may reach it.
        lowest: no threshold is lower.
    """
    false = np.sort(scores[targets == 0])[::-1]
    if false.size <= false_windows:
        return lowest
    return float(max(lowest, np.nextafter(false[false_windows], np.float32(2.0))))
