"""When the model is asked, and that a hole in the sound is no event."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.config.sound_classes import SoundClass
from node.sense.audio.classifier import Classifier
from node.sense.audio.tagger import Scores, Tagger
from node.sense.capture.ports import AudioBlock
from tests.unit.sense.audio.tiny_models import bent, breaks_on_a_square, entry, mean_size

MEAN_SIZE = mean_size()
BENT = bent()
CHANCE = np.random.default_rng(6)
HOPS = [CHANCE.standard_normal(6000).astype(np.float32) for _ in range(8)]
BROKEN = np.where(np.arange(6000) == 5, np.nan, HOPS[0]).astype(np.float32)


@lru_cache
def classifier(content: bytes) -> Classifier:
    return Classifier(entry(content), content)


def tagger(content: bytes | None = None) -> Tagger:
    return Tagger(classifier(content or MEAN_SIZE))


def hop(index: int, samples: np.ndarray | None = None, lost: int = 0, late_s: float = 0.0) -> AudioBlock:
    return AudioBlock(HOPS[index % 8] if samples is None else samples, 0.125 * index + late_s, lost_samples=lost)


def judged(ears: Tagger, awake: Sequence[bool], first: int = 0, urgent: Sequence[int] = ()) -> list[int]:
    """The hops at which scores came."""
    return [
        first + index
        for index, is_awake in enumerate(awake)
        if ears.step(hop(first + index), awake=is_awake, urgent=first + index in urgent) is not None
    ]


def test_asleep_it_judges_nothing() -> None:
    assert judged(tagger(), [False] * 40) == []


def test_awake_it_judges_every_half_second_once_it_has_a_whole_one() -> None:
    assert judged(tagger(), [True] * 20) == [7, 11, 15, 19]


def test_it_judges_at_once_when_it_wakes() -> None:
    assert judged(tagger(), [False] * 13 + [True] * 7) == [13, 17]


def test_an_impulse_is_judged_twice_within_three_quarters_of_a_second() -> None:
    assert judged(tagger(), [False] * 30, urgent=[10]) == [13, 15]


def test_an_impulse_while_awake_gets_windows_of_its_own() -> None:
    assert judged(tagger(), [True] * 24, urgent=[12]) == [7, 11, 15, 17, 21]


def test_an_impulse_before_there_is_a_whole_second_is_judged_as_soon_as_there_is() -> None:
    assert judged(tagger(), [False] * 20, urgent=[1])[0] == 7


def test_a_burst_does_not_put_off_the_window_of_its_first_bang() -> None:
    assert judged(tagger(), [False] * 30, urgent=[10, 11, 12, 13])[0] == 13


def test_after_lost_sound_it_waits_for_a_whole_second() -> None:
    ears = tagger()
    judged(ears, [True] * 12)
    given_at_the_gap = ears.step(hop(12, lost=1), awake=True)

    assert given_at_the_gap is None
    assert judged(ears, [True] * 12, first=13)[0] == 20


@pytest.mark.parametrize("broken", [BROKEN, np.full(6000, np.inf, dtype=np.float32)], ids=["nan", "inf"])
def test_after_broken_samples_it_waits_for_a_whole_second(broken: np.ndarray) -> None:
    ears = tagger()
    judged(ears, [True] * 12)
    ears.step(hop(12, broken), awake=True)

    assert judged(ears, [True] * 12, first=13)[0] == 20


def test_a_hop_of_another_time_begins_a_new_second() -> None:
    ears = tagger()
    judged(ears, [True] * 12)
    ears.step(hop(12, late_s=0.05), awake=True)

    assert judged(ears, [True] * 3, first=13) == []


def test_a_clocks_jitter_is_no_gap() -> None:
    ears = tagger()
    judged(ears, [True] * 15)

    assert ears.step(hop(15, late_s=0.01), awake=True) is not None


def test_what_is_forgotten_is_judged_no_more() -> None:
    ears = tagger()
    judged(ears, [True] * 12)
    ears.forget()

    assert judged(ears, [True] * 12, first=12) == [19, 23]


def test_scores_are_of_the_second_that_ends_with_the_hop() -> None:
    square = np.where(np.arange(6000) // 60 % 2, 1.0, -1.0).astype(np.float32)
    ears = tagger()
    scores = [ears.step(hop(index, square if index < 8 else None), awake=index in {7, 15}) for index in range(16)]

    told = [one for one in scores if one is not None]
    assert [one.t_s for one in told] == [1.0, 2.0]
    # Of its peak, a square of 400 Hz has 85 % in the mean after the filter, and white noise under 30 %.
    assert told[0].probabilities[SoundClass.GUNSHOT] == pytest.approx(0.085, abs=0.01)
    assert told[1].probabilities[SoundClass.GUNSHOT] < 0.03


def test_a_model_that_fails_gives_nothing_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    steady = np.ones(6000, dtype=np.float32)
    ears = tagger(breaks_on_a_square())
    with caplog.at_level(logging.WARNING):
        given_by_it = [ears.step(hop(index, steady), awake=True) for index in range(20)]

    assert given_by_it == [None] * 20
    assert ears.faults == 4
    assert len(caplog.records) == 1


def test_what_a_model_makes_of_a_street_stands_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """A square of full scale: the bent model says 1.4, and must not say so aloud."""
    ears = tagger(BENT)
    with caplog.at_level(logging.WARNING):
        for index in range(12):
            ears.step(hop(index, np.ones(6000, dtype=np.float32)), awake=True)

    assert ears.faults
    assert [one.getMessage() for one in caplog.records] == [
        "model tiny: gives what are no probabilities of its sounds; level and impulses still tell"
    ]


def test_a_model_that_failed_is_asked_again() -> None:
    ears = tagger(breaks_on_a_square())
    for index in range(12):
        ears.step(hop(index, np.ones(6000, dtype=np.float32)), awake=True)

    assert judged(ears, [True] * 12, first=12) != []


def test_a_block_that_is_no_hop_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="a hop has 6000 samples"):
        tagger().step(AudioBlock(np.zeros(10, dtype=np.float32), 0.0), awake=True)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=20, max_size=60))
def test_while_awake_no_moment_stands_in_less_than_two_windows(turns: list[tuple[bool, bool]]) -> None:
    ears = tagger()
    last = None
    for index, (is_awake, is_urgent) in enumerate(turns):
        scores: Scores | None = ears.step(hop(index), awake=is_awake, urgent=is_urgent)
        last = index if scores is not None else last

        if is_awake and index >= 7:
            assert last is not None
            assert index - last < 4


@given(st.lists(st.sampled_from(["whole", "whole", "whole", "whole", "lost", "nan", "late"]), min_size=10, max_size=50))
def test_no_score_is_of_a_second_with_a_hole(turns: list[str]) -> None:
    ears = tagger()
    whole_hops, late_s = 0, 0.0
    for index, turn in enumerate(turns):
        late_s += 0.1 if turn == "late" else 0.0
        samples = BROKEN if turn == "nan" else None
        scores = ears.step(hop(index, samples, lost=int(turn == "lost"), late_s=late_s), awake=True)
        whole_hops = {"whole": whole_hops + 1, "late": 1}.get(turn, 0)

        assert scores is None or whole_hops >= 8
