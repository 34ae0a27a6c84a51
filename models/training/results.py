"""The results of a training as one JSON file; the card is written from it, and nothing else.

A share or a precision has three digits. Spread is the largest minus the smallest over the seeds.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from models.training import judge
from models.training.judge import Judged
from models.training.labels import CLASSES, of_recording
from models.training.recordings import Part, Recording

Precisions = dict[str, float | None]
Facts = dict[str, object]

JUDGED_ON = ("validation", "test", "synthetic", "non-commercial")
"""The banks that a precision is given for."""


def of_seeds(by_seed: dict[int, dict[str, Precisions]]) -> Facts:
    """Precisions of every seed and bank, with mean and spread over the seeds.

    Args:
        by_seed: for each seed, for each bank, as `judge.precisions` gives them.
    """
    banks = [bank for bank in JUDGED_ON if all(bank in one for one in by_seed.values())]
    mean: dict[str, dict[str, list[float | None]]] = {}
    for bank in banks:
        mean[bank] = {}
        for name in (*CLASSES, "mean"):
            found = [value for one in by_seed.values() if (value := one[bank][name]) is not None]
            has_all = len(found) == len(by_seed)
            mean[bank][name] = (
                [round(float(np.mean(found)), 3), round(max(found) - min(found), 3)] if has_all else [None, None]
            )
    return {"precision": {str(seed): one for seed, one in by_seed.items()}, "precision_mean_and_spread": mean}


def of_chosen(heard: dict[str, Judged], at: dict[str, float], recordings: list[Recording]) -> Facts:
    """What the chosen seed does at its thresholds.

    Args:
        heard: the banks by name.
        at: the thresholds.
        recordings: every recording there is.
    """
    facts: Facts = {"thresholds": at, "false_windows_allowed": judge.FALSE_WINDOWS}
    for name in ("quiet-validation", "quiet-test"):
        facts[f"false_windows_{_key(name)}"] = judge.false_windows(heard[name], at)
        facts[f"hours_{_key(name)}"] = round(heard[name].hours, 2)
    facts["false_windows_by_label"] = _by_label(judge.false_by_source(heard["quiet-test"], at), recordings)
    for name in ("test", "synthetic", "non-commercial"):
        if name in heard:
            facts[f"recall_{_key(name)}"] = judge.overall_recalls(heard[name], at)
    facts["recall_by_source"] = judge.recalls(heard["test"], at, classes_of(recordings))
    facts["confusions"] = judge.confusions(heard["test"], at)
    return facts


def of_sources(parts: dict[Part, list[Recording]]) -> Facts:
    """Every recording that was learnt from or judged by, as its author is to be named, and how many were refused."""
    rows = []
    for part in (Part.TRAIN, Part.VALIDATION, Part.TEST):
        by_source: dict[tuple[str, str, str], set[str]] = {}
        for one in parts[part]:
            by_source.setdefault((one.source, one.author, one.licence), set()).add(one.label)
        rows += [
            {"part": str(part), "author": author, "licence": licence, "labels": sorted(labels)}
            for (_, author, licence), labels in sorted(by_source.items())
        ]
    return {"sources": rows, "refused": len(parts[Part.REFUSED])}


def classes_of(recordings: list[Recording]) -> dict[str, set[str]]:
    """The classes that each source has examples of."""
    found: dict[str, set[str]] = {}
    for one in recordings:
        found.setdefault(one.source, set()).update(of_recording(one.label).heard)
    return found


def write(facts: Facts, file: Path) -> None:
    """Writes the results, so that two runs can be compared line by line."""
    file.write_text(json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=True) + "\n", encoding="utf-8")


def _by_label(by_source: dict[str, dict[str, int]], recordings: list[Recording]) -> dict[str, dict[str, int]]:
    """Counts by what the sources are; a scene in which nothing happens is "background"."""
    label_of = {one.source: one.label for one in recordings} | {"": "background"}
    table: dict[str, dict[str, int]] = {}
    for name, counts in by_source.items():
        table[name] = {}
        for source, count in counts.items():
            label = label_of.get(source, source)
            table[name][label] = table[name].get(label, 0) + count
    return table


def _key(bank: str) -> str:
    return bank.replace("-", "_")
