"""Which vehicles of acts would have to wait: they would not come when their scenario says.

A street lets a vehicle wait until no other one is on its stretch of the lane and nobody of a play on the road: see
`simulator.world.troupe`. A week by chance may hold such a thing. A scenario that promises an instant may not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from simulator.world.act import Act
from simulator.world.layout import LANES_Y_M
from simulator.world.plays.vehicles import VEHICLES, lanes_of
from simulator.world.troupe import Troupe, troupe, waits_s

_SEEDS = range(4)
"""People take the road some seconds earlier or later on each seed: so many seeds are looked at."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A vehicle that somebody is in the way of.

    Args:
        number: of its act.
        other: number of the act that keeps it off.
        late_s: how much later it could come, in seconds; None for never.
    """

    number: int
    other: int
    late_s: float | None


def first_wait(acts: Sequence[Act]) -> Wait | None:
    """The first vehicle that waits on some seed, with the longest that it does; None when none ever does."""
    for number, act in enumerate(acts):
        if act.name not in VEHICLES:
            continue
        found = [wait for seed in _SEEDS for wait in _waits(seed, number, acts)]
        if found:
            return max(found, key=lambda wait: float("inf") if wait.late_s is None else wait.late_s)
    return None


def _waits(seed: int, number: int, acts: Sequence[Act]) -> Iterator[Wait]:
    """How one waits on a seed, on each lane it may take."""
    others = list(_others(seed, number, acts))
    for vehicle in _on_each_lane(acts[number]):
        late_s = waits_s(seed, vehicle, [one for _, one in others])
        if late_s != 0:
            by = next(other for other, one in others if waits_s(seed, vehicle, [one]) != 0)
            yield Wait(number, by, late_s)


def _others(seed: int, number: int, acts: Sequence[Act]) -> Iterator[tuple[int, Troupe]]:
    """Everybody whom it lets go first: people, and vehicles that stand before it, on any lane they may take."""
    for other, act in enumerate(acts):
        ways = (act,) if act.name not in VEHICLES else _on_each_lane(act) if other < number else ()
        for way in ways:
            one = troupe(seed, way)
            if one is not None:
                yield other, one


def _on_each_lane(act: Act) -> tuple[Act, ...]:
    """The same act on each lane that its vehicle may take."""
    return tuple(replace(act, y_m=LANES_Y_M[lane]) for lane in lanes_of(act))
