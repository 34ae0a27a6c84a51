"""The commands for all scenarios: score them, and show them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from node.errors import OperatorError, StorageError
from simulator.commands.options import AllowNc, AsJson, SoundOnly, Sounds, clips_of, progress_bar
from simulator.live.signals import stop_like_ctrl_c

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.sound.clips import Clips
    from simulator.trials.scenario import Scenario
    from simulator.trials.suite import Seen, Task
    from simulator.trials.suite_score import SuiteScore

_REPORT = Path("polewatch-suite.html")


def suite(  # noqa: PLR0913, PLR0917 - typer: an option is an argument
    names: Annotated[
        list[str] | None, typer.Argument(help="Scenarios or .toml files; without any, all there are.")
    ] = None,
    as_json: AsJson = False,
    seeds: Annotated[int, typer.Option(min=1, max=10, help="How many of the ten scoring seeds.")] = 1,
    sound_only: SoundOnly = False,
    out: Annotated[
        Path | None, typer.Option(help=f"The report, one HTML file; {_REPORT} unless --json stands alone.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Processes at a time.")] = 2,
    sounds: Sounds = None,
    allow_nc: AllowNc = False,
    critics: Annotated[Path | None, typer.Option(help="A folder of critics' models: adds what they say.")] = None,
) -> None:
    """Runs every scenario on the frozen scoring seeds, and writes a report for people. Ctrl-C ends it."""
    from simulator.trials import report, suite as trials  # noqa: PLC0415, I001 - `--help` answers without loading OpenCV
    from simulator.trials.page.document import page  # noqa: PLC0415 - same

    clips = clips_of(sounds, allow_nc=allow_nc)
    out = out or (None if as_json else _REPORT)
    _check_place(out)
    _check_critics(critics, out)
    scenarios = _chosen(names)
    means = trials.Means(not sound_only, sounds, allow_nc, pictures=out is not None)
    with stop_like_ctrl_c():
        score, pictures = _run(scenarios, trials.tasks(scenarios, seeds, means), jobs)
    if out is not None:
        critic_tables = _critic_tables(critics, clips)
        _write(out, page(score, pictures, critic_tables, sight=not sound_only).encode())
    if as_json:
        print(json.dumps(score.as_json()))
    else:
        report.suite_table(Console(), score)
        print(f"the report: {out}")
    if any(row.not_run for row in score.scenarios.values()):
        raise typer.Exit(1)


def contact_sheet(
    out: Annotated[Path | None, typer.Option(help="The picture, a .jpg file.")] = None,
    table: Annotated[bool, typer.Option("--table", help="Prints the same as a table in Markdown.")] = False,
) -> None:
    """Draws every scenario at its most telling instant into one picture: invented streets only."""
    from simulator.trials import contact_sheet as sheets  # noqa: PLC0415 - `--help` answers without loading OpenCV
    from simulator.trials.scenario import shipped  # noqa: PLC0415 - same

    if out is None and not table:
        raise OperatorError("give --out FILE.jpg, or --table, or both")
    if out is not None and out.suffix != ".jpg":
        raise OperatorError(f"--out {out}: the picture is a .jpg file")
    _check_place(out)
    scenarios = shipped()
    if out is not None:
        with progress_bar("drawing", len(scenarios)) as progress:
            content = sheets.contact_sheet(scenarios, progress)
        _write(out, content)
    if table:
        print(sheets.table(scenarios), end="")


def critic(
    models: Annotated[
        Path, typer.Option(help="The folder of the critics' models: yamnet.tflite and a person detector.")
    ],
    as_json: AsJson = False,
    sounds: Sounds = None,
    allow_nc: AllowNc = False,
) -> None:
    """Asks independent models what they hear and see in clean renders: they never run on a node."""
    from simulator.trials import critics  # noqa: PLC0415 - `--help` answers without loading OpenCV
    from simulator.trials.report import critics_tables  # noqa: PLC0415 - same

    clips = clips_of(sounds, allow_nc=allow_nc)
    with Console(stderr=True).status("asking") as status:
        tables = critics.ask(models, clips, lambda name: status.update(f"asking about {name}"))
    if as_json:
        print(json.dumps({one.name: one.as_json() for one in tables}))
    else:
        critics_tables(Console(), tables)


def _chosen(names: list[str] | None) -> dict[str, Scenario]:
    """The scenarios by name, in order.

    Raises:
        OperatorError: there is none of a name, or two files of one.
        UnreadableInputError: one line with file and key.
    """
    from simulator.trials import scenario  # noqa: PLC0415 - `--help` answers without loading OpenCV

    if not names:
        return scenario.shipped()
    found: dict[str, Scenario] = {}
    for given in names:
        name, one = scenario.load(given)
        if name in found:
            raise OperatorError(f"{given}: the scenario {name} was named before")
        found[name] = one
    return found


def _run(scenarios: dict[str, Scenario], tasks: list[Task], jobs: int) -> tuple[SuiteScore, dict[str, bytes]]:
    """All of them, with a progress bar; what could not be run is told on stderr."""
    from simulator.trials import suite as trials  # noqa: PLC0415 - `--help` answers without loading OpenCV
    from simulator.trials.suite_score import SuiteScore  # noqa: PLC0415 - same

    seen: list[Seen] = []
    not_run: dict[str, list[str]] = {}
    with progress_bar(f"{len(tasks)} trials", sum(task.scenario.length_s for task in tasks)) as progress:
        report = _reached(tasks, progress)
        for done in trials.run(tasks, jobs, report):
            report(tasks.index(done.task), done.task.scenario.length_s)
            if done.result is not None:
                seen.append(done.result)
            else:
                not_run.setdefault(done.task.name, []).append(f"seed {done.task.seed}: {done.problem}")
                print(f"polewatch-sim: {done.task.name}, seed {done.task.seed}: {done.problem}", file=sys.stderr)
    pictures = {one.outcome.name: one.picture for one in seen if one.picture}
    return SuiteScore.of(scenarios, [one.outcome for one in seen], not_run), pictures


def _reached(tasks: list[Task], progress: Callable[[float], None]) -> Callable[[int, float], None]:
    """Adds up how far each task has come."""
    reached = [0.0] * len(tasks)

    def report(number: int, street_s: float) -> None:
        reached[number] = street_s
        progress(sum(reached))

    return report


def _critic_tables(models: Path | None, clips: Clips | None) -> dict[str, str]:
    """What the critics say, by title."""
    if models is None:
        return {}
    from simulator.trials import critics  # noqa: PLC0415 - they are not always asked
    from simulator.trials.page.tables import critic_table  # noqa: PLC0415 - same

    return {one.title: critic_table(one) for one in critics.ask(models, clips)}


def _check_critics(models: Path | None, out: Path | None) -> None:
    """Finds out before the work, not after it, that there is no critic, or no page for what it says.

    Raises:
        OperatorError: either.
    """
    if models is None:
        return
    if out is None:
        raise OperatorError("--critics adds to the page, and --json writes none: name it with --out")
    from simulator.trials import critics  # noqa: PLC0415 - they are not always asked

    critics.require(models)


def _check_place(out: Path | None) -> None:
    """Finds out before the work, not after it, that a file cannot be written.

    Raises:
        OperatorError: there is no such folder, or it is one.
    """
    if out is not None and (out.is_dir() or not out.absolute().parent.is_dir()):
        raise OperatorError(f"--out {out}: give a file in a folder that is there")


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise StorageError(f"{out}: cannot be written ({error.strerror})") from error
