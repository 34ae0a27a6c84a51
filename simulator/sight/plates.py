"""The street without anybody: houses, ground and sky in the light of the hour, drawn once for a picture size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simulator.sight.canvas import GROUND_NORMAL, WALL_NORMAL, Canvas
from simulator.sight.facade import facade, glow
from simulator.sight.ground import ground
from simulator.sight.lighting import LIGHTINGS, Lighting
from simulator.sight.texture import Paint, Picture
from simulator.world.street import Light

_SIGHT_M = 110.0
"""What is so far away has lost two thirds of its contrast."""
_CONTACT = 0.3
"""How much darker the ground is under somebody where no sun makes a shadow."""
_WET_FROM_MM_PER_H = 8.0


@dataclass(frozen=True, slots=True)
class Plates:
    """The empty street: uint8, shape (height + 2 margin, width + 2 margin, 3), read-only.

    Args:
        lit: as it looks.
        shadow: what a shadow takes away from it.
        plain: in the even light of a bright day, for headlights and flashes to show.
        margin: pixels around the picture, for a pole that sways.
    """

    lit: Picture
    shadow: Picture
    plain: Picture
    margin: int


@lru_cache(maxsize=3)
def plates(seed: int, weather: tuple[Light, float], size: tuple[int, int], margin: int = 0) -> Plates:
    """The empty street of a seed.

    Args:
        seed: of the street.
        weather: what lights it, and how hard it rains, in mm/h.
        size: width and height of the picture, in pixels.
        margin: pixels around it.
    """
    lighting, wet = LIGHTINGS[weather[0]], wetness(weather[1])
    canvas = Canvas(size, margin)
    houses, is_house = canvas.warped(facade(seed), canvas.wall)
    paving, is_ground = canvas.warped(ground(seed), canvas.ground)
    paving *= np.float32(1.0 - 0.42 * wet)
    walls = _walls(canvas, houses, seed, lighting)
    sunny, shady = _grounds(canvas, paving, (seed, wet), lighting)
    clear = canvas.clear(is_ground, _SIGHT_M / (1 + weather[1] / 25))
    sky = canvas.sky(lighting)
    lit = np.where(is_ground, sunny, np.where(is_house, walls, sky))
    lit = lit * clear + np.array(lighting.haze, dtype=np.float32) * (1 - clear)
    shadow = np.where(is_ground, (sunny - shady) * clear, np.float32(0))
    plain = np.where(is_ground, paving, np.where(is_house, houses, sky)) * clear
    return Plates(canvas.done(lit), canvas.done(shadow), canvas.done(plain), margin)


def wetness(rain_mm_per_h: float) -> float:
    """How wet the ground is, 0..1."""
    return 1.0 - float(np.exp(-rain_mm_per_h / _WET_FROM_MM_PER_H))


def _walls(canvas: Canvas, houses: Paint, seed: int, lighting: Lighting) -> Paint:
    """The houses in their light, with what glows of itself."""
    walls = houses * canvas.light(lighting, WALL_NORMAL, sunny=True)
    shining, _ = canvas.warped(glow(seed, lighting), canvas.wall)
    return np.asarray(np.maximum(walls, shining), dtype=np.float32)


def _grounds(canvas: Canvas, paving: Paint, wet: tuple[int, float], lighting: Lighting) -> tuple[Paint, Paint]:
    """The ground as it is lit, and as it looks in a shadow. `wet` has the street's seed and how wet it is, 0..1."""
    seed, wetness_ = wet
    sunny = paving * canvas.light(lighting, GROUND_NORMAL, sunny=True)
    shady = paving * canvas.light(lighting, GROUND_NORMAL, sunny=False)
    if wetness_:
        mirrored = canvas.mirrored(facade(seed), glow(seed, lighting), lighting) * np.float32(0.3 * wetness_)
        sunny, shady = (part * np.float32(1 - 0.3 * wetness_) + mirrored for part in (sunny, shady))
    return sunny, shady if lighting.sun else sunny * np.float32(1 - _CONTACT)
