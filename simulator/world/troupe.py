"""Acts that are more than a sound: who comes, what they do, what of it sounds, and what of it is true."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from simulator.world.act import Act, PlayName
from simulator.world.crowd import Moment
from simulator.world.expected import Expected
from simulator.world.force import Bodies
from simulator.world.people import Looks, Pose
from simulator.world.plays import everyday, standing, streams, vehicles
from simulator.world.plays.vehicles import VEHICLES
from simulator.world.sounding import Sounding
from simulator.world.traffic import Car


class Troupe(Protocol):
    """Everybody of one act, as a function of the street's time."""

    def people(self, t_s: float) -> list[tuple[Pose, Looks]]:
        """Who is in the street at `t_s`."""

    def bodies(self, step: int) -> Bodies:
        """The same people at instant `step * STEP_S`, for those who give way to them."""

    def gives_way_to(self, others: Callable[[int], Bodies]) -> None:
        """Its people keep out of whoever is there besides at a step; before anybody asks for an instant."""

    def moments(self) -> list[Moment]:
        """The crowd moments of the act."""

    def keeps_off(self, car: Car) -> bool:
        """Whether an ordinary car cannot come because of the act: it would drive into it."""

    def cars(self, from_s: float, to_s: float) -> list[Car]:
        """The vehicles of the act that are on the road at some time between."""

    def soundings(self) -> list[Sounding]:
        """What of it sounds, from begin to end."""

    def expected(self) -> list[Expected]:
        """What a good node tells of it by sight. What it sounds like, and how dense all are, make their own truth."""


_WAIT_STEP_S, _LONGEST_WAIT_S = 0.5, 300.0

_PLAYS: dict[PlayName, Callable[[int, Act], Troupe]] = {
    PlayName.GATHERING: standing.gathering,
    PlayName.SURGE: standing.surge,
    PlayName.DISPERSAL: standing.dispersal,
    PlayName.DISTURBANCE: standing.disturbance,
    PlayName.COUNTERFLOW: streams.counterflow,
    PlayName.EGRESS: streams.egress,
    PlayName.MARCH: streams.march,
    PlayName.QUEUE: everyday.queue,
    PlayName.CROSSING: everyday.crossing,
    PlayName.SCHOOL_BREAK: everyday.school_break,
    PlayName.FALL: everyday.fall,
    PlayName.EMERGENCY_VEHICLE: vehicles.emergency_vehicle,
    PlayName.TRUCK_PASSES: vehicles.truck_passes,
}


def troupe(seed: int, act: Act) -> Troupe | None:
    """Who plays an act, or None for an act of the sky or of a sound alone."""
    make = _PLAYS.get(act.name) if isinstance(act.name, PlayName) else None
    return None if make is None else make(seed, act)


def troupes(seed: int, acts: Sequence[Act]) -> tuple[Troupe, ...]:
    """Who plays the acts, in order. A vehicle comes when the road is free for it; one that would wait too long, never.

    People do not wait for vehicles, and of two vehicles that which stands first does not.
    """
    played = [(act, one) for act in acts if (one := troupe(seed, act)) is not None]
    there = [one for act, one in played if act.name not in VEHICLES]
    found: list[Troupe] = []
    for act, one in played:
        if act.name not in VEHICLES:
            found.append(one)
            continue
        late_s = waits_s(seed, act, there)
        if late_s is not None:
            found.append(one if late_s == 0 else _made(seed, act, late_s))
            there.append(found[-1])
    return tuple(found)


def waits_s(seed: int, vehicle: Act, others: Sequence[Troupe]) -> float | None:
    """How long the vehicle of an act has to wait until none of the others keeps it off, in seconds; None for ever."""
    for step in range(round(_LONGEST_WAIT_S / _WAIT_STEP_S) + 1):
        cars = _made(seed, vehicle, step * _WAIT_STEP_S).cars(-math.inf, math.inf)
        if not any(other.keeps_off(car) for other in others for car in cars):
            return step * _WAIT_STEP_S
    return None


def _made(seed: int, act: Act, late_s: float) -> Troupe:
    """Who plays the act of a vehicle that comes so much later."""
    return _PLAYS[PlayName(act.name)](seed, replace(act, at_s=act.at_s + late_s))
