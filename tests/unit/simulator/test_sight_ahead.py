"""Pictures that are rendered ahead are the same pictures, and no process outlives its reader."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from node.sense.capture.ports import EndOfMedia
from simulator.pole.devices import StreetCamera
from simulator.pole.sight_ahead import WORTH, SightAhead
from simulator.sight.scene import Scene
from simulator.world.street import Street

SIZE = (160, 90)
needs_two_cores = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core renders alone")


@needs_two_cores
def test_pictures_that_are_rendered_ahead_are_the_same_to_the_byte() -> None:
    street = Street(7)
    ahead = SightAhead(Scene(street, *SIZE), SIZE, 5.0, None)
    pictures = [ahead.picture(index) for index in range(WORTH + 4)]
    worked, alone = ahead.processes, Scene(Street(7), *SIZE)
    ahead.close()

    assert len(worked) == 2
    assert [p.tobytes() for p in pictures] == [alone.picture(index / 5.0).tobytes() for index in range(WORTH + 4)]


@needs_two_cores
def test_closing_a_camera_ends_its_processes() -> None:
    ahead = SightAhead(Scene(Street(7), *SIZE), SIZE, 5.0, None)
    for index in range(WORTH + 1):
        ahead.picture(index)
    pids = ahead.processes

    ahead.close()

    assert pids
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


@needs_two_cores
def test_a_picture_out_of_turn_is_the_right_one() -> None:
    ahead = SightAhead(Scene(Street(7), *SIZE), SIZE, 5.0, None)
    for index in range(WORTH + 2):
        ahead.picture(index)
    picture = ahead.picture(3)
    ahead.close()

    assert picture.tobytes() == Scene(Street(7), *SIZE).picture(3 / 5.0).tobytes()


def test_a_street_that_ends_gives_every_picture_and_then_no_more() -> None:
    camera = StreetCamera(Street(7, 3.0), size=SIZE, fps=5.0)
    frames = [camera.read(1.0) for _ in range(15)]

    with pytest.raises(EndOfMedia):
        camera.read(1.0)
    camera.close()
    assert all(frame is not None for frame in frames)
