"""Vehicles with an act of their own: an ambulance with its siren, a lorry. They pass the middle halfway through."""

from __future__ import annotations

import math

import numpy as np

from simulator.world.act import Act, PlayName
from simulator.world.chance import Stream, chance
from simulator.world.layout import LANES_Y_M, ROAD_X_M, Floats
from simulator.world.plays.cast import Cast
from simulator.world.plays.voices import Numbers
from simulator.world.sounding import STRENGTHS, SoundName
from simulator.world.traffic import REFERENCE_DISTANCE_M, Body, Car

_FIRST_NUMBER = -100_000
"""Vehicles of acts are numbered down from here: those that come by chance are not so far below 0."""
_SIRENS = (SoundName.SIREN_WAIL, SoundName.SIREN_YELP, SoundName.SIREN_HILO)
_ON_THE_ROOF_M = 2.5
_ON_A_LANE_M = 1.5


VEHICLES = (PlayName.EMERGENCY_VEHICLE, PlayName.TRUCK_PASSES)


def lanes_of(act: Act) -> tuple[int, ...]:
    """The lanes that the vehicle of an act may take: one, or both where it says none and chance decides."""
    if act.y_m > LANES_Y_M[1] + _ON_A_LANE_M:
        return (0, 1)
    return (0,) if abs(act.y_m - LANES_Y_M[0]) < abs(act.y_m - LANES_Y_M[1]) else (1,)


def emergency_vehicle(seed: int, act: Act) -> Cast:
    """An ambulance drives through with its siren, which is heard from beyond both ends of the road."""
    rng = chance(seed, Stream.ACTS, act.number)
    name = _SIRENS[int(rng.integers(len(_SIRENS)))]
    speed_mps = 14.0 if act.speed_mps is None else act.speed_mps
    level_db = 66.0 + 25.0 * math.log10(speed_mps / 11.0)
    car = _vehicle(rng, act, speed_mps, (Body.AMBULANCE, level_db, float(rng.uniform(45.0, 60.0))))
    siren_db = STRENGTHS[name].level_db if act.level_db is None else act.level_db

    def path(t_s: Floats) -> Floats:
        x_m = np.asarray(car.x_m(t_s), dtype=np.float64)
        return np.column_stack([x_m, np.full(x_m.size, car.y_m), np.full(x_m.size, _ON_THE_ROOF_M)])

    siren = Numbers(act).sounding(name, (act.at_s, act.ended_s), siren_db, path)
    return Cast(vehicles=(car,), sounds=(siren,))


def truck_passes(seed: int, act: Act) -> Cast:
    """A lorry drives through, 10 dB louder than a car and twice as long."""
    rng = chance(seed, Stream.ACTS, act.number)
    speed_mps = 10.0 if act.speed_mps is None else act.speed_mps
    level_db = 73.0 + float(rng.normal(0.0, 1.5)) + 25.0 * math.log10(speed_mps / 11.0)
    if act.level_db is not None:
        level_db = act.level_db - 20 * math.log10(REFERENCE_DISTANCE_M)
    return Cast(vehicles=(_vehicle(rng, act, speed_mps, (Body.TRUCK, level_db, float(rng.uniform(32.0, 44.0)))),))


def _vehicle(rng: np.random.Generator, act: Act, speed_mps: float, what: tuple[Body, float, float]) -> Car:
    body, level_db, firing_hz = what
    ambulance = body is Body.AMBULANCE
    lanes = lanes_of(act)
    lane = lanes[int(rng.integers(2))] if len(lanes) > 1 else lanes[0]
    half_s = (0.0 - ROAD_X_M[0] if lane == 0 else ROAD_X_M[1]) / speed_mps
    return Car(
        number=_FIRST_NUMBER - act.number,
        lane=lane,
        entered_s=act.at_s + act.lasts_s / 2 - half_s,
        speed_mps=speed_mps,
        level_db=level_db,
        firing_hz=firing_hz,
        paint=(240, 240, 240) if ambulance else (90, 110, 60),
        size_m=(5.9, 2.1, 2.6) if ambulance else (9.5, 2.5, 3.4),
        body=body,
    )
