from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.sight.figures import skeleton_m
from simulator.sight.perspective import Perspective
from simulator.sight.scene import Scene
from simulator.world.layout import FACADE_Y_M
from simulator.world.people import Pose
from simulator.world.street import Street
from simulator.world.truth import Mood, mood

SEED = 7


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene(Street(SEED))


def test_a_picture_is_640_by_360_in_colour(scene: Scene) -> None:
    picture = scene.picture(1.0)

    assert picture.shape == (360, 640, 3)
    assert picture.dtype == np.uint8


def test_two_runs_are_byte_identical(scene: Scene) -> None:
    again = Scene(Street(SEED))

    assert again.picture(33.3).tobytes() == scene.picture(33.3).tobytes()


def test_a_picture_does_not_depend_on_those_before(scene: Scene) -> None:
    for t_s in (3.0, 40.0, 2.0):
        scene.picture(t_s)

    assert scene.picture(12.5).tobytes() == Scene(Street(SEED)).picture(12.5).tobytes()


@pytest.mark.parametrize("t_s", [2.0, 8.0, 28.0, 36.0])
def test_there_are_figures_where_the_people_are(scene: Scene, t_s: float) -> None:
    changed = np.abs(scene.picture(t_s).astype(int) - scene.empty()).max(axis=2) > 20
    seen = [pose for pose, _ in Street(SEED).people(t_s) if is_in_sight(scene, pose)]

    assert seen
    for pose in seen:
        x, y = scene.perspective.pixels(np.array([[pose.x_m, pose.y_m, 1.1]]))[0]
        around = changed[int(y) - 3 : int(y) + 4, int(x) - 3 : int(x) + 4]
        assert around.mean() > 0.3


def is_in_sight(scene: Scene, pose: Pose) -> bool:
    """Well inside the picture, near enough to be more than a few pixels, and not of a colour like the wall's."""
    x, y = scene.perspective.pixels(np.array([[pose.x_m, pose.y_m, 1.1]]))[0]
    return 8 < x < 632 and 8 < y < 352 and scene.perspective.depth_m(pose.x_m, pose.y_m, 1.0) < 22.0


def test_where_nobody_is_the_picture_changes_by_noise_only(scene: Scene) -> None:
    upper_floors = np.s_[:60, :300]

    difference = scene.picture(30.0).astype(int)[upper_floors] - scene.empty()[upper_floors]

    assert abs(difference.mean()) < 0.2
    assert difference.std() == pytest.approx(2.5, abs=0.3)


def test_a_roaring_crowd_moves_more_than_a_gathered_one(scene: Scene) -> None:
    street = Street(SEED)
    moment = street.moments(0.0, 60.0)[0]
    x, y = scene.perspective.pixels(np.array([[4.2, 11.2, 1.2]]))[0]
    place = np.s_[int(y) - 45 : int(y) + 45, int(x) - 90 : int(x) + 90]

    def motion(t_s: float) -> float:
        a, b = scene.picture(t_s)[place], scene.picture(t_s + 0.1)[place]
        return float(np.abs(a.astype(int) - b).mean())

    roar = np.mean([motion(moment.began_s + 1.5 + i) for i in range(3)])
    gathered = motion(moment.began_s - 0.9)

    assert mood(street, moment.began_s + 2.0) is Mood.ROAR
    assert roar > gathered


@given(st.floats(-5.0, 60.0), st.floats(0.5, FACADE_Y_M))
def test_the_ground_homography_agrees_with_the_camera(x_m: float, y_m: float) -> None:
    perspective = Perspective(640, 360)
    told = perspective.ground() @ (x_m, y_m, 1.0)

    assert perspective.pixels(np.array([[x_m, y_m, 0.0]]))[0] == pytest.approx(told[:2] / told[2])


@given(st.floats(-5.0, 60.0), st.floats(0.0, 9.0))
def test_the_wall_homography_agrees_with_the_camera(x_m: float, z_m: float) -> None:
    perspective = Perspective(1280, 720)
    told = perspective.wall(FACADE_Y_M) @ (x_m, z_m, 1.0)

    assert perspective.pixels(np.array([[x_m, FACADE_Y_M, z_m]]))[0] == pytest.approx(told[:2] / told[2])


@given(heading=st.floats(-3.2, 3.2), walked_m=st.floats(0, 100), cheer=st.floats(0, 1), walking=st.booleans())
def test_a_skeleton_stands_on_the_ground_and_is_as_tall_as_its_person(
    heading: float, walked_m: float, cheer: float, *, walking: bool
) -> None:
    pose = Pose(2.0, 5.0, heading, walked_m, walking, cheer)

    joints_m = skeleton_m(pose, 1.7)

    assert joints_m[[5, 6], 2].min() == pytest.approx(0.03, abs=0.02)
    assert joints_m[2, 2] == pytest.approx(0.925 * 1.7)
    assert np.all(np.hypot(joints_m[:, 0] - 2.0, joints_m[:, 1] - 5.0) < 0.9)
