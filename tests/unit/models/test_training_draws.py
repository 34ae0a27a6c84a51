"""How often a window is drawn: each class alike, each source of it alike."""

from __future__ import annotations

import numpy as np
import pytest

from models.training import draws
from models.training.bank import FIRST_FRAMES
from models.training.labels import CLASSES
from models.training.palette import SYNTHESIS

WINDOWS = len(FIRST_FRAMES)


def drawn(facts: dict[int, str], sources: list[str], classes_of: dict[str, set[str]]) -> list[float]:
    """The weight of each scene, in whose windows a class is a fact."""
    targets = np.zeros((len(sources) * WINDOWS, len(CLASSES)), dtype=np.float32)
    for scene, name in facts.items():
        targets[scene * WINDOWS : (scene + 1) * WINDOWS, CLASSES.index(name)] = 1.0
    found = draws.weights(targets, sources, classes_of)
    return [float(one) for one in found.reshape(-1, WINDOWS).sum(axis=1)]


def test_a_source_of_many_scenes_is_drawn_no_more_than_one_of_a_single_scene() -> None:
    found = drawn(
        {0: "siren", 1: "siren", 2: "siren", 3: "siren"}, ["a", "a", "a", "b"], {"a": {"siren"}, "b": {"siren"}}
    )

    assert sum(found[:3]) == pytest.approx(found[3])


def test_a_class_of_many_scenes_is_drawn_no_more_than_one_of_a_single_scene() -> None:
    found = drawn(
        {0: "siren", 1: "siren", 2: "scream"}, ["a", "b", "c"], {"a": {"siren"}, "b": {"siren"}, "c": {"scream"}}
    )

    assert sum(found[:2]) == pytest.approx(found[2])


def test_real_and_synthetic_events_of_a_class_share_as_was_set() -> None:
    found = drawn({0: "crowd", 1: "crowd", 2: "crowd"}, ["a", SYNTHESIS, SYNTHESIS], {"a": {"crowd"}})

    assert found[0] == pytest.approx(draws.REAL_SHARE["crowd"])


def test_where_nothing_is_a_fact_nothing_is_drawn() -> None:
    assert drawn({0: "siren"}, ["a", ""], {"a": {"siren"}})[1] == 0.0
