"""Drawn people and cars. They are dolls: a skeleton with clothes, a face of dots; a box with windows."""

from __future__ import annotations

import math

import cv2
import numpy as np

from simulator.sight.backdrop import Picture
from simulator.sight.perspective import Perspective
from simulator.world.layout import Floats
from simulator.world.people import Bgr, Looks, Pose
from simulator.world.traffic import Car

SUN_M_PER_M = (0.45, 0.5)
"""Where the shadow of a point one metre high falls, from the foot of it."""

_SUB = 4
"""Bits below the pixel in OpenCV's drawing: figures glide instead of jumping."""
_STRIDE_M = 1.45
_TYRE: Bgr = (38, 38, 40)
_GLASS: Bgr = (92, 80, 66)

# The rows of a skeleton.
_HIP, _NECK, _HEAD = 0, 1, 2
_KNEES, _FEET, _SHOULDERS, _ELBOWS, _HANDS = (3, 4), (5, 6), (7, 8), (9, 10), (11, 12)


def _fixed(points_px: Floats) -> np.ndarray:
    return np.round(np.clip(points_px, -4000, 4000) * (1 << _SUB)).astype(np.int32)


def skeleton_m(pose: Pose, height_m: float) -> Floats:
    """The joints of somebody, (13, 3) in metres: hip, neck, head, then left and right of each pair."""
    ahead = np.array([math.cos(pose.heading_rad), math.sin(pose.heading_rad), 0.0])
    left = np.array([-ahead[1], ahead[0], 0.0])
    up = np.array([0.0, 0.0, 1.0])
    foot = np.array([pose.x_m, pose.y_m, pose.bounce_m])
    swing = 0.42 * math.sin(2 * math.pi * pose.walked_m / _STRIDE_M) if pose.walking else 0.0
    h = height_m
    joints = np.empty((13, 3))
    joints[_HIP] = foot + up * 0.52 * h
    joints[_NECK] = foot + up * 0.83 * h
    joints[_HEAD] = foot + up * 0.925 * h + ahead * 0.02
    for side, sign in ((0, 1.0), (1, -1.0)):
        leg, arm = sign * swing, -sign * swing * 0.8
        hip = joints[_HIP] + left * sign * 0.055 * h
        lifted = 0.04 * h * max(0.0, math.cos(2 * math.pi * pose.walked_m / _STRIDE_M) * sign) * pose.walking
        joints[_KNEES[side]] = hip + ahead * math.sin(leg) * 0.25 * h - up * 0.25 * h + ahead * lifted
        joints[_FEET[side]] = hip + ahead * math.sin(leg) * 0.5 * h - up * (0.52 * h - lifted - 0.03)
        shoulder = joints[_NECK] + left * sign * 0.12 * h - up * 0.015 * h
        joints[_SHOULDERS[side]] = shoulder
        hang = shoulder - up * 0.18 * h + ahead * math.sin(arm) * 0.14 * h + left * sign * 0.02
        raised = shoulder + up * 0.12 * h + left * sign * 0.09 * h
        joints[_ELBOWS[side]] = hang + pose.cheer * (raised - hang)
        low = hang - up * 0.15 * h + ahead * (0.05 + 0.16 * math.sin(arm)) * h
        high = raised + up * 0.16 * h + left * sign * 0.01
        joints[_HANDS[side]] = low + pose.cheer * (high - low)
    return joints


def draw_person(picture: Picture, perspective: Perspective, pose: Pose, looks: Looks) -> None:
    """Draws somebody into the picture, where and as large as the perspective has it."""
    joints_m = skeleton_m(pose, looks.height_m)
    px = perspective.pixels(joints_m)
    scale = perspective.pixels_per_m(*joints_m[_HIP])
    points = _fixed(px)

    def limb(rows: tuple[int, ...], width_m: float, colour: Bgr) -> None:
        thick = max(1, round(width_m * scale))
        cv2.polylines(picture, [points[list(rows)]], False, colour, thick, cv2.LINE_AA, _SUB)  # noqa: FBT003 - cv2's own order

    darker = (int(looks.shirt[0] * 0.8), int(looks.shirt[1] * 0.8), int(looks.shirt[2] * 0.8))
    far, near = (
        (0, 1)
        if joints_m[_SHOULDERS[0]] @ perspective.matrix[2, :3] > joints_m[_SHOULDERS[1]] @ perspective.matrix[2, :3]
        else (1, 0)
    )
    limb((_SHOULDERS[far], _ELBOWS[far], _HANDS[far]), 0.085, darker)
    for side in (far, near):
        limb((_HIP, _KNEES[side], _FEET[side]), 0.13, looks.trousers)
        limb((_FEET[side], _FEET[side]), 0.11, (30, 30, 34))
    limb((_HIP, _NECK), 0.27, looks.shirt)
    limb((*_SHOULDERS,), 0.14, looks.shirt)
    limb((_SHOULDERS[near], _ELBOWS[near], _HANDS[near]), 0.085, darker)
    for side in (far, near):
        limb((_HANDS[side], _HANDS[side]), 0.075, looks.skin)
    limb((_NECK, _HEAD), 0.1, looks.skin)
    _draw_head(picture, perspective, (pose, looks), joints_m[_HEAD], scale)


def _draw_head(
    picture: Picture, perspective: Perspective, who: tuple[Pose, Looks], head_m: Floats, scale: float
) -> None:
    """A head with hair, and a face where it is turned to the camera: two eyes, a mouth that opens."""
    pose, looks = who
    ahead = np.array([math.cos(pose.heading_rad), math.sin(pose.heading_rad), 0.0])
    left = np.array([-ahead[1], ahead[0], 0.0])
    up = np.array([0.0, 0.0, 1.0])
    radius = 0.115 * scale
    marks_m = np.stack([
        head_m, head_m + up * 0.045 - ahead * 0.03,
        head_m + ahead * 0.09 + left * 0.04 + up * 0.015, head_m + ahead * 0.09 - left * 0.04 + up * 0.015,
        head_m + ahead * 0.09 - up * 0.05,
    ])  # fmt: skip
    head, hair, *face = _fixed(perspective.pixels(marks_m))
    unit = 1 << _SUB
    oval = (round(radius * 0.88 * unit), round(radius * 1.1 * unit))
    cv2.ellipse(picture, head, oval, 0, 0, 360, looks.skin, -1, cv2.LINE_AA, _SUB)
    cv2.ellipse(
        picture,
        hair,
        (round(radius * 0.95 * unit), round(radius * unit)),
        0,
        180,
        360,
        looks.hair,
        -1,
        cv2.LINE_AA,
        _SUB,
    )
    to_camera = perspective.eye_m - head_m
    facing = float(ahead @ to_camera) / float(np.linalg.norm(to_camera[:2]))
    if facing < -0.1:
        cv2.ellipse(picture, head, oval, 0, 0, 360, looks.hair, -1, cv2.LINE_AA, _SUB)
    if facing < 0.25 or radius < 2.5:
        return
    for eye in face[:2]:
        cv2.circle(picture, eye, max(unit // 2, round(radius * 0.13 * unit)), (30, 30, 32), -1, cv2.LINE_AA, _SUB)
    mouth = (round(radius * 0.3 * unit), round(radius * (0.08 + 0.3 * pose.cheer) * unit))
    cv2.ellipse(picture, face[2], mouth, 0, 0, 360, (60, 50, 120), -1, cv2.LINE_AA, _SUB)


def shade_person(shade: Picture, perspective: Perspective, pose: Pose, height_m: float) -> None:
    """Draws somebody's shadow on the ground into a mask (height, width): dark where the sun is kept off."""
    joints_m = skeleton_m(pose, height_m)[[*_FEET, _HIP, _NECK, _HEAD]]
    px = _fixed(perspective.pixels(_on_the_ground(joints_m)))
    scale = perspective.pixels_per_m(*joints_m[2])
    for rows, width_m in (((0, 2), 0.13), ((1, 2), 0.13), ((2, 3, 4), 0.26)):
        cv2.polylines(shade, [px[list(rows)]], False, 0, max(1, round(width_m * scale)), cv2.LINE_AA, _SUB)  # noqa: FBT003 - cv2's own order


def _on_the_ground(points_m: Floats) -> Floats:
    flat = points_m.copy()
    flat[:, :2] += points_m[:, 2:] * np.array(SUN_M_PER_M)
    flat[:, 2] = 0.0
    return flat


def _box_m(
    centre_m: tuple[float, float], size_m: tuple[float, float], z_m: tuple[float, float], taper: float
) -> Floats:
    """The 8 corners of a box along the street, its top shorter and narrower by `taper`: 4 below, 4 above."""
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * np.array(size_m) / 2
    below = np.column_stack([corners + centre_m, np.full(4, z_m[0])])
    above = np.column_stack([corners * (1 - taper, 1 - taper / 3) + centre_m, np.full(4, z_m[1])])
    return np.vstack([below, above])


_FACES = ((0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7), (4, 5, 6, 7))
_LIGHT = (0.72, 0.9, 1.0, 0.8, 1.12)
"""How bright the faces of a box are: the near side lies in the shade, the top in the sun."""


def draw_car(picture: Picture, perspective: Perspective, car: Car, t_s: float) -> None:
    """Draws a car: a body, a cabin of glass under a roof, wheels and lights."""
    x_m, (length, width, height) = float(car.x_m(t_s)), car.size_m
    centre = (x_m, car.y_m)
    _draw_box(picture, perspective, _box_m(centre, (length, width), (0.22, 0.85), 0.03), (car.paint,) * 5)
    cabin = (x_m - 0.06 * length * car.direction, car.y_m)
    glass = _box_m(cabin, (length * 0.6, width * 0.92), (0.85, height), 0.28)
    _draw_box(picture, perspective, glass, (_GLASS,) * 4 + (car.paint,))
    near_y_m = car.y_m - width / 2
    scale = perspective.pixels_per_m(x_m, near_y_m, 0.3)
    unit = 1 << _SUB
    for along in (-0.31, 0.31):
        hub = _fixed(perspective.pixels(np.array([[x_m + along * length, near_y_m, 0.32]])))[0]
        for share, colour in ((1.0, _TYRE), (0.55, (150, 150, 152))):
            axes = (round(0.24 * scale * share * unit), round(0.32 * scale * share * unit))
            cv2.ellipse(picture, hub, axes, 0, 0, 360, colour, -1, cv2.LINE_AA, _SUB)
    for end, colour in ((car.direction, (225, 245, 250)), (-car.direction, (50, 45, 190))):
        for side in (-0.36, 0.36):
            lamp_m = np.array([[x_m + end * length * 0.495, car.y_m + side * width, 0.62]])
            if (perspective.eye_m[0] - lamp_m[0, 0]) * end > 0:
                lamp = _fixed(perspective.pixels(lamp_m))[0]
                cv2.circle(picture, lamp, max(unit, round(0.11 * scale * unit)), colour, -1, cv2.LINE_AA, _SUB)


def _draw_box(picture: Picture, perspective: Perspective, box_m: Floats, colours: tuple[Bgr, ...]) -> None:
    px = perspective.pixels(box_m)
    for face, light, colour in zip(_FACES, _LIGHT, colours, strict=True):
        a, b, c = (box_m[i] for i in face[:3])
        if float(np.cross(b - a, c - a) @ (perspective.eye_m - a)) <= 0:
            continue
        lit = (min(255, int(colour[0] * light)), min(255, int(colour[1] * light)), min(255, int(colour[2] * light)))
        cv2.fillConvexPoly(picture, _fixed(px[list(face)]), lit, cv2.LINE_AA, _SUB)


def shade_car(shade: Picture, perspective: Perspective, car: Car, t_s: float) -> None:
    """Draws a car's shadow on the ground into a mask (height, width)."""
    length, width, height = car.size_m
    box_m = _box_m((float(car.x_m(t_s)), car.y_m), (length, width), (0.0, height * 0.8), 0.15)
    px = perspective.pixels(_on_the_ground(box_m)).astype(np.float32)
    hull = cv2.convexHull(px).reshape(-1, 2)
    cv2.fillConvexPoly(shade, _fixed(np.asarray(hull, dtype=np.float64)), 0, cv2.LINE_AA, _SUB)
