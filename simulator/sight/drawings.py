"""Everything that moves in the street at an instant, drawn, and in the order in which it hides what is behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.sight.body import Company
from simulator.sight.figures import figures
from simulator.sight.lighting import Lighting
from simulator.sight.perspective import Perspective
from simulator.sight.stamp import Stamp
from simulator.sight.vehicles import vehicle
from simulator.world.people import Looks, Pose
from simulator.world.street import Street
from simulator.world.traffic import Car

_NEAREST_M = 1.0
"""What is nearer to the camera is under it."""

Person = tuple[Pose, Looks]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Something drawn.

    Args:
        depth_m: how far before the camera it is, along its axis.
        stamp: what it looks like.
        person: which of the people it is, or None for a vehicle.
    """

    depth_m: float
    stamp: Stamp
    person: int | None


def people_before(street: Street, t_s: float, perspective: Perspective) -> list[Person]:
    """Who is before the camera at `t_s`."""
    people = street.people(t_s)
    if not people:
        return []
    depths_m = perspective.depths_m(np.array([(pose.x_m, pose.y_m, 0.9) for pose, _ in people])).tolist()
    return [one for one, depth_m in zip(people, depths_m, strict=True) if depth_m > _NEAREST_M]


def cars_before(street: Street, t_s: float, perspective: Perspective) -> list[Car]:
    """Which vehicles are before the camera at `t_s`, all of each."""
    found = []
    for car in street.cars(t_s, t_s):
        x_m, half_m = float(car.x_m(t_s)), car.size_m[0] / 2
        if min(perspective.depth_m(x_m + end * half_m, car.y_m, 0.5) for end in (-1, 1)) > _NEAREST_M:
            found.append(car)
    return found


def drawings(
    people: Company, cars: list[Car], t_s: float, perspective: Perspective, lighting: Lighting
) -> list[Drawing]:
    """People and vehicles, the farthest first; without those that are outside the picture."""
    found = []
    depths_m = perspective.depths_m(people.joints_m.mean(axis=1) * (1, 1, 0)).tolist()
    for number, drawn in enumerate(figures(people, perspective, lighting)):
        if drawn is not None:
            found.append(Drawing(depths_m[number], drawn, number))
    for car in cars:
        body = vehicle(car, t_s, perspective, lighting)
        if body is not None:
            # Whoever stands before the near side of a vehicle stands before all of it.
            near_y_m = car.y_m - car.size_m[1] / 2
            found.append(Drawing(perspective.depth_m(float(car.x_m(t_s)), near_y_m, 0.0), body, None))
    return sorted(found, key=lambda drawing: -drawing.depth_m)
