"""The contact sheet and the list in the documents show every scenario that is shipped."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from simulator.trials.contact_sheet import COLUMNS, MOST_BYTES, THUMB, contact_sheet, table
from simulator.trials.encoding import jpeg_comment, png
from simulator.trials.scenario import Scenario, parse, shipped
from simulator.trials.stills import still, telling_s

ROOT = Path(__file__).parents[2]
SMALL = 'title = "A street"\nlength_s = 60\n[street]\nroars = false\n'


def scenario(extra: str = "", before: str = "") -> Scenario:
    return parse((before + SMALL + extra).encode(), "a")


def test_the_sheet_in_the_documents_shows_every_shipped_scenario() -> None:
    content = (ROOT / "docs/scenarios.jpg").read_bytes()

    assert jpeg_comment(content).split("\n") == list(shipped())
    assert len(content) < MOST_BYTES


def test_the_list_in_the_documents_is_the_one_that_the_command_prints() -> None:
    assert table(shipped()) in (ROOT / "docs/scenarios.md").read_text()


def test_a_sheet_has_a_picture_for_each_scenario_and_names_them() -> None:
    content = contact_sheet({"one": scenario(), "two": scenario("walkers = 3.0\n")})
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)

    assert jpeg_comment(content) == "one\ntwo"
    assert picture is not None
    assert picture.shape[1] > COLUMNS * THUMB[0]
    assert THUMB[1] < picture.shape[0] < 2 * THUMB[1]


def test_the_same_scenario_is_the_same_picture_to_the_byte() -> None:
    assert png(still(scenario(), 3, THUMB)) == png(still(scenario(), 3, THUMB))


def test_a_png_has_every_colour_within_four_steps_the_brightest_within_seven() -> None:
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    picture = np.dstack([grey, grey.T, grey[::-1]])
    shown = cv2.imdecode(np.frombuffer(png(picture), np.uint8), cv2.IMREAD_COLOR)

    assert shown is not None
    off = np.abs(shown.astype(int) - picture.astype(int))
    assert off[picture < 252].max() <= 4
    assert off.max() <= 7


def test_a_covered_camera_shows_nothing_but_grey() -> None:
    fault = '[[fault]]\nname = "camera.covered"\nfrom_s = 20\nto_s = 50\n'
    picture = still(scenario(fault), 3, THUMB)

    assert picture.std() < 3.0


def test_a_frozen_camera_shows_the_instant_before_it_froze() -> None:
    fault = '[[fault]]\nname = "camera.frozen"\nfrom_s = 20\nto_s = 50\n'
    frozen = still(scenario(fault), 3, THUMB)
    before = still(scenario(before="picture_at_s = 19.9\n"), 3, THUMB)

    assert np.array_equal(frozen, before)


@pytest.mark.parametrize(
    ("extra", "before", "at_s"),
    [
        ("", "", 30.0),
        ("", "picture_at_s = 12.0\n", 12.0),
        ("", "picture_at_s = 99.0\n", 60.0),
        ('[[act]]\nname = "bells"\nat_s = 10\nlasts_s = 20\n', "", 20.0),
        ('[[act]]\nname = "bells"\nat_s = 1\n[[act]]\nname = "queue"\nat_s = 20\nlasts_s = 30\n', "", 35.0),
        ('[[fault]]\nname = "camera.dark"\nfrom_s = 40\nto_s = 50\n', "", 45.0),
    ],
)
def test_the_most_telling_instant_is_the_middle_of_what_happens(extra: str, before: str, at_s: float) -> None:
    one = scenario(extra, before)

    assert telling_s(one, one.make_street(1)) == at_s
