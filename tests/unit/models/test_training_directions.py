"""YAMNet's own rows for our classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training.directions import GROUPS, Directions, directions
from models.training.labels import CLASSES
from node.errors import UnreadableInputError


def test_every_class_has_a_group_and_no_word_is_in_two() -> None:
    words = [word for group in GROUPS.values() for word in group]

    assert tuple(GROUPS) == CLASSES
    assert len(words) == len(set(words))


@given(st.integers(0, 2**32 - 1))
def test_the_likeliest_of_a_group_counts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = Directions(np.eye(4, dtype=np.float32), np.zeros(4, dtype=np.float32), ((0, 2), (1,), (3,)))
    heard = rng.normal(0, 1, (5, 4)).astype(np.float32)

    found = rows.logits(heard)

    wanted = [[max(one[0], one[2]), one[1], one[3]] for one in heard.tolist()]
    assert np.allclose(found, wanted, atol=1e-6)


@pytest.mark.realdata
def test_the_rows_are_those_of_the_official_file(shared_data: Path) -> None:
    pytest.importorskip("ai_edge_litert", reason="reads TFLite files, for training alone")

    found = directions(shared_data / "models" / "yamnet.tflite")

    assert found.weights.shape == (sum(len(group) for group in GROUPS.values()), 1024)
    assert [len(group) for group in found.groups] == [len(group) for group in GROUPS.values()]


@pytest.mark.realdata
def test_another_list_of_names_is_refused(shared_data: Path, tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert", reason="reads TFLite files, for training alone")
    (tmp_path / "yamnet.tflite").write_bytes((shared_data / "models" / "yamnet.tflite").read_bytes())
    (tmp_path / "yamnet_class_names.txt").write_text("Speech\nMusic\n")

    with pytest.raises(UnreadableInputError, match="yamnet_class_names"):
        directions(tmp_path / "yamnet.tflite")
