"""What a camera on a pole does to a picture: it sways, has noise, sees lamps flicker, and compresses."""

from __future__ import annotations

import math

import cv2
import numpy as np

from simulator.sight.texture import Picture
from simulator.world.chance import Stream, chance
from simulator.world.layout import Floats

LIGHT_HZ = 100.06
"""Lamps on a mains of 50 Hz go dark a hundred times a second; a mains and a camera's clock never quite agree."""
_READ_OUT_S = 0.004
"""From the first row to the last one of a rolling shutter: the rows see different moments of the flicker."""
_NOISE_PICTURES = 4
_MARGIN_PX = 64
_SWAYS_HZ = (0.43, 0.97)
_SWAY, _GRAIN = 1, 2
_BEST_QUALITY, _WORST_QUALITY = 92, 6


def sway_px(seed: int, t_s: float, most_px: float) -> tuple[float, float]:
    """How far the picture is moved to the right and down at `t_s`: smooth, never farther than `most_px`."""
    if not most_px:
        return 0.0, 0.0
    phases = chance(seed, Stream.PICTURE_NOISE, _SWAY).uniform(0, 2 * math.pi, 4)
    slow, fast = (2 * math.pi * hz * t_s for hz in _SWAYS_HZ)
    right = 0.62 * math.sin(slow + phases[0]) + 0.3 * math.sin(fast + phases[1])
    down = 0.25 * math.sin(slow + phases[2]) + 0.12 * math.sin(fast + phases[3])
    return most_px * right, most_px * down


def flicker(t_s: float, rows: int, depth: float) -> Floats:
    """What is left of the light in each row of a picture taken at `t_s`: (rows,), 1 - depth to 1."""
    moments_s = t_s + _READ_OUT_S * np.arange(rows) / rows
    return np.asarray(1.0 - depth * (0.5 - 0.5 * np.cos(2 * np.pi * LIGHT_HZ * moments_s)))


def with_gain(picture: Picture, gains: Floats) -> Picture:
    """A picture with its rows made darker or brighter: gains are (rows, 3), 0 or more."""
    if np.all(gains == gains[0]):
        levels = np.arange(256)[:, None] * gains[0]
        return np.asarray(cv2.LUT(picture, np.clip(np.rint(levels), 0, 255).astype(np.uint8)[None]))
    wide = np.broadcast_to(gains[:, None].astype(np.float32), picture.shape)
    return np.asarray(cv2.multiply(picture, np.ascontiguousarray(wide), dtype=cv2.CV_8U))


def compressed(picture: Picture, compression: float) -> Picture:
    """A picture as a camera's codec gives it back: blocks of 8 by 8 pixels, coarser the harder it compresses.

    Args:
        picture: uint8, shape (rows, columns, 3).
        compression: above 0, to 1 for as hard as it can.
    """
    quality = round(_BEST_QUALITY + (_WORST_QUALITY - _BEST_QUALITY) * compression)
    _, stream = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])  # noqa: TID251 - an invented picture, in memory
    return np.asarray(cv2.imdecode(stream, cv2.IMREAD_COLOR), dtype=np.uint8)


class Grain:
    """A sensor's noise.

    Args:
        seed: of the street.
        size: width and height of the picture, in pixels.
        deviation: standard deviation of a pixel, of 255.
    """

    def __init__(self, seed: int, size: tuple[int, int], deviation: float) -> None:
        self._seed = seed
        rng = chance(seed, Stream.PICTURE_NOISE)
        shape = (_NOISE_PICTURES, size[1] + _MARGIN_PX, size[0] + _MARGIN_PX, 3)
        grain = 128 + deviation * rng.standard_normal(shape, dtype=np.float32)
        self._noise = np.clip(np.round(grain), 0, 255).astype(np.uint8)

    def on(self, picture: Picture, t_s: float) -> Picture:
        """A picture with the noise of the instant."""
        rng = chance(self._seed, Stream.PICTURE_NOISE, _GRAIN, round(t_s * 1000))
        which, down, right = int(rng.integers(_NOISE_PICTURES)), *(int(n) for n in rng.integers(0, _MARGIN_PX, 2))
        height, width = picture.shape[:2]
        grain = self._noise[which, down : down + height, right : right + width]
        return np.asarray(cv2.addWeighted(picture, 1.0, grain, 1.0, -128.0), dtype=np.uint8)
