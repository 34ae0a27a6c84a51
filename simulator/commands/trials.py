"""The commands for one scenario: list them, run one through a whole node, write one as files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from node.errors import OperatorError
from simulator.commands.options import (
    AllowNc,
    AsJson,
    Name,
    OwnSeed,
    SoundOnly,
    Sounds,
    clips_of,
    progress_bar,
)

if TYPE_CHECKING:
    from simulator.trials.outcome import Outcome
    from simulator.trials.trial import Trial


def list_() -> None:
    """Lists the scenarios: streets with a truth, for tests, demos and bug reports."""
    from simulator.trials import report, scenario  # noqa: PLC0415 - `--help` answers without loading OpenCV

    report.list_scenarios(Console(), scenario.shipped())


def run(  # noqa: PLR0913, PLR0917 - typer: an option is an argument
    name: Name,
    seed: OwnSeed = None,
    score: Annotated[bool, typer.Option("--score", help="Prints recall, precision and latency.")] = False,
    as_json: AsJson = False,
    sound_only: SoundOnly = False,
    view: Annotated[bool, typer.Option("--view", help="Shows the street in the terminal, in real time.")] = False,
    sounds: Sounds = None,
    allow_nc: AllowNc = False,
) -> None:
    """Runs a scenario through a whole node, faster than time, and puts the truth beside what it told."""
    from simulator.trials import report, scenario  # noqa: PLC0415 - `--help` answers without loading OpenCV

    name, chosen = scenario.load(name)
    chosen_seed = chosen.seed if seed is None else seed
    clips = clips_of(sounds, allow_nc=allow_nc)
    if view and (as_json or chosen.is_live):
        raise OperatorError(f"--view is for a person, and for scenarios without {'--json' if as_json else 'processes'}")
    if chosen.is_live and clips is not None:
        raise OperatorError(f"--sounds is for scenarios that run faster than time; {name} runs processes")
    if chosen.is_live:
        from simulator.trials import live_trial  # noqa: PLC0415 - few runs need processes and a broker

        with progress_bar(f"{name}, in real time", chosen.length_s, shown=not as_json) as progress:
            outcome = live_trial.run(name, chosen, chosen_seed, sight=not sound_only, progress=progress)
    else:
        from simulator.trials import trial  # noqa: PLC0415 - the others do not need it

        # A crowd of hundreds is walked through once before anything is rendered: that takes seconds.
        with Console(stderr=True, quiet=as_json).status(f"{name}: working out what is true"):
            one = trial.Trial(name, chosen, chosen_seed, sight=not sound_only, clips=clips)
        outcome = _watched(one) if view else _hurried(one, shown=not as_json)
    if as_json:
        print(json.dumps(outcome.as_json()))
        return
    report.tell(Console(), outcome)
    if score:
        report.score_table(Console(), outcome.scores())


def render(
    name: Name,
    out: Annotated[Path, typer.Option(help="The folder for the files.")],
    seed: OwnSeed = None,
    size: Annotated[str, typer.Option(help="Width and height of a picture, in pixels.")] = "640x360",
    sounds: Sounds = None,
    allow_nc: AllowNc = False,
) -> None:
    """Writes what a scenario sounds and looks like as files, with its truth, for `polewatch replay`."""
    from simulator.trials import rendering, scenario  # noqa: PLC0415 - `--help` answers without loading OpenCV

    name, chosen = scenario.load(name)
    chosen_seed = chosen.seed if seed is None else seed
    target = rendering.Target(out, _size(size))
    clips = clips_of(sounds, allow_nc=allow_nc)
    with progress_bar(name, chosen.length_s) as progress:
        files = rendering.render(name, chosen, chosen_seed, target, progress=progress, clips=clips)
    for file in files:
        print(file)


def _hurried(one: Trial, *, shown: bool) -> Outcome:
    """As fast as it goes, with a bar."""
    with progress_bar(one.outcome.name, one.scenario.length_s, shown=shown) as progress:
        return one.run(progress)


def _watched(one: Trial) -> Outcome:
    """In real time, drawn."""
    from simulator.trials.watching import watched  # noqa: PLC0415 - few runs are watched

    console = Console()
    if not console.is_terminal:
        raise OperatorError("--view draws in a terminal, and this is none: leave it out")
    return watched(one, console)


def _size(text: str) -> tuple[int, int]:
    """Width and height of `--size`.

    Raises:
        OperatorError: they are none, odd, or far from any camera's.
    """
    found = re.fullmatch(r"(\d{3,4})x(\d{3,4})", text)
    width, height = (int(number) for number in found.groups()) if found else (0, 0)
    if not (160 <= width <= 3840 and 120 <= height <= 2160) or width % 2 or height % 2:
        raise OperatorError(f"--size {text}: give an even width and height from 160x120 to 3840x2160, as 1280x720")
    return width, height
