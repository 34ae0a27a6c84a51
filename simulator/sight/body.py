"""The bodies of many people at once, as corners and colours of faces in space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.sight.faces import cross, length
from simulator.sight.head import FEATURE_COUNT, feature_colours, features_m, head_colours, tall_m, usual_size
from simulator.sight.outfit import BANDS, SIDES, Outfit, outfit
from simulator.sight.skeleton import HEAD, HIP, KNEES, NECK, skeletons_m
from simulator.sight.template import (
    BONES_FROM,
    BONES_TO,
    EXTRA_PART,
    FEATURE_PART,
    HEAD_PART,
    LIMBS,
    TEMPLATES,
    Detail,
    Template,
)
from simulator.world.layout import Floats
from simulator.world.people import Looks, Pose


@dataclass(frozen=True, slots=True)
class Company:
    """People to be drawn.

    Args:
        joints_m: their skeletons, (people, 19, 3).
        axes: to the front, to the left and along the back of each, (people, 3, 3).
        heights_m: how tall they are, (people,).
        cheer: how far their mouths are open, (people,).
        looks: what they look like.
    """

    joints_m: Floats
    axes: Floats
    heights_m: Floats
    cheer: Floats
    looks: tuple[Looks, ...]

    def of(self, rows: Sequence[int]) -> Company:
        """Some of them."""
        kept = list(rows)
        parts = (self.joints_m[kept], self.axes[kept], self.heights_m[kept], self.cheer[kept])
        return Company(*parts, tuple(self.looks[row] for row in kept))


@dataclass(frozen=True, slots=True)
class Bodies:
    """The faces of several people.

    Args:
        points_m: their vertices, (people, vertices, 3), in metres.
        faces: the vertices of each face, (faces, 4), anticlockwise as seen from outside. A face of something that
            somebody does not have has no area.
        colours: (people, faces, 3), blue-green-red, 0..255.
        parts: which part each face belongs to, (faces,).
        parts_m: the middle of each part, (people, parts, 3).
    """

    points_m: Floats
    faces: NDArray[np.int64]
    colours: Floats
    parts: NDArray[np.int64]
    parts_m: Floats


def company(people: Sequence[tuple[Pose, Looks]]) -> Company:
    """People with their skeletons."""
    heights_m = np.array([looks.height_m for _, looks in people])
    joints_m, axes = skeletons_m([pose for pose, _ in people], heights_m)
    cheer = np.array([pose.cheer for pose, _ in people])
    return Company(joints_m, axes, heights_m, cheer, tuple(looks for _, looks in people))


def bodies(them: Company, detail: Detail) -> Bodies:
    """The bodies of people, as finely as `detail` says."""
    template = TEMPLATES[detail]
    places = _places(them)
    begin = places[:, BONES_FROM]
    bone = places[:, BONES_TO] - begin
    points_m = _points_m(begin, bone, them, template)
    parts_m = begin + 0.5 * bone
    faces, parts = template.faces, template.parts
    if detail.has_features:
        first = points_m.shape[1] + 4 * np.arange(FEATURE_COUNT)[:, None]
        faces = np.concatenate([faces, first + np.arange(4)])
        parts = np.concatenate([parts, np.full(FEATURE_COUNT, FEATURE_PART)])
        drawn = features_m(them.joints_m[:, HEAD], them.axes, them.heights_m, them.cheer)
        points_m = np.concatenate([points_m, drawn.reshape(len(them.looks), -1, 3)], axis=1)
    parts_m = np.concatenate([parts_m, parts_m[:, HEAD_PART : HEAD_PART + 1]], axis=1)
    colours = np.stack([painted(looks, detail) for looks in them.looks])
    return Bodies(points_m, faces, colours, parts, parts_m)


@lru_cache(maxsize=1024)
def painted(looks: Looks, detail: Detail) -> Floats:
    """The colours of all faces of somebody, (faces, 3)."""
    wears = outfit(looks)
    bands = len(detail.limb_rings) - 1
    parts = [np.repeat(wears.limbs, bands * detail.limb_sides, axis=0), _trunk(wears, detail)]
    parts.append(head_colours(wears, detail.head_rings, detail.trunk_sides).reshape(-1, 3))
    extra = np.count_nonzero(TEMPLATES[detail].parts == EXTRA_PART)
    parts.append(np.repeat(wears.extras, extra, axis=0))
    if detail.has_features:
        parts.append(feature_colours(wears))
    return np.concatenate(parts)


def _trunk(wears: Outfit, detail: Detail) -> Floats:
    bands = [min(ring, BANDS - 1) for ring in detail.trunk_rings[:-1]]
    columns = [int((side + 0.5) * SIDES / detail.trunk_sides) for side in range(detail.trunk_sides)]
    return np.asarray(wears.trunk[np.ix_(bands, columns)].reshape(-1, 3))


def _points_m(begin: Floats, bone: Floats, them: Company, template: Template) -> Floats:
    """The vertices around bones, (people, vertices, 3)."""
    axis = bone / np.maximum(length(bone), 1e-6)
    left = them.axes[:, 1:2]
    side = left - np.sum(left * axis, axis=-1, keepdims=True) * axis
    side /= np.maximum(length(side), 1e-6)
    front = cross(side, axis)
    bones = template.bones
    offsets_m = template.offsets_m * _sizes(them)[:, bones, None]
    return np.asarray(
        begin[:, bones]
        + bone[:, bones] * template.along[:, None]
        + side[:, bones] * offsets_m[..., :1]
        + front[:, bones] * offsets_m[..., 1:]
    )


def _sizes(them: Company) -> Floats:
    """How thick each part of each body is, 1 for most people, 0 for what they do not have: (people, parts)."""
    wear = [outfit(looks) for looks in them.looks]
    girth = them.heights_m / 1.75 * np.array([o.girth for o in wear])
    sizes = np.repeat(girth[:, None], FEATURE_PART, axis=1)
    sizes[:, LIMBS + 1] = usual_size(them.heights_m)
    sizes[:, EXTRA_PART:] *= np.array([o.has_extras for o in wear])
    return sizes


def _places(them: Company) -> Floats:
    """The joints, and what hangs on them: (people, 26, 3)."""
    joints, h = them.joints_m, them.heights_m[:, None]
    front, left, up = (them.axes[:, i] for i in range(3))
    places = np.empty((len(joints), joints.shape[1] + 7, 3))
    places[:, :-7] = joints
    places[:, -7] = 0.5 * (joints[:, KNEES[0]] + joints[:, KNEES[1]])
    places[:, -6] = joints[:, NECK] - 0.02 * h * up - 0.09 * h * front
    places[:, -5] = places[:, -6] - 0.23 * h * up
    places[:, -4] = joints[:, HIP] + 0.125 * h * left + 0.05 * h * up
    places[:, -3] = places[:, -4] - 0.15 * h * up
    half_m = tall_m(them.heights_m)[:, None] / 2
    places[:, -2] = joints[:, HEAD] - half_m * up
    places[:, -1] = joints[:, HEAD] + half_m * up
    return places
