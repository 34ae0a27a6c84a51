"""The houses on the far side: walls, windows, doors, shops and the lamps on brackets; and what of them glows."""

from __future__ import annotations

import numpy as np

from simulator.sight.lighting import WALL_LAMPS_M, Lighting
from simulator.sight.texture import FROM_X_M, TO_X_M, Texture
from simulator.world.chance import Stream, chance
from simulator.world.layout import DOORS_X_M, FACADE_HEIGHT_M, GATHERING_XY_M
from simulator.world.people import Bgr

_HOUSE_M = 9.0
_HOUSES: tuple[Bgr, ...] = ((142, 172, 204), (166, 168, 176), (132, 152, 190), (182, 194, 204), (136, 164, 170))
_FRAME: Bgr = (214, 218, 222)
_LIT: tuple[Bgr, ...] = ((112, 186, 238), (140, 204, 240), (176, 204, 216))
_FACADE, _GLOW = 2, 3
_MIRRORED = (0.0, 0.05, 0.12, 0.3, 0.42, 0.5, 0.55)
"""How much of the sky a window mirrors, from its lower edge to its upper one."""
_DARK_TO_SKY = ((84, 186), (70, 160), (58, 138))

Pane = tuple[tuple[float, float], tuple[float, float]]
"""A window: from where to where along the street, and from how low to how high, in metres."""


def upper_panes() -> list[Pane]:
    """The windows of flats."""
    houses = np.arange(FROM_X_M, TO_X_M, _HOUSE_M)
    lefts = [float(left) for x in houses for left in np.arange(x + 1.0, x + _HOUSE_M - 1.0, 2.0)]
    return [((left, left + 1.1), (sill, sill + 1.65)) for left in lefts for sill in (4.3, 7.2)]


def shop_panes() -> list[Pane]:
    """The windows of shops and bars."""
    return [((float(x), float(x) + 2.0), (0.7, 2.6)) for x in np.arange(FROM_X_M + 0.8, TO_X_M, 3.0)]


def facade(seed: int) -> Texture:
    """The houses as they are painted, in no light."""
    rng = chance(seed, Stream.BACKDROP, _FACADE)
    texture = Texture((0.0, FACADE_HEIGHT_M))
    colour = int(rng.integers(len(_HOUSES)))
    for x in np.arange(FROM_X_M, TO_X_M, _HOUSE_M):
        # No two neighbours are alike.
        colour = (colour + int(rng.integers(1, len(_HOUSES)))) % len(_HOUSES)
        wall = _HOUSES[colour]
        ends = (float(x), float(x) + _HOUSE_M)
        texture.box(ends, (0.0, FACADE_HEIGHT_M), wall)
        texture.box(ends, (0.0, 0.6), (104, 108, 112))
        texture.box(ends, (3.28, 3.33), (110, 112, 114))
        texture.box(ends, (3.33, 3.5), (206, 210, 214))
        texture.box((ends[1] - 0.12, ends[1]), (0.0, FACADE_HEIGHT_M), (112, 116, 118))
    for pane in upper_panes():
        _window(texture, pane, rng)
    for x_m, z_m in shop_panes():
        texture.box((x_m[0] - 0.08, x_m[1] + 0.08), (z_m[0] - 0.08, z_m[1] + 0.08), (84, 82, 80))
        _glass(texture, (x_m, z_m), rng)
    for door_m in DOORS_X_M:
        _door(texture, door_m)
    _awning(texture)
    texture.roughen(rng)
    for x_m, _, z_m in WALL_LAMPS_M:
        texture.box((x_m - 0.03, x_m + 0.03), (z_m, z_m + 0.5), (50, 50, 52))
        texture.box((x_m - 0.16, x_m + 0.16), (z_m - 0.1, z_m + 0.05), (70, 72, 74))
    return texture


def glow(seed: int, lighting: Lighting) -> Texture:
    """What of the houses gives light of its own: windows with somebody at home, shops, lamps."""
    rng = chance(seed, Stream.BACKDROP, _GLOW)
    texture = Texture((0.0, FACADE_HEIGHT_M))
    for panes, share in ((upper_panes(), lighting.windows), (shop_panes(), min(1.0, 2 * lighting.windows))):
        for x_m, z_m in panes:
            lit, tint, strength = rng.random() < share, int(rng.integers(len(_LIT))), float(rng.uniform(0.5, 0.95))
            if lit:
                colour = tuple(round(channel * strength) for channel in _LIT[tint])
                texture.box(x_m, z_m, (colour[0], colour[1], colour[2]))
                middle_m = (x_m[0] + x_m[1]) / 2
                texture.box((middle_m - 0.04, middle_m + 0.04), z_m, (20, 26, 30))
    for door_m in DOORS_X_M:
        texture.box((door_m - 0.6, door_m + 0.6), (0.0, 2.5), (0, 0, 0))
    if lighting.lamps:
        for x_m, _, z_m in WALL_LAMPS_M:
            texture.box((x_m - 0.15, x_m + 0.15), (z_m - 0.1, z_m + 0.03), (190, 236, 255))
    return texture


def _window(texture: Texture, pane: Pane, rng: np.random.Generator) -> None:
    """A window of a flat with its frame, its sill and perhaps a curtain."""
    (left_m, right_m), (sill_m, top_m) = pane
    texture.box((left_m - 0.1, right_m + 0.1), (sill_m - 0.15, top_m + 0.1), _FRAME)
    texture.box((left_m - 0.16, right_m + 0.16), (sill_m - 0.24, sill_m - 0.16), (120, 122, 126))
    _glass(texture, pane, rng)
    if rng.random() < 0.5:
        wide_m = float(rng.uniform(0.15, 0.4))
        for ends in ((left_m, left_m + wide_m), (right_m - wide_m, right_m)):
            texture.box(ends, (sill_m, top_m), (176, 182, 186))
    middle_m = (left_m + right_m) / 2
    texture.box((middle_m - 0.05, middle_m + 0.05), (sill_m, top_m), _FRAME)


def _glass(texture: Texture, pane: Pane, rng: np.random.Generator) -> None:
    """Dark glass that mirrors the sky in its upper part."""
    x_m, (low_m, high_m) = pane
    clear = float(rng.uniform(0.5, 1.0))
    edges_m = np.linspace(low_m, high_m, len(_MIRRORED) + 1).tolist()
    for share, from_m, to_m in zip(_MIRRORED, edges_m, edges_m[1:], strict=False):
        texture.box(x_m, (from_m, to_m), tuple(round(d + share * clear * (s - d)) for d, s in _DARK_TO_SKY))


def _door(texture: Texture, door_m: float) -> None:
    """A wooden door with panels and a frame."""
    texture.box((door_m - 0.6, door_m + 0.6), (0.0, 2.5), (188, 192, 196))
    texture.box((door_m - 0.5, door_m + 0.5), (0.0, 2.4), (46, 58, 84))
    for low_m in (0.25, 1.25):
        for left_m in (-0.4, 0.06):
            texture.box((door_m + left_m, door_m + left_m + 0.34), (low_m, low_m + 0.85), (36, 46, 68))


def _awning(texture: Texture) -> None:
    """The striped awning of the bar, over the place where people gather; it carries no writing."""
    for number, x_m in enumerate(np.arange(GATHERING_XY_M[0] - 2.4, GATHERING_XY_M[0] + 2.3, 0.4)):
        colour = (58, 62, 178) if number % 2 else (228, 232, 236)
        texture.box((float(x_m), float(x_m) + 0.4), (2.62, 3.25), colour)
    texture.box((GATHERING_XY_M[0] - 2.4, GATHERING_XY_M[0] + 2.4), (2.4, 2.6), (64, 56, 50))
