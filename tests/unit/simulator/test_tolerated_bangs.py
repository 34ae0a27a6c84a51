"""What may be told of a bang and need not: in the truth, in the score, in the table of confusions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.trials.confusion import NOTHING, confusion
from simulator.trials.score import Told, score
from simulator.world.act import Act
from simulator.world.expected import ONE_DISPLAY_S, ONE_EVENT_S, Expected, merged
from simulator.world.sounding import SoundName
from simulator.world.street import Street, Traits
from simulator.world.truth import expected, tolerated

IMPULSE, SHOT, FIREWORKS = "sound.impulse", "sound.gunshot", "sound.fireworks"
DOOR = Expected(IMPULSE, 10.0, 11.0)


def told(kind: str, *began_s: float) -> list[Told]:
    return [Told(kind, at_s, at_s + 1.0, at_s + 0.5) for at_s in began_s]


def street(name: SoundName, x_m: float = 10.0) -> Street:
    act = Act(name, 0, 20.0, 2.0, x_m=x_m, y_m=10.0)
    return Street(3, 60.0, Traits(roars=False), (act,))


def test_an_impulse_told_of_a_door_is_not_counted() -> None:
    assert score([], told(IMPULSE, 10.2), [DOOR]) == {}


def test_a_door_that_nobody_tells_of_is_not_missed() -> None:
    assert score([], [], [DOOR]) == {}


def test_another_kind_told_of_a_door_is_false() -> None:
    assert score([], told(SHOT, 10.2), [DOOR])[SHOT].false == 1


@pytest.mark.parametrize("at_s", [7.9, 13.1])
def test_an_impulse_told_at_another_time_than_the_door_is_false(at_s: float) -> None:
    assert score([], told(IMPULSE, at_s), [DOOR])[IMPULSE].false == 1


def test_a_shot_told_as_an_impulse_is_missed_and_no_false_alarm() -> None:
    found = score([Expected(SHOT, 10.0, 10.3)], told(IMPULSE, 10.0), [Expected(IMPULSE, 10.0, 10.3)])

    assert (found[SHOT].truth, found[SHOT].hits) == (1, 0)
    assert IMPULSE not in found


def test_what_matches_a_true_event_is_a_hit_where_it_is_tolerated_too() -> None:
    found = score([Expected(IMPULSE, 10.0, 11.0)], told(IMPULSE, 10.0, 10.5), [DOOR])[IMPULSE]

    assert (found.truth, found.hits, found.false) == (1, 1, 0)


@given(st.lists(st.floats(0.0, 100.0), max_size=8), st.lists(st.floats(0.0, 100.0), max_size=8))
def test_tolerating_never_changes_hits_and_never_adds_false_alarms(told_s: list[float], doors_s: list[float]) -> None:
    truth = [Expected(IMPULSE, 50.0, 51.0)]
    doors = [Expected(IMPULSE, at_s, at_s + 1.0) for at_s in doors_s]

    strict, kind = (score(truth, told(IMPULSE, *told_s), some)[IMPULSE] for some in ([], doors))

    assert kind.hits == strict.hits
    assert 0 <= kind.false <= strict.false


def test_the_table_of_confusions_shows_a_shot_told_of_a_door() -> None:
    assert confusion([], told(SHOT, 10.2), [DOOR]) == {(IMPULSE, SHOT): 1}


def test_the_table_of_confusions_does_not_miss_a_door() -> None:
    assert confusion([], [], [DOOR]) == {}


def test_the_table_of_confusions_shows_a_shot_told_as_an_impulse_at_the_shot() -> None:
    table = confusion([Expected(SHOT, 10.0, 10.3)], told(IMPULSE, 10.0), [Expected(IMPULSE, 10.0, 10.3)])

    assert table == {(SHOT, IMPULSE): 1}


def test_an_impulse_told_of_nothing_is_told_of_nothing() -> None:
    assert confusion([], told(IMPULSE, 40.0), [DOOR]) == {(NOTHING, IMPULSE): 1}


@pytest.mark.parametrize("name", [SoundName.DOOR, SoundName.HAMMER, SoundName.THUNDER, SoundName.GUNSHOT_PISTOL])
def test_a_real_bang_may_be_told_as_an_impulse(name: SoundName) -> None:
    [event] = tolerated(street(name), 0.0, 60.0)

    assert event.kind == IMPULSE
    assert 20.0 <= event.began_s <= 22.5  # thunder rolls from half a kilometre above


@pytest.mark.parametrize("name", [SoundName.DOG, SoundName.HORN, SoundName.JACKHAMMER, SoundName.BELLS])
def test_a_dog_a_horn_a_machine_and_a_bell_may_not(name: SoundName) -> None:
    assert tolerated(street(name), 0.0, 60.0) == []


def test_a_door_that_the_city_drowns_may_not() -> None:
    assert tolerated(street(SoundName.DOOR, x_m=3000.0), 0.0, 60.0) == []


def test_no_street_asks_for_an_impulse() -> None:
    kinds = {event.kind for name in (SoundName.DOOR, SoundName.GLASS) for event in expected(street(name), 0.0, 60.0)}

    assert IMPULSE not in kinds


def test_rockets_one_by_one_are_one_display() -> None:
    rockets = [Expected(FIREWORKS, at_s, at_s + 3.0) for at_s in (0.0, 9.0, 18.0)]

    assert merged(rockets) == [Expected(FIREWORKS, 0.0, 21.0)]


@pytest.mark.parametrize(("kind", "apart_s"), [(FIREWORKS, ONE_DISPLAY_S), (SHOT, ONE_EVENT_S)])
def test_sounds_of_a_kind_further_apart_are_two_events(kind: str, apart_s: float) -> None:
    events = [Expected(kind, 0.0, 1.0), Expected(kind, 1.1 + apart_s, 30.0)]

    assert merged(events) == events
