"""How loud the street is at the pole, by distance and level alone: what the truth and the soundscape agree on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.world.chance import Stream, chance
from simulator.world.crowd import MOUTH_HEIGHT, Member
from simulator.world.layout import MICROPHONE_HEIGHT_M, POLE_XY_M, Floats, distance_to_microphone_m
from simulator.world.sounding import PRELUDES, Sounding, SoundName

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


EVEN_M = 150.0
"""From here the street's tail has as much energy as the direct sound."""
_MOST = 2.0


def tail_share(distance_m: Floats | float) -> Floats:
    """The energy of the street's tail against that of the direct sound: grows with the distance, up to 2."""
    return np.minimum(np.asarray(distance_m) / EVEN_M, _MOST)


@dataclass(frozen=True, slots=True)
class Reception:
    """What ground and houses add to the Fast maximum of a sort of sound.

    Args:
        straight: power of what comes straight and by the ground, as a multiple of the straight one's.
        ringing: how much of the tail's energy is in the maximum: of a short sound little, it comes later.
    """

    straight: float = 2.0
    ringing: float = 1.0


_STEADY = Reception()
_SNAP, _BOOM = Reception(0.8, 0.3), Reception(1.6, 0.4)
_SHORT: dict[SoundName, Reception] = {
    SoundName.GUNSHOT_PISTOL: _SNAP, SoundName.GUNSHOT_RIFLE: _SNAP, SoundName.GUNSHOT_SHOTGUN: _SNAP,
    SoundName.GLASS: _SNAP, SoundName.DOOR: _SNAP, SoundName.HAMMER: _SNAP,
    SoundName.EXPLOSION: _BOOM, SoundName.FIREWORK: _BOOM, SoundName.THUNDER: _BOOM,
}  # fmt: skip
"""Fitted to renders at 30 to 1900 m; a single sound may differ by 3 dB, for the ground adds or takes tone by tone."""

AIR_DB_PER_M = 0.0035
"""What the air takes, between 500 Hz and 1 kHz (ISO 9613-2, table 2): the tones that are left of a far sound."""


def from_afar_db(name: SoundName, level_db: float, distance_m: Floats) -> Floats:
    """About the Fast level in dB of what has `level_db` 1 m away, from `distance_m` metres, each 1 or more."""
    how = _SHORT.get(name, _STEADY)
    power = how.straight * 10 ** (-AIR_DB_PER_M * distance_m / 10) + how.ringing * tail_share(distance_m)
    return np.asarray(level_db - 20 * np.log10(distance_m) + 10 * np.log10(power))


def received_db(sounding: Sounding, t_s: Floats) -> Floats:
    """About its A-weighted Fast level at the pole, from where it is at `t_s`, in dB."""
    level_db = from_afar_db(sounding.name, sounding.audible_db, distances_m(sounding, t_s))
    prelude = PRELUDES.get(sounding.name)
    if prelude is None:
        return level_db
    return np.asarray(level_db - prelude.under_db * (t_s < sounding.began_s + prelude.lasts_s))


def rain_db(mm_per_h: float) -> float:
    """The A-weighted level of the hiss of rain, in dB re 20 µPa; drops on the housing come on top."""
    return 40.0 + 15.0 * float(np.log10(mm_per_h))


DROPS_BELOW_DB = 6.0
"""How far all drops that strike the housing lie under the hiss."""


def wind_db(mps: float) -> float:
    """The unweighted level of wind at the microphone, in dB re 20 µPa, over a minute or more."""
    return 54.0 + 40.0 * float(np.log10(mps))


WIND_A_DB = -29.7
"""What A-weighting leaves of wind."""


def weather_power(rain_mm_per_h: float, wind_mps: float) -> float:
    """The A-weighted power of rain and wind at the microphone, as a multiple of that of 0 dB."""
    rain = 10 ** (rain_db(rain_mm_per_h) / 10) * (1 + 10 ** (-DROPS_BELOW_DB / 10)) if rain_mm_per_h > 0 else 0.0
    return rain + (10 ** ((wind_db(wind_mps) + WIND_A_DB) / 10) if wind_mps > 0 else 0.0)
