"""What can be seen from the pole: pictures of the same street that the soundscape renders."""

from __future__ import annotations

import math

import cv2
import numpy as np

from simulator.sight.body import company
from simulator.sight.drawings import Drawing, cars_before, drawings, people_before
from simulator.sight.flashes import LONGEST_S, cloud_gain, flash_gain, flash_glows
from simulator.sight.lamps import Glow, add_beams, add_glow, glows
from simulator.sight.lighting import LIGHTINGS
from simulator.sight.perspective import Perspective
from simulator.sight.plates import plates
from simulator.sight.rain import Rain
from simulator.sight.sensor import Grain, compressed, flicker, sway_px, with_gain
from simulator.sight.shadows import Shade
from simulator.sight.texture import Picture
from simulator.world.sounding import Sounding
from simulator.world.street import Street

_WIDTH_PX = 640
"""Sway is told for a picture this wide."""
_THUMBNAIL = 2
_GLASS_M = 2.5
"""A glow counts as so much nearer than it is: its own vehicle is not before it."""


class Scene:
    """A camera's view of a street.

    Args:
        street: what is seen.
        width: of the picture, in pixels.
        height: of the picture, in pixels.
    """

    def __init__(self, street: Street, width: int = _WIDTH_PX, height: int = 360) -> None:
        traits = street.traits
        self._street, self._size = street, (width, height)
        self.perspective = Perspective(width, height)
        self._lighting = LIGHTINGS[traits.light]
        self._sway_px = traits.sway_px * width / _WIDTH_PX
        self._plates = plates(street.seed, (traits.light, traits.rain_mm_per_h), self._size, math.ceil(self._sway_px))
        self._grain = Grain(street.seed, self._size, self._lighting.noise)
        rate = (traits.rain_mm_per_h, traits.wind_mps)
        focal_px = self.perspective.focal_px
        self._rain = Rain(street.seed, self._size, rate, self._lighting, focal_px) if rate[0] > 0 else None

    def empty(self) -> Picture:
        """The street without anybody and without noise, at rest: uint8, shape (height, width, 3)."""
        return self._crop(self._plates.lit, (0.0, 0.0)).copy()

    def picture(self, t_s: float) -> Picture:
        """The street at `t_s`: uint8, shape (height, width, 3), blue-green-red; the same for the same instant."""
        shift_px = sway_px(self._street.seed, t_s, self._sway_px)
        perspective = Perspective(*self._size, shift_px) if self._sway_px else self.perspective
        people = company(people_before(self._street, t_s, perspective))
        cars = cars_before(self._street, t_s, perspective)
        picture = self._crop(self._plates.lit, shift_px).copy()
        shade = Shade(perspective, sunny=bool(self._lighting.sun))
        for car in cars:
            shade.add_car(car, t_s)
        shade.add_people(people.joints_m)
        shade.taken_off(picture, self._crop(self._plates.shadow, shift_px))
        if self._lighting.lamps:
            add_beams(picture, self._crop(self._plates.plain, shift_px), cars, t_s, perspective)
        sounding = self._street.soundings(t_s - LONGEST_S, t_s)
        shining = glows(cars, t_s, self._lighting, perspective.eye_m)
        shining += flash_glows(sounding, t_s, self._lighting.lamps)
        # What glows is hidden by what is nearer, as everything is.
        layers: list[tuple[float, Drawing | Glow]] = [
            (perspective.depth_m(*one.place_m) - _GLASS_M, one) for one in shining
        ]
        layers += [(one.depth_m, one) for one in drawings(people, cars, t_s, perspective, self._lighting)]
        for _, one in sorted(layers, key=lambda layer: -layer[0]):
            if isinstance(one, Glow):
                add_glow(picture, one, perspective)
            else:
                one.stamp.lay_on(picture)
        return self._taken(self._in_the_moment(picture, sounding, t_s), t_s)

    def _in_the_moment(self, picture: Picture, sounding: list[Sounding], t_s: float) -> Picture:
        """A picture as much brighter or darker as clouds, flashes and the flicker of lamps make it."""
        lamps, street = self._lighting.lamps, self._street
        gain = flash_gain(street.seed, sounding, t_s, lamps) * cloud_gain(street.acts, t_s)
        depth = street.traits.flicker * min(1.0, lamps)
        rows = flicker(t_s, self._size[1], depth) if depth else np.ones(self._size[1])
        gains = rows[:, None] * gain
        return picture if np.all(gains == 1.0) else with_gain(picture, gains)

    def _taken(self, picture: Picture, t_s: float) -> Picture:
        """A picture as the camera takes it: through the rain, with its noise, compressed."""
        if self._rain is not None:
            picture = self._rain.on(picture, t_s)
        picture = self._grain.on(picture, t_s)
        compression = self._street.traits.compression
        return compressed(picture, compression) if compression else picture

    def _crop(self, plate: Picture, shift_px: tuple[float, float]) -> Picture:
        """The part of a plate that the camera sees when it has moved everything by so much."""
        margin, (width, height) = self._plates.margin, self._size
        if not margin:
            return plate
        # The middle of the part, as OpenCV reckons it: pixel 0 has its middle at 0.
        middle = (margin + (width - 1) / 2 - shift_px[0], margin + (height - 1) / 2 - shift_px[1])
        return np.asarray(cv2.getRectSubPix(plate, (width, height), middle), dtype=np.uint8)


def thumbnail(street: Street, t_s: float, size: tuple[int, int]) -> Picture:
    """A small picture of the street at `t_s`, drawn larger and scaled down: uint8, shape (height, width, 3)."""
    large = Scene(street, size[0] * _THUMBNAIL, size[1] * _THUMBNAIL).picture(t_s)
    return np.asarray(cv2.resize(large, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
