"""What happens in an hour of a week besides cars and walkers: acts by chance, as often as the hour makes them likely.

How often is an assumption about a lively street in a town, not a count: it stands in one table, to be read and changed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from simulator.trials.timelapse import rhythm
from simulator.world.act import Act, ActName, PlayName, usual_lasts_s
from simulator.world.layout import GATHERING_XY_M
from simulator.world.sounding import SoundName

_HOUR_S = 3600.0
_SHORTEST_S = 0.3
Rate = Callable[[int], float]
"""From an hour of the week to how many are to be expected in it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How often something happens, how long and where.

    Args:
        name: what.
        rate: how many are to be expected in an hour of the week.
        lasts_s: from, to; None for what is usual.
        away_m: how far from the pole along the street or beyond the roofs, from, to; None for before the bar.
    """

    name: ActName
    rate: Rate
    lasts_s: tuple[float, float] | None = None
    away_m: tuple[float, float] | None = (10.0, 40.0)


def _by_day(rate: float) -> Rate:
    return lambda hour: rate if 8 <= rhythm.hour_of_day(hour) < 22 else 0.1 * rate


def _workday(rate: float, from_h: int, to_h: int) -> Rate:
    return lambda hour: rate if from_h <= rhythm.hour_of_day(hour) < to_h and not rhythm.is_weekend(hour) else 0.0


def _evening(ordinary: float, lively: float) -> Rate:
    def rate(hour: int) -> float:
        if rhythm.is_lively_night(hour):
            return lively
        return ordinary if 17 <= rhythm.hour_of_day(hour) < 23 else 0.05 * ordinary

    return rate


def _at(rate: float, *clocks: int) -> Rate:
    return lambda hour: rate if rhythm.hour_of_day(hour) in clocks else 0.0


def _with_traffic(per_car: float) -> Rate:
    return lambda hour: per_car * rhythm.cars_an_hour(hour)


RULES: tuple[Rule, ...] = (
    Rule(PlayName.GATHERING, _evening(1.0, 3.0), away_m=None),
    Rule(PlayName.TRUCK_PASSES, _with_traffic(0.02)),
    Rule(PlayName.EMERGENCY_VEHICLE, lambda _: 0.06),
    Rule(SoundName.CHEER, _evening(0.3, 1.0), (3.0, 9.0), (12.0, 40.0)),
    Rule(SoundName.BOO, _evening(0.05, 0.2), (3.0, 7.0), (12.0, 40.0)),
    Rule(SoundName.CHANT, _evening(0.0, 0.3), (20.0, 60.0), (40.0, 120.0)),
    Rule(SoundName.TALK, _by_day(6.0), (20.0, 90.0), (8.0, 25.0)),
    Rule(SoundName.LAUGHTER, _evening(1.0, 5.0), (1.5, 4.0), (10.0, 30.0)),
    Rule(SoundName.SCREAM, _evening(0.005, 0.05), (1.0, 2.5), (10.0, 60.0)),
    Rule(SoundName.CHILDREN, _workday(1.0, 10, 11), (600.0, 900.0), (50.0, 90.0)),
    Rule(SoundName.CHILDREN, _workday(1.0, 12, 13), (900.0, 1800.0), (50.0, 90.0)),
    Rule(SoundName.BABY, _by_day(0.3), (5.0, 60.0), (8.0, 30.0)),
    Rule(SoundName.DOG, _by_day(1.5), (1.0, 12.0), (10.0, 60.0)),
    Rule(SoundName.BIRDS, _at(8.0, 4, 5, 6, 7), (60.0, 300.0), (8.0, 25.0)),
    Rule(SoundName.DOOR, _by_day(5.0), None, (8.0, 40.0)),
    Rule(SoundName.HORN, _with_traffic(0.006), (0.4, 1.5), (10.0, 70.0)),
    Rule(SoundName.ALARM, lambda _: 0.008, (20.0, 90.0), (15.0, 120.0)),
    Rule(SoundName.GLASS, _evening(0.02, 0.06), None, (10.0, 40.0)),
    Rule(SoundName.SIREN_WAIL, _by_day(0.12), (15.0, 40.0), (150.0, 500.0)),
    Rule(SoundName.SIREN_YELP, _by_day(0.05), (10.0, 30.0), (150.0, 500.0)),
    Rule(SoundName.SIREN_HILO, _by_day(0.12), (15.0, 40.0), (150.0, 500.0)),
    Rule(SoundName.HELICOPTER, lambda _: 0.03, (40.0, 120.0), (100.0, 500.0)),
    Rule(SoundName.GUNSHOT_PISTOL, _evening(0.0005, 0.003), None, (40.0, 300.0)),
    Rule(SoundName.EXPLOSION, lambda _: 0.0003, None, (100.0, 400.0)),
    Rule(SoundName.FIREWORK, _evening(0.01, 0.1), None, (80.0, 400.0)),
)
"""Everything that comes singly. What comes in series (bells, building sites, storms, shows, music) is drawn by day."""


@dataclass(frozen=True, slots=True)
class Programme:
    """What is on on a day.

    Args:
        site_away_m: how far away there is a building site, in metres; None on a day without one.
        musician: a street musician plays, should it be a weekend.
        concert: a concert in a park far away, should it be a Friday or a Saturday.
        show: fireworks, should it be a Saturday.
    """

    site_away_m: float | None
    musician: bool
    concert: bool
    show: bool

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Programme:
        """A day's programme, by chance."""
        away_m = float(rng.uniform(35.0, 120.0))
        return cls(away_m if rng.random() < 0.33 else None, *(bool(rng.random() < p) for p in (0.6, 0.15, 0.125)))


def acts(rng: np.random.Generator, hour: int, programme: Programme, *, thunder: bool) -> tuple[Act, ...]:
    """The acts of an hour, numbered from 0.

    Args:
        rng: the chance of the hour.
        hour: of the week.
        programme: of its day.
        thunder: a thunderstorm passes.
    """
    found = [draft for rule in RULES for draft in _singly(rng, rule, hour)]
    found += _bells(hour) + _site(rng, hour, programme) + _music(rng, hour, programme) + _show(rng, hour, programme)
    if thunder:
        found += [
            _act(SoundName.THUNDER, float(at_s), 8.0, float(rng.uniform(800.0, 5000.0)))
            for at_s in rng.uniform(0, _HOUR_S - 60.0, int(rng.integers(8, 30)))
        ]
    found.sort(key=lambda act: (act.at_s, act.name))
    return tuple(replace(act, number=number) for number, act in enumerate(found))


def _singly(rng: np.random.Generator, rule: Rule, hour: int) -> list[Act]:
    found = []
    for _ in range(rng.poisson(rule.rate(hour))):
        usual_s = usual_lasts_s(rule.name)
        lasts_s = usual_s if rule.lasts_s is None else float(rng.uniform(*rule.lasts_s))
        at_s = float(rng.uniform(0.0, _HOUR_S))
        away_m = None if rule.away_m is None else math.exp(rng.uniform(*np.log(rule.away_m)))
        if isinstance(rule.name, PlayName):
            # A play that begins at the end of an hour would go on in a street that is no longer there.
            at_s = min(max(at_s, 20.0), _HOUR_S - lasts_s - 30.0)
        found.append(_act(rule.name, at_s, lasts_s, away_m))
    return found


def _act(name: ActName, at_s: float, lasts_s: float, away_m: float | None) -> Act:
    """An act along the street, down to the right; far ones beyond its end. It ends with the hour."""
    lasts_s = max(_SHORTEST_S, min(lasts_s, _HOUR_S - at_s))
    if away_m is None:
        return Act(name, 0, at_s, lasts_s)
    x_m = -7.0 + math.sqrt(max(1.0, away_m**2 - (GATHERING_XY_M[1] + 2.0) ** 2))
    return Act(name, 0, at_s, lasts_s, x_m, GATHERING_XY_M[1])


def _bells(hour: int) -> list[Act]:
    """The church strikes the hour from 7 to 21, and rings at noon and on Sunday morning."""
    clock = rhythm.hour_of_day(hour)
    if not 7 <= clock <= 21:
        return []
    strikes = [_act(SoundName.BELLS, 0.0, 2.0 * ((clock - 1) % 12 + 1), 90.0)]
    rings = clock == 12 or (clock == 9 and rhythm.day_of_week(hour) == rhythm.SUNDAY)
    return strikes + ([_act(SoundName.BELLS, 60.0, 180.0, 90.0)] if rings else [])


def _site(rng: np.random.Generator, hour: int, programme: Programme) -> list[Act]:
    """A building site on one workday in three, 8 to 16, with an hour of rest."""
    clock = rhythm.hour_of_day(hour)
    if programme.site_away_m is None or rhythm.is_weekend(hour) or clock == 12 or not 8 <= clock < 16:
        return []
    tools = (SoundName.JACKHAMMER, SoundName.DRILL, SoundName.HAMMER)
    found, at_s = [], float(rng.uniform(0.0, 300.0))
    while at_s < _HOUR_S - 10.0:
        lasts_s = float(rng.uniform(8.0, 90.0))
        found.append(_act(tools[int(rng.integers(3))], at_s, lasts_s, programme.site_away_m))
        at_s += lasts_s + float(rng.exponential(200.0))
    return found


def _music(rng: np.random.Generator, hour: int, programme: Programme) -> list[Act]:
    """A street musician on most weekend afternoons; now and then a concert in a park, far away."""
    clock = rhythm.hour_of_day(hour)
    found: list[Act] = []
    if rhythm.is_weekend(hour) and programme.musician and 13 <= clock < 18:
        at_s = float(rng.uniform(0.0, 900.0))
        while at_s < _HOUR_S - 60.0:
            lasts_s = float(rng.uniform(120.0, 300.0))
            found.append(_act(SoundName.MUSIC_STREET, at_s, lasts_s, 25.0))
            found.append(_act(SoundName.APPLAUSE, min(at_s + lasts_s, _HOUR_S - 5.0), 4.0, 25.0))
            at_s += lasts_s + float(rng.uniform(15.0, 60.0))
    if programme.concert and rhythm.day_of_week(hour) in {rhythm.FRIDAY, rhythm.SATURDAY} and 19 <= clock < 22:
        found.append(_act(SoundName.MUSIC_CONCERT, 0.0, _HOUR_S, 400.0))
    return found


def _show(rng: np.random.Generator, hour: int, programme: Programme) -> list[Act]:
    """Fireworks on one Saturday in eight, from 22:10, for ten minutes."""
    if not programme.show or rhythm.day_of_week(hour) != rhythm.SATURDAY or rhythm.hour_of_day(hour) != 22:
        return []
    instants_s = 600.0 + np.cumsum(rng.exponential(4.0, 150))
    return [_act(SoundName.FIREWORK, float(at_s), 3.0, 250.0) for at_s in instants_s if at_s < 1200.0]
