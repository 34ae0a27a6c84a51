"""Ordinary days in short: what is left out of them, and how false alarms are counted."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.trials.false_alarms import GAP_S, LEAD_S, LONGEST_S, PLAIN_S, Days, HourOutcome, hours, shortened
from simulator.trials.score import Tally, Told
from simulator.trials.timelapse.week import Week
from simulator.world.act import Act, PlayName
from simulator.world.sounding import SoundName

acts = st.lists(
    st.builds(
        lambda name, at_s, lasts_s: Act(name, 0, at_s, lasts_s),
        st.sampled_from([SoundName.DOG, SoundName.DOOR, SoundName.HORN]),
        st.floats(0.0, 3600.0),
        st.floats(0.1, 600.0),
    ),
    max_size=12,
)


@given(acts)
def test_no_act_is_left_out(day: list[Act]) -> None:
    assert sorted(act.name for act in shortened(day)) == sorted(act.name for act in day)


@given(acts)
def test_the_first_act_leaves_time_to_learn_the_background(day: list[Act]) -> None:
    assert all(act.at_s >= LEAD_S - 1e-6 for act in shortened(day))


@given(acts)
def test_between_two_acts_no_more_than_a_gap_remains(day: list[Act]) -> None:
    over_s = LEAD_S
    for act in shortened(day):
        assert act.at_s <= over_s + GAP_S + 1e-6
        over_s = max(over_s, act.ended_s)


@given(acts)
def test_nothing_that_sounds_is_heard_for_longer_than_half_a_minute(day: list[Act]) -> None:
    assert all(act.lasts_s <= LONGEST_S for act in shortened(day))


def test_acts_that_overlap_still_do() -> None:
    day = [Act(SoundName.BELLS, 0, 500.0, 20.0), Act(SoundName.DOG, 1, 505.0, 2.0)]

    bells, dog = shortened(day)
    assert dog.at_s - bells.at_s == pytest.approx(5.0)


def test_a_play_keeps_its_length() -> None:
    [act] = shortened([Act(PlayName.GATHERING, 0, 500.0, 40.0)])

    assert act.lasts_s == 40.0


def test_a_day_in_short_takes_less_than_five_hours() -> None:
    week = Week(5)
    lengths_s = [max((act.ended_s for act in shortened(week.hour(number).acts)), default=0.0) for number in range(24)]

    assert sum(lengths_s) < 5 * 3600


def days_with(outcome: HourOutcome, rest: int) -> Days:
    found = Days()
    for one in [outcome, *[HourOutcome(10, 0, Tally())] * rest]:
        found.add(one)
    return found


def test_false_alarms_are_counted_a_day_and_a_week() -> None:
    tally = Tally()
    tally.add([], [Told("sound.siren", 3.0, None, 4.0)])
    found = days_with(HourOutcome(10, 300, tally), 47)

    kinds = found.as_json()["kinds"]
    assert found.days == 2.0
    assert isinstance(kinds, dict)
    assert kinds["sound.siren"]["false"] == 1
    assert kinds["sound.siren"]["per_node_day"] == 0.5
    assert kinds["sound.siren"]["per_node_week"] == 3.5


def test_a_false_alarm_of_plain_time_counts_for_all_plain_time() -> None:
    found = days_with(HourOutcome(10, 1800, Tally(), Counter({"sound.scream": 1})), 23)

    assert found.per_day("sound.scream") == pytest.approx((24 * 3600 - 1800) / (24 * PLAIN_S))


def test_a_day_has_24_hours() -> None:
    assert [hour.number for hour in hours(5, 1.0, None)] == list(range(24))
