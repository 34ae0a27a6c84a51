"""What really happens in the street, read off the same agents that are rendered."""

from __future__ import annotations

import math
from enum import StrEnum

import numpy as np

from simulator.world.crowd import Moment
from simulator.world.expected import Expected, merged
from simulator.world.layout import SPEED_OF_SOUND_MPS, Floats, distance_to_microphone_m
from simulator.world.levels import city_db, distances_m, mouth_distance_m, received_db, weather_power
from simulator.world.sounding import BANGS, KINDS, Sounding
from simulator.world.street import Street
from simulator.world.traffic import REFERENCE_DISTANCE_M

SPIKE = "noise.spike"
STANDS_OUT_DB: dict[str, float] = dict.fromkeys(KINDS.values(), 3.0) | {SPIKE: 8.0}
"""How far over everything else a sound has to be to be told: a spike is a rise, the others are to be recognised."""
_STEP_S = 0.1
_MOST_STEPS = 5000
_LATEST_S = 12.0
"""What left its source longer ago is heard no more: 4 km."""


class Mood(StrEnum):
    """What the street is like at an instant, in words for people."""

    ORDINARY = "ordinary"
    GATHERING = "crowd gathering"
    ROAR = "crowd roar"
    DISPERSING = "crowd dispersing"


def expected(street: Street, from_s: float, to_s: float, *, sight: bool = True) -> list[Expected]:
    """Every event that touches the time between `from_s` and `to_s`, in order; without `sight`, what can be heard."""
    events = [event for moment in street.moments(from_s, to_s) if (event := _heard(street, moment)) is not None]
    events += [event for one in street.all_soundings() if (event := _audible(street, one)) is not None]
    if sight:
        events += [event for troupe in street.troupes() for event in troupe.expected()]
        events += [Expected("crowd.density", *span) for span in street.dense(from_s, to_s)]
    return [event for event in merged(events) if event.began_s <= to_s and event.ended_s >= from_s]


def tolerated(street: Street, from_s: float, to_s: float) -> list[Expected]:
    """Every event between `from_s` and `to_s` that may be told and need not, in order.

    An impulse at a real bang: most have a better name, which `expected` asks for; a door or a thunderclap has none that
    a node knows. And a spike at a crowd that is heard and stands out too little to be asked for: beside a concert, say.
    """
    soundings = street.soundings(from_s - _LATEST_S, to_s)
    bangs = [one for one in soundings if one.name in BANGS]
    events = [Expected("sound.impulse", *span) for one in bangs if (span := _over_the_city(street, one)) is not None]
    asked = [one for one in expected(street, from_s, to_s, sight=False) if one.kind == SPIKE]
    faint = _faint_crowds(street, soundings, street.moments(from_s, to_s))
    events += [one for one in faint if not any(one.began_s <= a.ended_s and a.began_s <= one.ended_s for a in asked)]
    return [event for event in merged(events) if event.began_s <= to_s and event.ended_s >= from_s]


def _faint_crowds(street: Street, soundings: list[Sounding], moments: list[Moment]) -> list[Expected]:
    """Crowds that are heard over the far city, and are not to be told by the rule of `STANDS_OUT_DB`."""
    crowds = [one for one in soundings if KINDS.get(one.name) == SPIKE and _audible(street, one) is None]
    spans = [span for one in crowds if (span := _over_the_city(street, one)) is not None]
    for moment in moments:
        began_s, ended_s, power = _words(moment, loud=True)
        t_s = np.arange(began_s.min(), ended_s.max(), _STEP_S)
        is_over = bool(np.any(_shouted(t_s, began_s, ended_s, power) >= _steady_power(street, t_s)))
        if is_over and _heard(street, moment) is None:
            spans.append((float(began_s.min()), float(ended_s.max())))
    return [Expected(SPIKE, *span) for span in spans]


def _over_the_city(street: Street, sounding: Sounding) -> tuple[float, float] | None:
    """From when to when a sounding is heard at the pole, or None where even the far city and the weather drown it."""
    left_s = np.linspace(sounding.began_s, sounding.ended_s, 11)
    heard_s = left_s + distances_m(sounding, left_s) / SPEED_OF_SOUND_MPS
    power = 10 ** (received_db(sounding, left_s) / 10)
    is_over = bool(np.any(power >= _steady_power(street, heard_s)))
    return (float(heard_s[0]), float(heard_s[-1])) if is_over else None


def _audible(street: Street, sounding: Sounding) -> Expected | None:
    """When a sounding stands out of all else at the pole, or None when it never does or is nothing to tell."""
    kind = KINDS.get(sounding.name)
    until_s = sounding.ended_s if street.length_s is None else min(sounding.ended_s, street.length_s)
    if kind is None or until_s < sounding.began_s:
        return None
    steps = min(_MOST_STEPS, max(1, round((until_s - sounding.began_s) / _STEP_S)))
    left_s = np.linspace(sounding.began_s, until_s, steps + 1)
    heard_s = left_s + distances_m(sounding, left_s) / SPEED_OF_SOUND_MPS
    power = 10 ** ((received_db(sounding, left_s) - STANDS_OUT_DB[kind]) / 10)
    if not np.any(power >= _steady_power(street, heard_s)):
        return None
    loud = np.flatnonzero(power >= _power(street, heard_s, kind))
    return Expected(kind, float(heard_s[loud[0]]), float(heard_s[loud[-1]])) if loud.size else None


def _heard(street: Street, moment: Moment) -> Expected | None:
    """The roar of a moment from its first shout to its last, or None where it is no spike among all else."""
    began_s, ended_s, power = _words(moment, loud=True)
    t_s = np.arange(began_s.min(), ended_s.max(), _STEP_S)
    roar = _shouted(t_s, began_s, ended_s, power)
    if not np.any(roar >= 10 ** (STANDS_OUT_DB[SPIKE] / 10) * _power(street, t_s, SPIKE)):
        return None
    return Expected(SPIKE, float(began_s.min()), float(ended_s.max()))


def _words(moment: Moment, *, loud: bool) -> tuple[Floats, Floats, Floats]:
    """When the words of a moment begin and end at the pole, and their power there, (n,) each; all, or the loud ones."""
    found = []
    for member in moment.members:
        distance_m = mouth_distance_m(member)
        late_s, less_db = distance_m / SPEED_OF_SOUND_MPS, 20 * math.log10(distance_m)
        found += [
            (word.began_s + late_s, word.ended_s + late_s, 10 ** ((word.level_db - less_db) / 10))
            for word in member.words
            if word.loud or not loud
        ]
    began_s, ended_s, power = np.array(found, dtype=np.float64).reshape(-1, 3).T
    return began_s, ended_s, power


def _shouted(t_s: Floats, began_s: Floats, ended_s: Floats, power: Floats) -> Floats:
    """The power of words at instants (n,)."""
    total = np.zeros(t_s.size)
    touched = np.flatnonzero((began_s <= t_s[-1]) & (ended_s >= t_s[0]))
    for i in touched.tolist():
        first, last = np.searchsorted(t_s, (began_s[i], ended_s[i]))
        total[first:last] += power[i]
    return total


def _steady_power(street: Street, t_s: Floats) -> Floats:
    """The A-weighted power of the far city, rain and wind at instants (n,), as a multiple of that of 0 dB."""
    traits = street.traits
    city = 10 ** (city_db(street.seed, traits.city_db, t_s) / 10)
    return np.asarray(city + weather_power(traits.rain_mm_per_h, traits.wind_mps))


def _power(street: Street, t_s: Floats, besides: str | None = None) -> Floats:
    """The same of all that sounds at instants (n,), rising, besides what makes one kind of event true."""
    from_s, to_s = float(t_s[0]), float(t_s[-1])
    power = _steady_power(street, t_s)
    for car in street.cars(from_s, to_s):
        distance_m = distance_to_microphone_m(car.x_m(t_s), car.y_m, 0.4)
        on_the_road = (t_s >= car.entered_s) & (t_s <= car.left_s)
        power += on_the_road * 10 ** (car.level_db / 10) * np.square(REFERENCE_DISTANCE_M / distance_m)
    if besides != SPIKE:
        for moment in street.moments(from_s - _LATEST_S, to_s):
            power += _shouted(t_s, *_words(moment, loud=False))
    for sounding in street.soundings(from_s - _LATEST_S, to_s):
        if besides is None or KINDS.get(sounding.name) != besides:
            left_s = t_s - distances_m(sounding, t_s) / SPEED_OF_SOUND_MPS
            sounds = (left_s >= sounding.began_s) & (left_s <= sounding.ended_s)
            power += sounds * 10 ** (received_db(sounding, left_s) / 10)
    return power


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
    return float(10 * np.log10(_power(street, np.array([t_s]))[0]))
