"""A trial that somebody watches: the street live in the terminal, and beside it what the node knows and tells."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from node.sense.pipeline import Observation
from simulator.live.street_map import street_map
from simulator.live.view import curve, legend, level_line
from simulator.trials.outcome import Outcome
from simulator.trials.score import COLLAR_S, Told
from simulator.trials.trial import Trial
from simulator.world.expected import Expected

_HISTORY = 240
_DRAWS_A_SECOND = 8.0
_CURVE_LINES = 4


def watched(trial: Trial, console: Console) -> Outcome:
    """Runs a trial in real time on a terminal's whole screen."""
    with Live(console=console, screen=True, auto_refresh=False, transient=True) as screen:
        show = Show(trial, lambda: (console.size.width, console.size.height))
        pace = Pacer(time.monotonic, time.sleep)

        def watch(seen: Observation, told: Sequence[Told]) -> None:
            pace.reach(seen.t_s)
            picture = show.next(seen, told)
            if picture is not None:
                screen.update(picture, refresh=True)

        return trial.run(watch=watch)


class Pacer:
    """Holds a trial to real time. Where the machine is slower than the street, nothing is left out.

    Args:
        clock: seconds that only go forward.
        wait: rests for so many of them.
    """

    def __init__(self, clock: Callable[[], float], wait: Callable[[float], None]) -> None:
        self._clock = clock
        self._wait = wait
        self._began_s = clock()

    def reach(self, street_s: float) -> None:
        """Rests until so many seconds have gone by since the beginning."""
        left_s = self._began_s + street_s - self._clock()
        if left_s > 0:
            self._wait(left_s)


class Show:
    """Draws a trial: the street with its truth on the left, the node on the right.

    Args:
        trial: which.
        size: gives columns and lines of the screen.
    """

    def __init__(self, trial: Trial, size: Callable[[], tuple[int, int]]) -> None:
        self._trial = trial
        self._size = size
        self._levels: deque[float] = deque(maxlen=_HISTORY)
        self._drawn_s = -1.0

    def next(self, seen: Observation, told: Sequence[Told]) -> RenderableType | None:
        """The screen after a hop, or None when it was drawn a moment ago."""
        if seen.level is not None:
            self._levels.append(seen.level.laf_max_db)
        if seen.t_s - self._drawn_s < 1 / _DRAWS_A_SECOND:
            return None
        self._drawn_s = seen.t_s
        width, _ = self._size()
        screen = Layout()
        screen.split_column(Layout(self._head(seen.t_s), size=1), Layout(name="body"))
        left = max(34, width * 46 // 100)
        screen["body"].split_row(
            Layout(self._street(seen.t_s, left - 4), size=left), Layout(self._node(seen, told, width - left - 4))
        )
        return screen

    def _head(self, t_s: float) -> RenderableType:
        line = Table.grid(expand=True)
        line.add_column(no_wrap=True)
        line.add_column(justify="right", no_wrap=True)
        words = Text.assemble(
            (f" {self._trial.outcome.name} ", "bold white on blue"), f"  {self._trial.scenario.title}"
        )
        length_s = self._trial.scenario.length_s
        line.add_row(words, Text(f"{t_s:.0f} of {length_s:.0f} s   Ctrl-C ends ", style="dim"))
        return line

    def _street(self, t_s: float, width: int) -> RenderableType:
        """The map, what happens and what is broken."""
        now = [one.kind for one in self._trial.outcome.truth if one.began_s <= t_s <= one.ended_s]
        broken = [fault.name for fault in self._trial.scenario.faults() if fault.holds(t_s)]
        lines = [
            Text.assemble(
                ("true now  ", "dim"), (", ".join(now) or "nothing to tell", "bold yellow" if now else "green")
            ),
            Text.assemble(("broken    ", "dim"), (", ".join(broken) or "nothing", "bold red" if broken else "green")),
            Text(""),
            street_map(self._trial.street, t_s, width),
            legend(),
        ]
        return Panel(Group(*lines), title="the street: the truth", border_style="green", box=box.ROUNDED)

    def _node(self, seen: Observation, told: Sequence[Told], width: int) -> RenderableType:
        """What it measures, and what it has told."""
        background = "being learnt" if seen.background_db is None else f"{seen.background_db:.0f} dB"
        lines: list[RenderableType] = [Text.assemble(("background  ", "dim"), background)]
        if seen.level is not None:
            lines += [level_line(seen.level.laf_max_db, width), curve(self._levels, width, _CURVE_LINES)]
        if seen.scene is not None:
            present = "something is there" if seen.scene.present else "nobody is there"
            lines.append(
                Text.assemble(("sees        ", "dim"), f"{present}, {100 * seen.scene.foreground_share:.1f} % differs")
            )
        lines += [Text(""), _told_table(told, self._trial.outcome.truth)]
        return Panel(Group(*lines), title="the node: what it tells", border_style="blue", box=box.ROUNDED)


def _told_table(told: Sequence[Told], truth: Sequence[Expected]) -> RenderableType:
    """What was told, the newest first, and whether it was true."""
    if not told:
        return Text("Nothing has happened yet that had to be told.", style="dim")
    table = Table(box=None, expand=True, header_style="dim", padding=(0, 1, 0, 0))
    for name in ("told at", "event", "ended", "truth"):
        table.add_column(name, no_wrap=True)
    for one in reversed(told):
        near = any(each.kind == one.kind and abs(each.began_s - one.began_s) <= COLLAR_S for each in truth)
        ended = "goes on" if one.ended_s is None else f"{one.ended_s:.0f} s"
        verdict = Text("true", style="green") if near else Text("not true", style="bold red")
        table.add_row(f"{one.told_s:.1f} s", Text(one.kind, style="bold"), ended, verdict)
    return table
