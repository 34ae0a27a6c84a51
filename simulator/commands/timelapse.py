"""The command for weeks of a pole in a minute."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from simulator.commands.options import AsJson, progress_bar


def time_lapse(
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="The same seed is the same week.")] = 5,
    days: Annotated[float, typer.Option(min=0.05, max=70.0, help="How much of it; rounded up to whole hours.")] = 7.0,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Processes at a time.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Runs days of a pole in about a minute, at the level of what detectors see: levels, not samples."""
    from simulator.trials import report  # noqa: PLC0415 - `--help` answers without loading numpy
    from simulator.trials.timelapse.run import node_week  # noqa: PLC0415 - same

    with progress_bar("time-lapse", 1.0, shown=not as_json) as progress:
        week = node_week(seed, days=days, jobs=jobs, progress=progress)
    if as_json:
        print(json.dumps(week.as_json()))
        return
    report.week_tables(Console(), week)
