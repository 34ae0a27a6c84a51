"""Drawn people: bodies in the light of the street, as they look from the pole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.sight.body import Bodies, Company, bodies
from simulator.sight.faces import turned_to
from simulator.sight.lighting import Lighting
from simulator.sight.perspective import Perspective
from simulator.sight.skeleton import HIP
from simulator.sight.stamp import Stamp, stamp
from simulator.sight.template import FINE, NEARER_M, PLAIN, ROUGH, Detail
from simulator.world.layout import Floats

_LEVELS: tuple[tuple[Detail, float, float, int], ...] = (
    # how finely, from how many pixels per metre, to how many, and how much larger it is drawn
    (FINE, 52.0, np.inf, 2), (PLAIN, 24.0, 52.0, 2), (ROUGH, 0.0, 24.0, 3),
)  # fmt: skip
_FOLDS: Floats = np.random.default_rng(5).uniform(0.93, 1.05, (512, 1))
"""Cloth is not even: each face of a body is a little lighter or darker, always the same."""


def figures(them: Company, perspective: Perspective, lighting: Lighting) -> list[Stamp | None]:
    """What people look like from the pole, one for each; None for who is not in the picture."""
    stamps: list[Stamp | None] = [None] * len(them.looks)
    if not stamps:
        return stamps
    scales = perspective.focal_px / np.maximum(0.5, perspective.depths_m(them.joints_m[:, HIP]))
    for detail, low, high, larger in _LEVELS:
        rows = np.flatnonzero((scales >= low) & (scales < high)).tolist()
        if rows:
            some = them.of(rows)
            for row, drawn in zip(rows, _drawn(some, perspective, lighting, (detail, larger)), strict=True):
                stamps[row] = drawn
    return stamps


def _drawn(
    them: Company, perspective: Perspective, lighting: Lighting, level: tuple[Detail, int]
) -> list[Stamp | None]:
    drawn = bodies(them, level[0])
    middles_m, normals, visible = turned_to(perspective.eye_m, drawn.points_m[:, drawn.faces])
    tones = lighting.on_bodies(them.joints_m[:, HIP], middles_m, normals)
    colours = drawn.colours * tones * _FOLDS[: len(drawn.faces)]
    points_px = perspective.pixels(drawn.points_m)
    order, counts = _order(drawn, perspective, visible), visible.sum(axis=1)
    stamps = []
    for one, count in enumerate(counts.tolist()):
        kept = order[one, :count]
        stamps.append(stamp(points_px[one, drawn.faces[kept]], colours[one, kept], perspective.size, level[1]))
    return stamps


def _order(drawn: Bodies, perspective: Perspective, visible: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The faces of each body, the farthest part first, those turned away last: (people, faces)."""
    depths_m = perspective.depths_m(drawn.parts_m) - NEARER_M
    key = np.where(visible, -depths_m[:, drawn.parts], np.inf)
    return np.asarray(np.argsort(key, axis=1, kind="stable"))
