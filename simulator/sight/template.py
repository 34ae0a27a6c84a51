"""The shape of every body: rings around bones, and the faces between them, at three levels of detail.

Lengths are those of somebody 1.75 m tall and grow with them, but for the head: a child's is larger for its body.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.sight.skeleton import ELBOWS, FEET, FINGERS, HANDS, HEAD, HIP, HIPS, JOINTS, KNEES, NECK, SHOULDERS, TOES
from simulator.world.layout import Floats

KNEE_MIDDLE, PACK_TOP, PACK_FOOT, BAG_TOP, BAG_FOOT, CHIN, CROWN = range(JOINTS, JOINTS + 7)
"""Places that hang on a skeleton, in the rows after its joints."""

Rings = tuple[tuple[float, float, float], ...]
"""Where a ring is along its bone, half as wide and half as deep, in metres."""


def _round(*rings: tuple[float, float]) -> Rings:
    return tuple((along, radius, radius) for along, radius in rings)


_LIMBS: tuple[tuple[tuple[int, int], tuple[int, int], Rings], ...] = (
    (SHOULDERS, ELBOWS, _round((-0.14, 0.03), (0.1, 0.058), (1.0, 0.046))),
    (ELBOWS, HANDS, _round((-0.05, 0.042), (0.25, 0.045), (1.0, 0.031))),
    (HANDS, FINGERS, _round((-0.1, 0.028), (0.4, 0.043), (1.1, 0.022))),
    (HIPS, KNEES, _round((-0.15, 0.06), (0.15, 0.09), (1.02, 0.064))),
    (KNEES, FEET, _round((-0.05, 0.06), (0.3, 0.06), (1.05, 0.045))),
    (FEET, TOES, _round((-0.45, 0.04), (0.25, 0.052), (1.3, 0.034))),
)
_NECK: Rings = _round((-0.1, 0.06), (0.3, 0.055), (0.65, 0.055))
_TRUNK: Rings = (
    (-0.16, 0.1, 0.085), (0.02, 0.168, 0.122), (0.35, 0.148, 0.11), (0.68, 0.17, 0.122),
    (0.87, 0.176, 0.105), (0.97, 0.125, 0.08), (1.05, 0.062, 0.056),
)  # fmt: skip
HEAD_RINGS: Rings = (
    (0.0, 0.031, 0.039), (0.225, 0.062, 0.078), (0.475, 0.075, 0.094), (0.7, 0.077, 0.097), (0.89, 0.059, 0.074),
    (1.0, 0.017, 0.021),
)  # fmt: skip
_EXTRAS: tuple[tuple[int, int, Rings], ...] = (
    (HIP, KNEE_MIDDLE, ((0.0, 0.16, 0.12), (0.3, 0.185, 0.145), (1.05, 0.24, 0.2))),  # a skirt
    (PACK_TOP, PACK_FOOT, ((-0.05, 0.08, 0.05), (0.25, 0.15, 0.085), (1.0, 0.14, 0.1))),  # a backpack
    (BAG_TOP, BAG_FOOT, ((0.0, 0.02, 0.05), (0.05, 0.06, 0.15), (1.0, 0.07, 0.15))),  # a shoulder bag
)
_EXTRA_SIDES = 6

LIMBS, TRUNK_PART, HEAD_PART, EXTRA_PART, FEATURE_PART = 13, 13, 14, 15, 18
NEARER_M: Floats = np.array([0.0] * EXTRA_PART + [0.25, 0.0, 0.1, 0.4])
"""How much nearer a part counts when parts are put in order: a skirt hides thighs, a face lies on its head."""
BONES_FROM = np.array([i for pair, _, _ in _LIMBS for i in pair] + [NECK, HIP, CHIN] + [i for i, _, _ in _EXTRAS])
BONES_TO = np.array([i for _, pair, _ in _LIMBS for i in pair] + [HEAD, NECK, CROWN] + [i for _, i, _ in _EXTRAS])
"""The bones of all parts but the features of a face."""


@dataclass(frozen=True, slots=True)
class Detail:
    """How finely a body is drawn: how many sides a tube has, and which of its rings are kept."""

    limb_sides: int
    limb_rings: tuple[int, ...]
    trunk_sides: int
    trunk_rings: tuple[int, ...]
    head_rings: tuple[int, ...]
    has_features: bool


FINE = Detail(8, (0, 1, 2), 12, (0, 1, 2, 3, 4, 5, 6), (0, 1, 2, 3, 4, 5), has_features=True)
PLAIN = Detail(5, (1, 2), 8, (0, 1, 3, 4, 6), (0, 2, 3, 5), has_features=True)
ROUGH = Detail(4, (1, 2), 6, (0, 3, 6), (0, 3, 5), has_features=False)


@dataclass(frozen=True, slots=True)
class Template:
    """The shape of a body: its vertices, and the faces between them.

    Args:
        bones: which bone each vertex hangs on, (vertices,), as in `BONES_FROM`.
        along: where along it, (vertices,), 0 at its begin.
        offsets_m: how far to the left and to the front of it, (vertices, 2).
        faces: the vertices of each face, (faces, 4), anticlockwise as seen from outside.
        parts: which part each face belongs to, (faces,).
    """

    bones: NDArray[np.int64]
    along: Floats
    offsets_m: Floats
    faces: NDArray[np.int64]
    parts: NDArray[np.int64]


def _template(detail: Detail) -> Template:
    tubes = [
        (tuple(rings[i] for i in detail.limb_rings), detail.limb_sides) for _, _, rings in _LIMBS for _ in range(2)
    ]
    tubes.append((tuple(_NECK[i] for i in detail.limb_rings), detail.limb_sides))
    tubes.append((tuple(_TRUNK[i] for i in detail.trunk_rings), detail.trunk_sides))
    tubes.append((tuple(HEAD_RINGS[i] for i in detail.head_rings), detail.trunk_sides))
    tubes += [(rings, _EXTRA_SIDES) for _, _, rings in _EXTRAS]
    rows: list[tuple[float, float, float, float]] = []
    faces: list[tuple[int, int, int, int]] = []
    parts: list[int] = []
    for part, (rings, sides) in enumerate(tubes):
        first = len(rows)
        for along, wide_m, deep_m in rings:
            angles = np.arange(sides) * 2 * np.pi / sides
            rows += [(part, along, wide_m * np.cos(angle), deep_m * np.sin(angle)) for angle in angles]
        for band in range(len(rings) - 1):
            low, high = first + band * sides, first + (band + 1) * sides
            for side in range(sides):
                after = (side + 1) % sides
                faces.append((low + side, high + side, high + after, low + after))
                parts.append(part)
    table = np.array(rows)
    return Template(table[:, 0].astype(np.int64), table[:, 1], table[:, 2:], np.array(faces), np.array(parts))


TEMPLATES: dict[Detail, Template] = {detail: _template(detail) for detail in (FINE, PLAIN, ROUGH)}
