"""How a body holds itself: the joints of many people at once, walking, running, cheering, falling."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.world.layout import Floats
from simulator.world.people import Pose

# The rows of a skeleton; pairs are left and right.
HIP, NECK, HEAD = 0, 1, 2
KNEES, FEET, SHOULDERS, ELBOWS, HANDS = (3, 4), (5, 6), (7, 8), (9, 10), (11, 12)
HIPS, TOES, FINGERS = (13, 14), (15, 16), (17, 18)
JOINTS = 19

_WALKING_STRIDE_M, _RUNNING_STRIDE_M = 1.45, 2.3
"""Two steps of somebody 1.70 m tall."""
_RUNS_FROM_MPS = 2.2
_SIDES: Floats = np.array([1.0, -1.0])


def skeletons_m(poses: Sequence[Pose], heights_m: Floats) -> tuple[Floats, Floats]:
    """The joints of people and the axes of their bodies.

    Args:
        poses: how they hold themselves.
        heights_m: how tall they are, (people,).

    Returns:
        Joints (people, 19, 3) in metres, and unit axes (people, 3, 3): to the front, to the left, along the back.
    """
    upright, lean = _upright(poses, heights_m)
    fallen = np.array([pose.fallen for pose in poses])
    tip = fallen * np.pi / 2
    front, up = upright[..., 0], upright[..., 2]
    lies_m = 0.065 * heights_m * fallen
    along = front * np.cos(tip)[:, None] + up * np.sin(tip)[:, None]
    raised = up * np.cos(tip)[:, None] - front * np.sin(tip)[:, None] + lies_m[:, None]
    # Toes of somebody who lies on their face do not point into the ground.
    raised = np.maximum(raised, 0.015 * heights_m[:, None])
    heading = np.array([pose.heading_rad for pose in poses])
    ahead = np.stack([np.cos(heading), np.sin(heading), np.zeros_like(heading)], axis=-1)
    left = np.stack([-ahead[:, 1], ahead[:, 0], np.zeros_like(heading)], axis=-1)
    place = np.array([(pose.x_m, pose.y_m, pose.bounce_m) for pose in poses], dtype=np.float64).reshape(-1, 3)
    joints = place[:, None] + along[..., None] * ahead[:, None] + upright[..., 1:2] * left[:, None]
    joints[..., 2] += raised
    tilt = (tip + lean)[:, None]
    sky = np.array([0.0, 0.0, 1.0])
    axes = np.stack(
        [ahead * np.cos(tilt) - sky * np.sin(tilt), left, ahead * np.sin(tilt) + sky * np.cos(tilt)], axis=1
    )
    return joints, axes


def _upright(poses: Sequence[Pose], h: Floats) -> tuple[Floats, Floats]:
    """Joints before anybody falls, (people, 19, 3): to the front, to the left, up; and how far the back leans."""
    walking = np.array([float(pose.walking) for pose in poses])
    speed = np.array([pose.speed_mps for pose in poses]) * walking
    run = np.clip((speed - 1.8) / 1.4, 0.0, 1.0)
    stride_m = np.where(speed > _RUNS_FROM_MPS, _RUNNING_STRIDE_M, _WALKING_STRIDE_M) * h / 1.7
    phase = 2 * np.pi * np.array([pose.walked_m for pose in poses]) / stride_m
    wide = walking * np.clip(0.29 * speed, 0.15, 0.8)
    lean = 0.03 * walking + 0.16 * run
    joints = np.zeros((len(poses), JOINTS, 3))
    for row, length in ((NECK, 0.3), (HEAD, 0.4)):
        joints[:, row, 0] = np.sin(lean) * length * h
        joints[:, row, 2] = np.cos(lean) * length * h
    for side, sign in enumerate(_SIDES):
        swing = phase + (0.0 if side == 0 else np.pi)
        _leg(joints, side, sign, (h, wide * np.sin(swing) + 0.12 * run, walking, run, np.cos(swing)))
        _arm(joints, side, sign, (h, wide * np.sin(swing), run, np.array([pose.cheer for pose in poses])))
    lowest = np.minimum(joints[:, FEET, 2] - 0.045 * h[:, None], joints[:, TOES, 2] - 0.018 * h[:, None]).min(axis=1)
    joints[..., 2] -= lowest[:, None]
    return joints, lean


def _leg(joints: Floats, side: int, sign: float, gait: tuple[Floats, Floats, Floats, Floats, Floats]) -> None:
    """A leg that swings from the hip and bends its knee on the way forward."""
    h, thigh, walking, run, forward = gait
    bend = walking * (0.1 + 0.1 * run + (0.75 + 0.75 * run) * np.maximum(0.0, forward) ** 2)
    shank = thigh - bend
    joints[:, HIPS[side], 1] = sign * 0.052 * h
    lateral = (sign * 0.052 + sign * 0.012 * (1 - walking)) * h
    joints[:, KNEES[side]] = np.stack([0.245 * h * np.sin(thigh), lateral, -0.245 * h * np.cos(thigh)], axis=-1)
    below = np.stack([0.24 * h * np.sin(shank), np.zeros_like(h), -0.24 * h * np.cos(shank)], axis=-1)
    joints[:, FEET[side]] = joints[:, KNEES[side]] + below
    pitch = 0.7 * shank
    sole = np.stack([0.1 * np.cos(pitch), np.full_like(h, 0.02 * sign), 0.1 * np.sin(pitch) - 0.022], axis=-1)
    joints[:, TOES[side]] = joints[:, FEET[side]] + sole * h[:, None]


def _arm(joints: Floats, side: int, sign: float, gait: tuple[Floats, Floats, Floats, Floats]) -> None:
    """An arm that swings against its leg, bends to run, and goes up to cheer."""
    h, leg, run, cheer = gait
    upper, lower = -0.75 * leg, -0.75 * leg + 0.22 + 1.3 * run
    shoulder = joints[:, NECK] + np.stack([0.06 * leg * h, sign * 0.113 * h, -0.02 * h], axis=-1)
    hang = np.stack([0.168 * np.sin(upper), np.full_like(h, 0.03 * sign), -0.168 * np.cos(upper)], axis=-1)
    low = np.stack([0.142 * np.sin(lower), np.full_like(h, -0.008 * sign), -0.142 * np.cos(lower)], axis=-1)
    raised, high = np.array([0.03, 0.1 * sign, 0.125]), np.array([0.02, -0.015 * sign, 0.145])
    up = cheer[:, None]
    bones = (hang + up * (raised - hang)) * h[:, None], (low + up * (high - low)) * h[:, None]
    joints[:, SHOULDERS[side]] = shoulder
    joints[:, ELBOWS[side]] = shoulder + bones[0]
    joints[:, HANDS[side]] = shoulder + bones[0] + bones[1]
    joints[:, FINGERS[side]] = joints[:, HANDS[side]] + bones[1] * 0.38
