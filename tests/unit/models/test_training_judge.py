"""What thresholds let through, where they were set and elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is for training alone: models/training/requirements.txt")

from models.training import judge
from models.training.judge import Judged
from models.training.labels import CLASSES

HOUR = 7200
"""Windows of an hour, half a second apart."""


def tempting(seed: int, hours: float = 1.0, factor: float = 1.0) -> Judged:
    many = round(hours * HOUR)
    probs = np.random.default_rng(seed).random((many, len(CLASSES)), dtype=np.float32) ** 200 * factor * np.float32(0.9)
    return Judged([""] * (many // 4), probs.astype(np.float32), np.zeros_like(probs))


def test_thresholds_let_no_more_through_than_the_nominal_rate() -> None:
    scenes = tempting(1, hours=4.0)

    found = judge.false_windows(scenes, judge.thresholds(scenes))

    assert max(found.values()) <= judge.FALSE_AN_HOUR * 4.0


def test_folds_that_tempt_alike_let_about_the_nominal_rate_through_elsewhere() -> None:
    found = judge.false_elsewhere([tempting(seed, hours=2.0) for seed in range(4)])

    total = sum(sum(counts) for counts in found.values()) / len(found)
    assert judge.FALSE_AN_HOUR * 8.0 * 0.5 < total < judge.FALSE_AN_HOUR * 8.0 * 1.5


def test_a_fold_that_tempts_more_than_the_others_is_told() -> None:
    quiet = [tempting(seed, factor=0.4) for seed in range(3)]

    found = judge.false_elsewhere([*quiet, tempting(9, hours=4.0)])

    assert all(counts[3] > 3 * judge.allowed(4.0) for counts in found.values())


def test_together_is_one_after_the_other() -> None:
    one, other = tempting(1, hours=0.1), tempting(2, hours=0.2)

    found = judge.together([one, other])

    assert found.hours == pytest.approx(0.3, rel=1e-3)
    assert found.probs[: len(one.probs)].tobytes() == one.probs.tobytes()
