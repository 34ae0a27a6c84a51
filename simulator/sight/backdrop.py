"""The street without anybody: ground, kerbs, houses and sky, drawn once for a picture size."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from simulator.sight.perspective import Perspective
from simulator.world.chance import Stream, chance
from simulator.world.layout import (
    DOORS_X_M,
    FACADE_HEIGHT_M,
    FACADE_Y_M,
    FAR_PAVEMENT_Y_M,
    GATHERING_XY_M,
    NEAR_PAVEMENT_Y_M,
    Floats,
)
from simulator.world.people import Bgr

Picture = NDArray[np.uint8]

_PX_PER_M = 28
_FROM_X_M = -14.0
_TO_X_M = 180.0
_FROM_Y_M = NEAR_PAVEMENT_Y_M[0]
_HOUSE_M = 9.0
_SKY: tuple[Bgr, Bgr] = ((222, 200, 180), (232, 226, 220))
_HAZE: Bgr = (214, 210, 206)
_HOUSES: tuple[Bgr, ...] = ((128, 156, 186), (150, 150, 158), (118, 136, 172), (164, 176, 184), (120, 146, 150))
_FINE = 2
"""The backdrop is drawn this much larger and scaled down, so that distant lines do not flicker into dots."""


@lru_cache(maxsize=2)
def backdrop(seed: int, width: int, height: int) -> Picture:
    """The empty street as the camera sees it: uint8, shape (height, width, 3), blue-green-red; read-only."""
    perspective = Perspective(width, height)
    rng = chance(seed, Stream.BACKDROP)
    size = (width * _FINE, height * _FINE)
    zoom = np.diag([_FINE, _FINE, 1.0])
    sky = np.linspace(0, 1, size[1])[:, None, None]
    blank = np.broadcast_to(np.array(_SKY[0]) * (1 - sky) + np.array(_SKY[1]) * sky, (size[1], size[0], 3))
    canvas = blank.astype(np.uint8)
    for texture, plane in (
        (_facade(rng), zoom @ perspective.wall(FACADE_Y_M) @ _scaled(0.0)),
        (_ground(rng), zoom @ perspective.ground() @ _scaled(_FROM_Y_M)),
    ):
        # The fourth channel says where the texture is; a pixel outside it keeps what lies behind.
        warped = cv2.warpPerspective(texture, plane, size, flags=cv2.INTER_LINEAR)
        canvas = np.where(warped[:, :, 3:] > 127, warped[:, :, :3], canvas)
    picture = np.asarray(cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    picture.flags.writeable = False  # it is kept, and every scene of this street shares it
    return picture


def _scaled(second_from_m: float) -> Floats:
    """From pixels of a texture to metres: the first axis from `_FROM_X_M`, the second from what is given."""
    return np.array([[1 / _PX_PER_M, 0, _FROM_X_M], [0, 1 / _PX_PER_M, second_from_m], [0, 0, 1]])


def _px(x_m: float, second_m: float, second_from_m: float) -> tuple[int, int]:
    return round((x_m - _FROM_X_M) * _PX_PER_M), round((second_m - second_from_m) * _PX_PER_M)


def _grained(texture: NDArray[np.float32], rng: np.random.Generator) -> Picture:
    """Roughness at three sizes, and haze with distance; the fourth channel is full."""
    rows, columns = texture.shape[:2]
    for cell, strength in ((1, 5.0), (9, 5.0), (70, 7.0)):
        rough = rng.normal(0, strength, (rows // cell + 2, columns // cell + 2)).astype(np.float32)
        texture += cv2.resize(rough, (columns, rows), interpolation=cv2.INTER_LINEAR)[:, :, None]
    away_m = np.maximum(0.0, np.arange(columns) / _PX_PER_M + _FROM_X_M)
    haze = (1 - np.exp(-away_m / 110.0))[None, :, None]
    hazy = texture * (1 - haze) + np.array(_HAZE) * haze
    return np.dstack([np.clip(hazy, 0, 255).astype(np.uint8), np.full((rows, columns), 255, np.uint8)])


def _ground(rng: np.random.Generator) -> Picture:
    rows = round((FACADE_Y_M - _FROM_Y_M) * _PX_PER_M)
    columns = round((_TO_X_M - _FROM_X_M) * _PX_PER_M)
    texture = np.full((rows, columns, 3), (92, 90, 88), dtype=np.float32)

    def box(x_m: tuple[float, float], y_m: tuple[float, float], colour: Bgr) -> None:
        cv2.rectangle(texture, _px(x_m[0], y_m[0], _FROM_Y_M), _px(x_m[1], y_m[1], _FROM_Y_M), colour, -1)

    everywhere = (_FROM_X_M, _TO_X_M)
    kerb_near_m, kerb_far_m = NEAR_PAVEMENT_Y_M[1], FAR_PAVEMENT_Y_M[0]
    for pavement_y_m in (NEAR_PAVEMENT_Y_M, FAR_PAVEMENT_Y_M):
        box(everywhere, pavement_y_m, (150, 156, 160))
        _slabs(texture, pavement_y_m, rng)
    for kerb_m in (kerb_near_m, kerb_far_m):
        box(everywhere, (kerb_m - 0.12, kerb_m + 0.12), (182, 184, 186))
    box(everywhere, (kerb_near_m + 0.14, kerb_near_m + 0.4), (70, 70, 70))
    middle_m = (kerb_near_m + kerb_far_m) / 2
    for x_m in np.arange(_FROM_X_M, _TO_X_M, 6.0):
        box((float(x_m), float(x_m) + 3.0), (middle_m - 0.07, middle_m + 0.07), (205, 208, 210))
    for bar_m in np.arange(kerb_near_m + 0.6, kerb_far_m - 0.6, 1.0):
        box((14.5, 17.5), (float(bar_m), float(bar_m) + 0.5), (212, 214, 216))
    cv2.circle(texture, _px(-0.5, 4.4, _FROM_Y_M), 9, (64, 64, 66), -1)
    return _grained(texture, rng)


def _slabs(texture: NDArray[np.float32], y_m: tuple[float, float], rng: np.random.Generator) -> None:
    """Paving slabs of 60 cm, no two quite alike."""
    side = 0.6
    for row, y in enumerate(np.arange(y_m[0], y_m[1], side)):
        for x in np.arange(_FROM_X_M - side * (row % 2) / 2, 60.0, side):
            shade = 152 + float(rng.normal(0, 4))
            ends = _px(float(x), float(y), _FROM_Y_M), _px(float(x) + side, min(float(y) + side, y_m[1]), _FROM_Y_M)
            cv2.rectangle(texture, *ends, (shade, shade + 5, shade + 8), -1)
            cv2.rectangle(texture, *ends, (128, 132, 136), 1)


def _facade(rng: np.random.Generator) -> Picture:
    rows, columns = round(FACADE_HEIGHT_M * _PX_PER_M), round((_TO_X_M - _FROM_X_M) * _PX_PER_M)
    texture = np.zeros((rows, columns, 3), dtype=np.float32)

    def box(x_m: tuple[float, float], z_m: tuple[float, float], colour: Bgr) -> None:
        cv2.rectangle(texture, _px(x_m[0], z_m[0], 0.0), _px(x_m[1], z_m[1], 0.0), colour, -1)

    for number, x in enumerate(np.arange(_FROM_X_M, _TO_X_M, _HOUSE_M)):
        wall = _HOUSES[int(rng.integers(len(_HOUSES)))] if number else _HOUSES[0]
        box((float(x), float(x) + _HOUSE_M), (0.0, FACADE_HEIGHT_M), wall)
        box((float(x), float(x) + _HOUSE_M), (0.0, 0.6), (96, 100, 104))
        box((float(x), float(x) + _HOUSE_M), (3.3, 3.45), (196, 200, 204))
        for left_m in np.arange(x + 1.0, x + _HOUSE_M - 1.0, 2.0):
            for sill_m in (4.3, 7.2):
                box((float(left_m) - 0.1, float(left_m) + 1.2), (sill_m - 0.15, sill_m + 1.75), (206, 210, 214))
                box((float(left_m), float(left_m) + 1.1), (sill_m, sill_m + 1.65), (96, 78, 62))
                box((float(left_m) + 0.5, float(left_m) + 0.6), (sill_m, sill_m + 1.65), (206, 210, 214))
    for x_m in np.arange(_FROM_X_M + 0.8, _TO_X_M, 3.0):
        box((float(x_m), float(x_m) + 2.0), (0.7, 2.6), (104, 88, 72))
    for door_m in DOORS_X_M:
        box((door_m - 0.6, door_m + 0.6), (0.0, 2.5), (188, 192, 196))
        box((door_m - 0.5, door_m + 0.5), (0.0, 2.4), (46, 58, 84))
    _awning(texture)
    return _grained(texture, rng)


def _awning(texture: NDArray[np.float32]) -> None:
    """The striped awning of the bar, over the place where people gather; it carries no writing."""
    for number, x_m in enumerate(np.arange(GATHERING_XY_M[0] - 2.4, GATHERING_XY_M[0] + 2.3, 0.4)):
        colour = (58, 62, 168) if number % 2 else (222, 226, 230)
        ends = _px(float(x_m), 2.6, 0.0), _px(float(x_m) + 0.4, 3.25, 0.0)
        cv2.rectangle(texture, *ends, colour, -1)
