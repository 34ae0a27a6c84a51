"""What a suite adds up to."""

from __future__ import annotations

from simulator.trials.outcome import Outcome
from simulator.trials.scenario import Scenario, parse
from simulator.trials.score import WEEK_S, Told
from simulator.trials.seeds import SCORING_FROM, SCORING_SEEDS
from simulator.trials.suite import Means, tasks
from simulator.trials.suite_score import SuiteScore
from simulator.world.expected import Expected

SPIKE = "noise.spike"
ROAR = [Expected(SPIKE, 10, 15)]


def scenario(extra: str = "", street: str = "") -> Scenario:
    return parse(f'title = "A street"\nlength_s = 60\n{extra}\n[street]\n{street}'.encode(), "a")


CALM = scenario("hard_negative = true", "roars = false")
PLAIN = scenario()
LIVE = parse(b'title = "A street"\nlength_s = 60\n[[fault]]\nname = "broker.cut"\nfrom_s = 1\nto_s = 2\n', "live")


def outcome(name: str, seed: int, truth: list[Expected], *began_s: float) -> Outcome:
    told = [Told(SPIKE, at_s, at_s + 3, at_s + 0.5) for at_s in began_s]
    return Outcome(name, seed, truth, told, sound_exposure_s=60, sight_exposure_s=30)


def test_hits_of_all_seeds_and_scenarios_add_up_and_each_is_matched_by_itself() -> None:
    outcomes = [outcome("plain", 1, ROAR, 10.0), outcome("plain", 2, ROAR), outcome("calm", 1, [], 10.0)]
    score = SuiteScore.of({"plain": PLAIN, "calm": CALM}, outcomes, {})

    whole = score.scores()[SPIKE]
    assert (whole.truth, whole.hits, whole.false) == (2, 1, 1)
    assert score.confusion == {(SPIKE, SPIKE): 1, (SPIKE, "nothing"): 1, ("nothing", SPIKE): 1}


def test_false_alarms_a_week_are_over_what_was_heard_truly() -> None:
    outcomes = [outcome("plain", 1, ROAR, 10.0), outcome("calm", 1, [], 10.0, 30.0)]
    score = SuiteScore.of({"plain": PLAIN, "calm": CALM}, outcomes, {})

    assert score.false_per_week(SPIKE) == 2 * WEEK_S / 120
    assert score.false_per_week(SPIKE, hard_negatives=True) == 2 * WEEK_S / 60
    assert score.exposure_s("crowd.surge") == 60


def test_the_nodes_word_on_its_sensors_tempts_nobody() -> None:
    told = Outcome("calm", 1, [], [Told("sensor.fault", 5, None, 6)], sound_exposure_s=60)
    score = SuiteScore.of({"calm": CALM}, [told], {})

    assert score.scenarios["calm"].false_of_the_street == 0


def test_the_json_is_kinds_and_scenarios_and_says_what_was_not_run() -> None:
    score = SuiteScore.of({"calm": CALM, "plain": PLAIN}, [outcome("plain", 1, ROAR, 10.0)], {"calm": ["no card"]})
    found = score.as_json()

    assert list(found) == ["kinds", "scenarios"]
    kinds, scenarios = found["kinds"], found["scenarios"]
    assert isinstance(kinds, dict)
    assert isinstance(scenarios, dict)
    fields = ["truth", "hits", "false", "recall", "precision", "f1", "latency_p50_s", "latency_p95_s"]
    assert list(kinds[SPIKE]) == fields
    assert scenarios["calm"]["not_run"] == ["no card"]
    assert "not_run" not in scenarios["plain"]


def test_the_order_in_which_trials_end_makes_no_difference() -> None:
    outcomes = [outcome("plain", 1, ROAR, 10.0), outcome("plain", 2, ROAR), outcome("calm", 1, [], 10.0)]
    named = {"plain": PLAIN, "calm": CALM}

    assert SuiteScore.of(named, outcomes, {}).as_json() == SuiteScore.of(named, outcomes[::-1], {}).as_json()


def test_trials_run_on_the_frozen_scoring_seeds_and_nothing_else() -> None:
    found = tasks({"plain": PLAIN, "calm": CALM}, 3, Means())

    assert sorted({task.seed for task in found}) == sorted(SCORING_SEEDS[:3])
    assert all(task.seed >= SCORING_FROM for task in found)
    assert len(found) == 6


def test_real_time_comes_first_and_once() -> None:
    found = tasks({"plain": PLAIN, "live": LIVE}, 2, Means())

    assert [task.name for task in found] == ["live", "plain", "plain"]


def test_one_picture_is_drawn_of_each_scenario() -> None:
    found = tasks({"plain": PLAIN, "calm": CALM, "live": LIVE}, 4, Means(pictures=True))

    assert sorted(task.name for task in found if task.first) == ["calm", "live", "plain"]


def test_what_ran_in_real_time_is_in_its_own_row_and_in_no_kind() -> None:
    late = Outcome("live", 1, ROAR, [Told(SPIKE, 10, 13, 40)], 60, 60, lost=0, duplicates=1)
    score = SuiteScore.of({"live": LIVE, "plain": PLAIN}, [late, outcome("plain", 1, ROAR, 10.0)], {})
    row = score.scenarios["live"].as_json()

    assert score.scores()[SPIKE].latency_p95_s == 0.5
    assert score.exposure_s(SPIKE) == 60
    assert (row["lost"], row["duplicates"]) == (0, 1)
    assert score.scenarios["live"].tally.scores()[SPIKE].latency_p95_s == 30
