"""People in the street: what they look like, and where they are at an instant.

Nobody here exists: heights, colours and paths are drawn by chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Bgr = tuple[int, int, int]

WALKING_SPEED_MPS = 1.34
WALKING_SPEED_SPREAD_MPS = 0.26
"""Free walking speed of pedestrians: mean and standard deviation (Helbing and Molnar 1995)."""
SLOWEST_MPS = 0.85

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
    return float(np.clip(rng.normal(WALKING_SPEED_MPS, WALKING_SPEED_SPREAD_MPS), SLOWEST_MPS, 2.2))
