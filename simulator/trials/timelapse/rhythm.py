"""The rhythm of a city's day and week: how many cars and people there are in each hour, and how loud the city is.

Hours are counted from Monday, 00:00.
"""

from __future__ import annotations

import math

from simulator.world.street import Light

HOURS_A_DAY = 24
DAYS_A_WEEK = 7
FRIDAY, SATURDAY, SUNDAY = 4, 5, 6

WORKDAY_TRAFFIC = (
    1.0, 0.6, 0.5, 0.5, 0.7, 1.8, 4.6, 7.0, 6.1, 5.0, 5.0, 5.4, 5.8, 5.8, 6.2, 7.1, 7.7, 7.7, 6.0, 4.4, 3.5, 3.2,
    2.5,
    1.9,
)  # fmt: skip
WEEKEND_TRAFFIC = (
    2.1, 1.4, 1.1, 0.7, 0.7, 1.0, 1.8, 2.7, 3.6, 4.8, 5.7, 6.5, 7.1, 7.1, 7.2, 7.2, 7.1, 6.8, 6.2, 5.2, 4.3, 3.8, 3.2,
    2.5,
)  # fmt: skip
"""Per cent of a day's traffic on urban roads, by hour: the defaults of EPA's MOVES2014 (EPA-420-R-16-003a, vehicle
miles by hour of the day), rounded to 0.1."""

CARS_A_WORKDAY = 5000
CARS_A_WEEKEND_DAY = 4000
"""A street of some importance in a town."""

CARS_AN_HOUR = 324.0
"""Cars that pass in an hour where `Traits.cars` is 1."""
MOST_CARS = 2.7
"""`Traits.cars` where every gap is filled."""

LOUDEST_CITY_DB = 55.0
"""The far city in the busiest hour."""

_WORKDAY_WALKERS = (
    0.1, 0.05, 0.03, 0.02, 0.05, 0.2, 0.5, 1.0, 1.0, 0.8, 0.9, 1.2, 1.5, 1.2, 1.0, 1.2, 1.5, 1.6, 1.3, 1.0, 0.8, 0.6,
    0.4, 0.2,
)  # fmt: skip
_WEEKEND_WALKERS = (
    0.6, 0.5, 0.3, 0.2, 0.1, 0.1, 0.2, 0.3, 0.6, 1.0, 1.4, 1.7, 1.8, 1.8, 1.8, 1.8, 1.7, 1.5, 1.5, 1.4, 1.2, 1.1, 1.0,
    0.8,
)  # fmt: skip
"""Multiples of an ordinary afternoon. Not from a count: the shape of a street with shops by day and bars by night."""


def hour_of_day(hour: int) -> int:
    """0..23."""
    return hour % HOURS_A_DAY


def day_of_week(hour: int) -> int:
    """0 is Monday, 6 is Sunday."""
    return hour // HOURS_A_DAY % DAYS_A_WEEK


def is_weekend(hour: int) -> bool:
    """Saturday or Sunday."""
    return day_of_week(hour) >= SATURDAY


def is_lively_night(hour: int) -> bool:
    """An hour in which people are out late: Friday and Saturday from 19:00 to 02:00."""
    clock = hour_of_day(hour)
    evening_of = day_of_week(hour - HOURS_A_DAY) if clock < 2 else day_of_week(hour)
    return evening_of in {FRIDAY, SATURDAY} and (clock >= 19 or clock < 2)


def cars_an_hour(hour: int) -> float:
    """How many cars pass in this hour, on average."""
    weekend = is_weekend(hour)
    shares = WEEKEND_TRAFFIC if weekend else WORKDAY_TRAFFIC
    return (CARS_A_WEEKEND_DAY if weekend else CARS_A_WORKDAY) * shares[hour_of_day(hour)] / 100


def city_db(hour: int) -> float:
    """The A-weighted level of the far city: the sum of the same traffic far away, 10 dB for ten times as much."""
    return LOUDEST_CITY_DB + 10 * math.log10(cars_an_hour(hour) / (CARS_A_WORKDAY * max(WORKDAY_TRAFFIC) / 100))


def walkers(hour: int) -> float:
    """How many people walk, as a multiple of an ordinary afternoon."""
    shares = _WEEKEND_WALKERS if is_weekend(hour) else _WORKDAY_WALKERS
    return shares[hour_of_day(hour)]


def light(hour: int, *, overcast: bool) -> Light:
    """What lights the street: the sun of an equinox."""
    clock = hour_of_day(hour)
    if clock in {6, 18}:
        return Light.DUSK
    if not 6 < clock < 18:
        return Light.NIGHT
    return Light.OVERCAST if overcast else Light.DAY
