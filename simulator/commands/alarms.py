"""The commands for what the node's hearing tells and should not: shots in fireworks, and anything on ordinary days."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from node.errors import OperatorError
from simulator.commands.options import AllowNc, AsJson, Sounds, progress_bar
from simulator.live.signals import stop_like_ctrl_c

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from simulator.trials.false_alarms import Days
    from simulator.trials.firework_mixes import Score
    from simulator.trials.workforce import Done

Task = TypeVar("Task")
Result = TypeVar("Result")
Jobs = Annotated[int, typer.Option(min=1, max=64, help="Processes at a time.")]


def fireworks(
    mixes: Annotated[int, typer.Option(min=1, max=5000, help="How many streets at least.")] = 120,
    sounds: Annotated[
        Path | None, typer.Option(help="A folder of real sounds with a manifest.csv: each fireworks source in it.")
    ] = None,
    jobs: Jobs = 2,
    as_json: AsJson = False,
) -> None:
    """Counts in how many streets with fireworks over them a shot is told, by where the fireworks come from."""
    from simulator.trials import firework_mixes as trials  # noqa: PLC0415 - `--help` answers without loading numpy

    tasks = trials.mixes(mixes, sounds)
    with stop_like_ctrl_c(), progress_bar("fireworks", len(tasks) * trials.LENGTH_S, shown=not as_json) as progress:
        done = [*_all(trials.run(tasks, jobs, _summed(len(tasks), progress)))]
    scores = trials.scores(done)
    whole = trials.whole(scores.values())
    if as_json:
        by_source = {source: one.as_json() for source, one in scores.items()}
        print(json.dumps(whole.as_json() | {"by_source": by_source}))
    else:
        Console().print(_sources_table({**scores, "all": whole}))


def false_alarms(
    days: Annotated[float, typer.Option(min=0.04, max=70.0, help="How many days' happenings; whole hours.")] = 7.0,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="The same seed is the same week.")] = 5,
    sounds: Sounds = None,
    allow_nc: AllowNc = False,
    jobs: Jobs = 2,
    as_json: AsJson = False,
) -> None:
    """Renders all that happens on ordinary days, and counts what is told and was not: per node-day and node-week."""
    from simulator.trials import false_alarms as trials  # noqa: PLC0415 - `--help` answers without loading numpy

    tasks = trials.hours(seed, days, sounds, allow_nc=allow_nc)
    found = trials.Days()
    with stop_like_ctrl_c(), progress_bar("false alarms", len(tasks), shown=not as_json) as progress:
        for done in _all(trials.run(tasks, jobs, lambda _number, _reached: None)):
            if done.result is not None:
                found.add(done.result)
            progress(found.hours)
    if as_json:
        print(json.dumps({"seed": seed} | found.as_json()))
    else:
        Console().print(_kinds_table(found))


def _summed(count: int, progress: Callable[[float], None]) -> Callable[[int, float], None]:
    """Adds up how far each task has come."""
    reached = [0.0] * count

    def report(number: int, heard_s: float) -> None:
        reached[number] = heard_s
        progress(sum(reached))

    return report


def _all(tasks: Iterable[Done[Task, Result]]) -> Iterator[Done[Task, Result]]:
    """The same.

    Raises:
        OperatorError: one of them could not be done: a rate over the others would be of something else.
    """
    for done in tasks:
        if done.problem:
            raise OperatorError(done.problem)
        yield done


def _sources_table(scores: Mapping[str, Score]) -> Table:
    table = _table("source", "mixes", "shots in", "share", "fireworks in")
    for source, one in scores.items():
        share = "-" if one.gunshot_share is None else f"{one.gunshot_share:.0%}"
        shots, named = one.told["sound.gunshot"], one.told["sound.fireworks"]
        table.add_row(escape(source), str(one.mixes), str(shots), share, str(named))
    return table


def _kinds_table(found: Days) -> Table:
    table = _table("kind", "true", "told of them", "false", "false in plain time", "a node-day", "a node-week")
    table.caption = f"{found.days:g} days, {found.acts} happenings, {found.heard_s / 3600:.1f} h of sound"
    for kind, score in found.kinds().items():
        per_day = found.per_day(kind)
        counts = (str(score.truth), str(score.hits), str(score.false), str(found.plain[kind]))
        table.add_row(kind, *counts, f"{per_day:.2f}", f"{7 * per_day:.1f}")
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, justify="left" if heading == headings[0] else "right", overflow="fold")
    return table
