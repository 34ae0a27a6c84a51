"""Where people of an act stand and which door they come from."""

from __future__ import annotations

import numpy as np

from simulator.world.act import Act
from simulator.world.ground import DOORSTEP_Y_M
from simulator.world.itinerary import Leg
from simulator.world.layout import DOORS_X_M, FACADE_Y_M
from simulator.world.people import WALKING_SPEED_MPS

_TRIES = 40
_KEEPS_DOORS_FREE_M = 1.7
_STEP_OUT_M = 1.2
_ACTS_X_M = (-10.0, 45.0)
_ACTS_Y_M = (1.0, 11.2)


def place_of(act: Act) -> complex:
    """Where an act of people is, x + iy in metres: where it says, but within the part of the street that is seen."""
    x_m = min(max(act.x_m, _ACTS_X_M[0]), _ACTS_X_M[1])
    return complex(x_m, min(max(act.y_m, _ACTS_Y_M[0]), _ACTS_Y_M[1]))


def spots(
    rng: np.random.Generator, count: int, x_m: tuple[float, float], y_m: tuple[float, float], apart_m: float
) -> list[complex]:
    """Places in a rectangle that are `apart_m` from each other where there is room."""
    found = np.zeros(count, dtype=np.complex128)
    have = tries = 0
    while have < count:
        tries += 1
        spot = complex(rng.uniform(*x_m), rng.uniform(*y_m))
        if min(abs(spot - complex(door_m, FACADE_Y_M)) for door_m in DOORS_X_M) < _KEEPS_DOORS_FREE_M:
            continue
        if tries > _TRIES * count or np.abs(found[:have] - spot).min(initial=apart_m) >= apart_m:
            found[have] = spot
            have += 1
    return [complex(spot) for spot in found]


def door_near(x_m: float, rng: np.random.Generator, among: int = 3) -> float:
    """One of the doors nearest to a place along the street, by chance."""
    return float(sorted(DOORS_X_M, key=lambda door_m: abs(door_m - x_m))[int(rng.integers(among))])


def indoors(door_m: float) -> complex:
    """The doorstep, where who is indoors comes out and goes in."""
    return complex(door_m, DOORSTEP_Y_M)


def out_of(door_m: float, at_s: float, speed_mps: float = WALKING_SPEED_MPS) -> Leg:
    """The first way of who comes out of a door."""
    return Leg(complex(door_m, FACADE_Y_M - _STEP_OUT_M), speed_mps, at_s, within_m=0.6)


def into(door_m: float, speed_mps: float, at_s: float | None = None) -> tuple[Leg, Leg]:
    """The last ways of who goes in at a door."""
    return (
        Leg(complex(door_m, FACADE_Y_M - _STEP_OUT_M), speed_mps, at_s, within_m=0.6),
        Leg(indoors(door_m), speed_mps, within_m=0.4),
    )
