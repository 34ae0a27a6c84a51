"""A model's card, written from its results and from nothing else.

    python -m models.training.card --cards models/cards

writes all cards anew from the JSON files there: the results of the training, and what the simulator found of published
events (`polewatch-sim fireworks`, `polewatch-sim false-alarms`), where that was measured.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from models.training import card_events
from models.training.card_words import BANKS, CLOSE, COMMAND, LIMITS, SHIPPED, TAUGHT, WHAT
from models.training.directions import GROUPS
from models.training.labels import CLASSES
from node.errors import OperatorError, PolewatchError

Facts = dict[str, Any]

NAMES = ("polewatch-sounds-small", "polewatch-sounds-large")


def main(arguments: list[str] | None = None) -> int:
    """Writes the cards anew; whatever an operator can mend is one line on stderr."""
    parser = argparse.ArgumentParser(prog="card", description="Writes the cards of our sound models anew.")
    parser.add_argument("--cards", type=Path, required=True, help="the folder of the cards and their JSON files")
    try:
        write_all(parser.parse_args(arguments).cards)
    except PolewatchError as error:
        sys.stderr.write(f"card: {error}\n")
        return error.exit_code
    return 0


def write_all(folder: Path) -> None:
    """Writes every card of a folder from the JSON files there.

    Raises:
        OperatorError: the results of a model are not there, or are no results.
    """
    events = card_events.read(folder)
    for name in NAMES:
        file = folder / f"{name}.json"
        try:
            facts = json.loads(file.read_text(encoding="utf-8"))
            (folder / f"{name}.md").write_text(write(facts, events), encoding="utf-8")
            (folder / f"{name}-sources.md").write_text(write_sources(facts), encoding="utf-8")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise OperatorError(f"{file}: is missing or holds no results of a training ({error!r})") from error


def write(facts: Facts, events: card_events.Events) -> str:
    """The card as Markdown.

    Args:
        facts: the results, as `models/cards/NAME.json` holds them.
        events: what the simulator found of published events.
    """
    size = str(facts["size"])
    nets = ("One", "Two", "Three", "Four")[len(facts["seeds"]) - 1]
    what = WHAT[size].format(nets=nets, weights=f"{facts['weights']:,}", kilobytes=round(facts["bytes"] / 1000))
    parts = [
        f"# {facts['name']}", what, _how(facts), _precision(facts), _at_thresholds(facts), _confusions(facts),
        card_events.section(events) if size == "small" else "", LIMITS, _commands(facts),
    ]  # fmt: skip
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def write_sources(facts: Facts) -> str:
    """Recall by source, and the authors of all sounds, as Markdown."""
    recalls = [
        [name, source, f"{hit} of {many}", f"{hit / many:.2f}"]
        for name in CLASSES
        for source, (hit, many) in facts["recall_by_source"][name].items()
    ]
    rows = [[str(one["fold"]), ", ".join(one["labels"]), one["author"], one["licence"]] for one in facts["sources"]]
    return f"""# Sources of {facts["name"]}

## Recall by source

Windows that reach the threshold, by the net that did not learn from the source.

{table(["class", "source", "windows", "recall"], recalls)}

## Sounds and their authors

Every recording that the model learnt from, by fold. Those under CC BY are used with thanks to their authors, mixed,
filtered and resampled.

{table(["fold", "sound", "author and source", "licence"], rows)}
"""


def table(heads: list[str], rows: Iterable[list[str]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines)


def _how(facts: Facts) -> str:
    scenes, sources = facts["scenes"], facts["sources"]
    return f"""## How it was made

{scenes["learnt"]:,} scenes of 2.5 s were drawn from {len(sources)} free recordings (by source) and the simulator's
library: a background, mostly an event or something that only tempts, and one microphone for the whole.
{facts["refused"]} files were refused: non-commercial, or of no stated licence. The sources are in four folds. Four
nets, each without one fold, gave all figures of held-out recordings, the calibration and the thresholds; what is
shipped is {SHIPPED[str(facts["size"])]} (seeds {", ".join(map(str, facts["seeds"]))}).

{_taught(facts)} All sources, with recall and authors:
[`{facts["name"]}-sources.md`]({facts["name"]}-sources.md)."""


def _taught(facts: Facts) -> str:
    text, found = TAUGHT[str(facts["size"])], facts["precision_alone"]
    if not found:
        return text
    both = facts["precision_mean_and_spread"]["held-out"]["mean"][0]
    return text.format(
        rows=sum(map(len, GROUPS.values())), heads=found["heads"]["mean"][0], alone=found["rows"]["mean"][0], both=both
    )


def _precision(facts: Facts) -> str:
    tables = facts["precision_mean_and_spread"]
    banks = [bank for bank in BANKS if bank in tables]
    wanted = CLOSE[str(facts["size"])]
    rows = []
    for name in (*CLASSES, "mean"):
        first = facts["precision"]["held-out"][0][name]
        rows.append([
            name, str(_sources(facts, name)), *(_middle(tables[bank][name]) for bank in banks), _number(first),
            _verdict(wanted.get(name), tables["held-out"][name][0]),
        ])  # fmt: skip
    legend = "\n".join(f"- **{bank}**: {BANKS[bank]}" for bank in banks)
    shipped = ", ".join(f"{bank} {one['mean']:.3f}" for bank, one in facts["precision_shipped"].items())
    return f"""## Average precision of a single net, mean of four (spread: largest minus smallest)

{table(["class", "sources", *banks, "first fold", "target (held-out)"], rows)}

{legend}
- **first fold**: held-out recordings of the fold that no setting was chosen by

A class has few *sources* in a fold, or none: the spread tells how much hangs on the source. An event is a fact of a
window where it stands 6 dB over the rest; where it is weaker, the window is left out: on plain recordings, and farther
away, all figures are lower. Settings were chosen by three of the folds; nobody chose by the first one. The shipped
file, the mean of its nets, on what it never met: {shipped} (mean of the classes there
are). On real free sound nothing can be said of it, as it knows all there is."""


def _sources(facts: Facts, name: str) -> int:
    """How many recordings a class has, or there are at all."""
    return len(facts["recall_by_source"][name]) if name in CLASSES else len(facts["sources"])


def _at_thresholds(facts: Facts) -> str:
    names = [key for key in ("recall_test", "recall_synthetic", "recall_non_commercial") if key in facts]
    least, rows, over = facts["false_windows_allowed"], [], []
    for one in CLASSES:
        elsewhere = facts["false_windows_elsewhere"][one]
        times = sum(elsewhere) / least
        over += [one] if times > 3 else []
        worst = sorted(facts["false_windows_by_label"][one].items(), key=lambda item: (-item[1], item[0]))[:3]
        rows.append([
            one, f"{facts['thresholds'][one]:.3f}", *(_share(facts[key][one]) for key in names),
            f"{sum(elsewhere)} ({times:.1f} x)", ", ".join(f"{label} {number}" for label, number in worst) or "-",
        ])  # fmt: skip
    heads = ["class", "threshold", *(key.replace("_", " ") for key in names), "false elsewhere", "at the threshold"]
    verdict = f"More than three times nominal: {', '.join(over)}." if over else "No class is over three times nominal."
    return f"""## At the thresholds

A threshold is set so that {least} windows (the nominal rate) are false in {facts["hours_quiet"]} h of scenes that only
tempt: thunder, doors, drills, hammers, dogs, children, music, bells, rain, wind, or nothing. They are far more tempting
than a street. No net had learnt from what tempted it. *false elsewhere*: the threshold was set on three folds and the
false windows counted in the fourth, four times. {verdict}

Recall is of windows, not of events: an event stands in several. *recall test* is of recordings that the net did not
learn from (though the calibration, two numbers a class, is fitted to the same windows), the others are of the shipped
file. Where it is low, the model does not carry the class on its own.

{table(heads, rows)}"""


def _confusions(facts: Facts) -> str:
    found = facts["confusions"]
    rows = [[name, *(f"{found[name][other]:.2f}" for other in CLASSES)] for name in CLASSES if name in found]
    return f"""## What is taken for what

Held-out windows with one class alone (row): the share that reaches the threshold of each class (column).

{table(["", *CLASSES], rows)}"""


def _commands(facts: Facts) -> str:
    return f"""## Where the numbers come from

`{COMMAND}`
makes the model, `models/cards/{facts["name"]}.json` and this card, which has no number of its own.
`python -m models.training.card --cards models/cards` writes the card anew from the JSON files."""


def _middle(value: list[float | None]) -> str:
    middle, spread = value[:2]
    return "-" if middle is None or spread is None else f"{middle:.3f} ({spread:.3f})"


def _verdict(least: float | None, value: float | None) -> str:
    if least is None or value is None:
        return "-"
    return f"{least:.2f}: reached" if value >= least else f"{least:.2f}: **{least - value:.3f} short**"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


if __name__ == "__main__":
    sys.exit(main())
