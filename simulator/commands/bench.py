"""The command for what the node costs on this machine: its processor, or its card."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from node.errors import OperatorError
from simulator.commands.options import AsJson, progress_bar


def bench(
    card: Annotated[
        bool, typer.Option("--card", help="Measures what a day writes to the card, and nothing else.")
    ] = False,
    folder: Annotated[Path | None, typer.Option(help="With --card: a folder on the disk in question.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measures on this machine what hearing costs, beside scipy, how soon the node tells, or what the card takes."""
    if card:
        _card(folder, as_json=as_json)
        return
    if folder is not None:
        raise OperatorError("--folder is for --card")
    # As `polewatch` does on a pole, and before numpy is loaded: a second thread would be counted, and gains nothing.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from simulator.trials import bench as trials  # noqa: PLC0415 - `--help` answers without loading OpenCV

    with progress_bar("bench", trials.STEPS, shown=not as_json) as progress:
        found = trials.run(progress)
    if as_json:
        print(json.dumps({"audio": found.as_json()}))
    else:
        trials.tell(Console(), found)


def _card(folder: Path | None, *, as_json: bool) -> None:
    """What a day writes to the card."""
    from simulator.trials import bench_card as trials  # noqa: PLC0415 - as above

    with progress_bar("bench", trials.STEPS, shown=not as_json) as progress:
        found = trials.run(folder, progress)
    if as_json:
        print(json.dumps({"card": found.as_json()}))
    else:
        trials.tell(Console(), found)
