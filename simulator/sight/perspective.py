"""How a point of the street comes to a place in the picture: a pinhole camera on the pole."""

from __future__ import annotations

import math

import numpy as np

from simulator.world.layout import CAMERA_HEIGHT_M, LOOKS_AT_M, POLE_XY_M, Floats

VIEW_ANGLE_RAD = math.radians(70.0)
"""From the left edge of the picture to the right one."""
NEAREST_M = 0.5


class Perspective:
    """The camera on the pole for a picture of `width` by `height` pixels.

    Args:
        width: of the picture, in pixels.
        height: of the picture, in pixels.
        shift_px: how far everything is moved to the right and down: a pole that sways.
    """

    def __init__(self, width: int, height: int, shift_px: tuple[float, float] = (0.0, 0.0)) -> None:
        self.size = (width, height)
        self.eye_m: Floats = np.array([*POLE_XY_M, CAMERA_HEIGHT_M])
        self.focal_px = width / 2 / math.tan(VIEW_ANGLE_RAD / 2)
        ahead = np.array(LOOKS_AT_M) - self.eye_m
        ahead /= np.linalg.norm(ahead)
        right = np.cross(ahead, (0.0, 0.0, 1.0))
        right /= np.linalg.norm(right)
        rotation = np.stack([right, np.cross(ahead, right), ahead])
        middle = (width / 2 + shift_px[0], height / 2 + shift_px[1])
        inner = np.array([[self.focal_px, 0, middle[0]], [0, self.focal_px, middle[1]], [0, 0, 1]])
        self.matrix: Floats = inner @ np.column_stack([rotation, -rotation @ self.eye_m])

    def pixels(self, points_m: Floats) -> Floats:
        """Where points (..., 3) in metres are in the picture: (..., 2) in pixels, right and down.

        A point less than 0.5 m before the camera has no place: it is put at the edge of that distance.
        """
        seen = points_m @ self.matrix[:, :3].T + self.matrix[:, 3]
        return np.asarray(seen[..., :2] / np.maximum(seen[..., 2:], NEAREST_M))

    def depths_m(self, points_m: Floats) -> Floats:
        """How far before the camera points (..., 3) are, along its axis, in metres; negative when behind it."""
        return np.asarray(points_m @ self.matrix[2, :3] + self.matrix[2, 3])

    def depth_m(self, x_m: float, y_m: float, z_m: float) -> float:
        """How far before the camera one point is, along its axis, in metres; negative when behind it."""
        return float(self.depths_m(np.array([x_m, y_m, z_m])))

    def pixels_per_m(self, x_m: float, y_m: float, z_m: float) -> float:
        """How many pixels a metre across the view takes there."""
        return self.focal_px / max(NEAREST_M, self.depth_m(x_m, y_m, z_m))

    def ground(self) -> Floats:
        """The homography from the ground (x, y in metres) to the picture: (3, 3)."""
        return np.asarray(self.matrix[:, [0, 1, 3]])

    def wall(self, y_m: float) -> Floats:
        """The homography from an upright wall along the street (x, z in metres) to the picture: (3, 3)."""
        return np.asarray(
            np.column_stack([self.matrix[:, 0], self.matrix[:, 2], self.matrix[:, 1] * y_m + self.matrix[:, 3]])
        )
