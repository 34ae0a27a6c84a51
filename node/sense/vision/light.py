"""The picture as it would look in the light of the background.

A camera sets its own exposure: a person in dark clothes makes the whole picture brighter, and without this
stage 98 % of it counts as changed (measured on one-by-one-person-detection.mp4).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from node.sense.capture.scale import Picture

Values = NDArray[np.float32]

_STRIDE = 4  # every fourth pixel each way is enough for a line of two numbers
_ROUNDS = 4
_GAIN_RANGE = (0.25, 4.0)
_LET_THROUGH = 0.1
"""The share of a change of light that is passed on, so that the background follows dusk within hours."""


def match_light(picture: Picture, background: Picture) -> Picture:
    """The picture with each colour moved along a straight line onto the light of the background.

    The line is fitted by iteratively reweighted least squares with the weights of Geman and McClure (1985),
    so that what is new in the picture does not pull it, as long as it fills less than about half.

    Args:
        picture: uint8, shape (height, width, 3), 0..255.
        background: the same shape.
    """
    seen = picture[::_STRIDE, ::_STRIDE].reshape(-1, 3).astype(np.float32)
    known = background[::_STRIDE, ::_STRIDE].reshape(-1, 3).astype(np.float32)
    levels = np.arange(256, dtype=np.float32)
    table = np.empty((1, 256, 3), np.uint8)
    for channel in range(3):
        gain, offset = _fit_line(seen[:, channel], known[:, channel])
        moved = (1.0 - _LET_THROUGH) * (gain * levels + offset) + _LET_THROUGH * levels
        table[0, :, channel] = np.clip(np.rint(moved), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(picture, table), dtype=np.uint8)


def _fit_line(seen: Values, known: Values) -> tuple[float, float]:
    """Gain and offset that carry `seen` onto `known` for most of the pixels."""
    weight = np.ones_like(seen)
    gain, offset = 1.0, 0.0
    for _ in range(_ROUNDS):
        total = float(weight.sum())
        mean_seen = float((weight * seen).sum()) / total
        mean_known = float((weight * known).sum()) / total
        spread = float((weight * (seen - mean_seen) ** 2).sum()) / total
        shared = float((weight * (seen - mean_seen) * (known - mean_known)).sum()) / total
        # a picture of one single grey has no spread: only the offset can be told
        gain = float(np.clip(shared / spread, *_GAIN_RANGE)) if spread > 1.0 else 1.0
        offset = mean_known - gain * mean_seen
        miss = np.abs(known - gain * seen - offset)
        scale = 2.0 * (float(np.median(miss)) + 1.0)
        weight = np.square(1.0 / (1.0 + np.square(miss / scale))).astype(np.float32)
    return gain, offset
