"""The fit of bangs: its streets, its regressions, and the file that it writes."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training.bang_looks import Heard, Row, heard, keep
from models.training.bang_streets import FIRST_SEED, SYNTHESIS, TEMPTS, BangStreet, BangStreets
from models.training.fit_bangs import Fitted, fitted, judged_by_others, least, lines, material
from models.training.logistic import conditional, multinomial, softmax
from models.training.recordings import read_manifest, split
from node.config.sound_classes import SoundClass
from node.sense.audio.bang_judge import FAMILY, BangJudge
from node.sense.audio.bang_look import Look
from node.sense.audio.impulse import Impulse
from simulator.trials.seeds import SCORING_FROM

BANG = Impulse(10.0, 2, 25, 9.0, 60.0, 40.0, 12.0, overload=False)
TRUTHS = (*FAMILY, TEMPTS)


def row(street: int, truth: str, rng: np.random.Generator) -> Row:
    """A bang that the model hears well, and that is loud only if it is one of the family."""
    margins = {name: float(rng.normal(-4.0, 1.0)) for name in (*FAMILY, SoundClass.GLASS_BREAK)}
    peak_db = 45.0
    if truth in margins:
        margins[SoundClass(truth)] = float(rng.normal(2.0, 1.0))
        peak_db = 65.0
    impulse = Impulse(10.0, 2, 25, 9.0, peak_db, 40.0, 12.0, overload=False)
    return Row(street, Look(impulse, -5.0, 2, 1, margins), truth, SYNTHESIS)


def found(count: int) -> list[Row]:
    rng = np.random.default_rng(3)
    return [row(number, TRUTHS[number % 4], rng) for number in range(count)]


def test_the_constants_of_several_classes_alone_give_their_shares() -> None:
    y = np.array([0] * 10 + [1] * 20 + [2] * 30)

    weights = multinomial(np.ones((60, 1)), y, 3, np.ones(60))
    assert softmax(weights)[0] == pytest.approx([1 / 6, 1 / 3, 1 / 2], abs=1e-3)


def test_a_weight_counts_as_so_many_rows() -> None:
    weights = multinomial(np.ones((2, 1)), np.array([0, 1]), 2, np.array([3.0, 1.0]))

    assert softmax(weights)[0] == pytest.approx([0.75, 0.25], abs=1e-3)


def test_one_slope_of_calibrated_margins_is_one() -> None:
    rng = np.random.default_rng(5)
    margins = rng.normal(0.0, 2.0, (4000, 3))
    y = np.array([rng.choice(3, p=share) for share in softmax(margins)])

    slope, before, *constants = conditional(margins, np.zeros(4000), y, np.ones(4000))
    assert slope == pytest.approx(1.0, abs=0.1)
    assert before == pytest.approx(0.0, abs=1e-6)
    assert constants == pytest.approx([0.0, 0.0, 0.0], abs=0.15)


def test_the_file_says_what_the_fit_says() -> None:
    of = material(found(200))
    fit = fitted(of, np.ones(200, dtype=bool))
    judge = BangJudge(tomllib.loads("\n".join(lines(fit, 0.0, 0.7, "a model"))))

    verdicts = [one.look.verdict(judge) for one in found(200)]
    assert [one.odds for one in verdicts if one] == pytest.approx(fit.odds(of).tolist(), abs=0.05)
    shares = [[one.shares[name] for name in FAMILY] for one in verdicts if one]
    assert np.array(shares) == pytest.approx(fit.shares(of), abs=0.02)


def test_what_can_be_told_apart_is_told_apart_by_fits_that_did_not_hear_it() -> None:
    of = material(found(400))
    odds, shares = judged_by_others(of)

    is_family = of.truth < 3
    assert np.mean((odds > 0) == is_family) > 0.97
    assert np.mean(shares.argmax(axis=1)[is_family] == of.truth[is_family]) > 0.95


def test_of_what_tempts_one_in_fifty_passes_the_least_odds() -> None:
    of = material(found(400))
    tempts = np.flatnonzero(of.truth == 4)
    odds = np.linspace(1.0, 5.0, 400)

    from_odds, _ = least(of, odds, np.full((400, 3), 1 / 3))
    assert np.mean(odds[tempts] > from_odds) == pytest.approx(0.02, abs=0.011)


def test_streets_with_many_bangs_count_as_much_as_others() -> None:
    of = material(
        [row(0, TEMPTS, np.random.default_rng(n)) for n in range(9)] + [row(1, "gunshot", np.random.default_rng(9))]
    )

    assert of.weight[:9].sum() == pytest.approx(of.weight[9])


def test_a_street_that_was_kept_is_not_made_again(tmp_path: Path) -> None:
    street = Heard(np.arange(100, dtype=np.int16), (BANG,), "gunshot", SYNTHESIS)
    keep(tmp_path / "bangs-7.npz", street)

    def make(number: int) -> BangStreet:
        raise AssertionError(f"street {number} was made")

    again = heard(tmp_path, 7, make)
    assert again.bangs == street.bangs
    assert (again.truth, again.source) == (street.truth, street.source)
    assert np.array_equal(again.slow, street.slow)


@pytest.mark.realdata
def test_the_same_number_is_the_same_street_of_a_training_seed(shared_data: Path) -> None:
    streets = BangStreets(shared_data / "audio")

    for number in range(30):
        one, again = streets.street(number), streets.street(number)
        assert one.street.acts == again.street.acts
        assert one.source == again.source
        assert one.street.seed == FIRST_SEED + number < SCORING_FROM


@pytest.mark.realdata
def test_no_recording_that_is_held_out_is_in_a_street(shared_data: Path) -> None:
    held_out = {one.source for one in split(read_manifest(shared_data / "audio")).folds[0]}
    streets = BangStreets(shared_data / "audio")

    assert {streets.street(number).source for number in range(60)} & held_out == set()


@given(st.lists(st.sampled_from(TRUTHS), min_size=1, max_size=20))
def test_every_row_has_a_fold_and_a_weight(truths: list[str]) -> None:
    of = material([row(number, truth, np.random.default_rng(number)) for number, truth in enumerate(truths)])

    assert of.fold.size == of.weight.size == len(truths)
    assert (of.weight > 0).all()


def test_a_fit_is_the_same_twice() -> None:
    of = material(found(120))
    every = np.ones(120, dtype=bool)

    one, again = fitted(of, every), fitted(of, every)
    assert isinstance(one, Fitted)
    assert np.array_equal(one.family, again.family)
    assert np.array_equal(one.which, again.which)
