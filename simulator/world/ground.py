"""What people cannot walk through: the houses, the lamp posts, and for walkers the lanes of the cars."""

from __future__ import annotations

from simulator.world.force import Ground
from simulator.world.layout import (
    DOORS_X_M,
    FACADE_Y_M,
    FAR_PAVEMENT_Y_M,
    NEAR_PAVEMENT_Y_M,
    POLE_XY_M,
    ROAD_X_M,
)

CROSSING_X_M = (14.5, 17.5)
"""The zebra crossing, where nothing stands at the kerb."""
LAMP_POSTS_XY_M = (
    (-12.0, 9.5), (10.2, 9.5), (32.0, 9.5), (54.0, 9.5),
    (-18.0, 2.5), (23.0, 2.5), (45.0, 2.5), (66.0, 2.5),
)  # fmt: skip
DOORSTEP_Y_M = FACADE_Y_M - 0.1
"""Where people come out of a door and go in."""
_DOOR_M = 0.65
"""Half of the gap that a door leaves in the houses' wall."""
_GUTTER_M = 0.5
"""How far from the kerb walkers dare to step onto the road."""


def _houses() -> list[tuple[complex, complex]]:
    """The houses' wall, open at its doors."""
    jambs = [ROAD_X_M[0], *(x_m + side for x_m in DOORS_X_M for side in (-_DOOR_M, _DOOR_M)), ROAD_X_M[1]]
    return [(complex(a, FACADE_Y_M), complex(b, FACADE_Y_M)) for a, b in zip(jambs[::2], jambs[1::2], strict=True)]


_DOORS = [(complex(x_m - _DOOR_M, FACADE_Y_M), complex(x_m + _DOOR_M, FACADE_Y_M)) for x_m in DOORS_X_M]


def _along(y_m: float) -> tuple[complex, complex]:
    return complex(ROAD_X_M[0], y_m), complex(ROAD_X_M[1], y_m)


_POSTS = [complex(*xy) for xy in (*LAMP_POSTS_XY_M, POLE_XY_M)]
_GARDEN = _along(NEAR_PAVEMENT_Y_M[0])

STREET_GROUND = Ground.of([*_houses(), _GARDEN], _POSTS, _DOORS)
"""For crowds, who take the road as well."""
PAVEMENTS = Ground.of(
    [*_houses(), _GARDEN, _along(NEAR_PAVEMENT_Y_M[1] + _GUTTER_M), _along(FAR_PAVEMENT_Y_M[0] - _GUTTER_M)],
    _POSTS,
    _DOORS,
)
"""For who keeps off the road."""


def _kerbs_but_at_the_crossing() -> list[tuple[complex, complex]]:
    """The gutters' edges of both pavements, open where people wait and cross."""
    gap_m = (CROSSING_X_M[0] - 5.0, CROSSING_X_M[1] + 5.0)
    ways = ((ROAD_X_M[0], gap_m[0]), (gap_m[1], ROAD_X_M[1]))
    edges_y_m = (NEAR_PAVEMENT_Y_M[1] + _GUTTER_M, FAR_PAVEMENT_Y_M[0] - _GUTTER_M)
    return [(complex(a, y_m), complex(b, y_m)) for y_m in edges_y_m for a, b in ways]


AT_THE_CROSSING = Ground.of([*_houses(), _GARDEN, *_kerbs_but_at_the_crossing()], _POSTS, _DOORS)
"""For who takes the road at the zebra only."""
