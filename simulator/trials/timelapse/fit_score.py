"""Fits the score of crowds on weeks of training seeds, and writes it: `python -m simulator.trials.timelapse.fit_score`.

The same material gives the same file, byte for byte; what it was fitted on stands in it, and `--check` fits it anew and
compares. The tail of what is no crowd is of scores that other weeks were fitted for: no week judges itself.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from node.sense.audio import crowd_score
from node.sense.audio.likeness import FEATURES
from node.sense.audio.tail import Pareto, fit
from simulator.trials.timelapse import material
from simulator.trials.timelapse.real_rises import ROUNDS, Clip, clips, of_clips
from simulator.trials.timelapse.regression import REAL_CROWD, REAL_OTHER, RIDGE, SLACK, Fitted, fitted, highest
from simulator.trials.timelapse.risings import Risings, kept_or_made, of_weeks
from simulator.world.layout import Floats

SEEDS = (300, 301, 302, 303)
PEAKS_PER_DAY = 10.0
"""The tail begins where so many rises a day that are no crowd come to."""

TOLD_PER_DAY = (0.5, 1.0)
"""For so many false spikes a day the report says how many crowds are told."""

_HEAD = """# Fitted by `python -m simulator.trials.timelapse.fit_score`. Not written by hand.
# What the numbers mean: crowd_score.py beside this file. Weights: a constant, one for each feature, one for each two.
"""


def fitted_on(sounds: list[Clip]) -> dict[str, object]:
    """All that the numbers follow from, besides the code."""
    return {
        "seeds": list(SEEDS),
        "ridge": RIDGE,
        "slack": SLACK,
        "real_crowd": REAL_CROWD,
        "real_other": REAL_OTHER,
        "rounds": ROUNDS,
        "signatures_sha256": material.of_signatures(),
        "sounds": len(sounds),
        "sounds_sha256": material.of_sounds(sounds),
    }


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


def lines(
    found: Fitted, from_score: float, pareto: Pareto, peaks_per_day: float, source: Mapping[str, object]
) -> Iterator[str]:
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
    yield "\n[fitted_on]"
    for name, one in source.items():
        yield f"{name} = " + (f'"{one}"' if isinstance(one, str) else f"{one}")


def main(
    manifest: Annotated[Path, typer.Option(help="of the real sounds: manifest.csv")],
    out: Annotated[Path | None, typer.Option(help="where it goes; the node's own file where nothing is said")] = None,
    jobs: Annotated[int, typer.Option(help="how many processes", min=1)] = 2,
    kept: Annotated[
        Path | None, typer.Option(help="a folder for what is heard of the weeks: a run that was stopped goes on there")
    ] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="write nothing; fail where the file is another")] = False,
) -> None:
    """Fits the score anew; some minutes."""
    weeks = []
    for week in of_weeks(SEEDS, jobs, kept):
        weeks.append(week)
        sys.stderr.write(f"week {len(weeks)} of {len(SEEDS)}\n")
    sounds = clips(manifest)
    real = [_of_side(sounds, kept, held_out=held_out) for held_out in (False, True)]
    text = report(weeks, real, fitted_on(sounds))
    with resources.as_file(resources.files("node.sense.audio").joinpath(crowd_score.FILE)) as shipped:
        path = shipped if out is None else out
        if not check:
            path.write_text(text, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"{path.name} is not what this material gives\n")
            raise typer.Exit(1)


def _of_side(sounds: list[Clip], kept: Path | None, *, held_out: bool) -> Risings:
    """The rises of the real sounds of one half of all sources."""
    own = [one for one in sounds if one.held_out is held_out]
    return kept_or_made(kept, f"sounds-{held_out:d}", lambda: of_clips(own))


def report(weeks: list[Risings], real: list[Risings], source: Mapping[str, object]) -> str:
    """Fits all of it, tells how well each half of it does on the other, and gives what is to be written."""
    crowds, none, days = judged_by_others(weeks, Risings.joined(real))
    from_score = float(np.sort(none)[-int(PEAKS_PER_DAY * days)])
    excesses = none[none > from_score] - from_score
    pareto, peaks_per_day = fit(excesses), excesses.size / days
    whole, say = Risings.joined(weeks), sys.stderr.write
    say(f"{crowds.size} rises of crowds, {none.size} others, in {days:.0f} days\n")
    unmet = [(fitted(whole, real[0]), real[1]), (fitted(whole, real[1]), real[0])]
    for target in TOLD_PER_DAY:
        threshold = from_score + pareto.exceeded(target / peaks_per_day)
        told, false = np.mean(crowds >= threshold), np.sum(none >= threshold) / days
        say(f"for {target} a day, above {threshold:.2f}: {told:.3f} of the crowds, {false:.2f} others a day\n")
        for found, other in unmet:
            scores = found.scores(other.features)
            shares = [float(np.mean(highest(scores, other, kind) >= threshold)) for kind in (1, 0)]
            say(f"  of real sounds of sources not fitted on: {shares[0]:.2f} of crowds, {shares[1]:.2f} of others\n")
    found = fitted(whole, Risings.joined(real))
    return "\n".join(lines(found, from_score, pareto, peaks_per_day, source)) + "\n"


if __name__ == "__main__":
    typer.run(main)
