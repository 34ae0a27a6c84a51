"""People on their way: two streams on one pavement, a stadium that empties, a procession."""

from __future__ import annotations

import numpy as np

from simulator.world.act import Act
from simulator.world.chance import Stream, chance
from simulator.world.ground import PAVEMENTS
from simulator.world.itinerary import Leg, Person
from simulator.world.layout import DOORS_X_M, STREET_X_M
from simulator.world.people import Looks, drawn_speed_mps
from simulator.world.plays.arrivals import indoors, out_of
from simulator.world.plays.cast import Cast, Closure, crowd
from simulator.world.plays.voices import Numbers, along, of_many
from simulator.world.sounding import Sounding, SoundName

_MEET_X_M = 5.0
_PAVEMENT_Y_M = (9.7, 12.3)
_GATES_X_M = DOORS_X_M[4:]
"""A stadium's gates: the doors farthest away, so that the stream comes towards the camera."""
_IN_VIEW_M = 38.0
_STREAM_MPS = 1.15
_MARCH_MPS = 1.0
_MARCH_HEAD_X_M = 20.0
_RANK = 4
_RANKS_APART_M = 1.6
_CHANTS_S = 7.0


def counterflow(seed: int, act: Act) -> Cast:
    """Two streams of walkers meet on the far pavement at the act's instant."""
    rng = chance(seed, Stream.ACTS, act.number)
    people = []
    for number in range(act.count or 36):
        start_m, end_m = STREET_X_M if number % 2 else STREET_X_M[::-1]
        lane_m, speed_mps = float(rng.uniform(*_PAVEMENT_Y_M)), drawn_speed_mps(rng)
        comes_s = act.at_s + float(rng.uniform(0.0, act.lasts_s)) - abs(_MEET_X_M - start_m) / speed_mps
        way = Leg(complex(end_m, lane_m), speed_mps, comes_s, within_m=2.5)
        people.append(Person(Looks.drawn(rng), complex(start_m, lane_m), (way,)))
    level_db = of_many(SoundName.TALK, 4)
    talk = Numbers(act).sounding(SoundName.TALK, (act.at_s, act.ended_s), level_db, complex(_MEET_X_M, 11.0))
    return Cast(crowd(act, people, detours=False, ground=PAVEMENTS), sounds=(talk,))


def egress(seed: int, act: Act) -> Cast:
    """A stadium empties through the street: `count` people in view at a time, hundreds in all."""
    rng = chance(seed, Stream.ACTS, act.number)
    at_once = 80 if act.count is None else act.count
    from_s, to_s = act.at_s - 15.0, act.ended_s - 25.0
    many = max(at_once, round(at_once * _STREAM_MPS / _IN_VIEW_M * (to_s - from_s)))
    people = []
    for _ in range(many):
        gate_m, speed_mps = float(rng.choice(_GATES_X_M)), 0.9 * drawn_speed_mps(rng)
        lane_m = float(rng.uniform(8.4, _PAVEMENT_Y_M[1]))
        turns = Leg(complex(gate_m - 5.0, lane_m), speed_mps, within_m=2.0)
        leaves = Leg(complex(STREET_X_M[0], lane_m), speed_mps, within_m=3.0)
        comes_s = from_s + (to_s - from_s) * float(rng.beta(1.2, 1.2))
        people.append(Person(Looks.drawn(rng), indoors(gate_m), (out_of(gate_m, comes_s, speed_mps), turns, leaves)))
    return Cast(
        crowd(act, people, detours=False),
        sounds=tuple(_of_a_stream(rng, act, at_once)),
        closed=Closure.around(people, from_s, act.ended_s + 60.0),
    )


def _of_a_stream(rng: np.random.Generator, act: Act, at_once: int) -> list[Sounding]:
    """Talk at three places, and now and then some of them cheer."""
    numbers, span = Numbers(act), (act.at_s, act.ended_s)
    sounds = [
        numbers.sounding(SoundName.TALK, span, of_many(SoundName.TALK, at_once // 6), complex(x_m, 10.8))
        for x_m in (-4.0, 8.0, 22.0)
    ]
    cheer_db = of_many(SoundName.CHEER, at_once // 8) if act.level_db is None else act.level_db
    t_s = act.at_s + float(rng.uniform(10.0, 25.0))
    while t_s < act.ended_s - 10.0:
        from_m, lasts_s = float(rng.uniform(5.0, 25.0)), float(rng.uniform(3.0, 6.0))
        ends_m = from_m - lasts_s * _STREAM_MPS
        path = along([(t_s, complex(from_m, 10.8)), (t_s + lasts_s, complex(ends_m, 10.8))], 1.6)
        sounds.append(numbers.sounding(SoundName.CHEER, (t_s, t_s + lasts_s), cheer_db, path))
        t_s += float(rng.uniform(20.0, 40.0))
    return sounds


def march(seed: int, act: Act) -> Cast:
    """A calm procession down the road, with chants; its head is before the camera at the act's instant."""
    rng = chance(seed, Stream.ACTS, act.number)
    count, speed_mps = act.count or 28, act.speed_mps or _MARCH_MPS
    head_s = act.at_s - (STREET_X_M[1] - _MARCH_HEAD_X_M) / speed_mps
    people = []
    for number in range(count):
        rank, file = divmod(number, _RANK)
        lane_m = 4.6 + 1.1 * file + float(rng.normal(0.0, 0.08))
        comes_s = head_s + (rank * _RANKS_APART_M + float(rng.normal(0.0, 0.1))) / speed_mps
        way = Leg(complex(STREET_X_M[0], lane_m), speed_mps * float(rng.uniform(0.98, 1.02)), comes_s, within_m=2.0)
        raises_s = tuple((t_s, t_s + 2.0) for t_s in _chant_instants(act) if rng.random() < 0.4)
        people.append(Person(Looks.drawn(rng), complex(STREET_X_M[1], lane_m), (way,), cheers_s=raises_s))
    length_m = (count - 1) // _RANK * _RANKS_APART_M
    gone_s = head_s + (STREET_X_M[1] - STREET_X_M[0] + length_m) / speed_mps
    return Cast(
        crowd(act, people, detours=False),
        sounds=tuple(_of_a_march(act, count, (head_s, length_m, speed_mps))),
        closed=Closure.around(people, head_s, gone_s + 10.0),
    )


def _chant_instants(act: Act) -> list[float]:
    return [float(t_s) for t_s in np.arange(act.at_s, act.ended_s - _CHANTS_S / 2, _CHANTS_S)]


def _of_a_march(act: Act, count: int, way: tuple[float, float, float]) -> list[Sounding]:
    """Chants of all of them and talk between, from the middle of the procession."""
    head_s, length_m, speed_mps = way
    first_m, last_m = STREET_X_M[1] + length_m / 2, STREET_X_M[0] + length_m / 2
    ends_s = head_s + (first_m - last_m) / speed_mps
    middle = along([(head_s, complex(first_m, 6.2)), (ends_s, complex(last_m, 6.2))], 1.6)
    numbers = Numbers(act)
    level_db = of_many(SoundName.CHANT, count) if act.level_db is None else act.level_db
    sounds = [
        numbers.sounding(SoundName.CHANT, (t_s, t_s + _CHANTS_S - 1.5), level_db, middle)
        for t_s in _chant_instants(act)
        if t_s + _CHANTS_S <= ends_s
    ]
    until_s = max(act.at_s + 1.0, min(act.ended_s, ends_s))
    talk_db = of_many(SoundName.TALK, count // 3)
    return [*sounds, numbers.sounding(SoundName.TALK, (act.at_s, until_s), talk_db, middle)]
