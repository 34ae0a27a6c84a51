"""Light that comes and goes: clouds before the sun, and the flashes of thunder, fireworks, explosions and shots.

Light needs no time to come: a flash is seen when it begins, and heard later.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from simulator.sight.lamps import Glow
from simulator.world.act import Act, PlayName
from simulator.world.chance import Stream, chance
from simulator.world.layout import Floats
from simulator.world.sounding import Sounding, SoundName

UNDER_A_CLOUD = 0.6
"""What is left of the light."""
CLOUD_TAKES_S = 0.7
LONGEST_S = 2.0
"""No flash is seen for longer."""
_DAYLIGHT_DROWNS = 0.06
_FLASH = 3

_MUZZLE_S = 0.05
_STRIKES_S = ((0.0, 0.09), (0.16, 0.06), (0.3, 0.22))
"""The strokes of a lightning: when each begins, and how long it takes to fade."""
_SHOTS = frozenset({SoundName.GUNSHOT_PISTOL, SoundName.GUNSHOT_RIFLE, SoundName.GUNSHOT_SHOTGUN})
_STARS = ((0.6, 0.75, 1.5), (1.5, 0.8, 0.7), (0.7, 1.5, 0.8), (0.9, 1.2, 1.5), (1.4, 0.7, 1.3))


def cloud_gain(acts: Sequence[Act], t_s: float) -> float:
    """What clouds leave of the light at `t_s`: 1 without one, 0.6 under one."""
    shares = [
        _smooth((t_s - act.at_s) / CLOUD_TAKES_S) * (1.0 - _smooth((t_s - act.ended_s) / CLOUD_TAKES_S))
        for act in acts
        if act.name is PlayName.CLOUD
    ]
    return 1.0 - (1.0 - UNDER_A_CLOUD) * max(shares, default=0.0)


def flash_gain(seed: int, soundings: Sequence[Sounding], t_s: float, lamps: float) -> Floats:
    """How much brighter flashes make the street at `t_s`, for blue, green and red: 1 without one.

    Args:
        seed: of the street.
        soundings: what sounds; those that flash are picked.
        t_s: the instant.
        lamps: how dark it is, by how brightly the lamps burn: by day a flash is next to nothing.
    """
    total = np.zeros(3)
    for one in soundings:
        since_s = t_s - one.began_s
        if not 0.0 <= since_s <= LONGEST_S:
            continue
        if one.name is SoundName.THUNDER:
            strength = sum(math.exp(-(since_s - at) / fades) for at, fades in _STRIKES_S if since_s >= at)
            total += 3.5 * strength * np.array([1.1, 1.0, 0.95])
        elif one.name is SoundName.EXPLOSION:
            total += 3.0 * math.exp(-since_s / 0.18) * np.array([0.5, 0.85, 1.3])
        elif one.name is SoundName.FIREWORK:
            colour = _STARS[int(chance(seed, Stream.WEATHER, _FLASH, one.number).integers(len(_STARS)))]
            total += 0.9 * math.exp(-since_s / 0.35) * np.array(colour)
        elif one.name in _SHOTS and since_s <= _MUZZLE_S:
            total += 0.35 * np.array([0.6, 0.9, 1.2])
    return np.asarray(1.0 + total * max(_DAYLIGHT_DROWNS, lamps))


def flash_glows(soundings: Sequence[Sounding], t_s: float, lamps: float) -> list[Glow]:
    """The fire of explosions and, in the dark, of muzzles, where it can be seen at `t_s`."""
    found = []
    for one in soundings:
        since_s = t_s - one.began_s
        if not 0.0 <= since_s <= LONGEST_S:
            continue
        x_m, y_m, z_m = (float(v) for v in one.path(np.array([t_s]))[0])
        if one.name is SoundName.EXPLOSION:
            fire = math.exp(-since_s / 0.5)
            found.append(Glow((x_m, y_m, z_m + since_s), (90, 180, 255), 2.5 + since_s, fire))
        elif one.name in _SHOTS and since_s <= _MUZZLE_S and lamps:
            found.append(Glow((x_m, y_m, z_m), (140, 220, 255), 0.7, lamps))
    return found


def _smooth(share: float) -> float:
    """0 below 0, 1 above 1, without an edge between."""
    held = min(1.0, max(0.0, share))
    return held * held * (3 - 2 * held)
