"""How somebody finds a way round who or what stands before them.

Of the directions up to 75° to either side they take the one in which they come farthest towards where they go
(Moussaid, Helbing and Theraulaz 2011, PNAS 108, 6884, in its simplest form).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from simulator.world.force import BODY_M, Bodies, Floats, Ground, Surroundings, Vectors

LOOKS_M = 3.5
"""How far they look ahead."""
_BLOCKED_M = 2.5
_ANGLES_RAD: Floats = np.radians([0.0, -25.0, 25.0, -50.0, 50.0, -75.0, 75.0])
_DIRECTIONS: Vectors = np.exp(1j * _ANGLES_RAD)
_ROOM_M = BODY_M + 0.1
_STROLLS_MPS = 0.3
_TINY_M = 1e-6


def turns(bodies: Bodies, wish: Vectors, near: Surroundings, ground: Ground) -> Vectors:
    """What to multiply wishes with, (n,): a turn where somebody slower or a post blocks the way within 2.5 m, else 1.

    Args:
        bodies: who walks, n of them.
        wish: the velocity each wishes for, in m/s.
        near: what they have around them.
        ground: what stands in the way; its walls run along the street.
    """
    speed = np.abs(wish)
    ahead = wish / np.maximum(speed, _TINY_M)
    blocked = np.zeros(wish.size, dtype=np.bool_)
    facing = ahead[near.who].conj()
    slower = (near.there.velocity[near.whom] * facing).real < 0.5 * speed[near.who]
    blocked[near.who[slower & _in_the_way(-near.away * facing)]] = True
    post = near.off[:, ground.posts]
    if near.off_m[:, ground.posts].min(initial=math.inf) < _BLOCKED_M:
        blocked |= _in_the_way(-post * ahead.conj()[:, None]).any(axis=1)
    rows = (blocked & (speed > _STROLLS_MPS)).nonzero()[0]
    turn = np.ones(wish.size, dtype=np.complex128)
    if not rows.size:
        return turn
    there = np.concatenate([near.there.place, ground.begin[ground.posts]])
    pace = np.concatenate([near.there.velocity, np.zeros(there.size - near.there.place.size)])
    facing = ahead[rows].conj()[:, None]
    before = (there - bodies.place[rows, None]) * facing
    hinders = ((pace * facing).real < 0.5 * speed[rows, None]) & (np.abs(before) > _TINY_M)
    free_m = np.minimum(_free_m(before, hinders), _inside_m(bodies.place[rows], ahead[rows], ground))
    turn[rows] = _DIRECTIONS[np.argmax(free_m * np.cos(_ANGLES_RAD), axis=1)]
    return turn


def _in_the_way(before: Vectors) -> NDArray[np.bool_]:
    """Whether what is `before` somebody (ahead, and to the left) blocks their way."""
    return np.asarray((before.real > 0) & (before.real < _BLOCKED_M) & (np.abs(before.imag) < _ROOM_M))


def _free_m(before: Vectors, hinders: NDArray[np.bool_]) -> Floats:
    """How far each comes in every direction before they touch somebody: (rows, directions), up to `LOOKS_M`."""
    seen = before[:, None, :] * _DIRECTIONS.conj()[None, :, None]
    aside_m = np.abs(seen.imag)
    hits = hinders[:, None, :] & (seen.real > 0) & (aside_m < _ROOM_M)
    chord_m = np.sqrt(np.maximum(_ROOM_M**2 - aside_m**2, 0.0))
    reach_m = np.where(hits, np.maximum(seen.real - chord_m, 0.0), math.inf)
    return np.asarray(np.minimum(reach_m.min(axis=2, initial=math.inf), LOOKS_M))


def _inside_m(place: Vectors, ahead: Vectors, ground: Ground) -> Floats:
    """How far each comes in every direction before they touch a wall along the street: (rows, directions)."""
    y_m = ground.begin.imag[~ground.posts]
    off_m = y_m[None, :] - place.imag[:, None]
    left_m = np.where(off_m > 0, off_m, math.inf).min(axis=1, initial=math.inf)[:, None] - BODY_M / 2
    right_m = np.where(off_m < 0, -off_m, math.inf).min(axis=1, initial=math.inf)[:, None] - BODY_M / 2
    across = (ahead[:, None] * _DIRECTIONS).imag
    room_m = np.maximum(np.where(across > 0, left_m, right_m), 0.0)
    return np.asarray(room_m / np.maximum(np.abs(across), _TINY_M))
