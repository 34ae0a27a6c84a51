"""What the demo knows at an instant: the street's truth, and what the broker received, row by row."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from simulator.live.listener import Received
from simulator.pole.devices import Pace
from simulator.world.expected import Expected
from simulator.world.street import Street
from simulator.world.truth import expected

_ROWS_KEPT = 200
_NEAR_S = 2.0
"""Event times are whole seconds and onsets are found with a tolerance of one: within this they are the same."""

_DUE_S = 3.0
"""A roar that nothing was told of after so long was missed or held back."""
_CAP_WINDOW_S = 600.0


class Fate(StrEnum):
    """What became of a roar."""

    TOLD = "told"
    HELD_BACK = "held back"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class StreetClock:
    """A simulated street and its real time."""

    street: Street
    pace: Pace

    def now_s(self) -> float:
        """The street's time now, in seconds."""
        return self.pace.now_s()

    def of_wall(self, wall_s: float) -> float:
        """The street's time of an instant of the wall clock."""
        return self.pace.now_s() - (time.time() - wall_s)


@dataclass(frozen=True, slots=True)
class Row:
    """One event that the broker received.

    Args:
        at_s: when it came, in seconds since 1970.
        kind: `noise.spike` and the like.
        phase: `start` or `end`.
        late_s: how long after it happened, in seconds, or None when that is not known.
        in_truth: it belongs to something that happened; None without a street that knows.
        words: what else it says.
    """

    at_s: float
    kind: str
    phase: str
    late_s: float | None
    in_truth: bool | None
    words: str


class Board:
    """Collects what the broker received and sets it beside the truth.

    Args:
        clock: the simulated street, or None when the devices are real.
    """

    def __init__(self, clock: StreetClock | None) -> None:
        self.clock = clock
        self.rows: deque[Row] = deque(maxlen=_ROWS_KEPT)
        self.events = 0
        self.messages = 0
        self.bytes = 0
        self.false_starts = 0
        self.state = "waiting"
        self.health: tuple[str, ...] | None = None
        self.summaries = 0
        self.cap: int | None = None
        self.fates: dict[float, Fate] = {}
        self._starts_s: deque[float] = deque(maxlen=_ROWS_KEPT)
        self._settled_s = 0.0

    def take(self, received: Received) -> Row | None:
        """Notes a message; for an event the row of it."""
        self.messages += 1
        self.bytes += received.size
        data = received.data
        if received.topic == "state":
            self.state = "online" if data.get("online") is True else "offline"
        elif received.topic == "info":
            privacy = data.get("privacy")
            cap = privacy.get("incidents_per_10_min") if isinstance(privacy, dict) else None
            self.cap = cap if isinstance(cap, int) else None
        elif received.topic == "health":
            codes = data.get("codes")
            self.health = tuple(str(code) for code in codes) if isinstance(codes, list) else ()
        elif received.topic == "summary":
            self.summaries += 1
        if not received.kind:
            return None
        row = self._row(received)
        self.events += 1
        self.rows.append(row)
        return row

    def settle(self) -> list[tuple[Expected, Fate]]:
        """What became of the roars that are due since the last call; a late message still turns it to told."""
        if self.clock is None:
            return []
        due_s = self.clock.now_s() - _DUE_S
        new = [
            event
            for event in expected(self.clock.street, self._settled_s, due_s, sight=False)
            if event.began_s <= due_s
        ]
        self._settled_s = max(self._settled_s, due_s)
        settled = []
        for event in new:
            if event.began_s not in self.fates:
                self.fates[event.began_s] = Fate.HELD_BACK if self._is_capped(event.began_s) else Fate.MISSED
                settled.append((event, self.fates[event.began_s]))
        return settled

    def count(self, fate: Fate) -> int:
        """How many roars had this fate so far."""
        return sum(each is fate for each in self.fates.values())

    def _is_capped(self, began_s: float) -> bool:
        """Whether as many incidents as the node's own `info` allows began in the 10 minutes before."""
        recent = [t_s for t_s in self._starts_s if began_s - _CAP_WINDOW_S < t_s <= began_s]
        return self.cap is not None and len(recent) >= self.cap

    def _row(self, received: Received) -> Row:
        happened_s = received.happened_s
        late_s = None if happened_s is None else max(0.0, received.at_s - happened_s)
        in_truth: bool | None = None
        if self.clock is not None and happened_s is not None:
            event = self._match(self.clock, received.kind, self.clock.of_wall(happened_s))
            in_truth = event is not None
            if event is not None:
                came_s = self.clock.of_wall(received.at_s)
                late_s = came_s - (event.began_s if received.phase == "start" else event.ended_s)
                self.fates[event.began_s] = Fate.TOLD
            elif received.phase == "start":
                self.false_starts += 1
            if received.phase == "start":
                self._starts_s.append(self.clock.of_wall(happened_s))
        return Row(received.at_s, received.kind, received.phase, late_s, in_truth, _words(received))

    @staticmethod
    def _match(clock: StreetClock, kind: str, happened_s: float) -> Expected | None:
        near = expected(clock.street, happened_s - _NEAR_S, happened_s + _NEAR_S, sight=False)
        return next((event for event in near if event.kind == kind), None)


def plural(count: int, word: str) -> str:
    """`1 event`, `2 events`, `2 summaries`."""
    many = f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
    return f"{count} {word if count == 1 else many}"


def roars(board: Board) -> str:
    """What became of the street's roars, in words."""
    told, held, missed = (board.count(fate) for fate in (Fate.TOLD, Fate.HELD_BACK, Fate.MISSED))
    capped = f", {held} held back (cap {board.cap} in 10 min)" if held else ""
    return f"roars: {told} told{capped}, {missed} missed; {board.false_starts} false alarms"


def _word(data: dict[str, object], *keys: str) -> str:
    return next((str(data[key]) for key in keys if key in data), "")


def _words(received: Received) -> str:
    """What an event says besides its kind, phase and time, short."""
    data = received.data
    if received.phase == "start":
        evidence = data.get("evidence")
        words = [_word(data, "confidence"), *(str(word) for word in evidence)] if isinstance(evidence, list) else []
        return ", ".join(word.replace("_", " ") for word in words if word)
    lasted, peak = data.get("duration_at_least_s"), data.get("peak_over_background_at_least_db")
    parts = [f"{lasted} s or more" if lasted is not None else "", f"+{peak} dB or more" if peak is not None else ""]
    reason = _word(data, "reason")
    return ", ".join(part for part in (*parts, reason if reason != "ended" else "") if part)
