"""What a reader of the city got from one node: what it was told and when, and by the numbers, what it was not.

The numbers prove it: an outbox gives every event and summary the next one, and each birth document and each summary
names the last one before it.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.live.board import StreetClock
from simulator.live.listener import Received
from simulator.trials.score import Told

_ID = re.compile(r"([0-9a-f]{8})-([0-9]{12})")
_AHEAD_S = 2.0
"""Instants on the wire are whole seconds: one may lie a little after it was received."""


@dataclass(frozen=True, slots=True)
class Dating:
    """How an instant on the wire becomes one of the street.

    An instant of an unsynced clock is dated by the uptime beside it, as any reader can. One of a clock that was set
    without anybody knowing is dated by how far that clock is known to have been wrong: a trial knows, a reader of the
    city could not. Of several such datings it is the last that lies in the street and not after the message came.

    Args:
        clock: the street, in real time.
        shifts_s: how far the node's clock was ahead of the right time at one time or another, 0 among them.
    """

    clock: StreetClock
    shifts_s: Sequence[float] = (0.0,)

    def street_s(self, received: Received) -> float:
        """The instant that an event names, in street seconds; not a number where it names none."""
        uptime_s = received.data.get("uptime_s")
        if isinstance(uptime_s, int):
            return uptime_s + 0.5 - self.clock.pace.began_s
        if received.happened_s is None:
            return math.nan
        by_clock_s = self.clock.of_wall(received.happened_s)
        told_s = self.clock.of_wall(received.at_s)
        possible_s = [by_clock_s - shift_s for shift_s in self.shifts_s]
        possible_s = [at_s for at_s in possible_s if -_AHEAD_S <= at_s <= told_s + _AHEAD_S]
        return max(possible_s, default=by_clock_s)


@dataclass(slots=True)
class Reading:
    """Collects what came.

    Args:
        dating: the street's time of it.
        births: how often the node has said that it is there.
        duplicates: events and summaries that had come before, under the same id.
        changed: those of them that did not say the same as the first time, but for `delayed`.
        order: the numbers of events in the order in which each first came.
        codes: every health document: when it came, in street seconds, and its codes.
        summaries: each summary: the begin of its window by the node's clock, and what it says.
    """

    dating: Dating
    births: int = 0
    duplicates: int = 0
    changed: int = 0
    order: list[tuple[str, int]] = field(default_factory=list)
    codes: list[tuple[float, tuple[str, ...]]] = field(default_factory=list)
    summaries: list[tuple[float, dict[str, object]]] = field(default_factory=list)
    _last: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _seen: dict[tuple[str, int], object] = field(default_factory=dict)
    _told: dict[str, Told] = field(default_factory=dict)

    def take(self, received: Received) -> None:
        """Notes a message."""
        if received.topic == "info":
            self.births += 1
            self._knows(str(received.data.get("epoch")), received.data.get("last_sequence"))
        elif received.topic == "health":
            codes = received.data.get("codes")
            came_s = self.dating.clock.of_wall(received.at_s)
            self.codes.append((came_s, tuple(map(str, codes)) if isinstance(codes, list) else ()))
        elif found := _ID.fullmatch(str(received.message.get("id"))):
            self._take_numbered(received, (found[1], int(found[2])))

    @property
    def lost(self) -> int:
        """How many events and summaries the node has numbered that never came."""
        return sum(self._last.values()) - len(self._seen)

    @property
    def told(self) -> list[Told]:
        """Every incident, in the order of its start; one that never ended has no end."""
        return list(self._told.values())

    def exposure_s(self, sense: str) -> int:
        """For how long the node says it sensed.

        Args:
            sense: `sound` or `sight`.
        """
        return self._sum(f"{sense}_exposure_s")

    @property
    def held_back(self) -> int:
        """How many incidents the rate cap kept back."""
        return self._sum("held_back")

    def _sum(self, key: str) -> int:
        return sum(value for _, data in self.summaries if isinstance(value := data.get(key), int))

    def _knows(self, epoch: str, last: object) -> None:
        """The node says which number was its last."""
        if isinstance(last, int):
            self._last[epoch] = max(self._last[epoch], last)

    def _take_numbered(self, received: Received, number: tuple[str, int]) -> None:
        """An event or a summary: it counts the first time."""
        said = received.message | {"data": {key: value for key, value in received.data.items() if key != "delayed"}}
        if number in self._seen:
            self.duplicates += 1
            self.changed += said != self._seen[number]
            return
        self._seen[number] = said
        self._knows(*number)
        if received.topic == "summary":
            self._knows(number[0], received.data.get("last_sequence"))
            self.summaries.append((received.happened_s or 0.0, received.data))
        elif received.kind:
            self.order.append(number)
            self._take_event(received)

    def _take_event(self, received: Received) -> None:
        """A phase of an incident."""
        incident, at_s = str(received.data.get("incident")), self.dating.street_s(received)
        if received.phase == "start":
            self._told[incident] = Told(received.kind, at_s, None, self.dating.clock.of_wall(received.at_s))
        elif incident in self._told:
            start = self._told[incident]
            self._told[incident] = Told(start.kind, start.began_s, at_s, start.told_s)
