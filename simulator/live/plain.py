"""The demo without a terminal: one line for each thing that happens and each message that comes."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console

from simulator.live.board import Board, Fate, Row, plural, roars
from simulator.live.listener import Listener, Received
from simulator.world.expected import Expected
from simulator.world.truth import Mood, mood

Watch = Callable[[], bool]
"""True while the demo goes on."""
_TURN_S = 0.125


def say(console: Console, line: str) -> None:
    """Writes a line at once, as it is."""
    console.print(line, highlight=False, soft_wrap=True, markup=False)
    console.file.flush()


def watch_plain(console: Console, board: Board, listener: Listener, place: str, goes_on: Watch) -> None:
    """Tells what happens in the street and what the broker receives, until it is over."""
    say(console, f"polewatch demo: {place}; the street is {'real' if board.clock is None else 'simulated'}")
    before: Mood | None = None
    while goes_on():
        received = listener.next(_TURN_S)
        if received is not None:
            row = board.take(received)
            say(console, f"received {document(received) if row is None else event(row)}")
        if board.clock is None or board.clock.now_s() < 0:
            continue
        now = mood(board.clock.street, board.clock.now_s())
        if now is not before:
            say(console, f"street   {board.clock.now_s():6.1f} s  {now}")
        before = now
        for roar, fate in board.settle():
            say(console, untold(roar, fate, board.cap))


def event(row: Row) -> str:
    """One event in words, its kind and phase first."""
    after = (
        "" if row.late_s is None else f", {row.late_s:.1f} s after it {'began' if row.phase == 'start' else 'ended'}"
    )
    if row.in_truth is False:
        after = ", which did not happen in the street"
    return f"{row.kind} {row.phase}{after}{f' ({row.words})' if row.words else ''}"


def untold(roar: Expected, fate: Fate, cap: int | None) -> str:
    """A roar that no message came of, in words."""
    why = f": at most {cap} incidents leave in 10 minutes" if fate is Fate.HELD_BACK else ""
    return f"street   {roar.began_s:6.1f} s  nothing was received of this roar, it was {fate}{why}"


def document(received: Received) -> str:
    """A message that is no event, in words."""
    if received.topic == "state":
        return f"state {'online' if received.data.get('online') is True else 'offline'}"
    codes = received.data.get("codes")
    said = f": {', '.join(map(str, codes))}" if isinstance(codes, list) and codes else ""
    return f"{received.topic} ({received.size} bytes){said}"


def last_line(board: Board, ran_s: float) -> str:
    """The last line of a demo."""
    parts = [f"{plural(board.events, 'event')} received in {ran_s:.0f} s"]
    if board.clock is not None:
        parts.append(roars(board))
    parts.append(f"{plural(board.messages, 'message')}, {board.bytes} bytes; no picture and no sound left the node")
    return "demo ended: " + "; ".join(parts)
