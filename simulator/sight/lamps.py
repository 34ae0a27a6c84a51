"""What shines: headlights and their beams, rear lights, the turning lamps of an ambulance, and glows around them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from simulator.sight.lighting import WALL_LAMPS_M, Lighting
from simulator.sight.perspective import Perspective
from simulator.sight.texture import Picture
from simulator.world.layout import Floats
from simulator.world.people import Bgr
from simulator.world.traffic import Body, Car

_TURNS_PER_S = 1.6
LAMPS_APART = 0.32
"""How far a vehicle's lamps are from its middle, as a share of its width."""
_BLUE = np.array([255.0, 110.0, 30.0])
_KERNEL_PX = 65
_BEAM_M = ((0.3, 0.75), (2.0, 1.3), (13.0, 2.6))
"""A beam on the ground: how far before the car, and how far to either side."""
_BEAM = 0.34
_SUB = 3
_NEAREST_M = 1.0
_WEAKEST = 0.02


@dataclass(frozen=True, slots=True)
class Glow:
    """A light that blinds: where it is, its colour, how far it glows in metres, and how brightly, 0..1."""

    place_m: tuple[float, float, float]
    colour: Bgr
    radius_m: float
    strength: float


def lamp_height_m(car: Car) -> float:
    """How high the head and rear lights of a vehicle are, in metres."""
    return min(0.92, 0.42 * car.size_m[2])


def beacon(t_s: float, sides: int) -> Floats:
    """The colours of a turning lamp, all around from the front over the left, (sides, 3)."""
    angle = (np.arange(sides) + 0.5) * 2 * np.pi / sides
    bright = 0.3 + 0.7 * np.maximum(0.0, np.cos(angle - 2 * np.pi * _TURNS_PER_S * t_s))
    return np.asarray(bright[:, None] * _BLUE)


def glows(cars: Sequence[Car], t_s: float, lighting: Lighting, eye_m: Floats) -> list[Glow]:
    """Everything that glows at `t_s`; by day only an ambulance does."""
    found: list[Glow] = []
    if lighting.lamps:
        found += [Glow((x, y, z), (120, 190, 235), 1.1, 0.5 * lighting.lamps) for x, y, z in WALL_LAMPS_M.tolist()]
    for car in cars:
        x_m, (length, width, height) = float(car.x_m(t_s)), car.size_m
        if lighting.lamps:
            comes = (eye_m[0] - x_m) * car.direction > 0
            end_m = x_m + (1 if eye_m[0] > x_m else -1) * 0.5 * length
            colour, radius_m, strength = ((215, 238, 250), 0.9, 0.85) if comes else ((40, 36, 220), 0.45, 0.6)
            found += [
                Glow((end_m, car.y_m + side * LAMPS_APART * width, lamp_height_m(car)), colour, radius_m, strength)
                for side in (-1, 1)
            ]
        if car.body is Body.AMBULANCE:
            to_eye = math.atan2(float(eye_m[1]) - car.y_m, float(eye_m[0]) - x_m)
            turned = math.cos(to_eye - 2 * math.pi * _TURNS_PER_S * t_s - (0 if car.direction > 0 else math.pi))
            place = (x_m + 0.25 * length * car.direction, car.y_m, height * 1.05)
            found.append(Glow(place, (255, 110, 30), 1.6, 0.8 * max(0.0, turned) ** 2))
    return found


def add_beams(picture: Picture, plain: Picture, cars: Sequence[Car], t_s: float, perspective: Perspective) -> None:
    """Lights the ground before cars with their headlights, in place; `plain` is the ground in an even light."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    for car in cars:
        front_m = float(car.x_m(t_s)) + car.direction * car.size_m[0] / 2
        edge = [(front_m + car.direction * far, car.y_m + side, 0.0) for far, side in _BEAM_M]
        edge += [(x, 2 * car.y_m - y, z) for x, y, z in reversed(edge)]
        if min(perspective.depths_m(np.array(edge))) > 1.0:
            points = np.rint(perspective.pixels(np.array(edge)) * (1 << _SUB)).astype(np.int32)
            cv2.fillConvexPoly(mask, points, 255, cv2.LINE_AA, _SUB)
    if mask.any():
        wide = max(3, picture.shape[1] // 40)
        soft = cv2.cvtColor(cv2.blur(mask, (wide, wide // 2 + 1)), cv2.COLOR_GRAY2BGR)
        picture[:] = cv2.add(picture, cv2.multiply(plain, soft, scale=_BEAM / 255))


def add_glow(picture: Picture, glow: Glow, perspective: Perspective) -> None:
    """Adds a soft disc of light, in place."""
    height, width = picture.shape[:2]
    depth_m = perspective.depth_m(*glow.place_m)
    if depth_m < _NEAREST_M or glow.strength < _WEAKEST:
        return
    x, y = perspective.pixels(np.array(glow.place_m))
    radius = max(2, round(glow.radius_m * perspective.focal_px / depth_m))
    left, top = round(x) - radius, round(y) - radius
    columns = slice(max(0, left), min(width, left + 2 * radius))
    rows = slice(max(0, top), min(height, top + 2 * radius))
    if columns.start >= columns.stop or rows.start >= rows.stop:
        return
    disc = cv2.resize(_kernel(), (2 * radius, 2 * radius), interpolation=cv2.INTER_AREA)
    disc = disc[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left, None]
    light = disc * (np.array(glow.colour, dtype=np.float32) * np.float32(glow.strength))
    picture[rows, columns] = cv2.add(picture[rows, columns], light.astype(np.uint8))


@lru_cache(maxsize=1)
def _kernel() -> np.ndarray:
    """A glow: a bright middle, and a halo that is gone at the rim; float32, 0..1."""
    away = np.hypot(*np.meshgrid(*[np.linspace(-1, 1, _KERNEL_PX)] * 2))
    halo = np.maximum(0.0, 1 - away) ** 2 * 0.45 + np.exp(-((away / 0.14) ** 2)) * 0.6
    return np.asarray(np.where(away < 1, halo, 0.0), dtype=np.float32)
