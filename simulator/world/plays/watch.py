"""What is to be seen of a crowd from the pole, read off where its people are."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from simulator.world.company import Company
from simulator.world.expected import Expected, merged
from simulator.world.force import Bodies, Vectors
from simulator.world.layout import LOOKS_AT_M, POLE_XY_M

MANY = 40
"""So many people in view are a dense crowd, however they stand."""
DENSE_PER_M2 = 2.0
RUNS_MPS = 2.0
"""Faster than this nobody walks: walking turns to running at about 2 m/s (Weidmann 1993)."""
_SIDE_RAD = math.radians(34.0)
_SEEN_M = 42.0
_ROUND_M = 1.5
_LASTS_S = 2.0
_WATCHES_ON_S = 30.0

_POLE = complex(*POLE_XY_M)
_AHEAD = complex(LOOKS_AT_M[0], LOOKS_AT_M[1]) - _POLE
_AHEAD /= abs(_AHEAD)


def in_view(place: Vectors) -> NDArray[np.bool_]:
    """Who is before the camera and near enough to be made out: (n,)."""
    seen = (place - _POLE) * _AHEAD.conjugate()
    return np.asarray((np.abs(np.angle(seen)) < _SIDE_RAD) & (np.abs(seen) > 2.5) & (np.abs(seen) < _SEEN_M))


def is_dense(place: Vectors) -> bool:
    """Whether those of (n,) places that are in view are `MANY`, or closer than `DENSE_PER_M2` somewhere."""
    place = place[in_view(place)]
    if place.size >= MANY:
        return True
    near = np.abs(place[:, None] - place) < _ROUND_M
    return bool(near.sum(axis=1).max(initial=0) > DENSE_PER_M2 * math.pi * _ROUND_M**2)


def runners(bodies: Bodies) -> int:
    """How many of those in view run."""
    return int(np.count_nonzero(in_view(bodies.place) & (np.abs(bodies.velocity) > RUNS_MPS)))


def spans(kind: str, company: Company, from_s: float, is_so: Callable[[Bodies], bool]) -> list[Expected]:
    """The times of 2 s and more after `from_s` at which something is so, as events.

    Nobody looks on for more than `_WATCHES_ON_S` after the last of them: a jam may take an hour to go home.
    """
    return lasting(kind, _so_s(company, from_s, is_so))


def _so_s(company: Company, from_s: float, is_so: Callable[[Bodies], bool]) -> Iterator[float]:
    last_s = from_s
    for t_s, bodies in company.instants(from_s):
        if is_so(bodies):
            last_s = t_s
            yield t_s
        elif t_s > last_s + _WATCHES_ON_S:
            return


def lasting(kind: str, so_s: Iterable[float]) -> list[Expected]:
    """Instants at which something is so, as events of 2 s and more."""
    found = merged(Expected(kind, t_s, t_s) for t_s in so_s)
    return [event for event in found if event.ended_s - event.began_s >= _LASTS_S]
