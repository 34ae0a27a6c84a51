"""The demo: a street, a node, a broker and a reader, all real but the street, on this machine alone."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.live import Live

from node.errors import CameraError, OperatorError, PolewatchError
from node.ops.clock import boot_s
from node.sense.capture.v4l import list_cameras
from simulator.live.board import Board, StreetClock
from simulator.live.broker import ADDRESS, PrivateBroker
from simulator.live.children import Child
from simulator.live.listener import Listener
from simulator.live.node_config import short_folder, write_config
from simulator.live.plain import Watch, event, last_line, say, watch_plain
from simulator.live.run_folder import RunFolder
from simulator.live.signals import stop_signals
from simulator.live.view import View
from simulator.pole.devices import Pace
from simulator.world.street import Street

FIRST_EVENT_WITHIN_S = 60.0
NODE_ID = "demo-pole"
_PICTURE_S = 0.125
_ROWS_AFTERWARDS = 10
_STARTING_S = 1.0
"""The street begins so long after the processes were started: imports take that long."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a demo was asked for.

    Args:
        seed: of the street.
        mic: name of a real microphone, or None for the street's.
        camera: a real camera, or None for the street's.
        seconds: how long it runs, or None for until Ctrl-C.
    """

    seed: int = 7
    mic: str | None = None
    camera: str | None = None
    seconds: float | None = None

    @property
    def real(self) -> bool:
        """Whether real devices are used instead of the street."""
        return self.mic is not None or self.camera is not None


def seconds_from(text: str | None) -> float | None:
    """What `DEMO_SECONDS` asks for: seconds above 0, or None when it is not set.

    Raises:
        OperatorError: it is no such number.
    """
    if text is None or not text.strip():
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < float("inf"):
        raise OperatorError(f"DEMO_SECONDS={text!r}: give a number of seconds above 0")
    return seconds


def run(options: Options, console: Console) -> int:
    """Runs the demo until Ctrl-C, or for as long as it was asked for.

    Returns:
        The exit code: 0, or 1 when a street ran for a minute and no event arrived.

    Raises:
        PolewatchError: a part of it cannot be started or ended by itself; everything else was ended.
    """
    began_s = boot_s() + _STARTING_S
    clock = None if options.real else StreetClock(Street(options.seed), Pace(began_s))
    board = Board(clock)
    started_s = time.monotonic()
    with stop_signals() as stop, ExitStack() as stage:
        broker = stage.enter_context(PrivateBroker())
        listener = stage.enter_context(Listener(ADDRESS, broker.port))
        folder = stage.enter_context(RunFolder(short_folder())).path
        children = _start(stage, folder, broker.port, options, began_s)
        place = f"mosquitto on {ADDRESS}:{broker.port}"
        # The last one entered is the first one left: `sense` ends before `uplink`, and both before the broker.
        watch = _watch_live if console.is_terminal and not console.is_dumb_terminal else watch_plain
        until_s = None if options.seconds is None else started_s + options.seconds

        def goes_on() -> bool:
            for child in children:
                child.check()
            if not broker.running:
                raise PolewatchError("the private mosquitto ended by itself")
            return not stop.is_set() and (until_s is None or time.monotonic() < until_s)

        watch(console, board, listener, place, goes_on)
    ran_s = time.monotonic() - started_s
    say(console, last_line(board, ran_s))
    if clock is not None and board.events == 0 and ran_s >= FIRST_EVENT_WITHIN_S:
        raise PolewatchError(f"no event arrived within {ran_s:.0f} s: see 'polewatch doctor'")
    return 0


def _start(stage: ExitStack, folder: Path, port: int, options: Options, began_s: float) -> list[Child]:
    """The node's two processes, `uplink` first."""
    config = write_config(folder, port, _tables(options))
    python = [sys.executable, "-m"]
    uplink = Child("uplink", [*python, "node.cli", "uplink", "--config", str(config)])
    stage.enter_context(uplink)
    if options.real:
        command = [*python, "node.cli", "sense", "--config", str(config)]
    else:
        command = [*python, "simulator.cli", "node", "--config", str(config), "--seed", str(options.seed)]
        command += ["--began", repr(began_s)]
    return [uplink, stage.enter_context(Child("sense", command))]


def _camera(name: str | None) -> str:
    """The source of a real camera: by its name, or the first there is.

    Raises:
        CameraError: there is none.
    """
    if name != "default":
        return name or ""
    found = list_cameras()
    if not found:
        raise CameraError("no camera was found: plug one in, or name a video file behind --camera")
    return found[0].source


def _tables(options: Options) -> dict[str, dict[str, object]]:
    """What the demo's node is configured to be."""
    return {
        "node": {"id": NODE_ID},
        "microphone": {"source": "none" if options.real and options.mic is None else options.mic or ""},
        "camera": {"source": _camera(options.camera)},
        "summary": {"window_s": 60, "demonstration": True},
    }


def _watch_live(console: Console, board: Board, listener: Listener, place: str, goes_on: Watch) -> None:
    view = View(board, place)
    with Live(console=console, screen=True, auto_refresh=False) as live:
        while goes_on():
            received = listener.next(_PICTURE_S)
            while received is not None:
                board.take(received)
                received = listener.next(0)
            board.settle()
            live.update(view.draw(console.width, console.height), refresh=True)
    # The picture is gone with its screen: what was received stays.
    for row in list(board.rows)[-_ROWS_AFTERWARDS:]:
        say(console, f"{time.strftime('%H:%M:%S', time.localtime(row.at_s))} received {event(row)}")


def seconds_of_environment() -> float | None:
    """What the environment's `DEMO_SECONDS` asks for.

    Raises:
        OperatorError: it is no number of seconds above 0.
    """
    return seconds_from(os.environ.get("DEMO_SECONDS"))
