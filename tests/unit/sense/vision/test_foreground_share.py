"""What differs from the background, in made pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.sense.capture.scale import Picture
from node.sense.vision.foreground import NO_CHANGE, Change, Foreground
from node.sense.vision.light import match_light

STEP_S = 0.1


class Street:
    """A textured wall with sensor noise, on which a box can be put. `t_s` runs on with every picture."""

    def __init__(self, width: int = 160, height: int = 90) -> None:
        self._chance = np.random.default_rng(5)
        coarse = self._chance.integers(60, 180, (height // 10, width // 10, 3), dtype=np.uint8)
        self._wall = np.asarray(cv2.resize(coarse, (width, height)), np.float32)
        self.t_s = 0.0

    def picture(self, box: tuple[int, int, int, int] | None = None, gain: float = 1.0, offset: float = 0.0) -> Picture:
        """The next picture; `box` is xyxy."""
        self.t_s += STEP_S
        seen = self._wall.copy()
        if box is not None:
            seen[box[1] : box[3], box[0] : box[2]] = (20, 20, 25)
        noisy = gain * seen + offset + self._chance.normal(0.0, 2.0, seen.shape)
        return np.clip(noisy, 0, 255).astype(np.uint8)


def learnt(street: Street, **settings_: float) -> Foreground:
    """The background after three empty seconds."""
    foreground = Foreground(**settings_)
    for _ in range(30):
        foreground.step(street.picture(), street.t_s)
    return foreground


def last_change(foreground: Foreground, street: Street, seconds: float, **kinds: object) -> Change:
    change = NO_CHANGE
    for _ in range(round(seconds / STEP_S)):
        change = foreground.step(street.picture(**kinds), street.t_s)  # type: ignore[arg-type] # handed through
    return change


BOX = (60, 30, 80, 70)
BOX_SHARE = 20 * 40 / (160 * 90)


def test_an_empty_street_shows_no_change():
    street = Street()

    assert last_change(learnt(street), street, 5.0).share < 0.002


def test_a_box_changes_the_share_that_it_fills():
    street = Street()

    assert last_change(learnt(street), street, 0.5, box=BOX).share == pytest.approx(BOX_SHARE, rel=0.15)


def test_the_largest_share_of_two_boxes_is_that_of_the_larger():
    street = Street()
    foreground = learnt(street)
    picture = street.picture(box=BOX)
    picture[5:15, 5:15] = 0
    change = foreground.step(picture, street.t_s)

    assert change.largest_share == pytest.approx(BOX_SHARE, rel=0.15)
    assert change.share == pytest.approx(BOX_SHARE + 100 / (160 * 90), rel=0.15)


def test_nothing_is_told_before_the_background_is_ready():
    street = Street()
    foreground = Foreground()
    foreground.step(street.picture(), street.t_s)

    assert foreground.step(street.picture(box=BOX), street.t_s) == NO_CHANGE
    assert not foreground.ready


def test_the_background_is_ready_after_its_warm_up():
    assert learnt(Street()).ready


def test_a_thing_that_stands_still_is_seen_for_most_of_still_s():
    street = Street()

    assert last_change(learnt(street, still_s=20.0), street, 15.0, box=BOX).share > 0.8 * BOX_SHARE


def test_a_thing_that_stands_still_for_long_becomes_background():
    street = Street()

    assert last_change(learnt(street, still_s=20.0), street, 30.0, box=BOX).share < 0.1 * BOX_SHARE


@pytest.mark.parametrize(("gain", "offset"), [(0.6, 0.0), (1.3, 0.0), (1.0, 30.0), (0.7, 20.0)])
def test_another_exposure_of_the_whole_picture_is_no_change(gain, offset):
    street = Street()
    foreground = learnt(street)

    assert last_change(foreground, street, 1.0, gain=gain, offset=offset).share < 0.02


def test_a_box_is_still_seen_when_the_exposure_answers_to_it():
    street = Street()
    change = last_change(learnt(street), street, 1.0, box=BOX, gain=1.25)

    assert change.share == pytest.approx(BOX_SHARE, rel=0.25)


def test_another_scene_that_stays_is_learnt_anew():
    street, other = Street(), Street()
    other._wall = np.ascontiguousarray(other._wall[::-1, ::-1])
    foreground = learnt(street, relearn_share=0.4, relearn_s=3.0)
    other.t_s = street.t_s
    changed = last_change(foreground, other, 2.0)
    settled = last_change(foreground, other, 8.0)

    assert changed.share > 0.4
    assert foreground.ready
    assert settled.share < 0.01


def test_a_picture_of_another_size_starts_anew():
    street = Street()
    foreground = learnt(street)

    assert foreground.step(Street(80, 50).picture(), 3.1) == NO_CHANGE
    assert not foreground.ready


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.lists(st.floats(-10, 1e6), min_size=1, max_size=30))
def test_pictures_of_any_size_at_any_times_give_shares(width, height, times):
    foreground = Foreground()
    chance = np.random.default_rng(width)
    for t_s in times:
        change = foreground.step(chance.integers(0, 256, (height, width, 3), dtype=np.uint8), t_s)

        assert 0.0 <= change.largest_share <= change.share <= 1.0


@settings(max_examples=50, deadline=None)
@given(st.floats(0.5, 1.8), st.floats(-30, 30))
def test_a_line_of_light_is_taken_back(gain, offset):
    background = Street().picture()
    dimmed = gain * background.astype(np.float32) + offset
    inside = (dimmed > 1) & (dimmed < 254)
    matched = match_light(np.clip(dimmed, 0, 255).astype(np.uint8), background).astype(np.float32)
    left = np.abs(matched - background)[inside]
    before = np.abs(dimmed - background)[inside]

    assert float(np.median(left)) <= 0.15 * float(np.median(before)) + 2.0


@pytest.mark.parametrize("level", [0, 128, 255])
def test_one_single_grey_has_no_line_and_raises_nothing(level):
    flat = np.full((20, 20, 3), level, np.uint8)

    assert match_light(flat, np.full((20, 20, 3), 128, np.uint8)).shape == (20, 20, 3)
