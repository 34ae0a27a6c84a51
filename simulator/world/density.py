"""When everybody of a street together is a dense crowd, whatever each of them is there for."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from simulator.world.expected import ONE_EVENT_S
from simulator.world.people import Looks, Pose
from simulator.world.plays.watch import is_dense, lasting

_EVERY_S, _AHEAD_S = 0.5, 60.0
_APART = math.ceil(ONE_EVENT_S / _EVERY_S)
_KEPT = 4096


class Density:
    """Looks at a street every half second, and remembers what it saw.

    Args:
        people: who is in the street at an instant, in seconds.
    """

    def __init__(self, people: Callable[[float], list[tuple[Pose, Looks]]]) -> None:
        self._people = people
        self._looks: dict[int, bool] = {}

    def spans(self, from_s: float, to_s: float) -> list[tuple[float, float]]:
        """The times of 2 s and more of a dense crowd in view that touch the time between two instants, in seconds.

        Each from its begin, however long before, to its end, if that is within a minute after `to_s`.
        """
        first, last = math.floor(from_s / _EVERY_S), math.floor(to_s / _EVERY_S)
        latest = last + round(_AHEAD_S / _EVERY_S)
        while any(self._is_dense(look) for look in range(first - _APART, first)):
            first -= _APART
        while last < latest and any(self._is_dense(look) for look in range(last + 1, last + 1 + _APART)):
            last += _APART
        so_s = (look * _EVERY_S for look in range(first, last + 1) if self._is_dense(look))
        found = [(event.began_s, event.ended_s) for event in lasting("crowd.density", so_s)]
        return [(began_s, ended_s) for began_s, ended_s in found if began_s <= to_s and ended_s >= from_s]

    def _is_dense(self, look: int) -> bool:
        if look not in self._looks:
            people = self._people(look * _EVERY_S)
            self._looks[look] = is_dense(np.array([complex(pose.x_m, pose.y_m) for pose, _ in people], dtype=complex))
            while len(self._looks) > _KEPT:
                del self._looks[next(iter(self._looks))]
        return self._looks[look]
