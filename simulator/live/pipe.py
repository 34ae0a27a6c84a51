"""One direction of a connection that is late, slow or stuck: which bytes may go on when. Pure: no socket, no clock."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from simulator.pole.catalogue import FaultName

BOUND = 65_536
"""Bytes that a pipe holds at most; whoever sends more waits, as on a network."""
_PIECE_S = 0.1
_CATCH_UP_S = 0.25


@dataclass(frozen=True, slots=True)
class Way:
    """What a connection goes through.

    Args:
        late_s: how long each byte is on its way.
        bytes_per_s: how many bytes a second go through, in each direction.
        passes: whether anything goes through at all.
        stands: whether there are connections; else those that are there are reset, and new ones refused.
    """

    late_s: float = 0.0
    bytes_per_s: float = math.inf
    passes: bool = True
    stands: bool = True


SOUND = Way()
WAYS: dict[str, Way] = {
    FaultName.BROKER_CUT: Way(stands=False),
    FaultName.BROKER_LATENCY: Way(late_s=2.0),
    FaultName.BROKER_SLOW: Way(bytes_per_s=200.0),
    FaultName.BROKER_HALF_OPEN: Way(passes=False),
}
"""What each fault of the way to the broker makes of it."""


def way_of(faults: Iterable[str]) -> Way:
    """The way under several faults at once: the worst of each; other faults than those of the way count nothing."""
    ways = [WAYS[name] for name in faults if name in WAYS]
    return Way(
        max((way.late_s for way in ways), default=SOUND.late_s),
        min((way.bytes_per_s for way in ways), default=SOUND.bytes_per_s),
        all(way.passes for way in ways),
        all(way.stands for way in ways),
    )


class Pipe:
    """Bytes on their way in one direction, in order. An empty piece is the end of the stream: it waits its turn too."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[float, bytes]] = deque()
        self._size = 0
        self._free_s = -math.inf

    @property
    def room(self) -> int:
        """How many more bytes it takes now."""
        return BOUND - self._size

    def push(self, content: bytes, now_s: float) -> None:
        """Takes in what came, at most `room` bytes; nothing at all is the end."""
        self._pieces.append((now_s, content))
        self._size += len(content)

    def due(self, way: Way, now_s: float) -> bytes | None:
        """What may go on now: the next bytes, nothing for the end of the stream, or None while it has to wait."""
        next_s = self.next_s(way)
        if next_s is None or now_s < next_s:
            return None
        content = self._pieces[0][1]
        return content if math.isinf(way.bytes_per_s) else content[: max(1, int(way.bytes_per_s * _PIECE_S))]

    def next_s(self, way: Way) -> float | None:
        """When the next of it may go on; None when that is never, as things stand."""
        if not self._pieces or not way.passes:
            return None
        came_s = self._pieces[0][0] + way.late_s
        return came_s if math.isinf(way.bytes_per_s) else max(came_s, self._free_s)

    def sent(self, count: int, way: Way, now_s: float) -> None:
        """So many bytes of what was due have gone on; 0 only for the end of the stream."""
        came_s, content = self._pieces.popleft()
        if count < len(content):
            self._pieces.appendleft((came_s, content[count:]))
        self._size -= count
        if not math.isinf(way.bytes_per_s):
            # Who comes a little late may catch up: else the machine's own load would make the line slower still.
            since_s = max(self._free_s, came_s + way.late_s, now_s - _CATCH_UP_S)
            self._free_s = since_s + count / way.bytes_per_s
