"""Everybody and everything of one act."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from node.errors import OperatorError
from simulator.world.act import PLAY_KINDS, Act, PlayName
from simulator.world.company import Company
from simulator.world.crowd import Moment
from simulator.world.expected import Expected, merged
from simulator.world.force import NOBODY, Bodies, Ground
from simulator.world.ground import STREET_GROUND
from simulator.world.itinerary import Itinerary, Person
from simulator.world.layout import FAR_PAVEMENT_Y_M, NEAR_PAVEMENT_Y_M, STREET_X_M
from simulator.world.people import Looks, Pose
from simulator.world.plays.watch import MANY
from simulator.world.sounding import Sounding
from simulator.world.traffic import Car

_ALL_CLEAR_S = 3.0
_ROOM_M = 14.0
"""From the middle of one vehicle to that of the next, where nobody brakes."""


@dataclass(frozen=True, slots=True)
class Closure:
    """A stretch of the road on which no car comes for a while."""

    from_s: float
    to_s: float
    x_m: tuple[float, float] = STREET_X_M

    @classmethod
    def around(
        cls, people: Sequence[Person], from_s: float, to_s: float, x_m: tuple[float, float] = STREET_X_M
    ) -> Closure:
        """From an instant to another, and as much longer as somebody means to be on the road."""
        on_it = [span for person in people for span in _on_the_road(person)]
        return cls(min([from_s, *(span[0] for span in on_it)]), max([to_s, *(span[1] for span in on_it)]), x_m)


@dataclass(slots=True)
class Cast:
    """A troupe of people, vehicles and sounds.

    Args:
        company: the people, or None when there are none.
        vehicles: those of the act.
        sounds: what of it sounds.
        roars: its crowd moments.
        closed: where and when it keeps cars away.
        watch: what else is to be told of it by sight; called once, when somebody asks.
    """

    company: Company | None = None
    vehicles: tuple[Car, ...] = ()
    sounds: tuple[Sounding, ...] = ()
    roars: tuple[Moment, ...] = ()
    closed: Closure | None = None
    watch: Callable[[], list[Expected]] | None = None
    _told: list[Expected] | None = field(default=None, init=False)

    def people(self, t_s: float) -> list[tuple[Pose, Looks]]:
        """Who is in the street at `t_s`."""
        return [] if self.company is None else self.company.people(t_s)

    def bodies(self, step: int) -> Bodies:
        """The same people at a step."""
        return NOBODY if self.company is None else self.company.bodies(step)

    def gives_way_to(self, others: Callable[[int], Bodies]) -> None:
        """Its people keep out of whoever is there besides at a step."""
        for company in ([] if self.company is None else [self.company]) + [roar.company for roar in self.roars]:
            company.gives_way_to(others)

    def moments(self) -> list[Moment]:
        """The crowd moments of the act."""
        return list(self.roars)

    def keeps_off(self, car: Car) -> bool:
        """Whether an ordinary car cannot come because of the act."""
        if any(_meet(car, vehicle) for vehicle in self.vehicles if vehicle.lane == car.lane):
            return True
        if self.closed is None:
            return False
        passes_s = sorted(car.passes_s(x_m) for x_m in self.closed.x_m)
        return passes_s[0] <= self.closed.to_s and passes_s[1] >= self.closed.from_s

    def cars(self, from_s: float, to_s: float) -> list[Car]:
        """The vehicles of the act that are on the road at some time between."""
        return [car for car in self.vehicles if car.entered_s <= to_s and car.left_s >= from_s]

    def soundings(self) -> list[Sounding]:
        """What of it sounds."""
        return list(self.sounds)

    def expected(self) -> list[Expected]:
        """What a good node tells of it by sight."""
        if self._told is None:
            self._told = merged([] if self.watch is None else self.watch())
        return list(self._told)


def crowd(act: Act, people: Sequence[Person], *, detours: bool = True, ground: Ground = STREET_GROUND) -> Company:
    """The people of an act as a company.

    Raises:
        OperatorError: they are so many that a good node tells of a dense crowd, and the act promises none.
    """
    if act.name not in PLAY_KINDS and act.count is not None and act.count >= MANY:
        raise OperatorError(
            f"act {act.name}: count {act.count} is a dense crowd, which this act is not to be; "
            f"use fewer than {MANY}, or {PlayName.EGRESS}"
        )
    return Company(Itinerary(people), ground, detours=detours)


def _on_the_road(person: Person) -> Iterator[tuple[float, float]]:
    """From when to when each way takes that leads over the road, and half as long again: among others it does."""
    here, t_s = person.start, -math.inf
    for leg in person.legs:
        begins_s = t_s if leg.begins_s is None else leg.begins_s
        takes_s = abs(leg.to - here) / leg.speed_mps
        if min(leg.to.imag, here.imag) < FAR_PAVEMENT_Y_M[0] and max(leg.to.imag, here.imag) > NEAR_PAVEMENT_Y_M[1]:
            yield begins_s, begins_s + 1.5 * takes_s + _ALL_CLEAR_S
        here, t_s = leg.to, begins_s + takes_s


def _meet(car: Car, vehicle: Car) -> bool:
    """Whether two of one lane come closer than they may while both are on the road."""
    from_s, to_s = max(car.entered_s, vehicle.entered_s), min(car.left_s, vehicle.left_s)
    if from_s > to_s:
        return False
    gaps_m = [float(car.x_m(t_s) - vehicle.x_m(t_s)) for t_s in (from_s, to_s)]
    return min(abs(gap) for gap in gaps_m) < _ROOM_M or math.copysign(1, gaps_m[0]) != math.copysign(1, gaps_m[1])
