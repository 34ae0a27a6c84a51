"""What a model is trained on can never be what it is scored on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training.sounds import label_of, training_sound
from node.errors import OperatorError
from simulator.sound.library import example
from simulator.trials.seeds import SCORING_FROM, SCORING_SEEDS, training_seed
from simulator.world.sounding import SoundName


@pytest.mark.parametrize("seed", SCORING_SEEDS)
def test_a_scoring_seed_is_refused_for_training(seed: int) -> None:
    with pytest.raises(OperatorError, match="for scoring"):
        training_sound(SoundName.DOOR, seed)


@given(st.integers(-(2**40), 2**40))
def test_every_seed_is_for_training_or_for_scoring_and_never_for_both(seed: int) -> None:
    if 0 <= seed < SCORING_FROM:
        assert training_seed(seed) == seed
    else:
        with pytest.raises(OperatorError):
            training_seed(seed)


def test_ten_different_scoring_seeds_are_written_down_in_the_upper_half() -> None:
    assert len(set(SCORING_SEEDS)) == 10
    assert all(SCORING_FROM <= seed < 2**32 for seed in SCORING_SEEDS)


def test_training_draws_from_the_same_library_as_the_street() -> None:
    assert training_sound(SoundName.DOOR, 3).tobytes() == example(SoundName.DOOR, 3).tobytes()


def test_what_tempts_has_no_label() -> None:
    assert label_of(SoundName.GLASS) == "sound.glass_break"
    assert label_of(SoundName.DOOR) is None
