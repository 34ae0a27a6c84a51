"""The camera in a process of its own: real processes, killed, hung and orphaned."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from node.errors import CameraError
from node.sense.capture.child import CameraGoneError, ChildCamera
from node.sense.capture.ports import Camera, EndOfMedia, Frame

ROOT = Path(__file__).parents[4]
Make = Callable[..., ChildCamera]


class Street(Camera):
    """Gives a frame every 5 ms, `frames` of them, then ends; after `hang_after` of them it blocks for ever."""

    def __init__(self, frames: int = 10**9, hang_after: int = 10**9) -> None:
        self._left = frames
        self._until_hang = hang_after
        self._n = 0

    def read(self, timeout_s: float) -> Frame | None:
        if self._n >= self._until_hang:
            time.sleep(3600)
        if self._left == 0:
            raise EndOfMedia("over")
        time.sleep(min(0.005, timeout_s))
        self._left -= 1
        self._n += 1
        return Frame(np.full((12, 16, 3), self._n % 256, np.uint8), float(self._n))

    def close(self) -> None:
        self._left = 0


def no_device() -> Camera:
    raise CameraError("/dev/video9: no such camera")


def broken_driver() -> Camera:
    raise RuntimeError("row 3: 17 24 99")


def never_opens() -> Camera:
    time.sleep(3600)
    raise AssertionError("nobody waits that long")


@pytest.fixture
def child() -> Iterator[Make]:
    """Makes child cameras, and closes them in the end."""
    made: list[ChildCamera] = []

    def make(open_camera: Callable[[], Camera], hung_after_s: float = 5.0) -> ChildCamera:
        made.append(ChildCamera(open_camera, width=16, height=12, hung_after_s=hung_after_s, backoff_s=(0.02, 0.1)))
        return made[-1]

    yield make
    for camera in made:
        camera.close()


def is_running(pid: int) -> bool:
    """Whether this process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def eventually(holds: Callable[[], bool], within_s: float = 10.0) -> bool:
    until_s = time.monotonic() + within_s
    while time.monotonic() < until_s:
        if holds():
            return True
        time.sleep(0.01)
    return holds()


def next_frame(camera: ChildCamera, within_s: float = 10.0) -> Frame:
    """The next frame, over losses."""
    until_s = time.monotonic() + within_s
    while time.monotonic() < until_s:
        with contextlib.suppress(CameraError):
            frame = camera.read(0.2)
            if frame is not None:
                return frame
    raise AssertionError("no frame came")


def read_into(taken: list[Frame | None], camera: ChildCamera) -> None:
    """Reads until the camera raises."""
    while True:
        taken.append(camera.read(1.0))


def loss(camera: ChildCamera, within_s: float = 10.0) -> str:
    """What the camera says when it is lost."""
    until_s = time.monotonic() + within_s
    while time.monotonic() < until_s:
        try:
            camera.read(0.2)
        except CameraError as error:
            return str(error)
    raise AssertionError("the camera was not lost")


def test_frames_come_from_another_process_in_order(child):
    camera = child(Street)
    times = [next_frame(camera).captured_s for _ in range(5)]

    assert times == sorted(set(times))
    assert camera.capture_pid not in {0, os.getpid()}


def test_the_newest_frame_wins_and_the_others_are_counted(child):
    camera = child(Street)
    eventually(lambda: camera._ring.newest >= 12)
    frame = next_frame(camera)

    assert frame.captured_s >= 12
    assert camera.dropped_frames == frame.captured_s - 1


def test_the_end_of_a_film_comes_after_its_last_frame(child):
    camera = child(lambda: Street(frames=3))
    taken: list[Frame | None] = []
    with pytest.raises(EndOfMedia):
        read_into(taken, camera)

    assert [frame.captured_s for frame in taken if frame][-1] == 3.0


def test_a_camera_that_is_not_there_is_told_in_its_own_words(child):
    camera = child(no_device)

    assert loss(camera) == "/dev/video9: no such camera"


def test_a_lost_camera_stays_lost_for_every_later_read(child):
    camera = child(no_device)
    loss(camera)

    with pytest.raises(CameraError) as told:
        camera.read(0.01)
    assert not isinstance(told.value, CameraGoneError)


def test_the_text_of_a_driver_s_own_error_does_not_get_out(child):
    camera = child(broken_driver)

    assert loss(camera) == "the camera failed with RuntimeError"


def test_a_killed_capture_process_is_told_and_started_again(child):
    camera = child(Street)
    next_frame(camera)
    os.kill(camera.capture_pid, signal.SIGKILL)

    assert "started again" in loss(camera)
    assert next_frame(camera).captured_s >= 1.0
    assert camera.restarts == 1


def test_a_camera_that_hangs_is_told_and_opened_again(child):
    camera = child(lambda: Street(hang_after=2), hung_after_s=0.2)
    next_frame(camera)

    assert "hangs" in loss(camera)
    assert eventually(lambda: camera.restarts >= 1)
    assert next_frame(camera).captured_s >= 1.0


def test_a_camera_that_hangs_while_it_opens_is_told(child):
    camera = child(never_opens, hung_after_s=0.2)

    assert "hangs" in loss(camera)


def test_closing_ends_both_processes(child):
    camera = child(Street)
    next_frame(camera)
    pids = (camera.capture_pid, camera._keeper)
    began_s = time.monotonic()
    camera.close()

    assert time.monotonic() - began_s < 2.0
    assert not any(is_running(pid) for pid in pids)


def test_closing_ends_a_camera_that_hangs(child):
    camera = child(lambda: Street(hang_after=0))
    eventually(lambda: camera.capture_pid != 0)
    pid = camera.capture_pid
    camera.close()

    assert not is_running(pid)


def test_closing_leaves_no_zombie(child):
    camera = child(Street)
    camera.close()

    with pytest.raises(ChildProcessError):
        os.waitpid(camera._keeper, os.WNOHANG)


def test_a_closed_camera_is_at_its_end(child):
    camera = child(Street)
    camera.close()
    camera.close()

    with pytest.raises(EndOfMedia):
        camera.read(0.1)


def test_losing_the_keeper_ends_the_capture_process_and_is_told(child):
    camera = child(Street)
    next_frame(camera)
    pid = camera.capture_pid
    os.kill(camera._keeper, signal.SIGKILL)

    assert eventually(lambda: not is_running(pid))
    with pytest.raises(CameraGoneError, match="start anew"):
        read_into([], camera)


def test_a_camera_without_its_keeper_stays_gone_for_every_later_read(child):
    camera = child(Street)
    os.kill(camera._keeper, signal.SIGKILL)
    with pytest.raises(CameraGoneError):
        read_into([], camera)

    with pytest.raises(CameraGoneError):
        camera.read(0.01)


def test_signals_of_a_terminal_and_of_a_service_manager_leave_both_processes_alone(child):
    camera = child(Street)
    next_frame(camera)
    pids = (camera.capture_pid, camera._keeper)
    for pid in pids:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(pid, number)
    next_frame(camera)

    assert all(is_running(pid) for pid in pids)
    assert camera.restarts == 0


def test_the_capture_process_holds_no_file_of_its_parent(child, tmp_path):
    with (tmp_path / "secret").open("w"):
        camera = child(Street)
        next_frame(camera)
        held = {str(link.readlink()) for link in Path(f"/proc/{camera.capture_pid}/fd").iterdir()}

    assert {name.split(":")[0] for name in held} == {"/dev/null", "pipe"}


PARENT = """
    import resource, sys, time
    import numpy as np
    from functools import partial
    from node.sense.capture.child import CameraGoneError, ChildCamera
    from node.sense.capture.opencv import OpenCvCamera
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    film = partial(OpenCvCamera, sys.argv[1], width=64, height=48, fps=30.0, paced=True)
    camera = ChildCamera(film, width=64, height=48)
    frames = 0
    while frames < 5:
        frames += camera.read(5.0) is not None
    print(camera._keeper, camera.capture_pid, flush=True)
    time.sleep(60)
"""


@pytest.mark.slow
def test_with_a_file_size_limit_of_nothing_frames_come_and_the_parent_s_death_ends_both(tmp_path):
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (64, 48))
    for grey in range(200):
        writer.write(np.full((48, 64, 3), grey, np.uint8))
    writer.release()
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PARENT), str(path)], stdout=subprocess.PIPE, cwd=ROOT
    )
    assert parent.stdout is not None
    pids = [int(word) for word in parent.stdout.readline().split()]
    alive = [is_running(pid) for pid in pids]
    parent.kill()
    parent.wait()
    parent.stdout.close()

    assert alive == [True, True]
    assert eventually(lambda: not any(is_running(pid) for pid in pids))
