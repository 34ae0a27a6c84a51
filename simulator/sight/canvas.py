"""An enlarged picture onto which the surfaces of the street are projected, with the light that falls on them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from simulator.sight.lighting import Lighting, is_sunlit
from simulator.sight.perspective import Perspective
from simulator.sight.texture import Paint, Picture, Texture
from simulator.world.layout import FACADE_Y_M, Floats

_FINE = 2
"""The backdrop is drawn this much larger and scaled down, so that distant lines do not flicker into dots."""
_COARSE = 8
"""Lamps throw no edges: their light is reckoned for every eighth pixel."""
_FARTHEST_M = 400.0
GROUND_NORMAL, WALL_NORMAL = (0.0, 0.0, 1.0), (0.0, -1.0, 0.0)


class Canvas:
    """An enlarged picture.

    Args:
        size: width and height of the picture, in pixels.
        margin: pixels around it.
    """

    def __init__(self, size: tuple[int, int], margin: int) -> None:
        self._small = (size[0] + 2 * margin, size[1] + 2 * margin)
        self._size = (self._small[0] * _FINE, self._small[1] * _FINE)
        perspective = Perspective(*size, shift_px=(margin, margin))
        zoom = np.diag([_FINE, _FINE, 1.0])
        self.ground: Floats = zoom @ perspective.ground()
        self.wall: Floats = zoom @ perspective.wall(FACADE_Y_M)
        self._depth: Floats = perspective.matrix[2]

    def sky(self, lighting: Lighting) -> Paint:
        """Nothing but sky."""
        down = np.linspace(0, 1, self._size[1])[:, None, None]
        colours = np.array(lighting.above[0]) * (1 - down) + np.array(lighting.above[1]) * down
        return np.broadcast_to(colours, (self._size[1], self._size[0], 3)).astype(np.float32)

    def warped(self, texture: Texture, plane: Floats) -> tuple[Paint, NDArray[np.bool_]]:
        """A texture as it looks on a plane, and where it is, (rows, columns, 1)."""
        seen = cv2.warpPerspective(texture.masked(), plane @ texture.to_metres(), self._size, flags=cv2.INTER_LINEAR)
        return seen[:, :, :3].astype(np.float32), seen[:, :, 3:] > 127

    def light(self, lighting: Lighting, normal: tuple[float, float, float], *, sunny: bool) -> Paint:
        """How bright a plane looks everywhere: 1 where a colour shows as it is by day. `sunny` with the sun."""
        points_m = self._points_m(normal, _COARSE)
        coarse = lighting.on_surface(points_m, normal).astype(np.float32)
        light: Paint = np.asarray(cv2.resize(coarse, self._size, interpolation=cv2.INTER_LINEAR), dtype=np.float32)
        if sunny and lighting.sun:
            reached = is_sunlit(self._points_m(normal, 1)) if normal == GROUND_NORMAL else 1.0
            direct = lighting.of_sun(normal).astype(np.float32)
            light += direct * np.asarray(reached, dtype=np.float32)[..., None]
        return np.asarray(np.sqrt(light), dtype=np.float32)

    def mirrored(self, wall: Texture, shine: Texture, lighting: Lighting) -> Paint:
        """The houses as they mirror themselves in wet ground, blurred by its roughness."""
        plane = self.wall @ np.diag([1.0, -1.0, 1.0])
        houses, _ = self.warped(wall, plane)
        shining, _ = self.warped(shine, plane)
        bright = float(np.sqrt(np.mean(lighting.on_surface(np.zeros((1, 3)), WALL_NORMAL)))) + 0.3 * lighting.sun
        seen = np.maximum(houses * bright, shining)
        tall = max(3, self._size[1] // 24)
        return np.asarray(cv2.blur(seen, (max(3, tall // 5), tall)), dtype=np.float32)

    def clear(self, where_ground: NDArray[np.bool_], sight_m: float) -> Paint:
        """What is left of a contrast on the way to the camera, (rows, columns, 1), 1 for all of it."""
        depths = [
            cv2.resize(
                (self._points_m(normal, _COARSE) @ self._depth[:3] + self._depth[3]).astype(np.float32), self._size
            )
            for normal in (GROUND_NORMAL, WALL_NORMAL)
        ]
        depth_m = np.where(where_ground[..., 0], *depths)
        return np.asarray(np.exp(-np.clip(depth_m, 0, _FARTHEST_M) / sight_m)[..., None], dtype=np.float32)

    def done(self, paint: Paint) -> Picture:
        """It as a picture of its true size: uint8, read-only, because every scene of a street shares it."""
        small = cv2.resize(np.clip(paint, 0, 255).astype(np.uint8), self._small, interpolation=cv2.INTER_AREA)
        small.flags.writeable = False
        return np.asarray(small)

    def _points_m(self, normal: tuple[float, float, float], step: int) -> Floats:
        """Where the pixels, every `step`-th each way, lie on the ground or on the houses: (rows, columns, 3)."""
        plane = self.ground if normal == GROUND_NORMAL else self.wall
        columns, rows = -(-self._size[0] // step), -(-self._size[1] // step)
        u, v = np.meshgrid((np.arange(columns) + 0.5) * step, (np.arange(rows) + 0.5) * step)
        first, second, scale = (row[0] * u + row[1] * v + row[2] for row in np.linalg.inv(plane))
        # At the horizon the plane is endlessly far: it is held at a distance where nothing can be told.
        scale = np.where(np.abs(scale) < 1e-9, 1e-9, scale)
        first, second = (np.clip(value / scale, -_FARTHEST_M, _FARTHEST_M) for value in (first, second))
        if normal == GROUND_NORMAL:
            return np.stack([first, second, np.zeros_like(first)], axis=-1)
        return np.stack([first, np.full_like(first, FACADE_Y_M), second], axis=-1)
