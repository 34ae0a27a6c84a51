"""Heads and drawn faces: hair, eyes, brows, a nose and a mouth that opens. They belong to nobody."""

from __future__ import annotations

import numpy as np

from simulator.sight.outfit import Outfit
from simulator.sight.template import HEAD_RINGS
from simulator.world.layout import Floats

_USUAL_M = 0.232
_RINGS: Floats = np.array(HEAD_RINGS)
_HALF_WIDE_M, _HALF_DEEP_M = 0.077, 0.097

_FEATURES: Floats = np.array([
    # from the left to the right, from low to high, how far it stands out of the head, in metres
    (0.05, 0.015, 0.002, 0.026, 0.002), (-0.015, -0.05, 0.002, 0.026, 0.002),
    (0.04, 0.026, 0.003, 0.025, 0.004), (-0.026, -0.04, 0.003, 0.025, 0.004),
    (0.052, 0.014, 0.034, 0.042, 0.004), (-0.014, -0.052, 0.034, 0.042, 0.004),
    (0.011, -0.011, -0.036, 0.004, 0.016), (0.026, -0.026, -0.066, -0.055, 0.003),
])  # fmt: skip
FEATURE_COUNT = len(_FEATURES)
_MOUTH = 7
_OPEN_M = 0.03


def tall_m(heights_m: Floats) -> Floats:
    """How tall the heads of people are; a child's is larger for its body."""
    return np.asarray(0.145 + 0.05 * heights_m)


def usual_size(heights_m: Floats) -> Floats:
    """How large the heads of people are, 1 for somebody 1.75 m tall."""
    return tall_m(heights_m) / _USUAL_M


def head_colours(outfit: Outfit, kept: tuple[int, ...], sides: int) -> Floats:
    """Skin and hair of a head, (bands, sides, 3), from the left over the front."""
    front = np.sin((np.arange(sides) + 0.5) * 2 * np.pi / sides)
    colours = np.empty((len(kept) - 1, sides, 3))
    for band, ring in enumerate(kept[:-1]):
        middle = (_RINGS[ring, 0] + _RINGS[kept[band + 1], 0]) / 2
        if middle > 0.85:
            hair_from = 1.1
        elif middle > 0.7:
            hair_from = 1.1 if outfit.fringe else 0.7
        elif middle > 0.3:
            hair_from = 0.3
        else:
            hair_from = 0.2 if outfit.long_hair else -0.6
        colours[band] = np.where((front < hair_from)[:, None], outfit.crown, outfit.limbs[-1])
    return colours


def features_m(middles_m: Floats, axes: Floats, heights_m: Floats, cheer: Floats) -> Floats:
    """The features of faces: corners (people, 8, 4, 3) in metres.

    Args:
        middles_m: of the heads, (people, 3).
        axes: to the front, to the left and along the back of each body, (people, 3, 3).
        heights_m: how tall they are, (people,).
        cheer: how far each mouth is open, (people,), 0..1.
    """
    table = np.broadcast_to(_FEATURES, (len(cheer), *_FEATURES.shape)).copy()
    table[:, _MOUTH, 2] -= _OPEN_M * cheer
    across, up = table[..., [0, 0, 1, 1]], table[..., [2, 3, 3, 2]]
    round_here = np.interp(0.5 + up / _USUAL_M, _RINGS[:, 0], _RINGS[:, 1] / _HALF_WIDE_M)
    out = _HALF_DEEP_M * np.sqrt(np.maximum(0.1, round_here**2 - (across / _HALF_WIDE_M) ** 2)) + table[..., 4:]
    local = np.stack([out, across, up], axis=-1) * usual_size(heights_m)[:, None, None, None]
    return np.asarray(middles_m[:, None, None] + np.einsum("pfck,pkj->pfcj", local, axes))


def feature_colours(outfit: Outfit) -> Floats:
    """The colours of the features of a face, (8, 3)."""
    colours = np.empty((FEATURE_COUNT, 3))
    colours[:2], colours[2:4], colours[_MOUTH] = (226, 230, 232), (34, 30, 30), (78, 70, 140)
    colours[4:6] = np.array(outfit.crown) * 0.65
    colours[6] = outfit.limbs[-1] * 0.88
    return colours
