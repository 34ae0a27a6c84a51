"""Whether the camera still shows the world, in made frames."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from node.sense.capture.ports import Frame
from node.sense.truth.camera import CameraState, CameraTruth

CHANCE = np.random.default_rng(11)
COARSE = CHANCE.integers(40, 200, (12, 20, 3), dtype=np.uint8)
STREET = np.asarray(cv2.resize(COARSE, (320, 180), interpolation=cv2.INTER_NEAREST), np.float32)


def noisy(scene: np.ndarray, t_s: float, noise: float = 2.0) -> Frame:
    pixels = np.clip(scene + CHANCE.normal(0.0, noise, scene.shape), 0, 255).astype(np.uint8)
    return Frame(pixels, t_s)


def flat(level: float) -> np.ndarray:
    return np.full((180, 320, 3), level, np.float32)


def states(scene: np.ndarray, seconds: float, fps: float = 5.0) -> list[CameraState]:
    """What is said of a scene with sensor noise, frame by frame."""
    truth = CameraTruth()
    return [truth.judge(noisy(scene, n / fps)) for n in range(round(seconds * fps) + 1)]


def test_a_street_with_noise_is_ok():
    assert set(states(STREET, 8.0)) == {CameraState.OK}


def test_the_same_pixels_for_five_seconds_are_frozen():
    truth = CameraTruth()
    frame = noisy(STREET, 0.0).pixels
    said = [truth.judge(Frame(frame.copy(), n / 5.0)) for n in range(30)]

    assert said[:26] == [CameraState.OK] * 26
    assert said[26:] == [CameraState.FROZEN] * 4


def test_one_changed_pixel_is_not_frozen():
    truth = CameraTruth()
    pixels = noisy(STREET, 0.0).pixels
    said = []
    for n in range(40):
        pixels = pixels.copy()
        pixels[5, 5, 0] = n
        said.append(truth.judge(Frame(pixels, n / 5.0)))

    assert set(said) == {CameraState.OK}


def test_a_thawed_camera_is_ok_at_once():
    truth = CameraTruth()
    pixels = noisy(STREET, 0.0).pixels
    for n in range(40):
        truth.judge(Frame(pixels, n / 5.0))

    assert truth.judge(noisy(STREET, 8.0)) is CameraState.OK


def test_few_frames_are_no_evidence_however_far_apart():
    truth = CameraTruth()
    pixels = noisy(STREET, 0.0).pixels

    assert [truth.judge(Frame(pixels, 10.0 * n)) for n in range(4)] == [CameraState.OK] * 4


@pytest.mark.parametrize("level", [60.0, 128.0, 240.0])
def test_light_without_edges_is_covered(level):
    assert states(flat(level), 6.0)[-1] is CameraState.COVERED


def test_no_light_is_dark():
    assert states(flat(3.0), 6.0)[-1] is CameraState.DARK


def test_a_night_street_with_lamps_is_not_dark():
    night = flat(5.0)
    night[40:60, 100:130] = 220
    night[40:60, 250:280] = 220

    assert states(night, 6.0)[-1] is CameraState.OK


def test_a_hand_before_the_lens_for_a_moment_is_ok():
    assert states(flat(128.0), 4.0)[-1] is CameraState.OK


def test_a_frame_of_one_pixel_raises_nothing():
    assert CameraTruth().judge(Frame(np.zeros((1, 1, 3), np.uint8), 0.0)) is CameraState.OK
