"""The command that breaks a node in every way there is, and counts what was lost."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer
from rich.console import Console

from simulator.commands.options import AsJson, Seed, finite, progress_bar
from simulator.live.signals import stop_like_ctrl_c


def chaos(
    kills: Annotated[int, typer.Option(min=0, max=10_000, help="SIGKILLs of uplink and of the broker.")] = 20,
    outages: Annotated[int, typer.Option(min=0, max=1000, help="Times without a way to the broker.")] = 3,
    seed: Seed = 1,
    longest: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=3600.0,
            help="An outage is at most so long, in seconds; one in ten is up to three times so long.",
            callback=finite,
        ),
    ] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Kills, cuts off and fills up a real uplink while incidents go on: nothing may be lost, else exit code 1."""
    from simulator.live import chaos as stage  # noqa: PLC0415 - `--help` answers without loading all of it

    with stop_like_ctrl_c(), progress_bar(f"{kills} kills, {outages} outages", 1.0, shown=not as_json) as progress:
        result = stage.run(stage.Wish(kills, outages, seed, longest), progress)
    if result.why_no_card:
        print(f"polewatch-sim: without a full card: {result.why_no_card}", file=sys.stderr)
    for fault in result.faults():
        print(f"polewatch-sim: {fault}", file=sys.stderr)
    if as_json:
        print(json.dumps(result.as_json()))
    else:
        console = Console(highlight=False)
        for name, value in result.as_json().items():
            console.print(f"{name:>14}  {value}")
    raise typer.Exit(0 if result.holds else 1)
