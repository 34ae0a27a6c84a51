"""How loud the street is at the pole, by distance and level alone: what the truth and the soundscape agree on."""

from __future__ import annotations

import numpy as np

from simulator.world.chance import Stream, chance
from simulator.world.crowd import MOUTH_HEIGHT, Member
from simulator.world.layout import MICROPHONE_HEIGHT_M, POLE_XY_M, Floats, distance_to_microphone_m
from simulator.world.sounding import Sounding

MICROPHONE_XYZ_M: Floats = np.array([*POLE_XY_M, MICROPHONE_HEIGHT_M])


def city_db(seed: int, mean_db: float, t_s: Floats | float) -> Floats:
    """The A-weighted level of the far city at `t_s`, in dB: it swells and falls slowly by 1 dB around `mean_db`."""
    phases = chance(seed, Stream.CITY_NOISE).uniform(0, 2 * np.pi, 3)
    periods_s = np.array([23.0, 61.0, 147.0])
    angle = 2 * np.pi * np.multiply.outer(np.asarray(t_s, dtype=np.float64), 1 / periods_s) + phases
    return np.asarray(mean_db + np.sum(np.sin(angle), axis=-1) / 3)


def mouth_distance_m(member: Member) -> float:
    """How far the mouth of a standing member is from the microphone, in metres."""
    x_m, y_m = member.spot_xy_m
    return float(distance_to_microphone_m(x_m, y_m, MOUTH_HEIGHT * member.looks.height_m))


def distances_m(sounding: Sounding, t_s: Floats) -> Floats:
    """How far a sounding is from the microphone at `t_s`, in metres, never under 1; as many as there are instants."""
    return np.asarray(np.maximum(1.0, np.linalg.norm(sounding.path(t_s) - MICROPHONE_XYZ_M, axis=1)))


STREET_GAIN_DB = 3.0
"""What ground and houses add to the direct sound, about: on average over the library, -1 to +5 dB for single sounds."""


AIR_DB_PER_M = 0.005
"""What the air takes, at 1 kHz and 20 degrees (ISO 9613-2, table 2): 5 dB in a kilometre."""


def from_afar_db(level_db: float, distance_m: Floats) -> Floats:
    """About the Fast level in dB of what has `level_db` 1 m away, from `distance_m` metres, each 1 or more."""
    return np.asarray(level_db + STREET_GAIN_DB - 20 * np.log10(distance_m) - AIR_DB_PER_M * distance_m)


def received_db(sounding: Sounding, t_s: Floats) -> Floats:
    """About its A-weighted Fast level at the pole, from where it is at `t_s`, in dB."""
    return from_afar_db(sounding.audible_db, distances_m(sounding, t_s))
