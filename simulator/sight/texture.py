"""Flat pictures of the street's surfaces, in metres: what is painted on the ground and on the houses."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from simulator.world.layout import Floats
from simulator.world.people import Bgr

Paint = NDArray[np.float32]
Picture = NDArray[np.uint8]

PX_PER_M = 28
FROM_X_M, TO_X_M = -14.0, 180.0


class Texture:
    """A surface along the street: float32, shape (rows, columns, 3), blue-green-red.

    Args:
        second_m: from where to where its other axis goes: across the street for the ground, up for a wall.
        colour: of all of it.
    """

    def __init__(self, second_m: tuple[float, float], colour: Bgr = (0, 0, 0)) -> None:
        self._from_m = second_m[0]
        rows, columns = round((second_m[1] - second_m[0]) * PX_PER_M), round((TO_X_M - FROM_X_M) * PX_PER_M)
        self.paint: Paint = np.full((rows, columns, 3), colour, dtype=np.float32)

    def px(self, x_m: float, second_m: float) -> tuple[int, int]:
        """Where a place is on it, in pixels."""
        return round((x_m - FROM_X_M) * PX_PER_M), round((second_m - self._from_m) * PX_PER_M)

    def box(self, x_m: tuple[float, float], second_m: tuple[float, float], colour: tuple[int, ...]) -> None:
        """Paints a rectangle."""
        cv2.rectangle(self.paint, self.px(x_m[0], second_m[0]), self.px(x_m[1], second_m[1]), colour, -1)

    def frame(self, x_m: tuple[float, float], second_m: tuple[float, float], colour: Bgr) -> None:
        """Paints the outline of a rectangle, a pixel wide."""
        cv2.rectangle(self.paint, self.px(x_m[0], second_m[0]), self.px(x_m[1], second_m[1]), colour, 1)

    def roughen(self, rng: np.random.Generator) -> None:
        """Adds roughness at three sizes."""
        rows, columns = self.paint.shape[:2]
        for cell, strength in ((1, 5.0), (9, 4.0), (70, 6.0)):
            rough = rng.normal(0, strength, (rows // cell + 2, columns // cell + 2)).astype(np.float32)
            self.paint += cv2.resize(rough, (columns, rows), interpolation=cv2.INTER_LINEAR)[:, :, None]

    def masked(self) -> Picture:
        """It as uint8, shape (rows, columns, 4); the fourth channel is full, so that a warp tells where it is."""
        full = np.full(self.paint.shape[:2], 255, np.uint8)
        return np.dstack([np.clip(self.paint, 0, 255).astype(np.uint8), full])

    def to_metres(self) -> Floats:
        """From its pixels to metres: (3, 3)."""
        return np.array([[1 / PX_PER_M, 0, FROM_X_M], [0, 1 / PX_PER_M, self._from_m], [0, 0, 1]])
