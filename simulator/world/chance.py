"""Chance that can be repeated: every drawing has its own generator, named by seed, stream and number.

No generator is shared, so nothing depends on the order in which sound and picture are asked for.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """What a drawing is for. A number stays with its name: changing one changes every street."""

    WALKERS = 1
    CARS = 2
    MOMENTS = 3
    MEMBERS = 4
    CITY_NOISE = 5
    TYRE_NOISE = 6
    BREATH = 7
    SELF_NOISE = 8
    PICTURE_NOISE = 9
    BACKDROP = 10
    ACTS = 11
    SOUNDS = 12
    WEATHER = 13
    TAIL = 14
    CLIPS = 15
    TIME_LAPSE = 16
    TRAINING = 17


_BEFORE_THE_START = 1_000_000
"""Numbers may be negative (somebody set out before the street's second 0); a seed may not."""


def chance(seed: int, stream: Stream, *numbers: int) -> np.random.Generator:
    """The generator of one drawing.

    Args:
        seed: the street's seed, 0 or more.
        stream: what is drawn.
        numbers: which one of them, each above -1,000,000.
    """
    return np.random.default_rng([seed, int(stream), *(n + _BEFORE_THE_START for n in numbers)])
