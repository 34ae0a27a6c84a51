"""Options that several commands share, and their progress bar."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from node.errors import OperatorError

if TYPE_CHECKING:
    from simulator.sound.clips import Clips

Seed = Annotated[int, typer.Option(min=0, help="The same seed is the same street, to the byte.")]
OwnSeed = Annotated[int | None, typer.Option(min=0, max=2**32 - 1, help="Instead of the scenario's own.")]
Name = Annotated[str, typer.Argument(help="A scenario of `list`, or a .toml file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Prints one JSON object and nothing else.")]
SoundOnly = Annotated[bool, typer.Option("--sound-only", help="Renders no pictures: several times as fast.")]
Sounds = Annotated[
    Path | None, typer.Option(help="A folder of real sounds with a manifest.csv, for voices and animals.")
]
AllowNc = Annotated[bool, typer.Option("--allow-nc", help="With --sounds: sounds of non-commercial licences too.")]


def finite(value: float | None) -> float | None:
    """Refuses nan and inf: a street that begins or ends there never does."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is no number of seconds")
    return value


def clips_of(sounds: Path | None, *, allow_nc: bool) -> Clips | None:
    """The real sounds of `--sounds`.

    Raises:
        OperatorError: --allow-nc stands alone, or the folder is not there.
        UnreadableInputError: its manifest cannot be used.
    """
    if sounds is None:
        if allow_nc:
            raise OperatorError("--allow-nc is for the sounds of --sounds DIR: name the folder")
        return None
    from simulator.sound.clips import Clips  # noqa: PLC0415 - most commands need no sound files

    return Clips.load(sounds, allow_nc=allow_nc)


@contextlib.contextmanager
def progress_bar(words: str, total: float, *, shown: bool = True) -> Iterator[Callable[[float], None]]:
    """A progress bar on a terminal's stderr, which is gone afterwards; elsewhere nothing."""
    screen = Console(stderr=True)
    with Progress(console=screen, transient=True, disable=not (shown and screen.is_terminal)) as bar:
        task = bar.add_task(words, total=total)
        yield lambda reached: bar.update(task, completed=reached)
