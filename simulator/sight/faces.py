"""Flat faces in space: where their middle is, where they look, and whether the camera sees their outside."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.world.layout import Floats


def cross(one: Floats, other: Floats) -> Floats:
    """The cross product of vectors (..., 3). numpy's own takes several times as long for so few."""
    product = np.empty(np.broadcast_shapes(one.shape, other.shape))
    for axis in range(3):
        after, last = (axis + 1) % 3, (axis + 2) % 3
        product[..., axis] = one[..., after] * other[..., last] - one[..., last] * other[..., after]
    return product


def dot(one: Floats, other: Floats) -> Floats:
    """The dot product of vectors (..., 3): (...). A sum over so short an axis takes numpy several times as long."""
    return np.asarray(np.einsum("...i,...i->...", one, other))


def length(vectors: Floats) -> Floats:
    """How long vectors (..., 3) are: (..., 1)."""
    return np.asarray(np.sqrt(dot(vectors, vectors))[..., None])


def turned_to(eye_m: Floats, corners_m: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """The middles, the unit normals and the visibility of faces.

    Args:
        eye_m: where the camera is, (3,).
        corners_m: (..., corners, 3), anticlockwise as seen from outside; a face without an area is never seen.
    """
    count = corners_m.shape[-2]
    quarter = count // 4
    # The diagonals of a quad, or what is like them in a disc.
    one = corners_m[..., 2 * quarter, :] - corners_m[..., 0, :]
    other = corners_m[..., 3 * quarter, :] - corners_m[..., quarter, :]
    middles = corners_m[..., 0, :] + 0.5 * one if count > 4 else _mean_of_four(corners_m)
    normals = cross(one, other)
    area = length(normals)
    outside = dot(normals, eye_m - middles) > 0
    return middles, normals / np.maximum(area, 1e-12), outside & (area[..., 0] > 1e-9)


def _mean_of_four(corners: Floats) -> Floats:
    """The middle of four corners (..., 4, 3): (..., 3)."""
    return np.asarray(0.25 * (corners[..., 0, :] + corners[..., 1, :] + corners[..., 2, :] + corners[..., 3, :]))
