from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.trials.seeds import SCORING_FROM
from simulator.trials.timelapse import rhythm
from simulator.trials.timelapse.week import HOUR_S, Week
from simulator.world.sounding import SoundName
from simulator.world.street import Street, Traits

seeds = st.integers(0, 2**32 - 1)
hours = st.integers(0, 4 * 168 - 1)


@pytest.mark.parametrize("shares", [rhythm.WORKDAY_TRAFFIC, rhythm.WEEKEND_TRAFFIC])
def test_the_hours_of_a_day_share_all_of_its_traffic(shares: tuple[float, ...]) -> None:
    assert len(shares) == 24
    assert sum(shares) == pytest.approx(100.0, abs=1.0)


def test_the_city_is_ten_decibels_quieter_at_three_in_the_night_than_in_the_rush_hour() -> None:
    assert rhythm.city_db(17) == pytest.approx(rhythm.LOUDEST_CITY_DB)
    assert rhythm.city_db(17) - rhythm.city_db(3) == pytest.approx(10 * math.log10(7.7 / 0.5))


def test_two_in_the_morning_of_a_saturday_is_no_longer_friday_night() -> None:
    friday_22, saturday_1, saturday_2, monday_22 = 4 * 24 + 22, 5 * 24 + 1, 5 * 24 + 2, 22

    lively = [rhythm.is_lively_night(hour) for hour in (friday_22, saturday_1, saturday_2, monday_22)]

    assert lively == [True, True, False, False]


def test_a_street_with_the_multiple_of_one_has_as_many_cars_as_the_rhythm_counts_on() -> None:
    passes = [len(Street(seed, None, Traits(roars=False)).cars(0.0, 3600.0)) for seed in range(4)]

    assert sum(passes) / len(passes) == pytest.approx(rhythm.CARS_AN_HOUR, rel=0.06)


@given(seeds, hours)
@settings(max_examples=30)
def test_an_hour_is_the_same_whenever_it_is_asked_for(seed: int, number: int) -> None:
    assert Week(seed).hour(number) == Week(seed).hour(number)
    assert Week(seed).street(number).all_soundings() is not None


@given(seeds, hours)
@settings(max_examples=60)
def test_every_act_of_an_hour_begins_and_ends_within_it(seed: int, number: int) -> None:
    hour = Week(seed).hour(number)

    assert [act.number for act in hour.acts] == list(range(len(hour.acts)))
    assert all(0 <= act.at_s < HOUR_S and act.ended_s <= HOUR_S + 0.5 and act.lasts_s > 0 for act in hour.acts)


@given(seeds, hours)
def test_a_training_week_never_renders_a_scoring_street(seed: int, number: int) -> None:
    assert (Week(seed).hour(number).seed < SCORING_FROM) == (seed < SCORING_FROM)


def test_an_hour_before_the_first_is_refused() -> None:
    with pytest.raises(ValueError, match="counted from 0"):
        Week(1).hour(-1)


def test_it_rains_and_storms_in_some_weeks_and_is_dry_in_most_hours() -> None:
    rain = [Week(seed).hour(hour).traits.rain_mm_per_h > 0 for seed in range(8) for hour in range(0, 168, 2)]

    assert 0.01 < sum(rain) / len(rain) < 0.2


def test_a_building_site_rests_at_night_and_on_sunday() -> None:
    tools = {SoundName.JACKHAMMER, SoundName.DRILL, SoundName.HAMMER}
    busy = {hour for seed in range(6) for hour in range(168) for act in Week(seed).hour(hour).acts if act.name in tools}

    assert busy
    assert all(8 <= hour % 24 < 16 and hour < 5 * 24 for hour in busy)


def test_the_bells_strike_as_often_as_the_clock_says() -> None:
    strikes = {clock: [a for a in Week(3).hour(clock).acts if a.name is SoundName.BELLS] for clock in (3, 8, 12)}

    assert [len(found) for found in strikes.values()] == [0, 1, 2]
    assert strikes[8][0].lasts_s == 2.0 * 8


def test_friday_night_has_more_roars_than_monday_night() -> None:
    def roars(hour: int) -> int:
        return sum(act.name in {"gathering", "cheer"} for seed in range(12) for act in Week(seed).hour(hour).acts)

    assert sum(roars(4 * 24 + clock) for clock in (20, 21, 22)) > 1.5 * sum(roars(clock) for clock in (20, 21, 22))
