"""What a fitted model is worth: precision by class, recall by source, what it takes for what, false windows.

A window is one second; a scene has four, half a second apart. All scores are calibrated probabilities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.training.bank import FIRST_FRAMES, Bank
from models.training.fit import all_targets
from models.training.labels import CLASSES
from models.training.precision import average_precisions, platt, threshold

Array = NDArray[np.float32]
FALSE_AN_HOUR = 10.0
"""How many windows an hour of tempting scenes may reach a threshold, per class: the nominal rate. Some 1,500 of such
sounds are in an hour of them: a street has a few."""
LOWEST_THRESHOLD = 0.3


@dataclass(frozen=True, slots=True)
class Judged:
    """A model's logits on a bank, made probabilities.

    Args:
        sources: of what happens in each scene.
        probs: of the four windows of each scene: (4 n, 8).
        targets: of the same: 1, 0, -1.
    """

    sources: list[str]
    probs: Array
    targets: Array

    @property
    def hours(self) -> float:
        """How much sound it is: its windows lie half a second apart."""
        return len(self.probs) / 2 / 3600


def calibration(logits: Array, targets: Array) -> Array:
    """Slope and offset of each class, fitted to windows: (n, 8) each, to (8, 2)."""
    return np.array([platt(logits[:, one], targets[:, one]) for one in range(len(CLASSES))], dtype=np.float32)


def judged(logits: Array, found: Array, bank: Bank) -> Judged:
    """Logits on a bank as probabilities by a calibration."""
    return Judged(bank.sources, probabilities(logits, found), all_targets(bank))


def probabilities(logits: Array, found: Array) -> Array:
    """Logits as probabilities by a calibration: (n, 8)."""
    straight = np.clip(logits * found[:, 0] + found[:, 1], -40, 40)
    return np.asarray(1 / (1 + np.exp(-straight)), dtype=np.float32)


def together(parts: Sequence[Judged]) -> Judged:
    """What was judged on several banks, as on one."""
    return Judged(
        [source for one in parts for source in one.sources],
        np.concatenate([one.probs for one in parts]), np.concatenate([one.targets for one in parts]),
    )  # fmt: skip


def allowed(hours: float) -> int:
    """How many windows may be false in so many hours of tempting scenes."""
    return max(1, round(FALSE_AN_HOUR * hours))


def thresholds(tempting: Judged) -> dict[str, float]:
    """A threshold for each class, from scenes that only tempt, by the nominal rate."""
    found = {}
    for one, name in enumerate(CLASSES):
        least = LOWEST_THRESHOLD
        at = threshold(tempting.probs[:, one], tempting.targets[:, one], allowed(tempting.hours), least)
        # Written with three digits, it must not come out lower.
        found[name] = min(0.999, float(np.ceil(at * 1000) / 1000))
    return found


def false_elsewhere(parts: Sequence[Judged]) -> dict[str, list[int]]:
    """Of each class and fold, the false windows at a threshold that the other folds' scenes gave."""
    table: dict[str, list[int]] = {name: [] for name in CLASSES}
    for place, own in enumerate(parts):
        at = thresholds(together([one for other, one in enumerate(parts) if other != place]))
        for name, count in false_windows(own, at).items():
            table[name].append(count)
    return table


def precisions(heard: Judged) -> dict[str, float | None]:
    """Average precision by class, None where there is no fact of it, and their mean."""
    found = average_precisions(heard.probs, heard.targets)
    table: dict[str, float | None] = {name: _rounded(one) for name, one in zip(CLASSES, found, strict=True)}
    table["mean"] = _rounded(float(np.nanmean(found)))
    return table


def recalls(heard: Judged, at: dict[str, float], classes_of: Mapping[str, set[str]]) -> dict[str, dict[str, list[int]]]:
    """Of each class, by source: how many windows reach the threshold, and of how many where it is a fact.

    Args:
        heard: what was judged.
        at: the thresholds.
        classes_of: the classes that each source has examples of.
    """
    sources = np.repeat(np.array(heard.sources), len(FIRST_FRAMES))
    table: dict[str, dict[str, list[int]]] = {}
    for one, name in enumerate(CLASSES):
        facts = heard.targets[:, one] > 0
        rows: dict[str, list[int]] = {}
        for source in sorted(set(sources[facts].tolist())):
            if name in classes_of.get(source, ()):
                own = facts & (sources == source)
                rows[source] = [int((heard.probs[own, one] >= at[name]).sum()), int(own.sum())]
        table[name] = rows
    return table


def overall_recalls(heard: Judged, at: dict[str, float]) -> dict[str, float | None]:
    """Of each class, the share of its windows that reach the threshold."""
    table: dict[str, float | None] = {}
    for one, name in enumerate(CLASSES):
        facts = heard.targets[:, one] > 0
        table[name] = _rounded(float((heard.probs[facts, one] >= at[name]).mean())) if facts.any() else None
    return table


def confusions(heard: Judged, at: dict[str, float]) -> dict[str, dict[str, float]]:
    """Of the windows where one class alone is a fact: the shares that reach each class's threshold."""
    reaches = heard.probs >= np.array([at[name] for name in CLASSES], dtype=np.float32)
    alone = (heard.targets != 0).sum(axis=1) == 1
    table = {}
    for one, name in enumerate(CLASSES):
        own = alone & (heard.targets[:, one] > 0)
        if own.any():
            shares = reaches[own].mean(axis=0)
            table[name] = {other: round(float(share), 3) for other, share in zip(CLASSES, shares, strict=True)}
    return table


def false_windows(tempting: Judged, at: dict[str, float]) -> dict[str, int]:
    """Of each class, how many windows reach its threshold in scenes that only tempt."""
    return {
        name: int((tempting.probs[tempting.targets[:, one] == 0, one] >= at[name]).sum())
        for one, name in enumerate(CLASSES)
    }


def false_by_source(tempting: Judged, at: dict[str, float]) -> dict[str, dict[str, int]]:
    """The same by what tempted; "" is the background alone."""
    sources = np.repeat(np.array(tempting.sources), len(FIRST_FRAMES))
    table: dict[str, dict[str, int]] = {}
    for one, name in enumerate(CLASSES):
        false = (tempting.targets[:, one] == 0) & (tempting.probs[:, one] >= at[name])
        names, counts = np.unique(sources[false], return_counts=True)
        table[name] = dict(zip(names.tolist(), counts.tolist(), strict=True))
    return table


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 3)
