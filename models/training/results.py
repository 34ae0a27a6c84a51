"""The results of a training as one JSON file; the card is written from it, and nothing else.

A share or a precision has three digits. Spread is the largest minus the smallest over the nets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.training import judge
from models.training.bank import NON_COMMERCIAL, SYNTHETIC
from models.training.judge import Judged
from models.training.labels import CLASSES
from models.training.recordings import Recording, Split, classes_of

Precisions = dict[str, float | None]
Facts = dict[str, object]
HELD_OUT = "held-out"
"""The recordings of the fold that a net did not learn from."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the nets of a model made of every bank, as calibrated probabilities.

    Args:
        heard: of each fold's recordings, by the net that did not learn from it.
        quiet: of each fold's scenes that only tempt, by the same net.
        others: of the banks of no fold: of each, by each of these nets.
        shipped: the same by what is shipped.
    """

    heard: Sequence[Judged]
    quiet: Sequence[Judged]
    others: Mapping[str, Sequence[Judged]]
    shipped: Mapping[str, Judged]


def of_precision(found: Findings, alone: Mapping[str, Sequence[Judged]]) -> Facts:
    """Precisions by net, with mean and spread over the nets that have a source of the class, and of what is shipped.

    Args:
        found: by the nets.
        alone: what parts of them are worth without each other, on the held-out recordings.
    """
    by_net = {HELD_OUT: found.heard, **found.others}
    tables = {bank: [judge.precisions(one) for one in many] for bank, many in by_net.items()}
    return {
        "precision": tables,
        "precision_mean_and_spread": {bank: _mean_and_spread(many) for bank, many in tables.items()},
        "precision_alone": {
            part: _mean_and_spread([judge.precisions(one) for one in many]) for part, many in alone.items()
        },
        "precision_shipped": {bank: judge.precisions(one) for bank, one in found.shipped.items()},
    }


def of_thresholds(found: Findings, at: dict[str, float], recordings: Sequence[Recording]) -> Facts:
    """What the nets do at the thresholds, on recordings that they never met.

    Args:
        found: by the nets.
        at: the thresholds.
        recordings: every recording there is.
    """
    heard, quiet = judge.together(found.heard), judge.together(found.quiet)
    facts: Facts = {
        "thresholds": at, "hours_quiet": round(quiet.hours, 2), "false_windows_allowed": judge.allowed(quiet.hours),
        "false_windows": judge.false_windows(quiet, at), "false_windows_elsewhere": judge.false_elsewhere(found.quiet),
        "false_windows_by_label": _by_label(judge.false_by_source(quiet, at), recordings),
        "recall_test": judge.overall_recalls(heard, at), "confusions": judge.confusions(heard, at),
        "recall_by_source": judge.recalls(heard, at, classes_of(recordings)),
    }  # fmt: skip
    for bank, name in ((SYNTHETIC, "recall_synthetic"), (NON_COMMERCIAL, "recall_non_commercial")):
        if bank in found.shipped:
            facts[name] = judge.overall_recalls(found.shipped[bank], at)
    return facts


def of_sources(parts: Split) -> Facts:
    """Every recording that was learnt from, as its author is to be named, and how many were refused."""
    rows = []
    for fold, recordings in enumerate(parts.folds):
        by_source: dict[tuple[str, str, str], set[str]] = {}
        for one in recordings:
            by_source.setdefault((one.source, one.author, one.licence), set()).add(one.label)
        rows += [
            {"fold": fold, "author": author, "licence": licence, "labels": sorted(labels)}
            for (_, author, licence), labels in sorted(by_source.items())
        ]
    return {"sources": rows, "refused": len(parts.refused)}


def write(facts: Facts, file: Path) -> None:
    """Writes the results, so that two runs can be compared line by line."""
    file.write_text(json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=True) + "\n", encoding="utf-8")


def _mean_and_spread(many: Sequence[Precisions]) -> dict[str, list[float | int | None]]:
    """Of each class: mean, spread, and of how many nets; the mean of eight is that of the classes' means."""
    table: dict[str, list[float | int | None]] = {}
    for name in CLASSES:
        found = [value for one in many if (value := one[name]) is not None]
        table[name] = _row(found) if found else [None, None, 0]
    means = [float(row[0]) for row in table.values() if row[0] is not None]
    spread = _row([float(one["mean"] or 0.0) for one in many])[1]
    table["mean"] = [round(float(np.mean(means)), 3), spread, len(many)]
    return table


def _row(found: list[float]) -> list[float | int | None]:
    return [round(float(np.mean(found)), 3), round(max(found) - min(found), 3), len(found)]


def _by_label(by_source: dict[str, dict[str, int]], recordings: Sequence[Recording]) -> dict[str, dict[str, int]]:
    """Counts by what the sources are; a scene in which nothing happens is "background"."""
    label_of = {one.source: one.label for one in recordings} | {"": "background"}
    table: dict[str, dict[str, int]] = {}
    for name, counts in by_source.items():
        table[name] = {}
        for source, count in counts.items():
            label = label_of.get(source, source)
            table[name][label] = table[name].get(label, 0) + count
    return table
