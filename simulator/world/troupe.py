"""Acts that are more than a sound: who comes, what they do, what of it sounds, and what of it is true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from simulator.world.act import Act, PlayName
from simulator.world.crowd import Moment
from simulator.world.expected import Expected
from simulator.world.force import Bodies
from simulator.world.people import Looks, Pose
from simulator.world.plays import everyday, standing, streams, vehicles
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
