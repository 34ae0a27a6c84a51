from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.errors import OperatorError
from simulator.sight.scene import Scene
from simulator.sight.seen import Seen
from simulator.trials.critic_sight import SightCriticRow, is_countable, people_found
from simulator.trials.person_detector import Detector, overlap
from simulator.world.street import Light, Traits
from tests.unit.simulator.staged_street import StagedStreet

BOX = st.tuples(st.floats(0, 100), st.floats(0, 100), st.floats(1, 50), st.floats(1, 50)).map(
    lambda b: np.array([[b[0], b[1], b[0] + b[2], b[1] + b[3]]])
)


@given(BOX, BOX)
def test_an_overlap_is_a_share_and_the_same_both_ways(one: np.ndarray, other: np.ndarray) -> None:
    share = overlap(one, other)[0, 0]

    assert 0 <= share <= 1 + 1e-9
    assert share == pytest.approx(overlap(other, one)[0, 0])


def test_a_box_overlaps_its_half_by_a_half() -> None:
    assert overlap(np.array([[0.0, 0, 10, 10]]), np.array([[0.0, 0, 5, 10], [20, 20, 30, 30]]))[0].tolist() == [0.5, 0]


@pytest.mark.parametrize(
    ("one", "counts"),
    [
        (Seen((0, 0, 9, 9), 19.9, whole=True, visible=0.6), True),
        (Seen((0, 0, 9, 9), 20.1, whole=True, visible=1.0), False),
        (Seen((0, 0, 9, 9), 10.0, whole=False, visible=1.0), False),
        (Seen((0, 0, 9, 9), 10.0, whole=True, visible=0.59), False),
    ],
)
def test_only_who_can_fairly_be_found_is_asked_for(one: Seen, *, counts: bool) -> None:
    assert is_countable(one) is counts


def test_where_nobody_was_the_share_is_none() -> None:
    assert SightCriticRow("any", Light.DAY, 0, 0, 0).share == 0.0


def test_an_unknown_detector_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no person detector that is known"):
        Detector(tmp_path / "yolox_nano.onnx")


@pytest.mark.realdata
@pytest.mark.slow
@pytest.mark.parametrize("light", [Light.DAY, Light.OVERCAST])
def test_an_independent_detector_finds_half_of_the_people_within_20_m(shared_data: Path, light: Light) -> None:
    model = shared_data / "models" / "yolox_nano.onnx"

    [row] = people_found(model, (4001, 4002), (light,), (14.0, 33.0, 61.0))

    assert row.of >= 10
    assert row.share >= 0.5


@pytest.mark.realdata
@pytest.mark.slow
def test_it_finds_nobody_in_an_empty_street(shared_data: Path) -> None:
    detector = Detector(shared_data / "models" / "yolox_nano.onnx")
    empty = Scene(StagedStreet(traits=Traits(roars=False)), 1280, 720).picture(0.0)

    assert len(detector.people(empty)[1]) <= 1
