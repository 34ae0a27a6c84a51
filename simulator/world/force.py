"""How people move among each other: the social force model, with bodies that cannot be walked through.

Everybody is pulled to the velocity they wish for within `RELAXATION_S`, pushed off others by their private sphere and
off walls and posts, held back by who walks close before them, and kept out of others' bodies:

    dv/dt = (wish - v) / tau - sum grad V(b) - grad U(d)         V = A exp(-b / B), U = U0 exp(-d / R)

b is the short half-axis of the ellipse whose foci are the other and where the other will be, seen from the one, after
`FORESIGHT_S`: one gives way to whom one would meet, not to whom one walks beside. What comes from behind counts half.

Sources: Helbing and Molnar 1995, Phys. Rev. E 51, 4282 (the forces and their constants); Johansson, Helbing and
Shukla 2007 (the ellipse by relative velocity: with that of 1995, by the other's own, a dense stream pushes itself
backwards); Tordeux, Chraibi and Seyfried 2016 (speed by the free way ahead, without which it slows down too late).

A vector of the ground plane is a complex number, x + iy, in metres.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.complex128]
Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

STEP_S = 0.1
RELAXATION_S = 0.5
SPHERE_M2PS2 = 2.1
SPHERE_M = 0.3
FORESIGHT_S = 1.0
BEHIND = 0.5
BEHIND_COS = math.cos(math.radians(100.0))
WALL_M2PS2 = 10.0
WALL_M = 0.2
HURRY = 1.3
"""Nobody goes faster than this many times the speed they wish for."""

BODY_M = 0.4
DEPTH_M = 0.3
"""How wide a body is, and how deep from chest to back."""
FOLLOWS_AFTER_S = 0.3
"""The time one keeps to the back of whoever walks close before one."""
_REACH_M = 3.2
"""Farther apart than this the force is under 0.1 m/s²."""
_FORESEEN_M = 2.7
"""The longest way of another that is foreseen."""
_WALLS_REACH_M = 1.5
_PUSHED_MPS = 0.5
_PUSHES = 2
_MAY_TOUCH_M = 1.2
"""Nobody farther apart than this can touch a step later."""
_TINY_M = 1e-6


@dataclass(frozen=True, slots=True)
class Bodies:
    """Where people are and how they move: two arrays of shape (n,), in m and m/s."""

    place: Vectors
    velocity: Vectors


def together(groups: Sequence[Bodies]) -> Bodies:
    """Everybody of several groups, in order."""
    if not groups:
        return NOBODY
    if len(groups) == 1:
        return groups[0]
    return Bodies(np.concatenate([g.place for g in groups]), np.concatenate([g.velocity for g in groups]))


NOBODY = Bodies(np.zeros(0, dtype=np.complex128), np.zeros(0, dtype=np.complex128))


@dataclass(frozen=True, slots=True)
class Ground:
    """What stands in the way, each (m,).

    Args:
        begin: where each wall begins, x + iy in metres.
        end: where it ends; a post is a wall without length.
        along: a share of the way along it is the product with this.
        posts: which of them are posts.
        strength: how strongly each pushes: 1, or 0 for a door, which people go up to and only not through.
    """

    begin: Vectors
    end: Vectors
    along: Vectors
    posts: NDArray[np.bool_]
    strength: Floats

    @classmethod
    def of(
        cls,
        walls: Sequence[tuple[complex, complex]],
        posts: Sequence[complex],
        doors: Sequence[tuple[complex, complex]] = (),
    ) -> Ground:
        """The ground with these walls, posts and doors."""
        ends = [*walls, *((post, post) for post in posts), *doors]
        begin = np.array([a for a, _ in ends], dtype=np.complex128)
        end = np.array([b for _, b in ends], dtype=np.complex128)
        along = (end - begin).conj() / np.maximum(np.abs(end - begin) ** 2, _TINY_M)
        strength = np.repeat([1.0, 0.0], [len(ends) - len(doors), len(doors)])
        return cls(begin, end, along, begin == end, strength)

    def away(self, place: Vectors) -> Vectors:
        """The way to each place (n,) from the nearest point of each wall: (n, m), in metres."""
        off = place[:, None] - self.begin
        share = np.minimum(np.maximum((off * self.along).real, 0.0), 1.0)
        return np.asarray(off - share * (self.end - self.begin))


OPEN = Ground.of([], [])


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What some bodies have around them.

    Args:
        there: themselves, and after them the others.
        who: of each pair within reach, the one who gives way: an index into the bodies.
        whom: of each pair, the other: an index into `there`.
        away: of each pair, the way from the other to the one.
        off: the ways to the bodies from the nearest point of each wall and post, (n, m).
        off_m: how long those are, in metres.
    """

    there: Bodies
    who: Indices
    whom: Indices
    away: Vectors
    off: Vectors
    off_m: Floats

    @classmethod
    def of(cls, bodies: Bodies, others: Bodies = NOBODY, ground: Ground = OPEN) -> Surroundings:
        """What `bodies` have around them where `others` are too."""
        there = together([bodies, others])
        x_m, y_m = there.place.real, there.place.imag
        count = bodies.place.size
        who, whom = (np.abs(x_m[:count, None] - x_m) < _REACH_M).nonzero()
        keep = (np.abs(y_m[who] - y_m[whom]) < _REACH_M) & (who != whom)
        who, whom = who[keep], whom[keep]
        off = ground.away(bodies.place)
        off_m = np.maximum(np.abs(off), _TINY_M)
        return cls(there, who, whom, there.place[who] - there.place[whom], off, off_m)


def moved(bodies: Bodies, wish: Vectors, around: Surroundings, ground: Ground = OPEN) -> Bodies:
    """The same people one step of `STEP_S` later.

    Args:
        bodies: who moves, n of them.
        wish: the velocity each wishes for, (n,), in m/s.
        around: what they have around them; the others in it do not give way.
        ground: what stands in the way.
    """
    speed = np.abs(wish)
    ahead = wish / np.maximum(speed, _TINY_M)
    who, whom, away = around.who, around.whom, around.away
    force = -bodies.velocity / RELAXATION_S + _off_walls(around, ground.strength)
    if who.size:
        closing = around.there.velocity[whom] - bodies.velocity[who]
        force += _summed(who, _sphere(away, closing, ahead[who]), speed.size)
        force += ahead * np.minimum(speed, _free_speed(who, away, ahead)) / RELAXATION_S
    else:
        force += wish / RELAXATION_S
    velocity = bodies.velocity + STEP_S * force
    # Who wishes to go somewhere and cannot stands, and does not walk backwards.
    velocity -= np.minimum((velocity * ahead.conj()).real, 0.0) * ahead
    # Who wishes to stand may still be pushed aside, at a slow walk.
    velocity *= np.minimum(1.0, np.maximum(HURRY * speed, _PUSHED_MPS) / np.maximum(np.abs(velocity), _TINY_M))
    place = bodies.place + STEP_S * velocity
    touching = np.abs(away) < _MAY_TOUCH_M
    if touching.any():
        place = _apart(place, around.there.place[place.size :], who[touching], whom[touching])
    if around.off_m.min(initial=np.inf) < _MAY_TOUCH_M / 2:
        place = _off_bricks(place, around, ground)
    return Bodies(place, velocity)


def _sphere(away: Vectors, closing: Vectors, ahead: Vectors) -> Vectors:
    """How each pair's other pushes, in m/s²: down the potential V(b), half as much from behind."""
    step = closing * FORESIGHT_S
    step *= np.minimum(1.0, _FORESEEN_M / np.maximum(np.abs(step), _TINY_M))
    later = away - step
    now_m, then_m = np.maximum(np.abs(away), _TINY_M), np.maximum(np.abs(later), _TINY_M)
    both_m = now_m + then_m
    half_m = 0.5 * np.sqrt(np.maximum(both_m**2 - np.abs(step) ** 2, _TINY_M))
    slope = both_m / (4 * half_m) * (away / now_m + later / then_m)
    push = SPHERE_M2PS2 / SPHERE_M * np.exp(-half_m / SPHERE_M) * slope
    seen = -(push * ahead.conj()).real >= np.abs(push) * BEHIND_COS
    return np.asarray(np.where(seen, push, BEHIND * push))


def _free_speed(who: Indices, away: Vectors, ahead: Vectors) -> Floats:
    """How fast each may go so as to keep their time to whoever is close before them, in m/s."""
    before = -away * ahead[who].conj()
    in_the_way = (before.real > 0) & (np.abs(before.imag) < BODY_M)
    free = np.full(ahead.size, np.inf)
    gap_m = np.maximum(np.abs(before[in_the_way]) - DEPTH_M, 0.0)
    np.minimum.at(free, who[in_the_way], gap_m / FOLLOWS_AFTER_S)
    return free


def _off_walls(around: Surroundings, strength: Floats) -> Vectors:
    """How walls and posts push, in m/s²: (n,)."""
    off_m = around.off_m
    if off_m.min(initial=math.inf) > _WALLS_REACH_M:
        return np.zeros(off_m.shape[0], dtype=np.complex128)
    push = strength * WALL_M2PS2 / WALL_M * np.exp(-off_m / WALL_M)
    return np.asarray((push / off_m * around.off).sum(axis=1))


def _apart(place: Vectors, others: Vectors, who: Indices, whom: Indices) -> Vectors:
    """The same places, out of each other's bodies as far as two pushes go."""
    share = np.where(whom < place.size, 0.5, 1.0)
    for _ in range(_PUSHES):
        away = place[who] - np.concatenate([place, others])[whom]
        far_m = np.maximum(np.abs(away), _TINY_M)
        if far_m.min() >= BODY_M:
            break
        place = place + _summed(who, share * np.maximum(BODY_M - far_m, 0.0) * away / far_m, place.size)
    return place


def _off_bricks(place: Vectors, around: Surroundings, ground: Ground) -> Vectors:
    """The same places, outside walls and posts, and on the side of them where they were."""
    off = ground.away(place)
    off_m = np.maximum(np.abs(off), _TINY_M)
    through = (off * around.off.conj()).real < 0
    out = np.where(through, around.off / around.off_m, off / off_m)
    lack_m = np.where(through, BODY_M / 2 + off_m, np.maximum(BODY_M / 2 - off_m, 0.0))
    return np.asarray(place + (lack_m * out).sum(axis=1))


def _summed(who: Indices, parts: Vectors, count: int) -> Vectors:
    """The sum of each one's parts: (count,)."""
    return np.bincount(who, parts.real, count) + 1j * np.bincount(who, parts.imag, count)
