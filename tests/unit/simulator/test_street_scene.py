from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.sight.perspective import Perspective
from simulator.sight.scene import Scene, thumbnail
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


def test_there_are_figures_where_the_people_are(scene: Scene) -> None:
    shares = []
    for t_s in range(2, 42, 4):
        changed = np.abs(scene.picture(t_s).astype(int) - scene.empty()).max(axis=2) > 12
        for pose in (pose for pose, _ in Street(SEED).people(t_s) if is_in_sight(scene, pose)):
            x, y = (int(v) for v in scene.perspective.pixels(np.array([[pose.x_m, pose.y_m, 1.1]]))[0])
            shares.append(changed[y - 3 : y + 4, x - 3 : x + 4].mean())

    assert len(shares) > 10
    assert np.mean(np.array(shares) > 0.3) > 0.95


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


def test_a_picture_twice_as_large_is_the_same_street(scene: Scene) -> None:
    large = Scene(Street(SEED), 1280, 720).picture(28.0)

    halved = cv2.resize(large, (640, 360), interpolation=cv2.INTER_AREA).astype(int)

    assert large.shape == (720, 1280, 3)
    assert (
        np.abs(cv2.blur(scene.picture(28.0), (5, 5)).astype(int) - cv2.blur(halved.astype(np.uint8), (5, 5))).mean() < 3
    )


def test_a_thumbnail_is_the_same_street_in_small(scene: Scene) -> None:
    small = thumbnail(Street(SEED), 28.0, (320, 180))

    halved = cv2.resize(scene.picture(28.0), (320, 180), interpolation=cv2.INTER_AREA)
    assert small.shape == (180, 320, 3)
    assert np.abs(small.astype(int) - halved).mean() < 4


@given(st.integers(40, 400), st.integers(40, 300), st.floats(0.0, 90.0))
@settings(max_examples=5)
def test_a_picture_of_any_size_is_drawn(width: int, height: int, t_s: float) -> None:
    assert Scene(Street(SEED), width, height).picture(t_s).shape == (height, width, 3)
