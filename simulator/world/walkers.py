"""Who walks down the pavements of an ordinary street: a stream without an end, cut into cohorts to be stepped alone.

A cohort is everybody who comes within `COHORT_S`; they are gone before the next but one begins. Those of odd cohorts
give way to each other and to the crowds of the street. Those of even ones give way to the odd ones besides. So no
cohort depends on more than its two neighbours, and any instant of any day is reached from a few minutes before it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from simulator.world.chance import Stream, chance
from simulator.world.company import Company
from simulator.world.force import STEP_S, Bodies, together
from simulator.world.ground import PAVEMENTS
from simulator.world.itinerary import Itinerary, Leg, Person
from simulator.world.layout import FAR_WALK_Y_M, NEAR_WALK_Y_M, STREET_X_M
from simulator.world.people import Looks, Pose, drawn_speed_mps

COHORT_S = 140.0
_SLOT_S = 10.0
_WALKERS_IN_A_SLOT = 1.1
_KEPT = 6
"""Three cohorts are needed at a time, and as many when somebody asks for an earlier instant."""
_STARTS_S = -20.0
"""Who came before this, before the street's second 0, has walked freely until then."""


class Walkers:
    """The ordinary walkers of a street.

    Args:
        seed: of the street.
        many: how many walk, as a multiple of an ordinary afternoon.
        crowds: who else is in the street at a step, and does not give way to walkers.
    """

    def __init__(self, seed: int, many: float, crowds: Callable[[int], Bodies]) -> None:
        self._seed = seed
        self._many = many
        self._crowds = crowds
        self._cohorts: dict[int, Company] = {}

    def people(self, t_s: float) -> list[tuple[Pose, Looks]]:
        """Who of them is in the street at `t_s`."""
        number = int(t_s // COHORT_S)
        return [one for at in (number - 1, number) for one in self._cohort(at).people(t_s)]

    def drawn(self, number: int) -> list[Person]:
        """Everybody of a cohort, in the order of the slots in which they come."""
        slots = round(COHORT_S / _SLOT_S)
        people = []
        for slot in range(number * slots, (number + 1) * slots):
            rng = chance(self._seed, Stream.WALKERS, slot)
            entered_s = [(slot + rng.random()) * _SLOT_S for _ in range(rng.poisson(_WALKERS_IN_A_SLOT * self._many))]
            people += [_walker(rng, t_s) for t_s in entered_s]
        return people

    def _cohort(self, number: int) -> Company:
        if number not in self._cohorts:
            others = self._crowds if number % 2 else self._crowds_and_neighbours(number)
            people = [one for person in self.drawn(number) if (one := _late(person)) is not None]
            self._cohorts[number] = Company(Itinerary(people), PAVEMENTS, others)
            while len(self._cohorts) > _KEPT:
                del self._cohorts[next(iter(self._cohorts))]
        return self._cohorts[number]

    def _crowds_and_neighbours(self, number: int) -> Callable[[int], Bodies]:
        def others(step: int) -> Bodies:
            before, now = number - 1, number + 1
            neighbour = self._cohort(before if step * STEP_S < now * COHORT_S else now)
            return together([self._crowds(step), neighbour.bodies(step)])

        return others


def _walker(rng: np.random.Generator, entered_s: float) -> Person:
    """Somebody who walks down a pavement from one end of the street to the other."""
    low_m, high_m = NEAR_WALK_Y_M if rng.random() < 0.5 else FAR_WALK_Y_M
    looks = Looks.drawn(rng)
    start_m, end_m = STREET_X_M if rng.random() < 0.5 else STREET_X_M[::-1]
    lane_m = float(rng.uniform(low_m, high_m))
    drift_m = float(np.clip(lane_m + rng.normal(0.0, 0.4), low_m, high_m))
    way = Leg(complex(end_m, drift_m), drawn_speed_mps(rng), entered_s, within_m=1.0)
    return Person(looks, complex(start_m, lane_m), (way,))


def _late(person: Person) -> Person | None:
    """The same walker, where they are by `_STARTS_S` if they came before that; None when they are through."""
    way = person.legs[0]
    entered_s = way.begins_s
    if entered_s is None or entered_s >= _STARTS_S:
        return person
    whole = way.to - person.start
    share = (_STARTS_S - entered_s) * way.speed_mps / abs(whole)
    if share >= 1.0:
        return None
    return Person(person.looks, person.start + share * whole, (Leg(way.to, way.speed_mps, _STARTS_S, way.within_m),))
