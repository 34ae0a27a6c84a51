"""The plan of a week: for every hour a street, its weather and what happens in it. Data only: any hour can be rendered.

Each hour is a street of its own seed with its own second 0. What lasts longer than an hour is cut at the hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from simulator.trials.seeds import SCORING_FROM
from simulator.trials.timelapse import happenings, rhythm
from simulator.world.act import Act
from simulator.world.chance import Stream, chance
from simulator.world.street import Street, Traits

HOUR_S = 3600.0
_PLAN, _WEATHER, _ACTS, _PROGRAMME = range(4)


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a week.

    Args:
        number: counted from Monday, 00:00.
        seed: of its street.
        traits: what the street is like.
        acts: what happens in it; instants from the begin of the hour.
    """

    number: int
    seed: int
    traits: Traits
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class Sky:
    """The weather of a day.

    Args:
        overcast: no sun.
        rain_from: the hour of the day in which it begins to rain.
        rain_hours: for how many hours it rains; 0 on a dry day.
        rain_mm_per_h: how hard.
        wind_mps: the mean wind of its windiest hour.
        storm_hour: the hour of the day with thunder, or None.
    """

    overcast: bool
    rain_from: int
    rain_hours: int
    rain_mm_per_h: float
    wind_mps: float
    storm_hour: int | None

    def rain_at(self, clock: int) -> float:
        """How hard it rains in an hour of the day, in mm/h."""
        return self.rain_mm_per_h if 0 <= clock - self.rain_from < self.rain_hours else 0.0

    def wind_at(self, clock: int) -> float:
        """The mean wind in an hour of the day, in m/s: half as strong at night."""
        return self.wind_mps * (1.0 if 10 <= clock < 18 else 0.75 if 7 <= clock < 22 else 0.5)


class Week:
    """A pole's week.

    Args:
        seed: 0 or more. The streets' seeds are on the same side of `SCORING_FROM` as it is.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def hour(self, number: int) -> Hour:
        """Hour `number`, 0 or more; weeks follow each other without an end.

        Raises:
            ValueError: the number is negative.
        """
        if number < 0:
            raise ValueError("hours are counted from 0")
        return _hour(self.seed, number)

    def street(self, number: int) -> Street:
        """The street of an hour, from its second 0 to 3600, for the full path."""
        hour = self.hour(number)
        return Street(hour.seed, HOUR_S, hour.traits, hour.acts)


@lru_cache(maxsize=256)
def _hour(seed: int, number: int) -> Hour:
    clock = rhythm.hour_of_day(number)
    day = number // rhythm.HOURS_A_DAY
    sky = _sky(seed, day)
    street_seed = int(chance(seed, Stream.TIME_LAPSE, _PLAN, number).integers(SCORING_FROM))
    traits = Traits(
        roars=False,
        walkers=rhythm.walkers(number),
        cars=min(rhythm.MOST_CARS, rhythm.cars_an_hour(number) / rhythm.CARS_AN_HOUR),
        city_db=rhythm.city_db(number),
        light=rhythm.light(number, overcast=sky.overcast),
        rain_mm_per_h=sky.rain_at(clock),
        wind_mps=sky.wind_at(clock),
    )
    rng = chance(seed, Stream.TIME_LAPSE, _ACTS, number)
    programme = happenings.Programme.drawn(chance(seed, Stream.TIME_LAPSE, _PROGRAMME, day))
    acts = happenings.acts(rng, number, programme, thunder=clock == sky.storm_hour)
    return Hour(number, street_seed + (SCORING_FROM if seed >= SCORING_FROM else 0), traits, acts)


@lru_cache(maxsize=64)
def _sky(seed: int, day: int) -> Sky:
    """The weather of a day: one in three is wet, one wet day in four has thunder. A temperate town, not a record."""
    rng = chance(seed, Stream.TIME_LAPSE, _WEATHER, day)
    wet = bool(rng.random() < 0.35)
    rain_from, rain_hours = int(rng.integers(0, 20)), int(rng.integers(1, 7))
    mm_per_h = float(min(15.0, rng.lognormal(0.4, 0.8)))
    thunder = bool(rng.random() < 0.25)
    return Sky(
        overcast=wet or bool(rng.random() < 0.3),
        rain_from=rain_from,
        rain_hours=rain_hours if wet else 0,
        rain_mm_per_h=mm_per_h,
        wind_mps=float(min(14.0, 4.0 * rng.weibull(2.0))),
        storm_hour=rain_from if wet and thunder else None,
    )
