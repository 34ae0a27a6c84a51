"""Presence on real video, judged by people's eyes: the visits were read off the frames, to 0.1 s."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from node.config.sight import PresenceSettings
from node.sense.capture.opencv import OpenCvCamera
from node.sense.capture.ports import EndOfMedia
from node.sense.truth.camera import CameraState, CameraTruth
from node.sense.vision.eyes import Eyes, Scene

pytestmark = [pytest.mark.realdata, pytest.mark.slow]

VISITS_S = [(6.0, 20.0), (22.6, 45.0), (50.2, 70.1), (74.4, 87.0), (92.1, 120.0), (123.4, 136.1)]
"""one-by-one-person-detection.mp4: when any part of a person is in the picture."""

CARS_S = [(4.5, 8.5), (14.7, 18.9), (25.3, 27.7)]
"""car-detection.mp4: when any part of a moving car is in the picture (to 0.3 s). There is no person."""

Look = tuple[list[Scene], set[CameraState]]


@cache
def look_at(path: Path) -> Look:
    """Every scene of a file, and every state of its camera, at 10 frames per second and 640 x 360."""
    camera = OpenCvCamera(str(path), width=640, height=360, fps=10.0, paced=False)
    eyes, truth = Eyes(PresenceSettings()), CameraTruth()
    scenes: list[Scene] = []
    states: set[CameraState] = set()
    try:
        while True:
            frame = camera.read(0.0)
            if frame is not None:
                scenes.append(eyes.look(frame))
                states.add(truth.judge(frame))
    except EndOfMedia:
        camera.close()
        return scenes, states


def seconds(scenes: list[Scene]) -> dict[int, bool]:
    """Each whole second: whether something was there in most of its frames."""
    frames: dict[int, list[bool]] = {}
    for scene in scenes:
        frames.setdefault(int(scene.t_s + 0.001), []).append(scene.present)
    return {second: 2 * sum(seen) >= len(seen) for second, seen in frames.items()}


def split(scenes: list[Scene], visits_s: list[tuple[float, float]]) -> tuple[list[bool], list[bool]]:
    """What was said of the seconds wholly within a visit, and of those that begin a second or more after one.

    The second between is left out: the shadow on the floor leaves after the person, and then `hold_s` runs.
    """
    said = seconds(scenes)
    within = [s for s in said if any(a <= s and s + 1 <= b for a, b in visits_s)]
    without = [s for s in said if not any(s < b + 1 and a < s + 1 for a, b in visits_s)]
    return [said[s] for s in within], [said[s] for s in without]


@pytest.fixture
def people(shared_data: Path) -> Look:
    return look_at(shared_data / "video/intel/one-by-one-person-detection.mp4")


@pytest.fixture
def cars(shared_data: Path) -> Look:
    return look_at(shared_data / "video/intel/car-detection.mp4")


def test_a_person_is_present_in_every_second_of_a_visit(people):
    within, _ = split(people[0], VISITS_S)

    assert len(within) > 100
    assert all(within)


def test_nobody_is_present_from_one_second_after_a_visit_to_the_next_visit(people):
    _, without = split(people[0], VISITS_S)

    assert len(without) > 15
    assert not any(without)


def test_each_visit_begins_within_half_a_second_and_ends_within_a_second(people):
    scenes = people[0]
    turns = [b.t_s for a, b in pairwise(scenes) if a.present != b.present]
    late = [turn - truth for turn, truth in zip(turns, (t for visit in VISITS_S for t in visit), strict=True)]

    assert all(0.0 <= begin <= 0.5 for begin in late[0::2])
    assert all(0.0 <= end <= 1.05 for end in late[1::2])


def test_a_person_who_walks_has_more_flow_than_an_empty_room(people):
    scenes = people[0]
    walking = [s.flow_energy for s in scenes if 6.3 <= s.t_s < 7.3]
    empty = [s.flow_energy for s in scenes if 2.0 <= s.t_s < 5.5]

    assert min(walking) > max(empty)


def test_without_a_person_model_a_moving_car_is_present_too(cars):
    within, without = split(cars[0], CARS_S)

    assert all(within)
    assert not any(without)


def test_both_cameras_tell_the_truth(people, cars):
    assert people[1] | cars[1] == {CameraState.OK}
