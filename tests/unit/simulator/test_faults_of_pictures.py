"""What each fault of a camera does to pictures."""

from __future__ import annotations

import numpy as np
import pytest

from node.errors import CameraError
from simulator.pole.faults import Fault, FaultyCamera
from tests.unit.simulator.faulty_street import (
    FPS,
    FROM_S,
    HOUSES,
    LENGTH_S,
    Still,
    frames,
    spoilt,
)

# What each fault of a camera is


def test_a_frozen_camera_repeats_the_picture_before_under_new_instants() -> None:
    seen = frames(spoilt("camera.frozen"))
    before = seen[int(FROM_S * FPS) - 1]

    assert all(np.array_equal(frame.pixels, before.pixels) for frame in seen[100:200])
    assert [frame.captured_s for frame in seen] == pytest.approx([i / FPS for i in range(LENGTH_S * FPS)])
    assert not np.array_equal(seen[200].pixels, before.pixels)


def test_a_camera_that_is_frozen_from_the_beginning_repeats_its_first_picture() -> None:
    seen = frames(spoilt("camera.frozen", 0, 10))

    assert all(np.array_equal(frame.pixels, seen[0].pixels) for frame in seen[:50])


def test_whoever_paints_on_a_frozen_picture_does_not_unfreeze_it() -> None:
    camera = spoilt("camera.frozen", 0, 10)
    first, second = (camera.read(1.0) for _ in range(2))
    assert first is not None
    assert second is not None
    second.pixels[:] = 0
    third = camera.read(1.0)

    assert third is not None
    assert np.array_equal(third.pixels, first.pixels)


def test_faults_of_a_camera_act_in_the_order_in_which_they_are_given() -> None:
    dark, frozen = Fault("camera.dark", 10, 40), Fault("camera.frozen", 20, 30)

    seen_dark = frames(FaultyCamera(Still(), [dark, frozen]))
    noisy_dark = frames(FaultyCamera(Still(), [frozen, dark]))

    assert all(np.array_equal(frame.pixels, seen_dark[99].pixels) for frame in seen_dark[100:150])
    assert float(np.mean(seen_dark[120].pixels)) < 10
    assert float(np.mean(noisy_dark[120].pixels)) < 10
    assert not np.array_equal(noisy_dark[120].pixels, noisy_dark[121].pixels)


def test_a_covered_camera_shows_an_even_grey_that_is_never_the_same_twice() -> None:
    one, other = (frame.pixels for frame in frames(spoilt("camera.covered"))[120:122])

    assert one.shape == HOUSES.shape
    assert float(np.std(one)) < 4
    assert 24 < float(np.mean(one)) < 80
    assert not np.array_equal(one, other)


def test_a_moved_camera_shows_the_street_a_third_of_the_picture_aside() -> None:
    sound_frames, moved = frames(Still()), frames(spoilt("camera.moved"))

    assert np.array_equal(moved[150].pixels[:, 53:], sound_frames[150].pixels[:, :-53])
    assert np.array_equal(moved[50].pixels, sound_frames[50].pixels)


def test_a_lost_camera_stays_lost_while_nothing_comes() -> None:
    inner = Still()
    camera = FaultyCamera(inner, [Fault("camera.lost", 0, 10)])
    with pytest.raises(CameraError):
        camera.read(1.0)
    inner.holds_back = True

    with pytest.raises(CameraError, match=r"camera\.lost"):
        camera.read(1.0)


def test_a_sound_camera_that_has_nothing_gives_nothing() -> None:
    inner = Still()
    inner.holds_back = True

    assert FaultyCamera(inner, []).read(1.0) is None
