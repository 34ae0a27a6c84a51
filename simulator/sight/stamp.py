"""Faces in space as a little picture that is laid upon a large one: drawn larger, and scaled down for smooth edges."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simulator.sight.texture import Picture
from simulator.world.layout import Floats

_SUB = 3
"""Bits below the pixel in OpenCV's drawing: figures glide instead of jumping."""
_LARGEST_PX = 4000.0

Boxes = NDArray[np.int64]
"""Where things are in a picture: (things, 4), the left column, the top row, and those after the last ones."""


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
    if not corners_px.size:
        return None
    points_px = corners_px.reshape(1, -1, 2)
    box = boxes_px(points_px, size)
    if is_empty(box)[0]:
        return None
    corners = on_canvas(points_px, box, larger).reshape(corners_px.shape)
    return drawn(corners, paints(colours), box[0], larger)


def boxes_px(points_px: Floats, size: tuple[int, int]) -> Boxes:
    """The part of the picture that each of several things is in, and a pixel around it.

    Args:
        points_px: of each thing, (things, points, 2), in pixels of the picture.
        size: width and height of the picture.
    """
    low = np.maximum(np.floor(points_px.min(axis=1)) - 1, 0)
    high = np.minimum(np.ceil(points_px.max(axis=1)) + 1, size)
    return np.concatenate([low, high], axis=1).astype(np.int64)


def is_empty(boxes: Boxes) -> NDArray[np.bool_]:
    """Which things are outside the picture: (things,)."""
    return np.asarray((boxes[:, 0] >= boxes[:, 2]) | (boxes[:, 1] >= boxes[:, 3]))


def on_canvas(points_px: Floats, boxes: Boxes, larger: int) -> NDArray[np.int32]:
    """The same points (things, points, 2) on the canvas of each one's box, in OpenCV's parts of a pixel."""
    # OpenCV's pixel 0 has its middle at 0: half a pixel of the large canvas is taken off.
    places = (points_px - boxes[:, None, :2]) * larger - 0.5
    return np.asarray(np.rint(np.clip(places, -_LARGEST_PX, _LARGEST_PX) * (1 << _SUB)).astype(np.int32))


def paints(colours: Floats) -> Floats:
    """Colours (..., 3), 0..255 or brighter, as what a canvas is painted with: (..., 4)."""
    full = np.full((*colours.shape[:-1], 4), 255.0)
    np.minimum(colours, 255.0, out=full[..., :3])
    return full


def drawn(corners: NDArray[np.int32], paint: Floats, box: NDArray[np.int64], larger: int) -> Stamp:
    """A stamp of faces.

    Args:
        corners: (faces, corners, 2) as `on_canvas` has them, the farthest first.
        paint: (faces, 4), as `paints` has them.
        box: where in the picture, a row of `boxes_px` that is not empty.
        larger: how much larger it is drawn, 1 or more.
    """
    left, top, right, bottom = box.tolist()
    canvas = np.zeros(((bottom - top) * larger, (right - left) * larger, 4), dtype=np.uint8)
    for face, colour in zip(corners, paint.tolist(), strict=True):
        cv2.fillConvexPoly(canvas, face, colour, cv2.LINE_8, _SUB)
    size_px = (right - left, bottom - top)
    small: Picture = np.asarray(cv2.resize(canvas, size_px, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return Stamp(left, top, small[:, :, :3], small[:, :, 3])
