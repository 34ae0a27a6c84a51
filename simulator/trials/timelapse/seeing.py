"""What a pole sees of a street, second by second: boxes in perspective, and what the node's eyes make of them.

Coarse: a body is its box at 640x360, bodies hide each other by chance alone, and of people only walkers and the members
of crowd moments are there. Walkers come by the same rates, lanes and speeds as in the street, but not one by one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from node.config.sight import PresenceSettings
from node.sense.vision.presence import Presence
from simulator.sight.perspective import Perspective
from simulator.trials.timelapse.features import Seen
from simulator.trials.timelapse.table import SightTable
from simulator.world.chance import Stream, chance
from simulator.world.crowd import Moment
from simulator.world.layout import FAR_WALK_Y_M, NEAR_WALK_Y_M, STREET_X_M, Floats
from simulator.world.people import WALKING_SPEED_MPS, WALKING_SPEED_SPREAD_MPS
from simulator.world.street import Street
from simulator.world.traffic import Car

SIZE = (640, 360)
PERSON_M: Floats = np.array([0.5, 0.5, 1.71])
"""Length, width and height of a person's box."""
WALKERS_A_SECOND = 0.11
"""Where `Traits.walkers` is 1."""
NEAREST_M = 2.5
"""What is nearer to the camera is not in the picture."""
SMALLEST_SHARE = 1e-5
"""A body of two pixels is not seen."""
_OF_WALKERS = 12
_CORNERS: Floats = np.array([[i, -i, k] for i in (-0.5, 0.5) for k in (0.0, 1.0)])
"""Those corners of a box that lie on the diagonal across the camera's view: the others are within them or nearly so."""
_CHEERING_MPS = 0.5


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes of bodies in the picture, (n,).

    Args:
        second: which second of the cut each belongs to.
        share: of the picture, 0..1.
        speed: in picture heights per second.
    """

    second: Floats
    share: Floats
    speed: Floats


def see(street: Street, seconds: int, sight: SightTable, began_s: float = 0.0, cars: list[Car] | None = None) -> Seen:
    """What a pole sees from a street's second 0 on.

    Args:
        street: what is seen.
        seconds: for how long.
        sight: what its light makes of bodies.
        began_s: the week's second at the street's second 0.
        cars: those that pass, if they are known already.
    """
    people = joined(
        [walkers(street, seconds), *(_members(one, seconds) for one in street.moments(0.0, float(seconds)))]
    )
    passing = street.cars(0.0, float(seconds)) if cars is None else cars
    vehicles = _vehicles(passing, seconds)
    covered, largest, flow = np.zeros(seconds), np.zeros(seconds), np.full(seconds, sight.still_flow)
    for boxes, factor, moves in (
        (people, sight.person_share, sight.person_flow),
        (vehicles, sight.car_share, sight.car_flow),
    ):
        at = boxes.second.astype(np.int64)
        share = np.minimum(boxes.share * factor, 0.95)
        np.add.at(covered, at, np.log1p(-share))
        np.maximum.at(largest, at, share)
        np.add.at(flow, at, moves * boxes.share * np.square(boxes.speed))
    t_s = began_s + np.arange(float(seconds))
    return Seen(
        t_s=t_s,
        people=np.bincount(people.second.astype(np.int64), minlength=seconds),
        cars=np.bincount(vehicles.second.astype(np.int64), minlength=seconds),
        foreground_share=np.minimum(1.0, sight.still_share - np.expm1(covered)),
        flow_energy=flow,
        present=_presence(largest, t_s),
    )


def _presence(largest: Floats, t_s: Floats) -> np.ndarray:
    """The node's own switch, on the largest body."""
    settings = PresenceSettings()
    switch = Presence(
        open_share=settings.open_share, close_share=settings.close_share, open_s=settings.open_s, hold_s=settings.hold_s
    )
    return np.array([switch.step(*one) for one in zip(largest.tolist(), t_s.tolist(), strict=True)], dtype=np.bool_)


def walkers(street: Street, seconds: int) -> Boxes:
    """Everybody who walks through the street, straight on."""
    rng = chance(street.seed, Stream.TIME_LAPSE, _OF_WALKERS)
    length_m = STREET_X_M[1] - STREET_X_M[0]
    early_s = length_m / 0.6
    count = int(rng.poisson(WALKERS_A_SECOND * street.traits.walkers * (seconds + early_s)))
    entered_s = rng.uniform(-early_s, seconds, count)
    speed_mps = np.clip(rng.normal(WALKING_SPEED_MPS, WALKING_SPEED_SPREAD_MPS, count), 0.6, 2.2)
    forward = rng.random(count) < 0.5
    lane_m = np.where(rng.random(count) < 0.5, rng.uniform(*NEAR_WALK_Y_M, count), rng.uniform(*FAR_WALK_Y_M, count))
    first = np.maximum(0, np.ceil(entered_s)).astype(np.int64)
    last = np.minimum(seconds, np.floor(entered_s + length_m / speed_mps) + 1).astype(np.int64)
    stays = np.maximum(0, last - first)
    who = np.repeat(np.arange(count), stays)
    second = first[who] + np.arange(who.size) - np.repeat(np.cumsum(stays) - stays, stays)
    walked_m = (second - entered_s[who]) * speed_mps[who]
    x_m = np.where(forward[who], STREET_X_M[0] + walked_m, STREET_X_M[1] - walked_m)
    return boxes_of(second.astype(np.float64), x_m, lane_m[who], speed_mps[who], PERSON_M)


def _members(moment: Moment, seconds: int) -> Boxes:
    """The members of a crowd moment, where they stand; they jump while they roar."""
    rows = []
    for member in moment.members:
        first, last = max(0.0, np.ceil(member.arrives_s)), min(float(seconds), member.leaves_s)
        second = np.arange(first, max(first, last))
        roars = (second >= moment.began_s) & (second <= moment.ended_s)
        x_m, y_m = member.spot_xy_m
        spot = np.full((2, second.size), [[x_m], [y_m]])
        rows.append(boxes_of(second, spot[0], spot[1], np.where(roars, _CHEERING_MPS, 0.1), PERSON_M))
    return joined(rows)


def _vehicles(cars: list[Car], seconds: int) -> Boxes:
    """The cars in the picture at whole seconds."""
    rows = []
    for car in cars:
        here = np.arange(max(0.0, math.ceil(car.entered_s)), min(float(seconds), math.floor(car.left_s) + 1.0))
        if here.size:
            rows.append(
                np.column_stack([here, car.x_m(here), np.full((here.size, 5), (car.y_m, car.speed_mps, *car.size_m))])
            )
    second, x_m, y_m, speed_mps, *size_m = np.concatenate(rows or [np.zeros((0, 7))]).T
    return boxes_of(second, x_m, y_m, speed_mps, np.stack(size_m, axis=1))


def joined(parts: list[Boxes]) -> Boxes:
    """Several lists of boxes as one."""
    none = np.zeros(0)
    if not parts:
        return Boxes(none, none, none)
    return Boxes(*(np.concatenate([getattr(part, name) for part in parts]) for name in Boxes.__slots__))


@cache
def perspective() -> Perspective:
    """The camera that the table was measured with."""
    return Perspective(*SIZE)


def boxes_of(second: Floats, x_m: Floats, y_m: Floats, speed_mps: Floats, size_m: Floats) -> Boxes:
    """The boxes of bodies that stand at places (n,) and go along the street; only those in the picture.

    Args:
        second: which second each is of, (n,).
        x_m: where, along the street, (n,).
        y_m: where, across the street, (n,).
        speed_mps: how fast they go, (n,).
        size_m: length, width and height, (3,) for all of them or (n, 3).
    """
    view = perspective()
    places = np.stack([x_m, y_m, np.zeros_like(x_m)], axis=1)
    corners = places[:, None, :] + _CORNERS * np.broadcast_to(size_m, (x_m.size, 3))[:, None, :]
    px = view.pixels(corners.reshape(-1, 3)).reshape(-1, 4, 2)
    low = np.clip(px.min(axis=1), 0, SIZE)
    high = np.clip(px.max(axis=1), 0, SIZE)
    share = np.prod(high - low, axis=1) / (SIZE[0] * SIZE[1])
    depth_m = places @ view.matrix[2, :3] + view.matrix[2, 3]
    ahead = view.pixels(places + np.array([0.1, 0, 0])) - view.pixels(places)
    speed = np.linalg.norm(ahead, axis=1) / 0.1 * speed_mps / SIZE[1]
    seen = (depth_m > NEAREST_M) & (share > SMALLEST_SHARE)
    return Boxes(second[seen], share[seen], speed[seen])
