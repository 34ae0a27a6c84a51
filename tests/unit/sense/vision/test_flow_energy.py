"""How fast things move, in made pictures that move by known steps."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.sense.capture.scale import Picture
from node.sense.vision.flow import Flow

HEIGHT, WIDTH = 120, 200


def wall(seed: int = 3) -> Picture:
    coarse = np.random.default_rng(seed).integers(0, 256, (HEIGHT // 6, WIDTH // 6, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)


def patch_at(column: int) -> Picture:
    """A textured square of 40 x 40 before the wall."""
    picture = wall()
    picture[40:80, column : column + 40] = wall(9)[40:80, 60:100]
    return picture


def test_the_first_picture_has_no_movement():
    assert Flow().step(wall(), 0.0) == 0.0


def test_a_picture_that_stands_still_has_no_energy():
    flow = Flow()
    flow.step(wall(), 0.0)

    assert flow.step(wall(), 0.1) < 1e-4


def test_a_moving_square_has_the_energy_of_its_share_and_speed():
    flow = Flow()
    flow.step(patch_at(60), 0.0)
    energy = flow.step(patch_at(64), 0.1)
    share, speed = 40 * 40 / (HEIGHT * WIDTH), 4 / HEIGHT / 0.1

    assert energy == pytest.approx(share * speed**2, rel=0.5)


def test_the_same_step_in_half_the_time_has_about_four_times_the_energy():
    slow, fast = Flow(), Flow()
    slow.step(patch_at(60), 0.0)
    fast.step(patch_at(60), 0.0)

    assert fast.step(patch_at(64), 0.05) == pytest.approx(4.0 * slow.step(patch_at(64), 0.1), rel=0.01)


def test_the_sway_of_the_whole_camera_is_taken_off():
    flow = Flow()
    flow.step(wall(), 0.0)
    energy = flow.step(np.roll(wall(), 3, axis=1), 0.1)

    assert energy < 0.2 * (3 / HEIGHT / 0.1) ** 2


@pytest.mark.parametrize("later_s", [1.5, 0.0, -3.0])
def test_pictures_too_far_apart_or_out_of_order_have_no_movement(later_s):
    flow = Flow()
    flow.step(patch_at(60), 0.0)

    assert flow.step(patch_at(70), later_s) == 0.0


def test_a_picture_of_another_size_has_no_movement():
    flow = Flow()
    flow.step(wall(), 0.0)

    assert flow.step(wall()[:100], 0.1) == 0.0


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.floats(0.001, 1.0))
def test_pictures_of_any_size_have_a_finite_energy(width, height, gap_s):
    chance = np.random.default_rng(width)
    flow = Flow()
    flow.step(chance.integers(0, 256, (height, width, 3), dtype=np.uint8), 0.0)
    energy = flow.step(chance.integers(0, 256, (height, width, 3), dtype=np.uint8), gap_s)

    assert np.isfinite(energy)
    assert energy >= 0.0
