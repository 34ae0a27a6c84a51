"""What happens in a street every day and looks like more: a queue, a green light, a school's break. And a fall."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from simulator.world.act import Act
from simulator.world.chance import Stream, chance
from simulator.world.company import Company
from simulator.world.expected import Expected
from simulator.world.force import STEP_S
from simulator.world.ground import AT_THE_CROSSING, CROSSING_X_M, PAVEMENTS
from simulator.world.itinerary import Leg, Person
from simulator.world.layout import DOORS_X_M, FACADE_Y_M, FAR_WALK_Y_M, NEAR_WALK_Y_M, STREET_X_M
from simulator.world.people import Looks, drawn_speed_mps
from simulator.world.plays.arrivals import door_near, indoors, into, out_of, place_of, spots
from simulator.world.plays.cast import Cast, Closure, crowd
from simulator.world.plays.voices import Numbers, of_many
from simulator.world.plays.watch import in_view
from simulator.world.posture import FALLS_WITHIN_S
from simulator.world.sounding import SoundName

_QUEUE_APART_M = 0.85
_SERVED_EVERY_S = 8.0
_CHILD_M = (1.1, 1.45)
_GETS_UP_S = 2.5


def queue(seed: int, act: Act) -> Cast:
    """People stand in line at a door; every few seconds one goes in and all move up."""
    rng = chance(seed, Stream.ACTS, act.number)
    door_m = min(DOORS_X_M, key=lambda x_m: abs(x_m - place_of(act).real))
    length = 10 if act.count is None else act.count
    every_s = _SERVED_EVERY_S if act.every_s is None else act.every_s
    served = math.floor(act.lasts_s / every_s)
    people = []
    for number in range(length + served):
        comes_s = act.at_s - 45.0 + 3.0 * number if number < length else act.at_s + (number - length) * every_s
        goes_in_s = act.at_s + (number + 1) * every_s
        if number >= served:
            goes_in_s = act.ended_s + 1.5 * (number - served)
        people.append(_waits(rng, door_m, number, (comes_s, goes_in_s), (act.at_s, every_s)))
    talk_db = of_many(SoundName.TALK, max(1, length // 3))
    place = complex(door_m + length * _QUEUE_APART_M / 2, FACADE_Y_M - 0.7)
    talk = Numbers(act).sounding(SoundName.TALK, (act.at_s, act.ended_s), talk_db, place)
    return Cast(crowd(act, people, ground=PAVEMENTS), sounds=(talk,))


def _waits(
    rng: np.random.Generator, door_m: float, number: int, when_s: tuple[float, float], pace_s: tuple[float, float]
) -> Person:
    """The `number`th of a line: comes along the pavement, takes the last place, moves up, goes in."""
    comes_s, goes_in_s = when_s
    first_s, every_s = pace_s
    speed_mps = drawn_speed_mps(rng)
    before_them = max(0, number - max(0, math.floor((comes_s - first_s) / every_s)))
    start = complex(STREET_X_M[0] if rng.random() < 0.5 else 45.0, float(rng.uniform(*FAR_WALK_Y_M)))
    lead_s = abs(start.real - door_m) / speed_mps
    ways = [Leg(complex(_place(door_m, before_them).real, start.imag), speed_mps, comes_s - lead_s, within_m=0.8)]
    ways.append(Leg(_place(door_m, before_them), speed_mps, within_m=0.15))
    for place in range(before_them - 1, -1, -1):
        moves_s = first_s + (number - place) * every_s + 0.4 * place
        if comes_s < moves_s < goes_in_s:
            ways.append(Leg(_place(door_m, place), 0.8, moves_s, within_m=0.15))
    ways += into(door_m, 1.0, goes_in_s)
    return Person(Looks.drawn(rng), start, tuple(ways), faces=complex(door_m, FACADE_Y_M))


def _place(door_m: float, number: int) -> complex:
    return complex(door_m + 1.3 + _QUEUE_APART_M * number, FACADE_Y_M - 0.7)


def crossing(seed: int, act: Act) -> Cast:
    """People wait at the zebra; at the act's instant the light turns green, and all cross the road."""
    rng = chance(seed, Stream.ACTS, act.number)
    count = 14 if act.count is None else act.count
    far = math.ceil(count / 2)
    sides = ((far, (9.5, 11.3), FAR_WALK_Y_M, 1.6), (count - far, (0.5, 2.4), NEAR_WALK_Y_M, 10.2))
    people = []
    for many, y_m, walk_y_m, over_m in sides:
        half_m = 1.6 * max(1.0, many / 8)
        middle_m = sum(CROSSING_X_M) / 2
        for spot in spots(rng, many, (middle_m - half_m, middle_m + half_m), y_m, 0.85):
            speed_mps = drawn_speed_mps(rng)
            start = complex(STREET_X_M[0], float(np.clip(spot.imag, walk_y_m[0] + 0.7, walk_y_m[1])))
            comes_s = act.at_s - float(rng.uniform(2.0, 20.0)) - abs(spot - start) / speed_mps
            over = complex(float(np.clip(spot.real, *CROSSING_X_M)), over_m)
            end = complex(STREET_X_M[int(rng.integers(2))], over_m)
            ways = (
                Leg(spot, speed_mps, comes_s, within_m=0.25),
                Leg(over, 1.1 * speed_mps, act.at_s + float(rng.uniform(0.3, 1.8)), within_m=0.9),
                Leg(end, speed_mps, within_m=2.0),
            )
            people.append(Person(Looks.drawn(rng), start, ways, faces=complex(spot.real, 6.0)))
    closed = Closure.around(people, act.at_s - 2.0, act.ended_s, (CROSSING_X_M[0] - 6.0, CROSSING_X_M[1] + 6.0))
    return Cast(crowd(act, people, ground=AT_THE_CROSSING), closed=closed)


def school_break(seed: int, act: Act) -> Cast:
    """Children run about on the pavement and shout, and go in again."""
    rng = chance(seed, Stream.ACTS, act.number)
    x_m = place_of(act).real
    count = 16 if act.count is None else act.count
    people = []
    for _ in range(count):
        door_m, t_s = door_near(x_m, rng), act.at_s + float(rng.uniform(0.0, 5.0))
        ways, end_s = [out_of(door_m, t_s, 2.0)], act.ended_s - float(rng.uniform(2.0, 8.0))
        t_s += 1.0
        while t_s < end_s:
            to = complex(x_m + rng.uniform(-8.0, 8.0), rng.uniform(9.5, 12.3))
            ways.append(Leg(to, float(rng.uniform(1.2, 3.2)), t_s, within_m=0.4))
            t_s += float(rng.uniform(0.8, 4.0))
        ways += into(door_m, 1.8, t_s)
        looks = replace(Looks.drawn(rng), height_m=float(rng.uniform(*_CHILD_M)))
        waves_s = tuple((at, at + 1.5) for at in rng.uniform(act.at_s, act.ended_s, 3).tolist())
        people.append(Person(looks, indoors(door_m), tuple(ways), cheers_s=waves_s))
    level_db = of_many(SoundName.CHILDREN, count) if act.level_db is None else act.level_db
    span, place = (act.at_s + 1.5, max(act.at_s + 2.5, act.ended_s - 5.0)), complex(x_m, 11.0)
    return Cast(
        crowd(act, people, detours=False, ground=PAVEMENTS),
        sounds=(Numbers(act).sounding(SoundName.CHILDREN, span, level_db, place),),
    )


def fall(seed: int, act: Act) -> Cast:
    """Somebody falls at the act's instant and lies until it is over; others walk round them."""
    rng = chance(seed, Stream.ACTS, act.number)
    speed_mps, lane_m = 1.1, float(np.clip(place_of(act).imag, 9.8, 11.6))
    x_m = place_of(act).real
    start_m, end_m = STREET_X_M if x_m - STREET_X_M[0] < STREET_X_M[1] - x_m else STREET_X_M[::-1]
    comes_s = act.at_s - abs(x_m - start_m) / speed_mps
    way = Leg(complex(end_m, lane_m), speed_mps, comes_s, within_m=2.0)
    goes_on = replace(way, begins_s=act.ended_s + _GETS_UP_S)
    people = [
        Person(Looks.drawn(rng), complex(start_m, lane_m), (way, goes_on), lies_s=(act.at_s, act.ended_s)),
    ]
    for _ in range(5 if act.count is None else act.count):
        start_m, end_m = STREET_X_M[:: 1 if rng.random() < 0.5 else -1]
        passes_s = act.at_s + float(rng.uniform(2.0, max(3.0, act.lasts_s)))
        speed_mps, y_m = drawn_speed_mps(rng), float(rng.uniform(*FAR_WALK_Y_M))
        way = Leg(complex(end_m, y_m), speed_mps, passes_s - abs(x_m - start_m) / speed_mps, within_m=2.0)
        people.append(Person(Looks.drawn(rng), complex(start_m, y_m), (way,)))
    company = crowd(act, people, ground=PAVEMENTS)
    return Cast(company, watch=lambda: _down(act, company))


def _down(act: Act, company: Company) -> list[Expected]:
    """The first of a company lies, if the camera sees where."""
    lies = Expected("person.down", act.at_s + FALLS_WITHIN_S, act.ended_s)
    where = company.state(math.ceil(lies.began_s / STEP_S)).place[:1]
    return [lies] if lies.ended_s > lies.began_s and in_view(where).all() else []
