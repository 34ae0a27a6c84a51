"""`polewatch-sim`: a street without hardware, for developers and integrators."""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

from node.errors import PolewatchError

try:
    import typer
    from rich.console import Console
    from rich.progress import Progress
except ModuleNotFoundError as error:
    sys.exit(f"polewatch-sim: {error.name} is not installed; 'pip install polewatch[tools]' brings all of it")
except KeyboardInterrupt:  # most of the start is these two: Ctrl-C is no traceback then either
    sys.exit(130)

app = typer.Typer(
    name="polewatch-sim",
    help="A street that can be seen and heard, in place of a pole's camera and microphone.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _finite(value: float | None) -> float | None:
    """Refuses nan and inf: a street that begins or ends there never does."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is no number of seconds")
    return value


Seed = Annotated[int, typer.Option(min=0, help="The same seed is the same street, to the byte.")]


@app.command()
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


@app.command()
def node(
    config: Annotated[Path | None, typer.Option(help="The node's configuration file.")] = None,
    seed: Seed = 7,
    seconds: Annotated[
        float | None, typer.Option(help="The street ends after so many seconds.", callback=_finite)
    ] = None,
    began: Annotated[
        float | None, typer.Option(help="CLOCK_BOOTTIME of the street's second 0.", hidden=True, callback=_finite)
    ] = None,
) -> None:
    """Runs the sensing process of a node with a street's camera and microphone, in real time."""
    from simulator.live import street_node  # noqa: PLC0415 - `--help` answers without loading OpenCV

    raise typer.Exit(street_node.run(config, seed, seconds, began))


@app.command(name="list")
def list_() -> None:
    """Lists the scenarios: streets with a truth, for tests, demos and bug reports."""
    from simulator.trials import report, scenario  # noqa: PLC0415 - `--help` answers without loading OpenCV

    report.list_scenarios(Console(), scenario.shipped())


@app.command()
def run(
    name: Annotated[str, typer.Argument(help="A scenario of `list`, or a .toml file.")],
    seed: Annotated[int | None, typer.Option(min=0, max=2**32 - 1, help="Instead of the scenario's own.")] = None,
    score: Annotated[bool, typer.Option("--score", help="Prints recall, precision and latency.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Prints one JSON object and nothing else.")] = False,
    sound_only: Annotated[
        bool, typer.Option("--sound-only", help="Renders no pictures: several times as fast.")
    ] = False,
) -> None:
    """Runs a scenario through a whole node, faster than time, and puts the truth beside what it told."""
    from simulator.trials import report, scenario, trial  # noqa: PLC0415 - `--help` answers without loading OpenCV

    name, chosen = scenario.load(name)
    with _progress(name, chosen.length_s, shown=not as_json) as progress:
        chosen_seed = chosen.seed if seed is None else seed
        outcome = trial.run(name, chosen, chosen_seed, sight=not sound_only, progress=progress)
    if as_json:
        print(json.dumps(outcome.as_json()))
        return
    report.tell(Console(), outcome)
    if score:
        report.score_table(Console(), outcome.scores())


@app.command()
def render(
    name: Annotated[str, typer.Argument(help="A scenario of `list`, or a .toml file.")],
    out: Annotated[Path, typer.Option(help="The folder for the files.")],
    seed: Annotated[int | None, typer.Option(min=0, max=2**32 - 1, help="Instead of the scenario's own.")] = None,
) -> None:
    """Writes what a scenario sounds and looks like as files, with its truth, for `polewatch replay`."""
    from simulator.trials import rendering, scenario  # noqa: PLC0415 - `--help` answers without loading OpenCV

    name, chosen = scenario.load(name)
    with _progress(name, chosen.length_s, shown=True) as progress:
        files = rendering.render(name, chosen, chosen.seed if seed is None else seed, out, progress)
    for file in files:
        print(file)


@contextlib.contextmanager
def _progress(name: str, length_s: float, *, shown: bool) -> Iterator[Callable[[float], None]]:
    """A progress bar on a terminal's stderr, which is gone afterwards; elsewhere nothing."""
    screen = Console(stderr=True)
    with Progress(console=screen, transient=True, disable=not (shown and screen.is_terminal)) as bar:
        task = bar.add_task(name, total=length_s)
        yield lambda street_s: bar.update(task, completed=street_s)


def with_names(arguments: list[str]) -> list[str]:
    """The arguments, with the name `default` behind a `--mic` or `--camera` that has none."""
    named = []
    for argument, after in zip(arguments, [*arguments[1:], "--"], strict=True):
        named.append(argument)
        if argument in {"--mic", "--camera"} and after.startswith("-"):
            named.append("default")
    return named


def main() -> None:
    """The command's entry: an error of ours is one line and its exit code, and Ctrl-C is 130."""
    try:
        app(with_names(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except PolewatchError as error:
        print(f"polewatch-sim: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our lines has gone (`| head`): Python must not complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


if __name__ == "__main__":
    main()
