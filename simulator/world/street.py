"""A small street as data and time: who walks, drives and shouts when, from one seed.

Everything is a function of the street's own time in seconds: sound and picture may ask for any instant in any
order, at any block size, and see the same world.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from node.errors import OperatorError
from simulator.world.act import Act, PlayName
from simulator.world.chance import Stream, chance
from simulator.world.crowd import Moment
from simulator.world.density import Density
from simulator.world.force import STEP_S, Bodies, together
from simulator.world.layout import ROAD_X_M
from simulator.world.people import Looks, Pose
from simulator.world.plays.voices import SOUNDINGS_OF_AN_ACT
from simulator.world.sounding import STRENGTHS, Sounding, SoundName, stands
from simulator.world.traffic import Car
from simulator.world.troupe import Troupe, troupes
from simulator.world.walkers import Walkers

FIRST_ROAR_S = (22.0, 36.0)
BETWEEN_ROARS_S = (42.0, 90.0)
"""The first roar comes early enough for an event within a minute of a demo; the others follow at this distance."""

_CAR_SLOT_S = 8.0
_CAR_IN_A_SLOT = 0.36
_CAR_LATENESS_S = 3.5
"""With speeds of 9.5 to 12.5 m/s and 4.5 s between two of a lane, no car drives through the one before it."""

_VEHICLES = (PlayName.EMERGENCY_VEHICLE, PlayName.TRUCK_PASSES, PlayName.CLOUD)
_FEW_WALKERS = 4.0
"""So many and a crowd moment are never as many as a dense crowd: nobody needs to look."""
_LONGEST_DRIVE_S = (ROAD_X_M[1] - ROAD_X_M[0]) / 9.5
_LONGEST_MOMENT_S = 60.0
"""No member is in the street longer than this before or after the roar begins."""


class Light(StrEnum):
    """What lights the street."""

    DAY = "day"
    OVERCAST = "overcast"
    DUSK = "dusk"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class Traits:
    """What a street is like, beyond its seed.

    Args:
        roars: whether crowds gather and roar.
        walkers: how many people walk, as a multiple of an ordinary afternoon.
        cars: how many cars pass, as a multiple of an ordinary afternoon; 2.5 fills every gap.
        city_db: A-weighted level of the city far away, in dB re 20 µPa.
        light: what lights it.
        rain_mm_per_h: how hard it rains.
        wind_mps: how hard it blows at the microphone; 10 shakes it.
        sway_px: how far the pole sways, in pixels of a picture 640 wide, to either side.
        flicker: how far lamps flicker with the mains, 0..1.
        compression: the camera compresses its pictures: 0 for not at all, 1 for as hard as it can.
    """

    roars: bool = True
    walkers: float = 1.0
    cars: float = 1.0
    city_db: float = 52.0
    light: Light = Light.DAY
    rain_mm_per_h: float = 0.0
    wind_mps: float = 0.0
    sway_px: float = 0.0
    flicker: float = 0.0
    compression: float = 0.0


class Street:
    """The street of one seed.

    Args:
        seed: 0 or more; the same seed is the same street, to the byte.
        length_s: when it ends, in seconds, or None for a street without an end.
        traits: what it is like; an ordinary afternoon.
        acts: what happens in it besides.

    Raises:
        OperatorError: the seed is negative or the length is not above 0.
    """

    def __init__(
        self, seed: int, length_s: float | None = None, traits: Traits | None = None, acts: Sequence[Act] = ()
    ) -> None:
        if seed < 0:
            raise OperatorError(f"--seed {seed}: a seed is 0 or more")
        if length_s is not None and not length_s > 0:
            raise OperatorError(f"--seconds {length_s:g}: a street lasts longer than 0 seconds")
        self.seed = seed
        self.length_s = length_s
        self.traits = traits or Traits()
        self.acts = tuple(acts)
        self._troupes = troupes(seed, self.acts)
        self._soundings = tuple(_soundings(self.acts, self._troupes))
        for number, one in enumerate(self._troupes):
            one.gives_way_to(self._crowds_before(number))
        self._walkers = Walkers(seed, self.traits.walkers, self._crowds_before(len(self._troupes)))
        self._cars: dict[tuple[int, int], Car | None] = {}
        self._roars_s: list[float] = []
        self._moments: dict[int, Moment] = {}
        self._dense = Density(self.people)

    def people(self, t_s: float) -> list[tuple[Pose, Looks]]:
        """Everybody who is in the street at `t_s`: walkers and the members of crowd moments."""
        everybody = self._walkers.people(t_s)
        for moment in self.moments(t_s, t_s):
            everybody += moment.people(t_s)
        for company in self._troupes:
            everybody += company.people(t_s)
        return everybody

    def dense(self, from_s: float, to_s: float) -> list[tuple[float, float]]:
        """When all together are a dense crowd in view, if at some time between `from_s` and `to_s`."""
        crowds = any(isinstance(act.name, PlayName) and act.name not in _VEHICLES for act in self.acts)
        return self._dense.spans(from_s, to_s) if crowds or self.traits.walkers > _FEW_WALKERS else []

    def _crowds_before(self, number: int) -> Callable[[int], Bodies]:
        """Everybody at a step whom the `number`th troupe gives way to: those before it, and moments by chance."""
        before = self._troupes[:number]

        def crowds(step: int) -> Bodies:
            t_s = step * STEP_S
            near = [moment.company.bodies(step) for moment in self._moments_of(before, t_s, t_s)]
            near += [company.bodies(step) for company in before]
            return together([bodies for bodies in near if bodies.place.size])

        return crowds

    def troupes(self) -> tuple[Troupe, ...]:
        """Who plays the acts that are more than a sound."""
        return self._troupes

    def all_soundings(self) -> tuple[Sounding, ...]:
        """Everything that sounds besides cars that pass and the words of moments."""
        return self._soundings

    def soundings(self, from_s: float, to_s: float) -> list[Sounding]:
        """Those of them whose source sounds at some time between `from_s` and `to_s`."""
        return [one for one in self._soundings if one.began_s <= to_s and one.ended_s >= from_s]

    def cars(self, from_s: float, to_s: float) -> list[Car]:
        """Every car that is on the road at some time between `from_s` and `to_s`, by number."""
        first = int((from_s - _LONGEST_DRIVE_S - _CAR_LATENESS_S) // _CAR_SLOT_S)
        found = [
            car
            for slot in range(first, int(to_s // _CAR_SLOT_S) + 1)
            for lane in (0, 1)
            if (car := self._car_of(slot, lane)) is not None
        ]
        found = [car for car in found if not any(company.keeps_off(car) for company in self._troupes)]
        found += [car for company in self._troupes for car in company.cars(from_s, to_s)]
        return [car for car in found if car.entered_s <= to_s and car.left_s >= from_s]

    def moments(self, from_s: float, to_s: float) -> list[Moment]:
        """Every crowd moment with somebody in the street between `from_s` and `to_s`: those of chance, then of acts."""
        return self._moments_of(self._troupes, from_s, to_s)

    def _moments_of(self, troupes: Sequence[Troupe], from_s: float, to_s: float) -> list[Moment]:
        near = self._moments_by_chance(from_s, to_s) if self.traits.roars else []
        near += [moment for company in troupes for moment in company.moments()]
        return [m for m in near if m.gathers_s <= to_s and m.gone_s >= from_s]

    def _moments_by_chance(self, from_s: float, to_s: float) -> list[Moment]:
        while not self._roars_s or self._roars_s[-1] <= to_s + _LONGEST_MOMENT_S:
            self._roars_s.append(self._next_roar_s())
        first = bisect_left(self._roars_s, from_s - _LONGEST_MOMENT_S)
        last = bisect_right(self._roars_s, to_s + _LONGEST_MOMENT_S)
        return [self._moment(number) for number in range(first, last)]

    def _next_roar_s(self) -> float:
        rng = chance(self.seed, Stream.MOMENTS, len(self._roars_s))
        if not self._roars_s:
            return float(rng.uniform(*FIRST_ROAR_S))
        return self._roars_s[-1] + float(rng.uniform(*BETWEEN_ROARS_S))

    def _moment(self, number: int) -> Moment:
        if number not in self._moments:
            self._moments[number] = Moment.drawn(self.seed, number, self._roars_s[number])
            _forget_oldest(self._moments, 8)
        return self._moments[number]

    def _car_of(self, slot: int, lane: int) -> Car | None:
        key = (slot, lane)
        if key not in self._cars:
            rng = chance(self.seed, Stream.CARS, slot, lane)
            comes = rng.random() < _CAR_IN_A_SLOT * self.traits.cars
            entered_s = slot * _CAR_SLOT_S + float(rng.uniform(0, _CAR_LATENESS_S))
            self._cars[key] = Car.drawn(rng, slot * 2 + lane, lane, entered_s) if comes else None
            _forget_oldest(self._cars, 128)
        return self._cars[key]


def _soundings(acts: Sequence[Act], troupes: Sequence[Troupe]) -> list[Sounding]:
    """What the acts sound like, in order."""
    found = [one for act in acts if isinstance(act.name, SoundName) for one in _of_act(act.name, act)]
    found += [one for company in troupes for one in company.soundings()]
    return sorted(found, key=lambda one: (one.began_s, one.number))


def _of_act(name: SoundName, act: Act) -> list[Sounding]:
    """The soundings of an act that is a sound: as many as its count, one after the other."""
    usual = STRENGTHS[name]
    level_db = usual.level_db if act.level_db is None else act.level_db
    path = stands(act.x_m, act.y_m, usual.height_m if act.z_m is None else act.z_m)
    every_s = act.lasts_s + 0.5 if act.every_s is None else act.every_s
    return [
        Sounding(name, act.number * SOUNDINGS_OF_AN_ACT + i, act.at_s + i * every_s, act.lasts_s, level_db, path)
        for i in range(act.count or 1)
    ]


def _forget_oldest(kept: dict[Any, Any], most: int) -> None:
    """Keeps a street without an end from growing for ever: what is forgotten is drawn again when asked for."""
    while len(kept) > most:
        del kept[next(iter(kept))]
