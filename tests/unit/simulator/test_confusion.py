"""What was told for what: hand-made truths, and the table that they must give."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulator.trials.confusion import NOTHING, confusion
from simulator.trials.score import COLLAR_S, Told, score
from simulator.world.expected import Expected

SPIKE, SIREN = "noise.spike", "sound.siren"
seconds = st.integers(0, 60).map(float)
kinds = st.sampled_from([SPIKE, SIREN])
truths = st.lists(st.builds(lambda kind, at_s: Expected(kind, at_s, at_s + 4), kinds, seconds), max_size=6, unique=True)
tolds = st.lists(st.builds(lambda kind, at_s: Told(kind, at_s, None, at_s + 1), kinds, seconds), max_size=6)


def told(kind: str, began_s: float) -> Told:
    return Told(kind, began_s, None, began_s + 1)


def test_what_is_told_of_its_own_kind_stands_on_the_diagonal() -> None:
    assert confusion([Expected(SPIKE, 10, 15)], [told(SPIKE, 11)]) == {(SPIKE, SPIKE): 1}


def test_what_is_told_in_the_midst_of_another_kind_belongs_to_that() -> None:
    assert confusion([Expected(SIREN, 10, 40)], [told(SPIKE, 25)]) == {(SIREN, SPIKE): 1}


def test_what_is_told_of_nothing_and_what_is_told_nothing_of_are_both_shown() -> None:
    table = confusion([Expected(SIREN, 10, 15)], [told(SPIKE, 40)])

    assert table == {(NOTHING, SPIKE): 1, (SIREN, NOTHING): 1}


def test_the_own_kind_wins_over_a_nearer_other_one() -> None:
    table = confusion([Expected(SPIKE, 10, 15), Expected(SIREN, 12, 30)], [told(SPIKE, 12)])

    assert table == {(SPIKE, SPIKE): 1, (SIREN, NOTHING): 1}


def test_of_two_others_the_one_that_began_nearest_is_meant() -> None:
    table = confusion([Expected("sound.gunshot", 10, 30), Expected(SIREN, 21, 30)], [told(SPIKE, 20)])

    assert table == {(SIREN, SPIKE): 1, ("sound.gunshot", NOTHING): 1}


def test_the_collar_holds_before_the_onset_and_after_the_end() -> None:
    truth = [Expected(SIREN, 10, 20)]

    assert confusion(truth, [told(SPIKE, 10 - COLLAR_S), told(SPIKE, 20 + COLLAR_S)]) == {(SIREN, SPIKE): 2}
    assert (NOTHING, SPIKE) in confusion(truth, [told(SPIKE, 10 - COLLAR_S - 0.1)])
    assert (NOTHING, SPIKE) in confusion(truth, [told(SPIKE, 20 + COLLAR_S + 0.1)])


@given(truths, tolds)
def test_every_told_event_is_counted_once_and_no_true_one_is_lost(truth: list[Expected], events: list[Told]) -> None:
    table = confusion(truth, events)

    assert sum(count for (_, what), count in table.items() if what != NOTHING) == len(events)
    for kind in (SPIKE, SIREN):
        true = sum(one.kind == kind for one in truth)
        assert table[kind, NOTHING] <= true
        assert bool(true) >= any(table[kind, what] for what in (SPIKE, SIREN, NOTHING))


@given(truths, tolds)
def test_every_hit_of_the_score_lies_on_the_diagonal(truth: list[Expected], events: list[Told]) -> None:
    table = confusion(truth, events)

    assert all(table[kind, kind] >= one.hits for kind, one in score(truth, events).items())


@given(truths, tolds, st.randoms(use_true_random=False))
def test_the_order_of_the_told_events_makes_no_difference(truth: list[Expected], events: list[Told], rng) -> None:
    shuffled = rng.sample(events, len(events))

    assert confusion(truth, shuffled) == confusion(truth, events)
