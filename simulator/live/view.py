"""The demo in a terminal: the street's truth on the left, what the broker received on the right."""

from __future__ import annotations

import time
from collections import deque

from rich import box
from rich.console import Group, RenderableType
from rich.layout import Layout
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from simulator.live.board import Board, Row, plural, roars
from simulator.live.street_map import street_map
from simulator.world.truth import Mood, level_db, mood

QUIET_DB, LOUD_DB = 45.0, 80.0
_BARS = " ▁▂▃▄▅▆▇█"
_HISTORY = 240
_STYLES = {
    Mood.ORDINARY: "bold green",
    Mood.GATHERING: "bold yellow",
    Mood.ROAR: "bold white on red",
    Mood.DISPERSING: "bold cyan",
}


class View:
    """Draws a board. It remembers the street's level of the last minute for the curve.

    Args:
        board: what to draw.
        broker: where the broker is, in words.
    """

    def __init__(self, board: Board, broker: str) -> None:
        self._board = board
        self._broker = broker
        self._levels: deque[float] = deque(maxlen=_HISTORY)
        self._began_s = time.monotonic()

    def draw(self, width: int, height: int) -> RenderableType:
        """The whole screen of `width` columns and `height` lines, as it is now."""
        screen = Layout()
        screen.split_column(Layout(self._head(), size=1), Layout(name="body"), Layout(self._foot(), size=5))
        left = max(34, width * 46 // 100)
        screen["body"].split_row(
            Layout(self._street_panel(left - 4, height - 8), size=left),
            Layout(self._broker_panel(width - left, height - 8)),
        )
        return screen

    def _head(self) -> RenderableType:
        line = Table.grid(expand=True)
        line.add_column()
        line.add_column(justify="right")
        running_s = int(time.monotonic() - self._began_s)
        line.add_row(
            Text.assemble((" Polewatch ", "bold white on blue"), "  one pole, one street, a real broker"),
            Text(f"{running_s // 60}:{running_s % 60:02d}   Ctrl-C ends ", style="dim"),
        )
        return line

    def _street_panel(self, width: int, height: int) -> RenderableType:
        clock = self._board.clock
        if clock is None:
            inside: RenderableType = Text(
                "\nReal devices: nobody knows the truth of this place but you.\n\n"
                "Clap, cheer or play a crowd near the microphone for some seconds, "
                "after it has listened for about ten.",
            )
            return Panel(inside, title="here and now", border_style="green", box=box.ROUNDED)
        t_s = max(0.0, clock.now_s())
        now_db = level_db(clock.street, t_s)
        self._levels.append(now_db)
        what = mood(clock.street, t_s)
        lines: list[RenderableType] = [
            Text.assemble(("now  ", "dim"), (f" {what} ", _STYLES[what])),
            level_line(now_db, width),
            curve(self._levels, width, max(2, min(5, height - 15))),
            *([Text("the last seconds, 45 to 80 dB(A)", style="dim"), Text("")] if height >= 18 else []),
            street_map(clock.street, t_s, width),
            legend(),
        ]
        return Panel(Group(*lines), title="the street: the truth", border_style="green", box=box.ROUNDED)

    def _broker_panel(self, width: int, height: int) -> RenderableType:
        table = Table(box=None, expand=True, header_style="dim", padding=(0, 1, 0, 0))
        for name in ("time", "event", "phase", "after"):
            table.add_column(name, no_wrap=True)
        wide = width >= 58
        if wide:
            table.add_column("it says", ratio=1, no_wrap=True, overflow="ellipsis")
        for row in list(self._board.rows)[-max(1, height - 3) :]:
            cells: list[RenderableType] = [
                Text(time.strftime("%H:%M:%S", time.localtime(row.at_s))),
                Text(row.kind, style="bold"),
                Text(row.phase, style="red" if row.phase == "start" else "green"),
                _after(row),
            ]
            table.add_row(*cells, *([Text(row.words, style="dim")] if wide else []))
        inside: RenderableType = table
        if not self._board.rows:
            inside = Text("\nNothing has happened yet that had to be told.", style="dim")
        beside_the_truth = None if self._board.clock is None else roars(self._board)
        return Panel(
            inside, title="what the broker received", subtitle=beside_the_truth, border_style="blue", box=box.ROUNDED
        )

    def _foot(self) -> RenderableType:
        board = self._board
        health = "not told yet" if board.health is None else ", ".join(board.health) or "all well"
        lines = [
            Text.assemble(
                ("node ", "dim"), (board.state, "bold green" if board.state == "online" else "bold yellow"),
                ("   health ", "dim"), health,
                ("   broker ", "dim"), self._broker,
            ),
            Text.assemble(
                ("left the node  ", "dim"),
                f"{plural(board.events, 'event')}, {plural(board.summaries, 'summary')}; "
                f"{plural(board.messages, 'message')}, {board.bytes:,} bytes",
            ),
            Text.assemble(("stayed inside  ", "dim"), ("all pictures, all sound", "bold")),
        ]  # fmt: skip
        return Panel(Group(*lines), border_style="dim", box=box.ROUNDED)


def _after(row: Row) -> Text:
    if row.in_truth is False:
        return Text("not true", style="bold red")
    return Text("" if row.late_s is None else f"{row.late_s:.1f} s")


def legend() -> Text:
    """What the signs of the map are."""
    return Text.assemble(
        ("● walks ", "white"), ("● cheers ", "bold yellow"), ("▟▙ car ", "cyan"), ("◉ pole", "bold blue")
    )


def _share(level: float) -> float:
    return min(1.0, max(0.0, (level - QUIET_DB) / (LOUD_DB - QUIET_DB)))


def _colour(level: float) -> str:
    return "red" if level >= 68 else "yellow" if level >= 60 else "green"


def level_line(level: float, width: int) -> Text:
    """A bar from quiet to loud with the level at its end."""
    cells = max(8, width - 14)
    full = round(_share(level) * cells)
    return Text.assemble(
        ("loud ", "dim"), ("━" * full, _colour(level)), ("─" * (cells - full), "dim"), f" {level:3.0f} dB"
    )


def curve(levels: deque[float], width: int, height: int) -> Text:
    """The last levels as columns of `height` lines, the newest at the right."""
    last = list(levels)[-width:]
    lines = []
    for line in reversed(range(height)):
        row = Text(" " * (width - len(last)))
        for level in last:
            eighths = round(_share(level) * height * 8) - line * 8
            row.append(_BARS[min(8, max(0, eighths))], style=_colour(level))
        lines.append(row)
    return Text("\n").join(lines)
