"""What really happens in the street, read off the same agents that are rendered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from simulator.crowd import Moment
from simulator.layout import SPEED_OF_SOUND_MPS, distance_to_microphone_m
from simulator.sound import city_db, mouth_distance_m
from simulator.street import Street
from simulator.traffic import REFERENCE_DISTANCE_M


class Mood(StrEnum):
    """What the street is like at an instant, in words for people."""

    ORDINARY = "ordinary"
    GATHERING = "crowd gathering"
    ROAR = "crowd roar"
    DISPERSING = "crowd dispersing"


@dataclass(frozen=True, slots=True)
class Expected:
    """An event that a good node tells: its kind and when it is heard at the pole, in street seconds."""

    kind: str
    began_s: float
    ended_s: float


def expected(street: Street, from_s: float, to_s: float) -> list[Expected]:
    """Every event that touches the time between `from_s` and `to_s`, in order."""
    events = [_heard(moment) for moment in street.moments(from_s, to_s)]
    return [event for event in events if event.began_s <= to_s and event.ended_s >= from_s]


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
    power = 10 ** (float(city_db(street, t_s)) / 10)
    for car in street.cars(t_s, t_s):
        distance_m = float(distance_to_microphone_m(float(car.x_m(t_s)), car.y_m, 0.4))
        power += 10 ** ((car.level_db + 20 * np.log10(REFERENCE_DISTANCE_M / distance_m)) / 10)
    for moment in street.moments(t_s, t_s):
        for member in moment.members:
            for word in member.words:
                if word.began_s <= t_s <= word.ended_s:
                    power += 10 ** ((word.level_db - 20 * np.log10(mouth_distance_m(member))) / 10)
    return float(10 * np.log10(power))
