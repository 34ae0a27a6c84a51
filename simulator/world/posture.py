"""How somebody of a crowd holds themselves at an instant."""

from __future__ import annotations

import math

from simulator.world.itinerary import Person
from simulator.world.people import Pose

FALLS_WITHIN_S = 0.8
_TO_THE_STREET_RAD = -2.2
"""Who stands and cheers turns to the street."""
WALKS_MPS = 0.15
"""Slower than this one shifts one's weight and does not step."""


def posture(person: Person, t_s: float, number: int, place: complex, moves: tuple[float, float, float]) -> Pose:
    """How one of a crowd holds themselves.

    Args:
        person: who.
        t_s: when.
        number: which of the crowd; they do not all bounce in step.
        place: where, x + iy in metres.
        moves: where they face (rad), the way they came so far (m), how fast they go (m/s).
    """
    heading_rad, walked_m, speed_mps = moves
    cheer = max((_cheer(t_s, *span) for span in person.cheers_s), default=0.0)
    fallen = 0.0 if person.lies_s is None else _fallen(t_s, *person.lies_s)
    bounce_hz = 1.6 + 0.8 * (number * 0.618 % 1.0)
    walking = speed_mps > WALKS_MPS and fallen == 0.0
    if not walking and fallen == 0.0:
        heading_rad += cheer * math.remainder(_TO_THE_STREET_RAD - heading_rad, 2 * math.pi)
    return Pose(
        x_m=place.real,
        y_m=place.imag,
        heading_rad=heading_rad,
        walked_m=walked_m,
        walking=walking,
        cheer=cheer,
        bounce_m=0.0 if walking else 0.12 * cheer * abs(math.sin(math.pi * bounce_hz * t_s)),
        speed_mps=speed_mps,
        fallen=fallen,
    )


def _cheer(t_s: float, from_s: float, to_s: float) -> float:
    """How far the arms are up: up within 0.4 s of the first shout, down within 0.6 s of the last."""
    return min(1.0, max(0.0, min((t_s - from_s) / 0.4 + 0.5, (to_s - t_s) / 0.6 + 0.5)))


def _fallen(t_s: float, from_s: float, to_s: float) -> float:
    """How far somebody lies who falls from `from_s` on and gets up at `to_s`: a fall speeds up as it goes."""
    down = min(1.0, max(0.0, (t_s - from_s) / FALLS_WITHIN_S)) ** 2
    return min(down, max(0.0, 1.0 - (t_s - to_s) / 2.0))
