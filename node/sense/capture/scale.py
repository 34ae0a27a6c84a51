"""Pictures made small enough, and OpenCV held to one thread."""

from __future__ import annotations

from typing import TypeGuard

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""uint8, shape (height, width, 3), order blue-green-red, 0..255."""

# One thread: a pole has few cores, sound comes first, and a forked child must not inherit half a thread pool.
cv2.setNumThreads(1)


def fit(pixels: Picture, width: int, height: int) -> Picture:
    """The picture scaled down to fit into (width, height), its proportions kept; never scaled up.

    Args:
        pixels: uint8, shape (rows, columns, 3).
        width: greatest width of the answer, 1 or more.
        height: greatest height of the answer, 1 or more.
    """
    rows, columns = pixels.shape[:2]
    scale = min(width / columns, height / rows)
    if scale >= 1.0:
        return pixels
    size = (max(1, min(width, round(columns * scale))), max(1, min(height, round(rows * scale))))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def is_picture(pixels: object) -> TypeGuard[Picture]:
    """Whether this is a colour picture of at least one pixel: what a decoder gave may be anything."""
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8:
        return False
    return pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.size > 0
