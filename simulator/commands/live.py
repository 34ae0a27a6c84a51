"""The commands that run in real time: the demo, and a street before a sensing process of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from simulator.commands.options import Seed, finite


def demo(
    seed: Seed = 7,
    mic: Annotated[str | None, typer.Option(help="A real microphone instead: its name, or nothing.")] = None,
    camera: Annotated[
        str | None, typer.Option(help="A real camera or a video file instead: its name, or nothing.")
    ] = None,
) -> None:
    """Runs a node on a small street with a private broker, and shows what leaves. Ctrl-C ends it.

    DEMO_SECONDS=n in the environment ends it by itself. Without a terminal it prints one line an event.
    """
    from simulator.live import demo as stage  # noqa: PLC0415 - `--help` answers without loading OpenCV

    options = stage.Options(seed=seed, mic=mic, camera=camera, seconds=stage.seconds_of_environment())
    raise typer.Exit(stage.run(options, Console()))


def node(
    config: Annotated[Path | None, typer.Option(help="The node's configuration file.")] = None,
    seed: Seed = 7,
    seconds: Annotated[
        float | None, typer.Option(help="The street ends after so many seconds.", callback=finite)
    ] = None,
    began: Annotated[
        float | None, typer.Option(help="CLOCK_BOOTTIME of the street's second 0.", hidden=True, callback=finite)
    ] = None,
) -> None:
    """Runs the sensing process of a node with a street's camera and microphone, in real time."""
    from simulator.live import street_node  # noqa: PLC0415 - `--help` answers without loading OpenCV

    raise typer.Exit(street_node.run(config, seed, seconds, began))
