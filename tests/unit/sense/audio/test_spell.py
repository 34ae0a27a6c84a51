"""The open incident of one kind."""

from __future__ import annotations

import pytest

from node.contract.words import Evidence, Kind
from node.sense.audio.heard import Began, Confidence, Ended
from node.sense.audio.spell import Spell


def begun(at_s: float = 10.0) -> Spell:
    spell = Spell(Kind.SOUND_SIREN, hold_s=4.0, refractory_s=10.0)
    spell.begin(at_s, at_s + 1.0, 12.0, Confidence.LOW, (Evidence.CLASSIFIER,))
    return spell


def test_it_begins_with_what_it_was_told() -> None:
    spell = Spell(Kind.SOUND_SIREN, hold_s=4.0, refractory_s=10.0)

    began = spell.begin(10.0, 11.0, 12.0, Confidence.MEDIUM, (Evidence.CLASSIFIER,))

    assert began == Began(Kind.SOUND_SIREN, 10.0, 11.0, Confidence.MEDIUM, (Evidence.CLASSIFIER,))


def test_it_ends_when_it_was_not_heard_for_the_hold_and_is_dated_to_when_it_was() -> None:
    spell = begun()
    spell.hear(14.0)

    assert spell.step(18.0, 20.0) is None
    assert spell.step(18.125, 5.0) == Ended(Kind.SOUND_SIREN, 14.0, 4.0, 20.0, stopped=False)


def test_while_one_is_open_none_begins() -> None:
    assert not begun().may_begin(12.0)


def test_after_its_end_none_begins_for_the_refractory_time() -> None:
    spell = begun()
    spell.step(16.0, 0.0)

    assert [spell.may_begin(16.0 + after_s) for after_s in (0.0, 9.9, 10.0)] == [False, False, True]


def test_where_listening_stops_it_is_said_to_be_stopped() -> None:
    ended = begun().stop(13.0, 18.0)

    assert ended is not None
    assert (ended.stopped, ended.ended_s, ended.duration_s) == (True, 13.0, 3.0)


def test_it_is_never_shorter_than_a_hop() -> None:
    ended = begun().stop(10.0, 10.0)

    assert ended is not None
    assert ended.duration_s == 0.125


def test_its_peak_is_the_greatest_level_since_it_began() -> None:
    spell = begun()
    spell.step(12.0, 31.0)
    spell.step(13.0, 5.0)
    ended = spell.stop(13.0, 13.0)

    assert ended is not None
    assert ended.peak_over_background_db == 31.0


def test_what_is_not_open_does_not_end() -> None:
    spell = Spell(Kind.SOUND_SIREN, hold_s=4.0, refractory_s=10.0)

    assert spell.step(100.0, 50.0) is None
    assert spell.stop(100.0, 100.0) is None


def test_an_incident_that_was_heard_no_more_ends_where_it_began() -> None:
    ended = begun().step(14.125, 0.0)

    assert ended is not None
    assert (ended.ended_s, ended.duration_s) == (10.125, 0.125)


def test_none_begins_before_the_one_before_ended() -> None:
    spell = Spell(Kind.SOUND_FIREWORKS, hold_s=4.0, refractory_s=0.0)
    spell.begin(10.0, 11.0, 12.0, Confidence.LOW, (Evidence.CLASSIFIER,))
    spell.hear(13.0)
    spell.step(17.5, 0.0)

    assert spell.begin(11.5, 18.0, 12.0, Confidence.LOW, (Evidence.CLASSIFIER,)).began_s == 13.0


def test_a_shot_between_the_end_of_one_incident_and_the_telling_of_it_may_begin_another() -> None:
    spell = Spell(Kind.SOUND_GUNSHOT, hold_s=4.0, refractory_s=0.0)
    spell.begin(10.0, 11.0, 12.0, Confidence.LOW, (Evidence.CLASSIFIER,))
    spell.step(14.125, 0.0)

    assert [spell.may_begin(at_s) for at_s in (10.0, 13.9)] == [False, True]


@pytest.mark.parametrize(("after_s", "swallowed"), [(1.0, True), (31.0, True), (31.1, False)])
def test_a_bang_without_a_name_belongs_to_it_for_half_a_minute_after_it_was_named(
    after_s: float, *, swallowed: bool
) -> None:
    assert begun().swallows(10.0 + after_s) is swallowed


def test_a_name_that_is_given_anew_makes_it_take_in_bangs_for_longer() -> None:
    spell = begun()
    spell.name(30.0)

    assert spell.swallows(60.0)
