"""What really happens in the street, read off the same agents that are rendered."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from simulator.world.crowd import Moment
from simulator.world.expected import Expected, merged
from simulator.world.layout import SPEED_OF_SOUND_MPS, distance_to_microphone_m
from simulator.world.levels import city_db, distances_m, mouth_distance_m, received_db
from simulator.world.sounding import KINDS, Sounding
from simulator.world.street import Street
from simulator.world.traffic import REFERENCE_DISTANCE_M

STANDS_OUT_DB: dict[str, float] = dict.fromkeys(KINDS.values(), 3.0) | {"noise.spike": 8.0}
"""How far over the city's level a sound has to be to be told: a spike is a rise, the others are to be recognised."""
_STEP_S = 0.1


class Mood(StrEnum):
    """What the street is like at an instant, in words for people."""

    ORDINARY = "ordinary"
    GATHERING = "crowd gathering"
    ROAR = "crowd roar"
    DISPERSING = "crowd dispersing"


def expected(street: Street, from_s: float, to_s: float) -> list[Expected]:
    """Every event that touches the time between `from_s` and `to_s`, in order."""
    events = [_heard(moment) for moment in street.moments(from_s, to_s)]
    events += [event for one in street.all_soundings() if (event := _audible(street, one)) is not None]
    events += [event for troupe in street.troupes() for event in troupe.expected()]
    return [event for event in merged(events) if event.began_s <= to_s and event.ended_s >= from_s]


def _audible(street: Street, sounding: Sounding) -> Expected | None:
    """When a sounding stands out of the city at the pole, or None when it never does or is nothing to tell."""
    kind = KINDS.get(sounding.name)
    if kind is None:
        return None
    left_s = np.linspace(sounding.began_s, sounding.ended_s, max(2, round(sounding.lasts_s / _STEP_S) + 1))
    heard_s = left_s + distances_m(sounding, left_s) / SPEED_OF_SOUND_MPS
    city = city_db(street.seed, street.traits.city_db, heard_s)
    loud = np.flatnonzero(received_db(sounding, left_s) >= city + STANDS_OUT_DB[kind])
    if not loud.size:
        return None
    return Expected(kind, float(heard_s[loud[0]]), float(heard_s[loud[-1]]))


def _heard(moment: Moment) -> Expected:
    loud = [
        (word, mouth_distance_m(member) / SPEED_OF_SOUND_MPS)
        for member in moment.members
        for word in member.words
        if word.loud
    ]
    return Expected(
        kind="noise.spike",
        began_s=min(word.began_s + late_s for word, late_s in loud),
        ended_s=max(word.ended_s + late_s for word, late_s in loud),
    )


def mood(street: Street, t_s: float) -> Mood:
    """What the street is like at `t_s`."""
    near = street.moments(t_s, t_s)
    if not near:
        return Mood.ORDINARY
    if any(m.began_s <= t_s <= m.ended_s for m in near):
        return Mood.ROAR
    return Mood.GATHERING if any(t_s < m.began_s for m in near) else Mood.DISPERSING


def level_db(street: Street, t_s: float) -> float:
    """The A-weighted level that the agents' own levels and distances add up to, in dB re 20 µPa."""
    power = 10 ** (float(city_db(street.seed, street.traits.city_db, t_s)) / 10)
    for car in street.cars(t_s, t_s):
        distance_m = float(distance_to_microphone_m(float(car.x_m(t_s)), car.y_m, 0.4))
        power += 10 ** ((car.level_db + 20 * np.log10(REFERENCE_DISTANCE_M / distance_m)) / 10)
    for moment in street.moments(t_s, t_s):
        for member in moment.members:
            for word in member.words:
                if word.began_s <= t_s <= word.ended_s:
                    power += 10 ** ((word.level_db - 20 * np.log10(mouth_distance_m(member))) / 10)
    for sounding in street.soundings(t_s, t_s):
        power += 10 ** (float(received_db(sounding, np.array([t_s]))[0]) / 10)
    return float(10 * np.log10(power))
