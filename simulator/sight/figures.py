"""Drawn people: bodies in the light of the street, as they look from the pole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.sight.body import Bodies, Company, bodies
from simulator.sight.faces import turned_to
from simulator.sight.lighting import Lighting
from simulator.sight.perspective import Perspective
from simulator.sight.skeleton import HIP
from simulator.sight.stamp import Stamp, boxes_px, drawn, is_empty, on_canvas, paints
from simulator.sight.template import FINE, NEARER_M, PLAIN, ROUGH, Detail
from simulator.world.layout import Floats

_LEVELS: tuple[tuple[Detail, float, float, int], ...] = (
    # how finely, from how many pixels per metre, to how many, and how much larger it is drawn
    (FINE, 52.0, np.inf, 2), (PLAIN, 24.0, 52.0, 2), (ROUGH, 0.0, 24.0, 3),
)  # fmt: skip
_FOLDS: Floats = np.random.default_rng(5).uniform(0.93, 1.05, (512, 1))
"""Cloth is not even: each face of a body is a little lighter or darker, always the same."""
_AROUND_JOINTS_M = 0.5
"""No part of a body is farther than this from all of its joints."""


def figures(them: Company, perspective: Perspective, lighting: Lighting) -> list[Stamp | None]:
    """What people look like from the pole, one for each; None for who is not in the picture."""
    stamps: list[Stamp | None] = [None] * len(them.looks)
    if not stamps:
        return stamps
    scales = perspective.focal_px / np.maximum(0.5, perspective.depths_m(them.joints_m[:, HIP]))
    near = _may_be_seen(them, perspective, scales)
    for detail, low, high, larger in _LEVELS:
        rows = np.flatnonzero(near & (scales >= low) & (scales < high)).tolist()
        if rows:
            some = them.of(rows)
            for row, one in zip(rows, _drawn(some, perspective, lighting, (detail, larger)), strict=True):
                stamps[row] = one
    return stamps


def _may_be_seen(them: Company, perspective: Perspective, scales: Floats) -> NDArray[np.bool_]:
    """Who is in the picture, or not far outside: (people,). Of a dense crowd a fourth is beside it."""
    joints_px = perspective.pixels(them.joints_m)
    reach_px = _AROUND_JOINTS_M * scales[:, None]
    low_px, high_px = joints_px.min(axis=1) - reach_px, joints_px.max(axis=1) + reach_px
    return np.asarray(((high_px > 0) & (low_px < perspective.size)).all(axis=1))


def _drawn(
    them: Company, perspective: Perspective, lighting: Lighting, level: tuple[Detail, int]
) -> list[Stamp | None]:
    detail, larger = level
    body = bodies(them, detail)
    middles_m, normals, visible = turned_to(perspective.eye_m, body.points_m[:, body.faces])
    tones = lighting.on_bodies(them.joints_m[:, HIP], middles_m, normals)
    paint = paints(body.colours * tones * _FOLDS[: len(body.faces)])
    points_px = perspective.pixels(body.points_m)
    boxes = boxes_px(points_px, perspective.size)
    corners = on_canvas(points_px, boxes, larger)[:, body.faces]
    order, counts = _order(body, perspective, visible), visible.sum(axis=1).tolist()
    stamps: list[Stamp | None] = []
    for one, outside in enumerate(is_empty(boxes).tolist()):
        kept = order[one, : counts[one]]
        stamps.append(None if outside else drawn(corners[one, kept], paint[one, kept], boxes[one], larger))
    return stamps


def _order(body: Bodies, perspective: Perspective, visible: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The faces of each body, the farthest part first, those turned away last: (people, faces)."""
    depths_m = perspective.depths_m(body.parts_m) - NEARER_M
    key = np.where(visible, -depths_m[:, body.parts], np.inf)
    return np.asarray(np.argsort(key, axis=1, kind="stable"))
