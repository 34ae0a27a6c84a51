"""What the street's asphalt gives back of a sound: an image of the source below it, a little weaker.

Direct and reflected sound add up, tone by tone: +6 dB where they arrive in step, notches where they do not.
"""

from __future__ import annotations

import numpy as np

from simulator.world.layout import SPEED_OF_SOUND_MPS, Floats

HARD = 0.95
"""How much of a low tone's pressure asphalt gives back; stone and dense asphalt absorb some 10 % of the energy."""
_SOFTER_HZ = 12_000.0


def reflection(f_hz: Floats) -> Floats:
    """The reflected pressure as a share of what comes, 0..1: 0.95 for low tones, 0.9 at 4 kHz, 0.8 at 8 kHz."""
    return np.asarray(HARD / np.sqrt(1 + np.square(f_hz / _SOFTER_HZ)))


def detour_m(flat_m: float, height_m: float, microphone_m: float) -> float:
    """How much farther it is by way of the ground, in metres.

    Args:
        flat_m: how far source and microphone are apart on the map.
        height_m: of the source.
        microphone_m: its height.
    """
    return float(np.hypot(flat_m, height_m + microphone_m) - np.hypot(flat_m, height_m - microphone_m))


def gain(f_hz: Floats, distance_m: float, longer_m: float) -> Floats:
    """The pressure of direct and reflected sound together, as a multiple of the direct one's; shape of `f_hz`.

    Args:
        f_hz: frequencies in Hz.
        distance_m: the straight way.
        longer_m: how much farther it is by way of the ground.
    """
    back = reflection(f_hz) * distance_m / (distance_m + longer_m)
    return np.asarray(np.abs(1 + back * np.exp(-2j * np.pi * f_hz * longer_m / SPEED_OF_SOUND_MPS)))
