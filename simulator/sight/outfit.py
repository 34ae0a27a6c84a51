"""What somebody wears: sleeves, jackets, stripes, skirts, bags and hair, drawn once from who they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simulator.world.layout import Floats
from simulator.world.people import Bgr, Looks

BANDS, SIDES = 6, 12
"""A trunk is painted in so many bands from the crotch to the neck, and so many sides from the left over the front."""
_JACKETS: tuple[Bgr, ...] = ((52, 48, 46), (92, 70, 44), (70, 84, 96), (58, 74, 58), (60, 66, 110), (150, 156, 160))
_SHOES: tuple[Bgr, ...] = ((34, 32, 32), (58, 66, 84), (205, 205, 205), (70, 60, 56))
_BAGS: tuple[Bgr, ...] = ((44, 42, 50), (60, 72, 120), (90, 60, 48), (72, 92, 78))
_CHILD_M = 1.42


@dataclass(frozen=True)
class Outfit:
    """What somebody wears. Colours are float, blue-green-red, 0..255.

    Args:
        girth: how broad they are, 1 for most.
        limbs: colours of the limbs: upper arms, forearms, hands, thighs, shins, feet (two of each) and neck.
        trunk: colours of the trunk, (6, 12, 3).
        crown: colour of hair or hat.
        fringe: hair falls into the forehead.
        long_hair: it reaches the neck.
        extras: colours of skirt, backpack and shoulder bag, (3, 3).
        has_extras: which of these there are, (3,), 0 or 1.
    """

    girth: float
    limbs: Floats
    trunk: Floats
    crown: Bgr
    fringe: bool
    long_hair: bool
    extras: Floats
    has_extras: Floats


@lru_cache(maxsize=512)
def outfit(looks: Looks) -> Outfit:
    """What somebody with these looks wears, always the same."""
    # Nobody else is exactly as tall: height and colours name somebody.
    rng = np.random.default_rng([round(looks.height_m * 1e9), *looks.shirt, *looks.trousers])
    child = looks.height_m < _CHILD_M
    jacket = None if rng.random() < 0.55 else _one_of(_JACKETS, rng)
    sleeve: Bgr = jacket or looks.shirt
    forearm = sleeve if jacket or rng.random() < 0.5 else looks.skin
    skirt = not child and rng.random() < 0.16
    bare = rng.random() < (0.35 if child else 0.08)
    shin = looks.skin if skirt or bare else looks.trousers
    shoes, bag = _one_of(_SHOES, rng), _one_of(_BAGS, rng)
    pairs = (sleeve, forearm, looks.skin, looks.trousers, shin, shoes)
    carries = rng.random()
    return Outfit(
        girth=float(np.clip(rng.normal(1.0, 0.09), 0.86, 1.25)),
        limbs=np.array([colour for colour in pairs for _ in range(2)] + [looks.skin], dtype=np.float64),
        trunk=_trunk(looks, jacket, rng),
        crown=_one_of(_JACKETS, rng) if rng.random() < 0.1 else looks.hair,
        fringe=bool(rng.random() < 0.6),
        long_hair=bool(rng.random() < 0.4),
        extras=np.array([looks.trousers, bag, bag], dtype=np.float64),
        has_extras=np.array([skirt, carries < 0.16, 0.16 <= carries < 0.3], dtype=np.float64),
    )


def _trunk(looks: Looks, jacket: Bgr | None, rng: np.random.Generator) -> Floats:
    """Trousers, a belt, a shirt that may be striped, and a jacket that may be open."""
    trunk = np.empty((BANDS, SIDES, 3))
    trunk[:] = looks.shirt
    if rng.random() < 0.3:
        trunk[1::2] = trunk[1::2] * 0.35 + 150.0
    if jacket is not None:
        opened = int(rng.integers(0, 2))
        front = np.arange(SIDES // 4 - opened, SIDES // 4 + opened)
        covered = np.ones(SIDES, dtype=bool)
        covered[front] = False
        trunk[:, covered] = jacket
    elif rng.random() < 0.6:
        trunk[0] = looks.trousers
    return trunk


def _one_of(colours: tuple[Bgr, ...], rng: np.random.Generator) -> Bgr:
    return colours[int(rng.integers(len(colours)))]
