"""Where people and vehicles keep the light off the ground: long shadows in the sun, a dark foot without it."""

from __future__ import annotations

import cv2
import numpy as np

from simulator.sight.lighting import SUN_M_PER_M
from simulator.sight.perspective import Perspective
from simulator.sight.skeleton import ELBOWS, FEET, HANDS, HEAD, HIP, KNEES, NECK, SHOULDERS, TOES
from simulator.sight.texture import Picture
from simulator.world.layout import Floats
from simulator.world.traffic import Car

_SUB = 4
_LARGEST_PX = 4000.0
_LIMBS: tuple[tuple[list[int], float], ...] = (
    ([HIP, KNEES[0], FEET[0], TOES[0]], 0.13), ([HIP, KNEES[1], FEET[1], TOES[1]], 0.13),
    ([HANDS[0], ELBOWS[0], SHOULDERS[0], SHOULDERS[1], ELBOWS[1], HANDS[1]], 0.09),
    ([HIP, NECK], 0.3), ([HEAD, HEAD], 0.2),
)  # fmt: skip
_WHOLE = [FEET[0], HIP, NECK, HEAD]
_STANDS, _TRUNK = [FEET[0], HIP, FEET[1]], [HIP, HEAD]
_FEW_PX_PER_M = 14.0
"""Somebody smaller casts a single stroke."""


class Shade:
    """Where light is kept off: a mask of the picture, uint8, shape (height, width), 255 in full shadow.

    Args:
        perspective: the camera.
        sunny: whether the sun casts long shadows.
    """

    def __init__(self, perspective: Perspective, *, sunny: bool) -> None:
        self._perspective = perspective
        self._sunny = sunny
        width, height = perspective.size
        self.mask: Picture = np.zeros((height, width), np.uint8)

    def add_people(self, joints_m: Floats) -> None:
        """Adds the shadows of people by their skeletons, (people, 19, 3)."""
        if not self._sunny:
            self._add_feet(joints_m)
            return
        ground_px = _fixed(self._perspective.pixels(_on_the_ground(joints_m)))
        scales = self._scales(joints_m)
        strokes = _Strokes()
        for points, scale in zip(ground_px, scales, strict=True):
            if scale < _FEW_PX_PER_M:
                strokes.add(points[_WHOLE], 0.22 * scale)
                continue
            for rows, width_m in _LIMBS:
                strokes.add(points[rows], width_m * scale)
        strokes.drawn_on(self.mask)

    def add_car(self, car: Car, t_s: float) -> None:
        """Adds the shadow of a vehicle."""
        length, width, height = car.size_m
        up = np.array([0.0, 0.0, height])
        middle = np.array([float(car.x_m(t_s)), car.y_m, 0.0])
        around = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)]) * np.array([length / 2, width / 2, 0.0])
        box_m = middle + np.vstack([around, around + 0.5 * up, around * np.array([0.7, 0.8, 1.0]) + 0.95 * up])
        if not self._sunny:
            box_m = middle + around * np.array([1.02, 1.12, 1.0])
        px = self._perspective.pixels(_on_the_ground(box_m)).astype(np.float32)
        hull = cv2.convexHull(px).reshape(-1, 2)
        cv2.fillConvexPoly(self.mask, _fixed(np.asarray(hull, dtype=np.float64)), 255, cv2.LINE_AA, _SUB)

    def taken_off(self, picture: Picture, shadow: Picture) -> None:
        """Takes off a picture what the shadows take away from it, in place."""
        rows = np.flatnonzero(self.mask.any(axis=1))
        if not rows.size:
            return
        part = slice(max(0, int(rows[0]) - 2), int(rows[-1]) + 3)
        # The sun is half a degree wide, and what is under somebody has no edge at all.
        wide = self.mask.shape[1] // 640 * 2 + 1 if self._sunny else self.mask.shape[1] // 80 + 1
        soft = cv2.cvtColor(cv2.blur(self.mask[part], (wide, wide)), cv2.COLOR_GRAY2BGR)
        picture[part] = cv2.subtract(picture[part], cv2.multiply(shadow[part], soft, scale=1 / 255))

    def _add_feet(self, joints_m: Floats) -> None:
        """Darkens the ground under bodies that stand or lie."""
        flat = joints_m.copy()
        flat[..., 2] = 0.0
        px = _fixed(self._perspective.pixels(flat))
        strokes = _Strokes()
        for points, scale in zip(px, self._scales(joints_m), strict=True):
            strokes.add(points[_STANDS], 0.24 * scale)
            strokes.add(points[_TRUNK], 0.24 * scale)
        strokes.drawn_on(self.mask)

    def _scales(self, joints_m: Floats) -> list[float]:
        """How many pixels a metre takes where each of the people is."""
        depths_m = self._perspective.depths_m(joints_m[:, HIP])
        return [float(scale) for scale in self._perspective.focal_px / np.maximum(0.5, depths_m)]


class _Strokes:
    """Lines to be drawn into a mask, those of one width together: a call of OpenCV's costs more than a short line."""

    def __init__(self) -> None:
        self._by_width: dict[int, list[np.ndarray]] = {}

    def add(self, points: np.ndarray, width_px: float) -> None:
        """Adds a line through points (n, 2)."""
        self._by_width.setdefault(max(1, round(width_px)), []).append(points)

    def drawn_on(self, mask: Picture) -> None:
        """Draws them all, in place."""
        for width_px, lines in self._by_width.items():
            cv2.polylines(mask, lines, False, 255, width_px, cv2.LINE_8, _SUB)  # noqa: FBT003 - cv2's own order


def _fixed(points_px: Floats) -> np.ndarray:
    return np.rint(np.clip(points_px, -_LARGEST_PX, _LARGEST_PX) * (1 << _SUB)).astype(np.int32)


def _on_the_ground(points_m: Floats) -> Floats:
    flat = points_m.copy()
    flat[..., :2] += points_m[..., 2:] * np.array(SUN_M_PER_M)
    flat[..., 2] = 0.0
    return flat
