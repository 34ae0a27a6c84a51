"""The ground of the street: asphalt with its markings, kerbs, and pavements of slabs."""

from __future__ import annotations

import cv2
import numpy as np

from simulator.sight.texture import FROM_X_M, TO_X_M, Texture
from simulator.world.chance import Stream, chance
from simulator.world.layout import FACADE_Y_M, FAR_PAVEMENT_Y_M, NEAR_PAVEMENT_Y_M

_SLAB_M = 0.6
_SLABS_TO_M = 60.0
_GROUND = 1


def ground(seed: int) -> Texture:
    """The ground as it is painted, in no light."""
    rng = chance(seed, Stream.BACKDROP, _GROUND)
    texture = Texture((NEAR_PAVEMENT_Y_M[0], FACADE_Y_M), (96, 94, 92))
    everywhere = (FROM_X_M, TO_X_M)
    kerb_near_m, kerb_far_m = NEAR_PAVEMENT_Y_M[1], FAR_PAVEMENT_Y_M[0]
    _patches(texture, (kerb_near_m, kerb_far_m), rng)
    for pavement_y_m in (NEAR_PAVEMENT_Y_M, FAR_PAVEMENT_Y_M):
        texture.box(everywhere, pavement_y_m, (150, 156, 160))
        _slabs(texture, pavement_y_m, rng)
    for kerb_m in (kerb_near_m, kerb_far_m):
        texture.box(everywhere, (kerb_m - 0.12, kerb_m + 0.12), (182, 184, 186))
    texture.box(everywhere, (kerb_near_m + 0.14, kerb_near_m + 0.4), (70, 70, 70))
    texture.box(everywhere, (kerb_far_m - 0.3, kerb_far_m - 0.14), (74, 74, 74))
    middle_m = (kerb_near_m + kerb_far_m) / 2
    for x_m in np.arange(FROM_X_M, TO_X_M, 6.0):
        texture.box((float(x_m), float(x_m) + 3.0), (middle_m - 0.07, middle_m + 0.07), (205, 208, 210))
    texture.box((14.0, 18.0), (middle_m - 0.1, middle_m + 0.1), (96, 94, 92))
    for bar_m in np.arange(kerb_near_m + 0.6, kerb_far_m - 0.6, 1.0):
        texture.box((14.5, 17.5), (float(bar_m), float(bar_m) + 0.5), (212, 214, 216))
    cv2.circle(texture.paint, texture.px(-0.5, 4.4), 9, (60, 60, 62), -1)
    cv2.circle(texture.paint, texture.px(-0.5, 4.4), 9, (110, 110, 112), 1)
    texture.roughen(rng)
    return texture


def _patches(texture: Texture, road_y_m: tuple[float, float], rng: np.random.Generator) -> None:
    """Asphalt is mended here and there, and driven smooth where wheels run."""
    for _ in range(14):
        x_m, y_m = float(rng.uniform(-8, 90)), float(rng.uniform(road_y_m[0] + 0.5, road_y_m[1] - 1.8))
        shade = float(rng.uniform(80, 92))
        size_m = float(rng.uniform(0.8, 3.5)), float(rng.uniform(0.6, 1.3))
        texture.box((x_m, x_m + size_m[0]), (y_m, y_m + size_m[1]), (int(shade), int(shade), int(shade)))
    for track_m in (3.75, 5.25, 6.85, 8.35):
        texture.box((FROM_X_M, TO_X_M), (track_m - 0.16, track_m + 0.16), (90, 89, 87))


def _slabs(texture: Texture, y_m: tuple[float, float], rng: np.random.Generator) -> None:
    """Paving slabs of 60 cm, no two quite alike."""
    for row, y in enumerate(np.arange(y_m[0], y_m[1], _SLAB_M)):
        for x in np.arange(FROM_X_M - _SLAB_M * (row % 2) / 2, _SLABS_TO_M, _SLAB_M):
            shade = round(152 + float(rng.normal(0, 4)))
            ends = (float(x), float(x) + _SLAB_M), (float(y), min(float(y) + _SLAB_M, y_m[1]))
            texture.box(*ends, (shade, shade + 5, shade + 8))
            texture.frame(*ends, (128, 132, 136))
