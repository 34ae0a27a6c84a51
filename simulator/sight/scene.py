"""What can be seen from the pole: pictures of the same street that the soundscape renders."""

from __future__ import annotations

import cv2
import numpy as np

from simulator.sight.backdrop import Picture, backdrop
from simulator.sight.figures import draw_car, draw_person, shade_car, shade_person
from simulator.sight.perspective import Perspective
from simulator.world.chance import Stream, chance
from simulator.world.street import Street

_SHADOW = 0.58
"""What is left of the light in a shadow."""
_SENSOR_NOISE = 2.5
"""Standard deviation of a pixel, of 255, as a small sensor has it by day."""
_NOISE_PICTURES = 4
_MARGIN_PX = 64


class Scene:
    """A camera's view of a street.

    Args:
        street: what is seen.
        width: of the picture, in pixels.
        height: of the picture, in pixels.
    """

    def __init__(self, street: Street, width: int = 640, height: int = 360) -> None:
        self._street = street
        self.perspective = Perspective(width, height)
        self._empty = backdrop(street.seed, width, height)
        rng = chance(street.seed, Stream.PICTURE_NOISE)
        shape = (_NOISE_PICTURES, height + _MARGIN_PX, width + _MARGIN_PX, 3)
        grain = 128 + _SENSOR_NOISE * rng.standard_normal(shape, dtype=np.float32)
        self._noise = np.clip(np.round(grain), 0, 255).astype(np.uint8)

    def empty(self) -> Picture:
        """The street without anybody and without noise: uint8, shape (height, width, 3)."""
        return self._empty.copy()

    def picture(self, t_s: float) -> Picture:
        """The street at `t_s`: uint8, shape (height, width, 3), blue-green-red; the same for the same instant."""
        people = [(pose, looks) for pose, looks in self._street.people(t_s) if self._before(pose.x_m, pose.y_m)]
        cars = [car for car in self._street.cars(t_s, t_s) if self._before(float(car.x_m(t_s)), car.y_m)]
        shade = np.full(self._empty.shape[:2], 255, dtype=np.uint8)
        for car in cars:
            shade_car(shade, self.perspective, car, t_s)
        for pose, looks in people:
            shade_person(shade, self.perspective, pose, looks.height_m)
        picture = self._shaded(shade)
        drawings = [(self._depth_m(float(car.x_m(t_s)), car.y_m), 0, i) for i, car in enumerate(cars)]
        drawings += [(self._depth_m(pose.x_m, pose.y_m), 1, i) for i, (pose, _) in enumerate(people)]
        for _, is_person, i in sorted(drawings, reverse=True):
            if is_person:
                draw_person(picture, self.perspective, *people[i])
            else:
                draw_car(picture, self.perspective, cars[i], t_s)
        return self._noisy(picture, t_s)

    def _depth_m(self, x_m: float, y_m: float) -> float:
        return self.perspective.depth_m(x_m, y_m, 0.8)

    def _before(self, x_m: float, y_m: float) -> bool:
        return self._depth_m(x_m, y_m) > 2.5

    def _shaded(self, shade: Picture) -> Picture:
        soft = cv2.blur(shade, (3, 3))
        light = cv2.addWeighted(soft, 1 - _SHADOW, np.zeros_like(soft), 0, 255 * _SHADOW)
        return np.asarray(cv2.multiply(self._empty, cv2.merge([light] * 3), scale=1 / 255), dtype=np.uint8)

    def _noisy(self, picture: Picture, t_s: float) -> Picture:
        rng = chance(self._street.seed, Stream.PICTURE_NOISE, round(t_s * 1000))
        which, down, right = int(rng.integers(_NOISE_PICTURES)), *(int(n) for n in rng.integers(0, _MARGIN_PX, 2))
        height, width = picture.shape[:2]
        grain = self._noise[which, down : down + height, right : right + width]
        return np.asarray(cv2.addWeighted(picture, 1.0, grain, 1.0, -128.0), dtype=np.uint8)
