"""What lights the street: sky, sun and lamps, as light on the ground, on walls and on bodies.

Light is told as a multiple of what falls on level ground on a sunny day, for blue, green and red. A picture
shows the square root of it, which is near enough to a camera's own curve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.world.layout import NEAR_PAVEMENT_Y_M, Floats
from simulator.world.people import Bgr
from simulator.world.street import Light

SUN_M_PER_M = (-0.62, 0.5)
"""Where the shadow of a point one metre high falls, from the foot of it: the sun stands 51 degrees high."""
_TO_SUN: Floats = np.array([-SUN_M_PER_M[0], -SUN_M_PER_M[1], 1.0]) / np.hypot(1.0, np.hypot(*SUN_M_PER_M))

_THROWN_BACK = 0.12
"""The share of the sun that the ground throws back."""
_SUN_COLOUR: Floats = np.array([0.9, 1.0, 1.04])

_ROOFS_M = (10.4, 11.8, 9.2, 3.0, 12.2, 10.8, 9.6)
_ROOF_M = 8.0
"""Heights of the houses behind the pole, one after the other, and how wide each is: the sun comes over them."""

WALL_LAMPS_M: Floats = np.array([(x, 12.5, 4.6) for x in range(-14, 150, 18)], dtype=np.float64)
KERB_LAMPS_M: Floats = np.array([(x, -3.0, 7.0) for x in range(-5, 150, 16)], dtype=np.float64)
_LAMPS_M: Floats = np.vstack([WALL_LAMPS_M, KERB_LAMPS_M])
_LAMP_POWER: Floats = np.array([9.0] * len(WALL_LAMPS_M) + [15.0] * len(KERB_LAMPS_M))
_LAMP_COLOUR: Floats = np.array([0.5, 0.8, 1.05])


@dataclass(frozen=True, slots=True)
class Lighting:
    """One state of the light.

    Args:
        sky: light of the sky on level ground, for blue, green and red.
        sun: light of the sun on a surface turned to it, or 0 for none.
        lamps: how brightly the lamps burn, 0..1.
        windows: the share of windows with light behind them, 0..1.
        noise: standard deviation of a pixel, of 255: a sensor's gain goes up in the dark.
        above: the colour of the sky, above and at the horizon.
        haze: the colour of what is far away.
    """

    sky: tuple[float, float, float]
    sun: float
    lamps: float
    windows: float
    noise: float
    above: tuple[Bgr, Bgr]
    haze: Bgr

    def on_surface(self, points_m: Floats, normal: tuple[float, float, float]) -> Floats:
        """Light of sky and lamps, without the sun, at points (..., 3) of a plane: (..., 3)."""
        light = self._of_sky(np.full((*points_m.shape[:-1], 1), normal[2]))
        if self.lamps:
            total = np.zeros(points_m.shape[:-1])
            for place_m, power in zip(_LAMPS_M, _LAMP_POWER, strict=True):
                to_lamp = place_m - points_m
                square = np.sum(to_lamp * to_lamp, axis=-1) + 0.3
                total += power * np.maximum(0.0, to_lamp @ np.array(normal)) / square**1.5
            light = light + self.lamps * total[..., None] * _LAMP_COLOUR
        return np.asarray(light)

    def of_sun(self, normal: tuple[float, float, float]) -> Floats:
        """Light of the sun on a plane that no shadow falls on, (3,)."""
        return np.asarray(self.sun * max(0.0, float(_TO_SUN @ normal)) * _SUN_COLOUR)

    def on_bodies(self, bodies_m: Floats, faces_m: Floats, normals: Floats) -> Floats:
        """How bright the faces of bodies look: (bodies, faces, 3), 1 where a colour shows as it is by day.

        Args:
            bodies_m: the middle of each body, (bodies, 3); lamps light all of a body from one side.
            faces_m: the middle of each face, (bodies, faces, 3).
            normals: their unit normals, the same shape.
        """
        light = self._of_sky(normals[..., 2:])
        if self.sun:
            direct = self.sun * np.maximum(0.0, normals @ _TO_SUN) * is_sunlit(faces_m)
            light = light + direct[..., None] * _SUN_COLOUR
        if self.lamps:
            to_lamp = _LAMPS_M - bodies_m[:, None, :]
            square = np.sum(to_lamp * to_lamp, axis=-1, keepdims=True) + 0.3
            flow = np.sum(to_lamp / square**1.5 * _LAMP_POWER[:, None], axis=1)
            mean = 0.25 * np.sum(_LAMP_POWER[:, None] / square, axis=1)
            turned = np.einsum("pfk,pk->pf", normals, flow)
            lamps = 0.8 * np.maximum(0.0, turned) + 0.6 * mean
            light = light + self.lamps * lamps[..., None] * _LAMP_COLOUR
        return np.asarray(np.sqrt(light))

    def _of_sky(self, upward: Floats) -> Floats:
        """Light of the sky, and of a sunlit ground on what looks down or aside; `upward` is (..., 1), -1..1."""
        return np.asarray(np.array(self.sky) * (0.62 + 0.38 * upward) + _THROWN_BACK * self.sun * (1.0 - upward))


def is_sunlit(points_m: Floats) -> Floats:
    """Whether the sun reaches points (..., 3) over the houses behind the pole: (...), 1 or 0."""
    way_m = points_m[..., 1] - NEAR_PAVEMENT_Y_M[0]
    there_x_m = points_m[..., 0] - way_m * SUN_M_PER_M[0] / SUN_M_PER_M[1]
    house = np.floor(there_x_m / _ROOF_M).astype(np.int64) % len(_ROOFS_M)
    return np.asarray(points_m[..., 2] + way_m / SUN_M_PER_M[1] > np.array(_ROOFS_M)[house], dtype=np.float64)


LIGHTINGS: dict[Light, Lighting] = {
    Light.DAY: Lighting((0.36, 0.32, 0.3), 0.83, 0.0, 0.0, 2.5, ((232, 196, 158), (234, 226, 216)), (220, 212, 204)),
    Light.OVERCAST: Lighting(
        (0.66, 0.64, 0.62), 0.0, 0.0, 0.06, 2.5, ((200, 196, 192), (212, 210, 208)), (204, 202, 200)
    ),
    Light.DUSK: Lighting((0.17, 0.125, 0.105), 0.0, 0.55, 0.4, 4.0, ((132, 92, 74), (128, 132, 172)), (112, 96, 96)),
    Light.NIGHT: Lighting((0.026, 0.02, 0.018), 0.0, 1.0, 0.3, 6.0, ((34, 24, 20), (44, 36, 34)), (38, 32, 32)),
}
