"""A street on which only those are who a test puts there."""

from __future__ import annotations

from simulator.world.people import Looks, Pose
from simulator.world.street import Light, Street, Traits
from simulator.world.traffic import Body, Car

LOOKS = Looks(1.75, (60, 60, 190), (80, 55, 40), (120, 160, 205), (25, 30, 40))
TO_CAMERA_RAD = -2.32
"""Whoever stands before the bar and faces so looks into the camera."""


class StagedStreet(Street):
    """A street of given people, who stay where they are, and of given vehicles."""

    def __init__(
        self,
        people: list[tuple[Pose, Looks]] | None = None,
        cars: list[Car] | None = None,
        traits: Traits | None = None,
    ) -> None:
        super().__init__(7, traits=traits)
        self._staged_people, self._staged_cars = people or [], cars or []

    def people(self, t_s: float) -> list[tuple[Pose, Looks]]:  # noqa: ARG002 - it is a street
        return self._staged_people

    def cars(self, from_s: float, to_s: float) -> list[Car]:  # noqa: ARG002 - it is a street
        return self._staged_cars


def stands(x_m: float = 3.0, y_m: float = 7.0, heading_rad: float = TO_CAMERA_RAD, fallen: float = 0.0) -> Pose:
    """Somebody who stands, or lies."""
    return Pose(x_m, y_m, heading_rad, 0.0, walking=False, fallen=fallen)


def vehicle_at(x_m: float, body: Body = Body.CAR, lane: int = 0) -> Car:
    """A vehicle that is at `x_m` at second 0, in the lane that drives to the right, or the other one."""
    sizes = {Body.CAR: (4.2, 1.8, 1.5), Body.TRUCK: (8.0, 2.5, 3.4), Body.AMBULANCE: (5.6, 2.1, 2.6)}
    way_m = x_m + 60.0 if lane == 0 else 100.0 - x_m
    return Car(0, lane, -way_m / 10.0, 10.0, 60.0, 60.0, (60, 60, 200), sizes[body], body)


def lit(light: Light) -> Traits:
    """An ordinary street in another light, without crowds."""
    return Traits(roars=False, light=light)
