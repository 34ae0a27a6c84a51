"""A model's card, written from its results and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from models.training.labels import CLASSES

Facts = dict[str, Any]

COMMAND = "python -m models.training.train --sounds ../shared/data/audio --out models --seeds 1,2,3"
CLOSE = {
    "small": {"gunshot": 0.75, "siren": 0.75, "horn_or_alarm": 0.75, "explosion": 0.60, "scream": 0.30, "mean": 0.64},
    "large": {"scream": 0.65, "siren": 0.90, "mean": 0.77},
}
"""What each model has to reach on sources that it never met: average precision, mean of three seeds."""
_WHAT = {
    "small": """
A network of six 3x3 convolutions ({weights} weights, {kilobytes} kB) that gives the probability of eight sounds in one
second. It hears log-mel levels without their gain (`node/sense/audio/logmel.py`). It is shipped with the node. Its
teachers were three heads on YAMNet's embedding, each asked only about recordings that it had not heard.""",
    "large": """
A head of two layers ({weights} weights, {kilobytes} kB) on the embedding of YAMNet (Apache-2.0), which the operator
imports (`python -m models.training.import_yamnet`); YAMNet itself is not part of this project. The same eight sounds,
the same second. How it is fitted was set after seven trials, judged by the validation and by sources left out.""",
}
_BANKS = {
    "test": "held-out recordings (never trained or tuned on)",
    "synthetic": "synthesis of other seeds",
    "non-commercial": "UrbanSound8K, non-commercial: judged on, never trained or tuned on",
    "validation": "validation (calibration, thresholds and the choice of the seed)",
}
_LIMITS = """## What it must not be used for

- As the only ground for sending somebody, or for any decision about a person. It says that a second sounded like
  something; a second stage (repetition, level, the site's own background) and a human decide.
- To tell people or voices apart, or what is said. It cannot, and is not to be retrained for it.
- To tell a single firework from a shot: in one second they are the same. See the confusions.
- On sound that was not recorded at 8 kHz bandwidth or more, or behind a gate that cuts silences out.
"""


def write(facts: Facts) -> str:
    """The card as Markdown.

    Args:
        facts: the results, as `models/cards/NAME.json` holds them.
    """
    size = str(facts["size"])
    what = _WHAT[size].format(weights=f"{facts['weights']:,}", kilobytes=round(facts["bytes"] / 1000))
    parts = [
        f"# {facts['name']}", what, _how(facts), _precision(facts), _shortfalls(facts), _at_thresholds(facts),
        _confusions(facts), _false(facts), _recall_by_source(facts), _LIMITS, _sources(facts), _commands(facts),
    ]  # fmt: skip
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _how(facts: Facts) -> str:
    scenes = facts["scenes"]
    return f"""## How it was made

Seed {facts["chosen_seed"]} of {", ".join(facts["precision"])}, the best on the validation. {scenes["train"]:,} scenes
of 2.5 s were drawn from {_count(facts, "train")} recorded sources and the simulator's library: a background, mostly an
event or something that only tempts, and one microphone for the whole. {_count(facts, "validation")} other sources and
other seeds gave calibration and thresholds. {_count(facts, "test")} sources, chosen by a hash of their names before any
training, were kept to judge it. {facts["refused"]} files were refused: non-commercial, or of no stated licence."""


def _precision(facts: Facts) -> str:
    tables = facts["precision_mean_and_spread"]
    banks = [bank for bank in _BANKS if bank in tables]
    rows = [[name, *(_middle(tables[bank][name]) for bank in banks)] for name in (*CLASSES, "mean")]
    legend = "\n".join(f"- **{bank}**: {_BANKS[bank]}" for bank in banks)
    return f"""## Average precision, mean of {len(facts["precision"])} seeds (spread: largest minus smallest)

{_table(["class", *banks], rows)}

{legend}

A held-out class of one or two sources says little: see how many there are under *Recall by source*."""


def _shortfalls(facts: Facts) -> str:
    found = facts["precision_mean_and_spread"]["test"]
    wanted = CLOSE[str(facts["size"])]
    rows = []
    for name, least in wanted.items():
        value = found[name][0]
        verdict = "not measured" if value is None else "reached" if value >= least else f"**{least - value:.3f} short**"
        rows.append([name, f"{least:.2f}", "-" if value is None else f"{value:.3f}", verdict])
    return "## Against its targets\n\n" + _table(["class", "target", "held-out", ""], rows)


def _at_thresholds(facts: Facts) -> str:
    names = [key for key in ("recall_test", "recall_synthetic", "recall_non_commercial") if key in facts]
    rows = [[one, f"{facts['thresholds'][one]:.3f}", *(_share(facts[key][one]) for key in names)] for one in CLASSES]
    heads = ["class", "threshold", *(key.replace("_", " ") for key in names)]
    return f"""## At the thresholds

A threshold lets at most {facts["false_windows_allowed"]} false windows through in the
{facts["hours_quiet_validation"]} h of tempting scenes of the validation. Recall is of windows, not of events: an event
stands in several. Where it is low on held-out recordings, the model does not carry the class on its own.

{_table(heads, rows)}"""


def _confusions(facts: Facts) -> str:
    table = facts["confusions"]
    rows = [[name, *(f"{table[name][other]:.2f}" for other in CLASSES)] for name in CLASSES if name in table]
    return f"""## What is taken for what

Held-out windows with one class alone (row): the share that reaches the threshold of each class (column).

{_table(["", *CLASSES], rows)}"""


def _false(facts: Facts) -> str:
    hours, before = facts["hours_quiet_test"], facts["hours_quiet_validation"]
    rows = []
    for name in CLASSES:
        count = facts["false_windows_quiet_test"][name]
        worst = sorted(facts["false_windows_by_label"][name].items(), key=lambda item: (-item[1], item[0]))[:4]
        told = ", ".join(f"{label} {number}" for label, number in worst) or "-"
        rows.append([name, str(facts["false_windows_quiet_validation"][name]), str(count), told])
    return f"""## False windows on what only tempts

Scenes with thunder, doors, drills, hammers, dogs, children, music, bells, rain, wind and the like, or with nothing:
{before} h of the validation's sources, {hours} h of held-out ones. There, more than
{3 * facts["false_windows_allowed"]} is more than three times what a threshold was set for. Such scenes are far more
tempting than a street. False *alarms* per node-week, after the node's second stage, are measured by the simulator and
are not in this card.

{_table(["class", "validation", "held-out", "of which"], rows)}"""


def _recall_by_source(facts: Facts) -> str:
    rows = [
        [name, source, f"{hit} of {many}", f"{hit / many:.2f}"]
        for name in CLASSES
        for source, (hit, many) in facts["recall_by_source"][name].items()
    ]
    return "## Recall by held-out source\n\n" + _table(["class", "source", "windows", "recall"], rows)


def _sources(facts: Facts) -> str:
    rows = [[one["part"], ", ".join(one["labels"]), one["author"], one["licence"]] for one in facts["sources"]]
    return f"""## Sounds and their authors

Every recording that the model learnt from (train), was set by (validation) or was judged on (test). Those under CC BY
are used with thanks to their authors, mixed, filtered and resampled.

{_table(["part", "sound", "author and source", "licence"], rows)}"""


def _commands(facts: Facts) -> str:
    return f"""## Where the numbers come from

`{COMMAND}` makes the model, `models/cards/{facts["name"]}.json` and this card, which has no number of its own."""


def _count(facts: Facts, part: str) -> int:
    return sum(one["part"] == part for one in facts["sources"])


def _middle(value: list[float | None]) -> str:
    middle, spread = value
    return "-" if middle is None or spread is None else f"{middle:.3f} ({spread:.3f})"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _table(heads: list[str], rows: Iterable[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines)
