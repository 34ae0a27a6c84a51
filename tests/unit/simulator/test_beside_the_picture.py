"""Who is beside the picture is not drawn, and whoever is in it by a hand's breadth is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.sight import figures
from simulator.sight.body import Company, company
from simulator.sight.lighting import LIGHTINGS
from simulator.sight.perspective import Perspective
from simulator.world.layout import Floats
from simulator.world.people import Pose
from simulator.world.street import Light
from tests.unit.simulator.staged_street import LOOKS

PERSPECTIVE = Perspective(640, 360)
LIGHTING = LIGHTINGS[Light.DAY]
POSES = st.builds(
    lambda x_m, y_m, heading_rad, cheer, fallen: Pose(
        x_m, y_m, heading_rad, 0.4, walking=True, cheer=cheer, fallen=fallen
    ),
    st.floats(-12.0, 40.0),
    st.floats(-2.0, 12.5),
    st.floats(-math.pi, math.pi),
    st.floats(0.0, 1.0),
    st.sampled_from([0.0, 0.5, 1.0]),
)


def everybody(them: Company, perspective: Perspective, scales: Floats) -> Floats:
    """Nobody is passed over."""
    del perspective, scales
    return np.ones(len(them.looks), dtype=np.bool_)


@given(st.lists(POSES, min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_nobody_is_passed_over_who_is_in_the_picture(poses: list[Pose]) -> None:
    seen = [pose for pose in poses if PERSPECTIVE.depth_m(pose.x_m, pose.y_m, 0.9) > 1.0]
    them = company([(pose, LOOKS) for pose in seen])

    quick = figures.figures(them, PERSPECTIVE, LIGHTING)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(figures, "_may_be_seen", everybody)
        whole = figures.figures(them, PERSPECTIVE, LIGHTING)

    assert [one is None for one in quick] == [one is None for one in whole]


def test_a_crowd_behind_the_edge_of_the_picture_costs_no_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    them = company([(Pose(-9.5 + 0.1 * i, 11.0, 0.0, 0.0, walking=False), LOOKS) for i in range(10)])
    monkeypatch.setattr(figures, "bodies", None)

    assert figures.figures(them, PERSPECTIVE, LIGHTING) == [None] * 10
