from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.world.street import Street, Traits
from simulator.world.truth import Mood, expected, level_db, mood


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_the_truth_of_a_roar_is_its_first_and_last_shout_as_heard_at_the_pole(seed: int) -> None:
    street = Street(seed)
    moment, event = street.moments(0.0, 60.0)[0], expected(street, 0.0, 60.0)[0]

    assert event.kind == "noise.spike"
    assert 0.0 < event.began_s - moment.began_s < 0.1
    assert 0.0 < event.ended_s - moment.ended_s < 0.1


def test_the_moods_of_a_street_follow_each_other() -> None:
    street = Street(7)
    moment = street.moments(0.0, 60.0)[0]
    instants = (0.0, moment.began_s - 1.0, moment.began_s + 1.0, moment.ended_s + 0.5)

    moods = [mood(street, t_s) for t_s in instants]

    assert moods == [Mood.ORDINARY, Mood.GATHERING, Mood.ROAR, Mood.DISPERSING]


def test_nothing_is_expected_while_nobody_roars() -> None:
    assert expected(Street(7), 0.0, 15.0) == []


@given(st.integers(0, 10_000), st.floats(0.0, 500.0))
@settings(max_examples=30, deadline=None)
def test_the_level_is_never_below_the_city(seed: int, t_s: float) -> None:
    assert Traits().city_db - 1.01 <= level_db(Street(seed), t_s) <= 90.0


@given(st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_a_roar_is_louder_than_the_second_before_it(seed: int) -> None:
    street = Street(seed)
    roar = expected(street, 0.0, 60.0)[0]

    assert level_db(street, roar.began_s + 2.0) > level_db(street, roar.began_s - 0.5)
