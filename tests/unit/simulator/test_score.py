from __future__ import annotations

from itertools import combinations, permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.trials.score import COLLAR_S, KindScore, Tally, Told, false_per_node_week, score
from simulator.world.expected import Expected

SPIKE = "noise.spike"
WEEK_S = 604_800.0

seconds = st.integers(0, 40).map(lambda quarter: quarter / 4)
kinds = st.sampled_from(["noise.spike", "sound.impulse"])
truths = st.lists(st.builds(lambda kind, at_s: Expected(kind, at_s, at_s + 3), kinds, seconds), max_size=6)
tolds = st.lists(
    st.builds(lambda kind, at_s, late_s: Told(kind, at_s, None, at_s + late_s), kinds, seconds, seconds), max_size=6
)


def true(*began_s: float, kind: str = SPIKE) -> list[Expected]:
    return [Expected(kind, at_s, at_s + 5.0) for at_s in began_s]


def told(*began_s: float, kind: str = SPIKE, late_s: float = 1.0) -> list[Told]:
    return [Told(kind, at_s, at_s + 5.0, at_s + late_s) for at_s in began_s]


def most_hits_by_trying(true_s: list[float], told_s: list[float]) -> int:
    """The greatest matching, found by looking at all of them."""
    for hits in range(min(len(true_s), len(told_s)), 0, -1):
        for some in combinations(true_s, hits):
            for others in permutations(told_s, hits):
                if all(abs(a - b) <= COLLAR_S for a, b in zip(some, others, strict=True)):
                    return hits
    return 0


def least_apart_by_trying(true_s: list[float], told_s: list[float], hits: int) -> float:
    return min(
        sum(abs(a - b) for a, b in zip(some, others, strict=True))
        for some in combinations(true_s, hits)
        for others in permutations(told_s, hits)
        if all(abs(a - b) <= COLLAR_S for a, b in zip(some, others, strict=True))
    )


def test_a_perfect_answer_is_all_hits() -> None:
    found = score(true(10, 60), told(10, 60))

    assert found == {SPIKE: KindScore(2, 2, 0, 1.0, 1.0, 1.0, 1.0, 1.0)}


@pytest.mark.parametrize("off_s", [-2.0, -0.5, 0.5, 2.0])
def test_an_onset_within_the_collar_is_a_hit_early_or_late(off_s: float) -> None:
    assert score(true(10), told(10 + off_s))[SPIKE].hits == 1


@pytest.mark.parametrize("off_s", [-2.01, 2.01, 30.0])
def test_an_onset_outside_the_collar_is_a_miss_and_a_false_alarm(off_s: float) -> None:
    found = score(true(10), told(10 + off_s))[SPIKE]

    assert (found.truth, found.hits, found.false) == (1, 0, 1)
    assert (found.recall, found.precision, found.f1, found.latency_p50_s) == (0.0, 0.0, 0.0, None)


def test_the_collar_is_the_callers() -> None:
    assert score(true(10), told(14), collar_s=5.0)[SPIKE].hits == 1


def test_what_is_told_twice_is_one_hit_and_one_false_alarm() -> None:
    found = score(true(10), told(10, 11))[SPIKE]

    assert (found.truth, found.hits, found.false, found.precision) == (1, 1, 1, 0.5)


def test_the_nearer_of_two_tellings_is_the_hit() -> None:
    found = score(true(10), [*told(8.5, late_s=0.1), *told(10.1, late_s=0.4)])[SPIKE]

    assert found.latency_p50_s == pytest.approx(0.5)


def test_of_two_tellings_with_one_onset_the_first_told_is_the_hit() -> None:
    found = score(true(10), [*told(10, late_s=3.0), *told(10, late_s=1.0)])[SPIKE]

    assert found.latency_p50_s == 1.0


def test_another_kind_is_no_hit() -> None:
    found = score(true(10), told(10, kind="sound.impulse"))

    assert list(found) == [SPIKE, "sound.impulse"]
    assert (found[SPIKE].recall, found[SPIKE].precision) == (0.0, None)
    assert (found["sound.impulse"].recall, found["sound.impulse"].precision) == (None, 0.0)


def test_two_truths_near_one_another_need_two_tellings() -> None:
    found = score(true(10, 11), told(10.5))[SPIKE]

    assert (found.hits, found.recall, found.precision) == (1, 0.5, 1.0)


def test_a_greedy_choice_does_not_cost_a_hit() -> None:
    # The telling at 11 is nearest to the truth at 10.9, and the only one for the truth at 9.2.
    found = score(true(9.2, 10.9), told(11, 12.5))[SPIKE]

    assert found.hits == 2


def test_a_chain_of_events_closer_than_the_collar_is_matched_whole() -> None:
    found = score(true(*range(0, 100, 2)), told(*range(2, 102, 2)))[SPIKE]

    assert found.hits == 50


def test_nothing_at_all_has_no_score() -> None:
    assert score([], []) == {}


def test_silence_where_something_happened_has_no_precision() -> None:
    assert score(true(10), [])[SPIKE] == KindScore(1, 0, 0, 0.0, None, 0.0, None, None)


def test_an_alarm_where_nothing_happened_has_no_recall() -> None:
    assert score([], told(10))[SPIKE] == KindScore(0, 0, 1, None, 0.0, 0.0, None, None)


def test_latency_runs_from_the_truth_to_the_telling_not_from_the_told_onset() -> None:
    found = score(true(10), [Told(SPIKE, 11.5, None, 12.25)])[SPIKE]

    assert found.latency_p50_s == 2.25


def test_a_node_that_is_ahead_of_the_truth_has_a_latency_below_zero() -> None:
    assert score(true(10), told(9, late_s=0.5))[SPIKE].latency_p50_s == -0.5


@pytest.mark.parametrize(
    ("n", "p50_s", "p95_s"), [(1, 1, 1), (2, 1, 2), (3, 2, 3), (10, 5, 10), (20, 10, 19), (100, 50, 95)]
)
def test_percentiles_are_by_nearest_rank(n: int, p50_s: float, p95_s: float) -> None:
    answers = [answer for k in range(1, n + 1) for answer in told(100.0 * k, late_s=float(k))]

    found = score(true(*(100.0 * k for k in range(1, n + 1))), answers)[SPIKE]

    assert (found.latency_p50_s, found.latency_p95_s) == (p50_s, p95_s)


def test_scenarios_are_matched_by_themselves_and_added_up() -> None:
    tally = Tally()
    tally.add(true(10), told(10, late_s=1.0))
    tally.add(true(), told(10))
    tally.add(true(10, 50), told(50, late_s=3.0))

    assert tally.scores() == {SPIKE: KindScore(3, 2, 1, 2 / 3, 2 / 3, 2 / 3, 1.0, 3.0)}


def test_the_latencies_of_all_scenarios_are_kept_for_a_histogram() -> None:
    tally = Tally()
    tally.add(true(10), told(10, late_s=3.0))
    tally.add(true(10), told(10, late_s=1.0))

    assert tally.latencies_s(SPIKE) == (1.0, 3.0)
    assert tally.latencies_s("sound.impulse") == ()


def test_a_scenario_with_a_broken_instant_is_refused_whole() -> None:
    tally = Tally()

    with pytest.raises(ValueError, match="not a finite number"):
        tally.add(true(10), told(float("nan")))
    assert tally.scores() == {}


@pytest.mark.parametrize("collar_s", [-0.1, float("nan"), float("inf")])
def test_a_collar_that_is_no_time_is_refused(collar_s: float) -> None:
    with pytest.raises(ValueError, match="collar"):
        score([], [], collar_s=collar_s)


def test_json_has_the_eight_words_of_a_kind() -> None:
    assert score(true(10), told(10))[SPIKE].as_json() == {
        "truth": 1,
        "hits": 1,
        "false": 0,
        "recall": 1.0,
        "precision": 1.0,
        "f1": 1.0,
        "latency_p50_s": 1.0,
        "latency_p95_s": 1.0,
    }


@pytest.mark.parametrize(
    ("false", "exposure_s", "a_week"), [(0, WEEK_S, 0.0), (3, WEEK_S, 3.0), (1, WEEK_S / 4, 4.0), (5, 5 * WEEK_S, 1.0)]
)
def test_false_alarms_are_told_per_week_of_sensing(false: int, exposure_s: float, a_week: float) -> None:
    assert false_per_node_week(false, exposure_s) == pytest.approx(a_week)


def test_where_nothing_was_sensed_there_is_no_rate_of_false_alarms() -> None:
    assert false_per_node_week(0, 0.0) is None


@pytest.mark.parametrize(("false", "exposure_s"), [(-1, 1.0), (1, -1.0), (1, float("nan"))])
def test_a_rate_of_less_than_nothing_is_refused(false: int, exposure_s: float) -> None:
    with pytest.raises(ValueError, match="counted from 0"):
        false_per_node_week(false, exposure_s)


@given(st.lists(seconds, max_size=5), st.lists(seconds, max_size=5))
def test_the_matching_has_as_many_hits_as_any_and_is_the_nearest_of_those(
    true_s: list[float], told_s: list[float]
) -> None:
    tally = Tally()
    tally.add(true(*true_s), [Told(SPIKE, at_s, None, at_s) for at_s in told_s])
    hits = most_hits_by_trying(true_s, told_s)

    assert len(tally.latencies_s(SPIKE)) == hits
    assert sum(map(abs, tally.latencies_s(SPIKE))) == least_apart_by_trying(true_s, told_s, hits)


@given(truths, tolds)
def test_no_event_is_counted_twice_or_lost(truth: list[Expected], answers: list[Told]) -> None:
    found = score(truth, answers).values()

    assert sum(each.truth for each in found) == len(truth)
    assert sum(each.hits + each.false for each in found) == len(answers)
    assert all(each.hits <= each.truth for each in found)


@given(truths)
def test_a_perfect_answer_scores_one(truth: list[Expected]) -> None:
    found = score(truth, [Told(event.kind, event.began_s, event.ended_s, event.began_s) for event in truth])

    assert all((each.recall, each.precision, each.f1, each.latency_p95_s) == (1, 1, 1, 0) for each in found.values())


@given(truths, tolds, kinds)
def test_a_false_event_never_raises_precision(truth: list[Expected], answers: list[Told], kind: str) -> None:
    before = score(truth, answers)
    after = score(truth, [*answers, Told(kind, 500.0, None, 500.0)])

    assert before.get(kind) is None or (after[kind].precision or 0.0) <= (before[kind].precision or 0.0)
    assert after[kind].recall == (before[kind].recall if kind in before else None)


@given(truths, tolds, st.randoms(use_true_random=False))
def test_the_order_of_events_does_not_matter(truth: list[Expected], answers: list[Told], chance: Random) -> None:
    mixed_truth, mixed_answers = truth.copy(), answers.copy()
    chance.shuffle(mixed_truth)
    chance.shuffle(mixed_answers)

    assert score(mixed_truth, mixed_answers) == score(truth, answers)


@given(st.lists(st.tuples(truths, tolds), max_size=4))
def test_merged_tallies_are_one_tally(scenarios: list[tuple[list[Expected], list[Told]]]) -> None:
    whole, merged = Tally(), Tally()
    for truth, answers in scenarios:
        whole.add(truth, answers)
        one = Tally()
        one.add(truth, answers)
        merged.merge(one)

    assert merged.scores() == whole.scores()
