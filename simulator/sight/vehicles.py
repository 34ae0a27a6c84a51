"""Drawn vehicles: cars, lorries and ambulances, of rounded shells with glass, wheels and lamps."""

from __future__ import annotations

import numpy as np

from simulator.sight.faces import turned_to
from simulator.sight.lamps import LAMPS_APART, beacon, lamp_height_m
from simulator.sight.lighting import Lighting
from simulator.sight.perspective import Perspective
from simulator.sight.stamp import Stamp, stamp
from simulator.world.layout import Floats
from simulator.world.people import Bgr
from simulator.world.traffic import Body, Car

_SIDES = 24
_GLASS: Bgr = (84, 74, 62)
_TYRE: Bgr = (40, 40, 42)
_RIM: Bgr = (158, 158, 160)
_SILL: Bgr = (52, 52, 54)
_HEADLIGHT: Bgr = (236, 248, 252)
_REAR_LIGHT: Bgr = (48, 40, 196)

Shell = tuple[tuple[tuple[float, float, float, float], ...], tuple[Bgr | None, ...]]
"""Rings from low to high (height, front end, rear end, half the width, as shares of height, length and width) and
the colour of each band between two of them: None for the vehicle's own paint."""

_CAR: tuple[Shell, ...] = (
    (
        ((0.1, 0.46, -0.47, 0.44), (0.2, 0.495, -0.495, 0.49), (0.4, 0.5, -0.5, 0.5), (0.54, 0.48, -0.495, 0.49),
         (0.6, 0.42, -0.475, 0.45), (0.63, 0.15, -0.3, 0.2)),
        (_SILL, None, None, None, None),
    ),
    (
        ((0.57, 0.24, -0.44, 0.46), (0.62, 0.215, -0.42, 0.45), (0.92, 0.04, -0.31, 0.38), (0.98, -0.02, -0.27, 0.34),
         (1.0, -0.08, -0.2, 0.1)),
        (None, _GLASS, None, None),
    ),
)  # fmt: skip
_TRUCK: tuple[Shell, ...] = (
    (((0.1, 0.48, -0.5, 0.42), (0.3, 0.48, -0.5, 0.44), (0.32, 0.4, -0.5, 0.3)), (_SILL, _SILL)),
    (((0.3, 0.24, -0.5, 0.5), (0.99, 0.24, -0.5, 0.5), (1.0, 0.2, -0.46, 0.3)), ((206, 208, 210), (214, 216, 218))),
    (
        ((0.14, 0.5, 0.27, 0.48), (0.42, 0.5, 0.27, 0.48), (0.68, 0.48, 0.28, 0.46), (0.76, 0.45, 0.28, 0.42),
         (0.78, 0.4, 0.3, 0.2)),
        (None, _GLASS, None, None),
    ),
)  # fmt: skip
_VAN: tuple[Shell, ...] = (
    (
        ((0.07, 0.48, -0.49, 0.45), (0.14, 0.495, -0.5, 0.49), (0.38, 0.5, -0.5, 0.5), (0.5, 0.49, -0.5, 0.5),
         (0.62, 0.42, -0.5, 0.49), (0.86, 0.3, -0.49, 0.47), (0.97, 0.22, -0.48, 0.44), (1.0, 0.1, -0.4, 0.2)),
        (_SILL, None, (70, 200, 240), None, _GLASS, None, None),
    ),
)  # fmt: skip
_BEACON: Shell = (((1.0, 0.3, 0.2, 0.36), (1.07, 0.29, 0.21, 0.34), (1.08, 0.26, 0.24, 0.1)), (None, None))
_SHELLS: dict[Body, tuple[Shell, ...]] = {Body.CAR: _CAR, Body.TRUCK: _TRUCK, Body.AMBULANCE: _VAN}
_WHEELS: dict[Body, tuple[float, ...]] = {
    Body.CAR: (-0.31, 0.31), Body.TRUCK: (-0.38, -0.27, 0.35), Body.AMBULANCE: (-0.31, 0.33),
}  # fmt: skip
_WHEEL_M: dict[Body, float] = {Body.CAR: 0.32, Body.TRUCK: 0.48, Body.AMBULANCE: 0.36}
_WHEEL_CORNERS = 12
_CORNER = 0.4
"""How round a vehicle is, seen from above: 1 for an ellipse, 0 for a box."""

Faces = tuple[Floats, Floats]
"""Corners (faces, corners, 3) in metres and colours (faces, 3)."""


def vehicle(car: Car, t_s: float, perspective: Perspective, lighting: Lighting) -> Stamp | None:
    """What a vehicle looks like from the pole at `t_s`, or None where none of it is in the picture."""
    place_m = np.array([float(car.x_m(t_s)), car.y_m, 0.0])
    shells = [_shell(shell, car) for shell in _SHELLS[car.body]]
    if car.body is Body.AMBULANCE:
        shells.append((_shell(_BEACON, car)[0], np.tile(beacon(t_s, _SIDES), (len(_BEACON[1]) + 1, 1))))
    # What stands on the first shell is drawn upon it, the farthest first.
    placed = [(corners * (car.direction, car.direction, 1) + place_m, colours) for corners, colours in shells]
    placed[1:] = sorted(
        placed[1:], key=lambda part: -float(np.linalg.norm(part[0].mean(axis=(0, 1)) - perspective.eye_m))
    )
    parts = [_in_light(part, place_m, perspective, lighting) for part in placed]
    parts += [_in_light(_wheels(car, place_m), place_m, perspective, lighting), _glasses(car, place_m, perspective)]
    corners_px = perspective.pixels(np.concatenate([_padded(corners) for corners, _ in parts]))
    return stamp(corners_px, np.concatenate([colours for _, colours in parts]), perspective.size, 2)


def _shell(shell: Shell, car: Car) -> Faces:
    """A shell of a vehicle that drives along +x, around its own middle; it is closed on top."""
    rings, bands = shell
    length, width, height = car.size_m
    angle = np.arange(_SIDES) * 2 * np.pi / _SIDES
    along, across = (np.sign(w) * np.abs(w) ** _CORNER for w in (np.cos(angle), np.sin(angle)))
    ring = np.stack([
        np.column_stack([
            length * ((front + rear) / 2 + (front - rear) / 2 * along),
            width * half * across,
            np.full(_SIDES, height * high),
        ])
        for high, front, rear, half in (*rings, (rings[-1][0], *[sum(rings[-1][1:3]) / 2] * 2, 0.0))
    ])  # fmt: skip
    turned = np.roll(ring, -1, axis=1)
    corners = np.stack([ring[:-1], turned[:-1], turned[1:], ring[1:]], axis=2).reshape(-1, 4, 3)
    colours = np.array(
        [[_side_colour(band, side, car) for side in range(_SIDES)] for band in (*bands, bands[-1])], dtype=np.float64
    )
    return corners, colours.reshape(-1, 3)


def _side_colour(band: Bgr | None, side: int, car: Car) -> Bgr:
    """The colour of one side of a band: glass has pillars at its corners, and a van has none behind its doors."""
    if band != _GLASS:
        return band or car.paint
    ahead = abs((side + 0.5) / _SIDES * 2 - 1)  # 1 at the front, 0 at the rear
    is_pillar = any(abs(ahead - at) < 0.045 for at in (0.3, 0.7))
    return car.paint if is_pillar or (car.body is Body.AMBULANCE and ahead < 0.55) else _GLASS


def _in_light(faces: Faces, place_m: Floats, perspective: Perspective, lighting: Lighting) -> Faces:
    """Those faces that are turned to the camera, in their light."""
    corners, colours = faces
    middles, normals, visible = turned_to(perspective.eye_m, corners)
    centre_m = place_m + np.array([0.0, 0.0, 0.9])
    tones = lighting.on_bodies(centre_m[None], middles[None], normals[None])[0]
    return corners[visible], (colours * tones)[visible]


def _wheels(car: Car, place_m: Floats) -> Faces:
    """The wheels on the near side, each in its arch."""
    length, width, _ = car.size_m
    angle = np.arange(_WHEEL_CORNERS) * 2 * np.pi / _WHEEL_CORNERS
    disc = np.column_stack([np.cos(angle), np.zeros(_WHEEL_CORNERS), np.sin(angle)])
    radius_m = _WHEEL_M[car.body]
    discs, colours = [], []
    for along in _WHEELS[car.body]:
        hub_m = place_m + np.array([car.direction * along * length, -0.505 * width, radius_m])
        for share, colour in ((1.22, _SILL), (1.0, _TYRE), (0.58, _RIM)):
            discs.append(hub_m + disc * (radius_m * share))
            discs[-1][:, 2] = np.maximum(discs[-1][:, 2], 0.02)
            colours.append(colour)
    return np.array(discs), np.array(colours, dtype=np.float64)


def _glasses(car: Car, place_m: Floats, perspective: Perspective) -> Faces:
    """The glasses of its lamps at that end which is turned to the camera; they give light of their own."""
    length, width, _ = car.size_m
    end = 1 if perspective.eye_m[0] > place_m[0] else -1
    colour = _HEADLIGHT if end == car.direction else _REAR_LIGHT
    corners = np.array([(0.0, y, z) for y, z in ((-0.11, -0.06), (0.11, -0.06), (0.11, 0.06), (-0.11, 0.06))])
    places = [(end * 0.486 * length, side * LAMPS_APART * width, lamp_height_m(car)) for side in (-1, 1)]
    return place_m + corners + np.array(places)[:, None], np.array([colour] * 2, dtype=np.float64)


def _padded(corners: Floats) -> Floats:
    """Faces with as many corners as a wheel has: the last one again and again."""
    missing = _WHEEL_CORNERS - corners.shape[1]
    return np.concatenate([corners, np.repeat(corners[:, -1:], missing, axis=1)], axis=1)
