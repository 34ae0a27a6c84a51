"""What somebody of a crowd has in mind: where to, how fast, from when on, and what they do meanwhile."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.world.force import Floats, Vectors
from simulator.world.people import Looks


@dataclass(frozen=True, slots=True)
class Leg:
    """One way.

    Args:
        to: where to, x + iy in metres.
        speed_mps: how fast, if nobody is in the way.
        begins_s: when it begins, whether or not the one before is done; None: as soon as that is.
        within_m: so near to where it leads it is done.
    """

    to: complex
    speed_mps: float
    begins_s: float | None = None
    within_m: float = 0.5


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a crowd.

    Args:
        looks: what they look like.
        start: where they come into the street, x + iy in metres.
        legs: their ways; with the first they come into the street at its `begins_s`, after the last they are gone.
        stays: they stay where the last way leads.
        faces: what they turn to when they stand, x + iy in metres, or None: where they came towards.
        cheers_s: from when to when their arms are up.
        lies_s: from when to when they fall and lie.
    """

    looks: Looks
    start: complex
    legs: tuple[Leg, ...]
    stays: bool = False
    faces: complex | None = None
    cheers_s: tuple[tuple[float, float], ...] = ()
    lies_s: tuple[float, float] | None = None


class Itinerary:
    """What a number of people have in mind, as arrays: one row a person, one column a leg.

    Args:
        people: 1 or more.
    """

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = tuple(people)
        most = max((len(person.legs) for person in people), default=0)
        shape = (len(people), most + 1)
        self.to: Vectors = np.zeros(shape, dtype=np.complex128)
        self.speed_mps: Floats = np.zeros(shape)
        self.within_m: Floats = np.zeros(shape)
        self.begins_s: Floats = np.full(shape, np.nan)
        self.legs: NDArray[np.intp] = np.array([len(person.legs) for person in people], dtype=np.intp)
        self.start: Vectors = np.array([person.start for person in people], dtype=np.complex128)
        faces = [complex(math.nan, 0.0) if person.faces is None else person.faces for person in people]
        self.faces: Vectors = np.array(faces, dtype=np.complex128)
        self.looks = any(person.faces is not None for person in people)
        self.falls = any(person.lies_s is not None for person in people)
        lies_s = [person.lies_s or (math.inf, math.inf) for person in people]
        self.lies_s: Floats = np.array(lies_s, dtype=np.float64).reshape(-1, 2)
        for row, person in enumerate(people):
            for column, leg in enumerate(person.legs):
                self.to[row, column] = leg.to
                self.speed_mps[row, column] = leg.speed_mps
                self.within_m[row, column] = leg.within_m
                if leg.begins_s is not None:
                    self.begins_s[row, column] = leg.begins_s
            if person.stays:
                self.begins_s[row, len(person.legs)] = math.inf
        self.first_s = float(np.min(self.begins_s[:, 0], initial=math.inf))
        finite = self.begins_s[np.isfinite(self.begins_s)]
        self.last_s = float(np.max(finite, initial=self.first_s)) if finite.size else -math.inf
        timed_s = np.concatenate([finite, self.lies_s[np.isfinite(self.lies_s)]])
        self._timed_s: list[float] = np.sort(timed_s).tolist()

    def happens(self, after_s: float, until_s: float) -> bool:
        """Whether somebody sets out, falls or gets up after one instant and not after another."""
        return bisect_right(self._timed_s, after_s) < bisect_right(self._timed_s, until_s)
