"""Rain before the camera: streaks as long as drops fall while the shutter is open."""

from __future__ import annotations

import cv2
import numpy as np

from simulator.sight.lighting import Lighting
from simulator.sight.texture import Picture
from simulator.world.chance import Stream, chance

_LAYERS = 3
_MARGIN_PX = 96
_FALL_MPS, _SHUTTER_S = 7.0, 0.02
_DEPTHS_M = (0.8, 9.0)
_STREAKS = 95.0
"""In a picture at 1 mm/h; the number of drops in the air grows with the power 0.6 of the rate, as Marshall's and
Palmer's distribution has it roughly."""
_RAIN, _MOMENT = 1, 2


class Rain:
    """Rain of one rate.

    Args:
        seed: of the street.
        size: width and height of the picture, in pixels.
        rate: the rain in mm/h, above 0, and the wind in m/s.
        lighting: drops show the light of the sky or of lamps.
        focal_px: of the camera.
    """

    def __init__(
        self, seed: int, size: tuple[int, int], rate: tuple[float, float], lighting: Lighting, focal_px: float
    ) -> None:
        self._seed = seed
        rng = chance(seed, Stream.WEATHER, _RAIN)
        shape = (size[1] + _MARGIN_PX, size[0] + _MARGIN_PX)
        bright = 70.0 * float(np.sqrt(np.mean(lighting.sky) + 0.08 * lighting.lamps))
        self._layers = []
        for _ in range(_LAYERS):
            layer = np.zeros(shape, np.uint8)
            for _ in range(int(rng.poisson(_STREAKS * rate[0] ** 0.6))):
                # As many are at a distance as there is room for them: more far ones than near ones.
                depth_m = _DEPTHS_M[1] * max(float(rng.random()) ** (1 / 3), _DEPTHS_M[0] / _DEPTHS_M[1])
                long_px = focal_px * _FALL_MPS * _SHUTTER_S / depth_m
                x, y = rng.uniform((0, 0), shape[::-1])
                slant = rate[1] / _FALL_MPS + float(rng.normal(0, 0.03))
                begin = (round(x * 8), round(y * 8))
                end = (round((x + slant * long_px) * 8), round((y + long_px) * 8))
                light = round(bright * float(rng.uniform(0.4, 1.0)) * min(1.0, 3.0 / depth_m))
                cv2.line(layer, begin, end, light, max(1, round(float(0.004 * focal_px / depth_m))), cv2.LINE_AA, 3)
            self._layers.append(cv2.blur(layer, (1, 3)))

    def on(self, picture: Picture, t_s: float) -> Picture:
        """A picture with the rain of the instant before it."""
        rng = chance(self._seed, Stream.WEATHER, _MOMENT, round(t_s * 1000))
        which, down, right = int(rng.integers(_LAYERS)), *(int(n) for n in rng.integers(0, _MARGIN_PX, 2))
        height, width = picture.shape[:2]
        streaks = self._layers[which][down : down + height, right : right + width]
        return np.asarray(cv2.add(picture, cv2.cvtColor(streaks, cv2.COLOR_GRAY2BGR)), dtype=np.uint8)
