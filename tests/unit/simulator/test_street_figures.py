from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.sight.body import bodies, company
from simulator.sight.faces import turned_to
from simulator.sight.scene import Scene
from simulator.sight.seen import Seen, seen
from simulator.sight.skeleton import FEET, HANDS, HEAD, HIP, KNEES, NECK, TOES, skeletons_m
from simulator.sight.template import FINE, PLAIN, ROUGH, Detail
from simulator.world.layout import Floats
from simulator.world.people import Looks, Pose
from simulator.world.traffic import Body
from tests.unit.simulator.staged_street import LOOKS, TO_CAMERA_RAD, StagedStreet, stands, vehicle_at

HD = (1280, 720)
CHILD = Looks(1.2, LOOKS.shirt, LOOKS.trousers, LOOKS.skin, LOOKS.hair)


def joints_m(pose: Pose, height_m: float = 1.75) -> Floats:
    return np.asarray(skeletons_m([pose], np.array([height_m]))[0][0])


def only(street: StagedStreet) -> Seen:
    [one] = seen(street, 0.0, HD)
    return one


@given(
    heading=st.floats(-3.2, 3.2), walked_m=st.floats(0, 100), speed=st.floats(0, 6), cheer=st.floats(0, 1),
    height_m=st.floats(1.0, 2.0), walking=st.booleans(),
)  # fmt: skip
def test_a_skeleton_stands_on_the_ground_and_is_as_tall_as_its_person(
    heading: float, walked_m: float, speed: float, cheer: float, height_m: float, *, walking: bool
) -> None:
    pose = Pose(2.0, 5.0, heading, walked_m, walking, cheer, speed_mps=speed)

    joints = joints_m(pose, height_m)

    assert joints[[*FEET, *TOES], 2].min() == pytest.approx(0.03 * height_m, abs=0.03 * height_m)
    assert 0.8 * height_m < joints[HEAD, 2] < 0.95 * height_m
    assert np.all(np.hypot(joints[:, 0] - 2.0, joints[:, 1] - 5.0) < 0.8 * height_m)


@given(st.floats(-3.2, 3.2))
def test_whoever_lies_is_flat_with_the_head_where_they_face(heading: float) -> None:
    joints = joints_m(Pose(2.0, 5.0, heading, 0.0, walking=False, fallen=1.0))
    to_head = joints[HEAD, :2] - (2.0, 5.0)

    assert np.ptp(joints[:, 2]) < 0.35
    assert joints[:, 2].min() > -0.02
    assert np.linalg.norm(to_head) > 1.4
    assert to_head / np.linalg.norm(to_head) == pytest.approx([np.cos(heading), np.sin(heading)], abs=0.1)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_head_comes_down_as_somebody_falls(one: float, other: float) -> None:
    heights = [joints_m(stands(fallen=fallen))[HEAD, 2] for fallen in sorted((one, other))]

    assert heights[1] <= heights[0] + 0.05


def widest_step_m(speed_mps: float) -> float:
    poses = [Pose(0.0, 0.0, 0.0, walked / 20, walking=True, speed_mps=speed_mps) for walked in range(60)]
    return max(float(np.ptp(joints_m(pose)[list(FEET), 0])) for pose in poses)


def test_runners_take_wider_steps_than_walkers_and_walkers_than_strollers() -> None:
    assert widest_step_m(3.5) > widest_step_m(1.34) + 0.15 > widest_step_m(0.6) + 0.3


def test_runners_bend_their_arms() -> None:
    def hand_m(speed_mps: float) -> float:
        joints = joints_m(Pose(0.0, 0.0, 0.0, 0.0, walking=True, speed_mps=speed_mps))
        return float(joints[list(HANDS), 2].mean() - joints[HIP, 2])

    assert hand_m(3.5) > hand_m(1.34) + 0.1


def test_knees_bend_forwards() -> None:
    for step in range(40):
        joints = joints_m(Pose(0.0, 0.0, 0.0, step / 13, walking=True))
        for knee, foot in zip(KNEES, FEET, strict=True):
            thigh, shank = joints[knee] - joints[HIP], joints[foot] - joints[knee]
            assert np.arctan2(thigh[0], -thigh[2]) >= np.arctan2(shank[0], -shank[2]) - 0.03


def test_a_cheering_person_has_hands_over_the_head() -> None:
    joints = joints_m(Pose(0.0, 0.0, 0.0, 0.0, walking=False, cheer=1.0))

    assert joints[list(HANDS), 2].min() > joints[NECK, 2] + 0.3


@pytest.mark.parametrize("detail", [FINE, PLAIN, ROUGH])
def test_the_outside_of_a_body_looks_away_from_its_bones(detail: Detail) -> None:
    body = bodies(company([(stands(), LOOKS)]), detail)
    trunk = body.parts == 13
    middles, normals, _ = turned_to(np.zeros(3), body.points_m[0, body.faces[trunk]])

    outwards = middles[:, :2] - body.parts_m[0, 13, :2]
    assert np.all(np.sum(outwards * normals[:, :2], axis=1) > 0)


def test_somebody_upright_is_taller_than_wide_and_somebody_lying_is_wider_than_tall() -> None:
    upright = only(StagedStreet([(stands(), LOOKS)])).box_px
    lying = only(StagedStreet([(stands(heading_rad=-0.85, fallen=1.0), LOOKS)])).box_px

    assert upright[3] - upright[1] > 2 * (upright[2] - upright[0])
    assert lying[2] - lying[0] > 1.2 * (lying[3] - lying[1])


def test_a_child_is_smaller_and_has_a_larger_head_for_it() -> None:
    tall, small = (only(StagedStreet([(stands(), looks)])).box_px for looks in (LOOKS, CHILD))
    heads = [bodies(company([(stands(), looks)]), FINE) for looks in (LOOKS, CHILD)]
    head_m = [float(np.ptp(one.points_m[0, one.faces[one.parts == 14], 2])) for one in heads]

    assert (small[3] - small[1]) / (tall[3] - tall[1]) == pytest.approx(1.2 / 1.75, abs=0.08)
    assert head_m[1] / 1.2 > 1.15 * head_m[0] / 1.75


@pytest.mark.parametrize(("x_m", "y_m"), [(0.0, 1.2), (3.0, 7.0), (5.0, 11.0), (12.0, 10.0)])
def test_the_true_box_is_where_the_picture_has_changed(x_m: float, y_m: float) -> None:
    people = [(stands(x_m, y_m), LOOKS)]
    with_them, without = (Scene(StagedStreet(some), *HD).picture(0.0).astype(int) for some in (people, []))
    left, top, right, bottom = (round(edge) for edge in only(StagedStreet(people)).box_px)

    changed = np.abs(with_them - without).max(axis=2) > 3
    inside = changed[top:bottom, left:right]

    assert inside.mean() > 0.3
    assert all(edge.any() for edge in (inside[:3], inside[-3:], inside[:, :3], inside[:, -3:]))
    assert not changed[: top - 2].any()


def test_somebody_behind_another_is_hidden_and_the_other_is_not() -> None:
    perspective_m = np.array([3.0, 7.0]) + np.array([10.0, 9.0]) / np.hypot(10, 9) * 0.8
    behind = stands(float(perspective_m[0]), float(perspective_m[1]))

    hidden, before = seen(StagedStreet([(behind, LOOKS), (stands(), LOOKS)]), 0.0, HD)

    assert before.visible == 1.0
    assert hidden.visible < 0.6
    assert hidden.distance_m == pytest.approx(before.distance_m + 0.8, abs=0.25)


def test_a_lorry_hides_who_is_behind_it() -> None:
    one = only(StagedStreet([(stands(4.0, 10.0), LOOKS)], cars=[vehicle_at(2.0, Body.TRUCK)]))

    assert one.visible < 0.3


@pytest.mark.parametrize("body", list(Body))
@pytest.mark.parametrize("lane", [0, 1])
def test_a_vehicle_is_drawn_where_it_is(body: Body, lane: int) -> None:
    car = vehicle_at(8.0, body, lane)
    scene, empty = Scene(StagedStreet(cars=[car])), Scene(StagedStreet())
    x, y = (int(v) for v in scene.perspective.pixels(np.array([[8.0, car.y_m - 0.9, 0.8]]))[0])

    changed = np.abs(scene.picture(0.0).astype(int) - empty.picture(0.0)).max(axis=2) > 8

    assert changed[y - 3 : y + 4, x - 12 : x + 13].mean() > 0.7


def face_marks(heading_rad: float) -> float:
    """How much darker or lighter than skin the middle of a head is, in pixels."""
    scene = Scene(StagedStreet([(stands(-1.0, 4.0, heading_rad), LOOKS)]), *HD)
    head_m = joints_m(stands(-1.0, 4.0, heading_rad))[HEAD]
    x, y = (int(v) for v in scene.perspective.pixels(head_m[None])[0])
    around = cv2.cvtColor(scene.picture(0.0)[y - 7 : y + 8, x - 6 : x + 7], cv2.COLOR_BGR2HSV)
    return float(((around[..., 0] < 20) & (around[..., 1] > 60) & (around[..., 2] > 100)).mean())


def test_a_face_is_seen_where_somebody_is_turned_to_the_camera() -> None:
    assert face_marks(TO_CAMERA_RAD) > 0.15
    assert face_marks(TO_CAMERA_RAD + np.pi) < 0.05


def test_a_face_has_eyes_that_are_darker_than_its_skin() -> None:
    scene = Scene(StagedStreet([(stands(-1.0, 4.0), LOOKS)]), *HD)
    x, y = (int(v) for v in scene.perspective.pixels(joints_m(stands(-1.0, 4.0))[HEAD][None])[0])
    face = scene.picture(0.0)[y - 6 : y + 7, x - 6 : x + 7].astype(int).sum(axis=2)

    assert face.min() < 0.6 * np.percentile(face, 75)


@given(st.floats(-20, 60), st.floats(-3, 13), st.floats(-3.2, 3.2), st.floats(0, 1))
def test_somebody_anywhere_can_be_drawn(x_m: float, y_m: float, heading: float, fallen: float) -> None:
    picture = Scene(StagedStreet([(stands(x_m, y_m, heading, fallen), LOOKS)]), 160, 90).picture(0.0)

    assert picture.shape == (90, 160, 3)
