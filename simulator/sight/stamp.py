"""Faces in space as a little picture that is laid upon a large one: drawn larger, and scaled down for smooth edges."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from simulator.sight.texture import Picture
from simulator.world.layout import Floats

_SUB = 3
"""Bits below the pixel in OpenCV's drawing: figures glide instead of jumping."""
_LARGEST_PX = 4000.0


@dataclass(frozen=True, slots=True)
class Stamp:
    """A drawn thing.

    Args:
        left: the column of the large picture where it begins.
        top: the row where it begins.
        colours: uint8, shape (rows, columns, 3), dark where it is not.
        cover: how much of a pixel it covers, uint8, shape (rows, columns), 0..255.
    """

    left: int
    top: int
    colours: Picture
    cover: Picture

    def lay_on(self, picture: Picture) -> None:
        """Lays it upon a picture, in place."""
        rows, columns = self.cover.shape
        place = picture[self.top : self.top + rows, self.left : self.left + columns]
        rest = cv2.cvtColor(cv2.bitwise_not(self.cover), cv2.COLOR_GRAY2BGR)
        place[:] = cv2.add(cv2.multiply(place, rest, scale=1 / 255), self.colours)


def stamp(corners_px: Floats, colours: Floats, size: tuple[int, int], larger: int) -> Stamp | None:
    """A stamp of faces, or None where none of it is inside the picture.

    Args:
        corners_px: (faces, corners, 2) in pixels of the picture, the farthest first.
        colours: (faces, 3), 0..255.
        size: width and height of the picture.
        larger: how much larger it is drawn, 1 or more.
    """
    flat = corners_px.reshape(-1, 2)
    if not flat.size:
        return None
    lows, highs = flat.min(axis=0).tolist(), flat.max(axis=0).tolist()
    left, top = (max(0, math.floor(low) - 1) for low in lows)
    right, bottom = (min(edge, math.ceil(high) + 1) for high, edge in zip(highs, size, strict=True))
    if left >= right or top >= bottom:
        return None
    canvas = np.zeros(((bottom - top) * larger, (right - left) * larger, 4), dtype=np.uint8)
    # OpenCV's pixel 0 has its middle at 0: half a pixel of the large canvas is taken off.
    drawn = np.clip((corners_px - (left, top)) * larger - 0.5, -_LARGEST_PX, _LARGEST_PX)
    points = np.rint(drawn * (1 << _SUB)).astype(np.int32)
    paints = np.full((len(colours), 4), 255.0)
    np.minimum(colours, 255.0, out=paints[:, :3])
    for face, paint in zip(points, paints.tolist(), strict=True):
        cv2.fillConvexPoly(canvas, face, paint, cv2.LINE_8, _SUB)
    size_px = (right - left, bottom - top)
    small: Picture = np.asarray(cv2.resize(canvas, size_px, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return Stamp(left, top, small[:, :, :3], small[:, :, 3])
