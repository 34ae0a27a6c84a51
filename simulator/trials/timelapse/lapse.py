"""The features of any stretch of a week, hour by hour: the same numbers in whatever pieces they are asked for."""

from __future__ import annotations

import math
from functools import lru_cache

from node.sense.capture.hops import HOP_S
from simulator.trials.timelapse.arrivals import Cut
from simulator.trials.timelapse.features import HOPS_A_SECOND, Features, Heard, Seen
from simulator.trials.timelapse.hearing import RUN_IN_HOPS, hear
from simulator.trials.timelapse.seeing import see
from simulator.trials.timelapse.table import table
from simulator.trials.timelapse.week import HOUR_S, Week
from simulator.world.street import Street
from simulator.world.traffic import Car

HOPS_AN_HOUR = round(HOUR_S) * HOPS_A_SECOND


@lru_cache(maxsize=2)
def hour_heard(seed: int, number: int) -> Heard:
    """What the pole hears in an hour of a week: 28,800 hops."""
    street, cars = _street(seed, number)
    return hear(street, Cut(0.0, HOPS_AN_HOUR), table(), number * HOUR_S, cars)


@lru_cache(maxsize=2)
def hour_seen(seed: int, number: int) -> Seen:
    """What the pole sees in an hour of a week: 3,600 seconds."""
    street, cars = _street(seed, number)
    return see(street, round(HOUR_S), table().sight[street.traits.light], number * HOUR_S, cars)


@lru_cache(maxsize=2)
def _street(seed: int, number: int) -> tuple[Street, list[Car]]:
    """The street of an hour and its cars, which are drawn once for both senses."""
    street = Week(seed).street(number)
    return street, street.cars(-RUN_IN_HOPS * HOP_S, HOUR_S)


def features(week: Week, from_s: float, to_s: float) -> Features:
    """What the pole hears and sees of a week between two instants, in whole hops and whole seconds.

    Args:
        week: whose.
        from_s: where it begins, in seconds of the week, 0 or more; down to the whole second.
        to_s: where it ends, after `from_s`; up to the whole second.

    Raises:
        ValueError: the stretch is empty or begins before the week.
    """
    first, last = math.floor(from_s), math.ceil(to_s)
    if not 0 <= first < last:
        raise ValueError("a stretch of a week begins at its second 0 or later, and ends after that")
    heard, seen = [], []
    for number in range(first // round(HOUR_S), (last - 1) // round(HOUR_S) + 1):
        begin = number * round(HOUR_S)
        low, high = max(first - begin, 0), min(last - begin, round(HOUR_S))
        heard.append(hour_heard(week.seed, number).cut(low * HOPS_A_SECOND, high * HOPS_A_SECOND))
        seen.append(hour_seen(week.seed, number).cut(low, high))
    return Features(Heard.joined(heard), Seen.joined(seen))
