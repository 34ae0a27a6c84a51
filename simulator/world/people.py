"""People in the street: what they look like, and where they are at an instant.

Nobody here exists: heights, colours and paths are drawn by chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulator.world.layout import FAR_WALK_Y_M, NEAR_WALK_Y_M, STREET_X_M

Bgr = tuple[int, int, int]

WALKING_SPEED_MPS = 1.34
WALKING_SPEED_SPREAD_MPS = 0.26
"""Free walking speed of pedestrians: mean and standard deviation (Helbing and Molnar 1995)."""

_SHIRTS: tuple[Bgr, ...] = (
    (60, 60, 190), (170, 110, 50), (70, 150, 70), (40, 170, 220), (200, 200, 205), (120, 70, 130), (60, 55, 50),
)  # fmt: skip
_TROUSERS: tuple[Bgr, ...] = ((80, 55, 40), (50, 50, 52), (95, 110, 125), (110, 75, 55))
_SKINS: tuple[Bgr, ...] = ((150, 185, 225), (120, 160, 205), (85, 120, 165), (55, 80, 115))
_HAIRS: tuple[Bgr, ...] = ((25, 30, 40), (40, 70, 110), (90, 150, 190), (150, 150, 150))


@dataclass(frozen=True, slots=True)
class Looks:
    """What a drawn person looks like: height in metres, colours in blue-green-red, 0..255."""

    height_m: float
    shirt: Bgr
    trousers: Bgr
    skin: Bgr
    hair: Bgr

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Looks:
        """Somebody, by chance."""
        return cls(
            height_m=float(np.clip(rng.normal(1.71, 0.09), 1.5, 1.95)),
            shirt=_SHIRTS[rng.integers(len(_SHIRTS))],
            trousers=_TROUSERS[rng.integers(len(_TROUSERS))],
            skin=_SKINS[rng.integers(len(_SKINS))],
            hair=_HAIRS[rng.integers(len(_HAIRS))],
        )


@dataclass(frozen=True, slots=True)
class Pose:
    """Where somebody is at an instant, and how they hold themselves.

    Args:
        x_m: along the street.
        y_m: across the street.
        heading_rad: where they face; 0 is along +x, pi/2 along +y.
        walked_m: the way they came so far; the legs swing with it.
        walking: legs swing, or stand.
        cheer: how far the arms are up and the mouth is open, 0..1.
        bounce_m: how far the feet are off the ground, in metres.
        speed_mps: how fast they go; the stride is as wide.
        fallen: how far they lie: 0 upright, 1 flat on the ground with the head where they face.
    """

    x_m: float
    y_m: float
    heading_rad: float
    walked_m: float
    walking: bool
    cheer: float = 0.0
    bounce_m: float = 0.0
    speed_mps: float = WALKING_SPEED_MPS
    fallen: float = 0.0


def drawn_speed_mps(rng: np.random.Generator) -> float:
    """A walking speed, in m/s, never slower than a stroll or faster than a hurry."""
    return float(np.clip(rng.normal(WALKING_SPEED_MPS, WALKING_SPEED_SPREAD_MPS), 0.6, 2.2))


@dataclass(frozen=True, slots=True)
class Walker:
    """Somebody who walks down a pavement from one end of the street to the other."""

    looks: Looks
    entered_s: float
    direction: int
    lane_y_m: float
    speed_mps: float
    sway_rad: float

    @classmethod
    def drawn(cls, rng: np.random.Generator, entered_s: float) -> Walker:
        """A walker who comes into the street at `entered_s`."""
        lo, hi = NEAR_WALK_Y_M if rng.random() < 0.5 else FAR_WALK_Y_M
        return cls(
            looks=Looks.drawn(rng),
            entered_s=entered_s,
            direction=1 if rng.random() < 0.5 else -1,
            lane_y_m=float(rng.uniform(lo, hi)),
            speed_mps=drawn_speed_mps(rng),
            sway_rad=float(rng.uniform(0, 2 * math.pi)),
        )

    def at(self, t_s: float) -> Pose | None:
        """Where they are at `t_s`, or None when they are not in the street."""
        walked_m = (t_s - self.entered_s) * self.speed_mps
        if not 0 <= walked_m <= STREET_X_M[1] - STREET_X_M[0]:
            return None
        start_m = STREET_X_M[0] if self.direction > 0 else STREET_X_M[1]
        angle = walked_m / 7.0 + self.sway_rad
        slope = 0.15 / 7.0 * math.cos(angle)
        return Pose(
            x_m=start_m + self.direction * walked_m,
            y_m=self.lane_y_m + 0.15 * math.sin(angle),
            heading_rad=math.atan2(slope, self.direction),
            walked_m=walked_m,
            walking=True,
        )
