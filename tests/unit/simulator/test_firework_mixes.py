"""Fireworks that are told as shots: which streets there are, and how they are counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.trials.firework_mixes import FIRST_SEED, LENGTH_S, SYNTHESIS, Mix, Score, mixes, scores, street, whole
from simulator.trials.listening import listen
from simulator.trials.seeds import SCORING_FROM
from simulator.trials.workforce import Done
from simulator.world.sounding import SoundName
from simulator.world.truth import expected


def test_without_a_folder_every_mix_is_synthesis() -> None:
    assert {mix.source for mix in mixes(5, None)} == {SYNTHESIS}


@given(st.integers(1, 300))
def test_there_are_as_many_mixes_as_asked_for(count: int) -> None:
    assert [mix.number for mix in mixes(count, None)] == list(range(count))


@given(st.integers(0, 5000))
def test_every_mix_is_of_a_training_seed_and_has_fireworks_alone(number: int) -> None:
    found = street(Mix(number, SYNTHESIS, None))

    assert found.seed == FIRST_SEED + number < SCORING_FROM
    assert {act.name for act in found.acts} == {SoundName.FIREWORK}


@given(st.integers(0, 5000))
def test_every_burst_is_over_before_its_street(number: int) -> None:
    [act] = street(Mix(number, SYNTHESIS, None)).acts

    last_s = act.at_s + ((act.count or 1) - 1) * (act.every_s or 0.0)
    assert last_s <= LENGTH_S - 3.0


def test_fireworks_are_heard_in_most_mixes() -> None:
    streets = [street(mix) for mix in mixes(20, None)]

    heard = [any(one.kind == "sound.fireworks" for one in expected(each, 0.0, LENGTH_S)) for each in streets]
    assert sum(heard) >= 15


def test_a_kind_counts_once_a_mix() -> None:
    score = Score.of([frozenset({"sound.gunshot", "sound.impulse"}), frozenset({"sound.gunshot"}), frozenset()])

    assert score.told == {"sound.gunshot": 2, "sound.impulse": 1}
    assert score.gunshot_share == pytest.approx(2 / 3)


def test_each_source_is_counted_by_itself_and_all_together() -> None:
    shot, none = frozenset({"sound.gunshot"}), frozenset[str]()
    done = [Done(Mix(0, "a", None), shot), Done(Mix(1, "a", None), none), Done(Mix(2, "b", None), none)]

    by_source = scores(done)
    assert {source: one.gunshot_share for source, one in by_source.items()} == {"a": 0.5, "b": 0.0}
    assert whole(by_source.values()).as_json()["gunshot_share"] == pytest.approx(1 / 3)


def test_without_a_mix_there_is_no_share() -> None:
    assert whole([]).gunshot_share is None


@pytest.mark.slow
def test_something_is_told_of_a_salvo_nearby() -> None:
    mix = next(mix for mix in mixes(50, None) if (street(mix).acts[0].count or 1) > 4)

    assert listen(street(mix), LENGTH_S) != []
