"""Crowds that stand together before something happens to them: a gathering, a surge, a dispersal, a disturbance.

They have come before the act's instant; at it, the thing itself begins.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulator.world.act import Act
from simulator.world.chance import Stream, chance
from simulator.world.company import Company
from simulator.world.crowd import Moment
from simulator.world.expected import Expected
from simulator.world.force import Bodies
from simulator.world.itinerary import Leg, Person
from simulator.world.layout import FAR_PAVEMENT_Y_M, NEAR_WALK_Y_M, STREET_X_M
from simulator.world.people import Looks, drawn_speed_mps
from simulator.world.plays.arrivals import door_near, indoors, out_of, place_of, spots
from simulator.world.plays.cast import Cast, Closure, crowd
from simulator.world.plays.voices import Numbers, of_many
from simulator.world.plays.watch import MANY, in_view, runners, spans
from simulator.world.sounding import Sounding, SoundName

ACT_MOMENTS = 500_000
"""Moments of acts are numbered from here on: so many roars no street has by chance."""
_USUAL_GATHERING_S = 40.0
_COMES_S = (10.0, 40.0)
_STARTLED_S = 0.8
_RUNS_MPS = (3.3, 0.4)
_FEW = 3
"""With fewer than this many who run it is no crowd that runs."""


@dataclass(frozen=True, slots=True)
class _Stander:
    """Somebody who will stand at a spot, and how they come there."""

    looks: Looks
    spot: complex
    start: complex
    comes: tuple[Leg, ...]


def gathering(seed: int, act: Act) -> Cast:
    """People come, talk, roar at the act's instant, and go."""
    tempo = act.lasts_s / _USUAL_GATHERING_S
    moment = Moment.drawn(seed, ACT_MOMENTS + act.number, act.at_s, act.count, tempo)
    closed = Closure(moment.gathers_s, moment.gone_s) if len(moment.members) >= MANY else None
    return Cast(roars=(moment,), closed=closed)


def surge(seed: int, act: Act) -> Cast:
    """A standing crowd begins to run one way."""
    rng = chance(seed, Stream.ACTS, act.number)
    to_the_right = rng.random() < 0.5
    people = []
    for one in _standing(rng, act, 26):
        end = complex(STREET_X_M[1 if to_the_right else 0], float(np.clip(one.spot.imag, 6.0, 12.0)))
        people.append(Person(one.looks, one.start, (*one.comes, _runs(rng, act, end)), faces=place_of(act)))
    return _runs_away("crowd.surge", act, people)


def dispersal(seed: int, act: Act) -> Cast:
    """A standing crowd runs apart."""
    rng = chance(seed, Stream.ACTS, act.number)
    people = []
    for one in _standing(rng, act, 26):
        away = one.spot - place_of(act)
        end_m = STREET_X_M[1 if away.real > 0 else 0]
        first = _runs(rng, act, one.spot + 9.0 * cmath.exp(1j * _outwards_rad(away)))
        side_m = float(rng.uniform(9.6, 12.0)) if first.to.imag > 6.0 else float(rng.uniform(*NEAR_WALK_Y_M))
        first = Leg(complex(first.to.real, side_m), first.speed_mps, first.begins_s, within_m=2.0)
        ways = (*one.comes, first, Leg(complex(end_m, side_m), first.speed_mps, within_m=2.0))
        people.append(Person(one.looks, one.start, ways, faces=place_of(act)))
    return _runs_away("crowd.dispersal", act, people)


def disturbance(seed: int, act: Act) -> Cast:
    """A crowd breaks into shoving, running and screams."""
    rng = chance(seed, Stream.ACTS, act.number)
    people = []
    for one in _standing(rng, act, 24):
        ways, t_s = list(one.comes), act.at_s + float(rng.uniform(0.0, 1.0))
        until_s = act.at_s + act.lasts_s * float(rng.uniform(0.4, 0.9))
        while t_s < until_s:
            to = place_of(act) + complex(rng.uniform(-6.0, 6.0), rng.uniform(-1.5, 1.2))
            ways.append(Leg(to, float(rng.uniform(1.5, 3.0)), t_s, within_m=0.2))
            t_s += float(rng.uniform(0.5, 1.6))
        end = complex(STREET_X_M[int(rng.integers(2))], float(np.clip(one.spot.imag, 9.6, 12.0)))
        ways.append(Leg(end, float(rng.normal(*_RUNS_MPS)), t_s, within_m=2.0))
        waves_s = ((float(rng.uniform(act.at_s, until_s)), until_s),) if rng.random() < 0.5 else ()
        people.append(Person(one.looks, one.start, tuple(ways), faces=place_of(act), cheers_s=waves_s))
    company = crowd(act, people, detours=False)
    return Cast(
        company,
        sounds=tuple(_uproar(rng, act, len(people))),
        closed=_closed(act, people, act.ended_s + 20.0),
        watch=lambda: _from_the_act("crowd.disturbance", act, company, _is_unruly),
    )


def _is_unruly(bodies: Bodies) -> bool:
    """Whether several of those in view move hastily."""
    return int(np.count_nonzero(in_view(bodies.place) & (np.abs(bodies.velocity) > 1.0))) >= _FEW


def _uproar(rng: np.random.Generator, act: Act, count: int) -> list[Sounding]:
    """Talk before, boos and single screams from the act's instant on."""
    numbers, place = Numbers(act), place_of(act)
    sounds = [_talk(numbers, act, count)]
    loud_db = of_many(SoundName.BOO, count // 2) if act.level_db is None else act.level_db
    t_s = act.at_s + 0.3
    while t_s < act.at_s + 0.8 * act.lasts_s:
        lasts_s = float(rng.uniform(2.5, 5.0))
        sounds.append(numbers.sounding(SoundName.BOO, (t_s, t_s + lasts_s), loud_db, place))
        scream_s = t_s + float(rng.uniform(0.5, 2.0))
        level_db = of_many(SoundName.SCREAM, 1) + float(rng.normal(0.0, 2.0))
        sounds.append(numbers.sounding(SoundName.SCREAM, (scream_s, scream_s + 1.4), level_db, place))
        t_s += lasts_s + float(rng.uniform(0.3, 2.0))
    return sounds


def _standing(rng: np.random.Generator, act: Act, usual: int) -> list[_Stander]:
    """Who stands around the act's place."""
    count = usual if act.count is None else act.count
    half_m = 3.5 * max(1.0, count / 26)
    middle = place_of(act)
    x_m = (middle.real - half_m, middle.real + half_m)
    y_m = (max(middle.imag - 1.5, NEAR_WALK_Y_M[0]), min(middle.imag + 1.2, FAR_PAVEMENT_Y_M[1] - 0.6))
    found = []
    places = sorted(spots(rng, count, x_m, y_m, 0.75), key=lambda spot: spot.imag)
    # The first to come stand farthest from the houses: nobody has to climb over others.
    comes_s = act.at_s - np.sort(rng.uniform(*_COMES_S, count))[::-1]
    for spot, at_s in zip(places, comes_s.tolist(), strict=True):
        door_m, speed_mps = door_near(middle.real, rng), drawn_speed_mps(rng)
        way_s = abs(spot - indoors(door_m)) / speed_mps
        ways = (out_of(door_m, at_s - way_s, speed_mps), Leg(spot, speed_mps, within_m=0.25))
        found.append(_Stander(Looks.drawn(rng), spot, indoors(door_m), ways))
    return found


def _runs(rng: np.random.Generator, act: Act, to: complex) -> Leg:
    usual_mps = _RUNS_MPS[0] if act.speed_mps is None else act.speed_mps
    speed_mps = max(0.5, float(rng.normal(usual_mps, _RUNS_MPS[1])))
    return Leg(to, speed_mps, act.at_s + float(rng.uniform(0.0, _STARTLED_S)), within_m=2.0)


def _outwards_rad(away: complex) -> float:
    """Outwards, but rather along the street than into the houses."""
    angle = cmath.phase(away)
    return min(angle, math.radians(20.0)) if angle < math.pi / 2 else max(angle, math.radians(160.0))


def _runs_away(kind: str, act: Act, people: list[Person]) -> Cast:
    company = crowd(act, people, detours=False)
    return Cast(
        company,
        sounds=(_talk(Numbers(act), act, len(people)),),
        closed=_closed(act, people, act.at_s + 40.0),
        watch=lambda: _from_the_act(kind, act, company, lambda bodies: runners(bodies) >= _FEW),
    )


def _closed(act: Act, people: list[Person], to_s: float) -> Closure:
    """The road from the act's instant on; a dense crowd has no room on a pavement, and has it from when it comes."""
    comes_s = [person.legs[0].begins_s or 0.0 for person in people] if len(people) >= MANY else []
    return Closure.around(people, min([act.at_s, *comes_s]), to_s)


def _talk(numbers: Numbers, act: Act, count: int) -> Sounding:
    level_db = of_many(SoundName.TALK, count // 2)
    return numbers.sounding(SoundName.TALK, (act.at_s - _COMES_S[0], act.at_s + 1.0), level_db, place_of(act))


def _from_the_act(kind: str, act: Act, company: Company, is_so: Callable[[Bodies], bool]) -> list[Expected]:
    """One event, from the first instant after the act's to the last at which something is so."""
    seen = spans(kind, company, act.at_s, is_so)
    return [Expected(kind, seen[0].began_s, max(event.ended_s for event in seen))] if seen else []
