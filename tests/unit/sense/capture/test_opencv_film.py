"""A video file as a camera: real files, real decoders."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.errors import CameraError, UnreadableInputError
from node.sense.capture.film import FilmCamera
from node.sense.capture.opencv import OpenCvCamera
from node.sense.capture.ports import Camera, EndOfMedia, Frame
from node.sense.capture.scale import fit, is_picture

FPS = 12.5


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of noise at 12.5 frames a second, 96 x 64."""
    path = tmp_path_factory.mktemp("film") / "street.avi"
    noise = np.random.default_rng(1)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (96, 64))
    for _ in range(50):
        writer.write(noise.integers(0, 256, (64, 96, 3), dtype=np.uint8))
    writer.release()
    return path


def opened(path: Path, fps: float = 30.0, width: int = 640, height: int = 360) -> OpenCvCamera:
    return OpenCvCamera(str(path), width=width, height=height, fps=fps, paced=False)


def read_into(taken: list[Frame], camera: Camera) -> None:
    """Reads until the camera raises."""
    while True:
        frame = camera.read(1.0)
        if frame is not None:
            taken.append(frame)


def frames(camera: Camera) -> list[Frame]:
    taken: list[Frame] = []
    with contextlib.suppress(EndOfMedia):
        read_into(taken, camera)
    camera.close()
    return taken


class FakeTime:
    """A clock that moves only when somebody waits, or when the test says so."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def now(self) -> float:
        return self.now_s

    def wait(self, seconds: float) -> None:
        self.now_s += seconds


def paced(path: Path, clock: FakeTime) -> FilmCamera:
    return FilmCamera(str(path), width=640, height=360, fps=30.0, now=clock.now, wait=clock.wait)


def test_every_frame_of_a_slow_film_comes_with_its_own_time(film):
    times = [frame.captured_s for frame in frames(opened(film))]

    assert times == pytest.approx([n / FPS for n in range(50)], abs=0.001)


@pytest.mark.parametrize("fps", [1.0, 3.0, 5.0, 10.0])
def test_no_more_than_fps_frames_come_from_a_second_of_film(film, fps):
    slots = [int((frame.captured_s + 0.001) * fps) for frame in frames(opened(film, fps))]

    assert slots == sorted(set(slots))
    assert len(slots) == round(4 * fps)


def test_a_frame_is_scaled_to_fit_and_keeps_its_proportions(film):
    frame = frames(opened(film, width=48, height=48))[0]

    assert frame.pixels.shape == (32, 48, 3)


def test_a_small_film_is_not_blown_up(film):
    assert frames(opened(film))[0].pixels.shape == (64, 96, 3)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UnreadableInputError, match=r"nowhere\.mp4: no such video file"):
        opened(tmp_path / "nowhere.mp4")


def test_a_folder_is_no_video_file(tmp_path):
    with pytest.raises(UnreadableInputError, match="is no video file"):
        opened(tmp_path)


def test_a_pipe_is_no_video_file(tmp_path):
    os.mkfifo(tmp_path / "film.mp4")

    with pytest.raises(UnreadableInputError, match=r"film\.mp4: is no video file"):
        opened(tmp_path / "film.mp4")


@pytest.mark.parametrize("name", ["", str(Path())])
def test_an_empty_name_is_told_as_none(name):
    with pytest.raises(UnreadableInputError, match="no video file is named"):
        OpenCvCamera(name, width=64, height=48, fps=5.0, paced=False)


def test_an_empty_file_is_told_as_empty(tmp_path):
    (tmp_path / "empty.mp4").touch()

    with pytest.raises(UnreadableInputError, match="empty"):
        opened(tmp_path / "empty.mp4")


@given(st.binary(min_size=1, max_size=300))
def test_bytes_that_are_no_video_raise_only_our_error(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "bytes.mp4"
    path.write_bytes(data)

    with pytest.raises(UnreadableInputError):
        opened(path)


def test_a_picture_is_no_film(tmp_path):
    path = tmp_path / "still.png"
    cv2.imwrite(str(path), np.zeros((32, 32, 3), np.uint8))

    with pytest.raises(UnreadableInputError):
        opened(path)


def test_a_playlist_cannot_lead_to_another_file(tmp_path, film):
    path = tmp_path / "list.m3u8"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n{film}\n#EXT-X-ENDLIST\n")

    with pytest.raises(UnreadableInputError):
        opened(path)


@pytest.mark.parametrize("source", ["http://127.0.0.1:9/x.mp4", "rtsp://127.0.0.1:9/x", "\x00", "-", "concat:a|b"])
def test_what_is_no_file_name_is_refused(source):
    with pytest.raises(UnreadableInputError):
        OpenCvCamera(source, width=64, height=48, fps=5.0, paced=False)


def test_a_film_that_breaks_off_gives_its_frames_and_then_says_when(film, tmp_path):
    path = tmp_path / "half.avi"
    path.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    seen: list[Frame] = []
    with pytest.raises(UnreadableInputError, match=r"breaks off after \d\.\d s of 4\.0 s"):
        read_into(seen, opened(path))

    assert 15 < len(seen) < 30


def test_a_film_of_one_frame_ends_after_it(tmp_path):
    path = tmp_path / "one.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (48, 32))
    writer.write(np.full((32, 48, 3), 90, np.uint8))
    writer.release()

    assert [frame.captured_s for frame in frames(opened(path))] == [0.0]


def test_a_closed_film_is_at_its_end(film):
    camera = opened(film)
    camera.close()
    camera.close()

    with pytest.raises(EndOfMedia):
        camera.read(0.0)


def test_a_paced_film_waits_until_a_frame_is_due(film):
    clock = FakeTime()
    camera = paced(film, clock)
    for _ in range(10):
        camera.read(1.0)

    assert clock.now_s == pytest.approx(100.0 + 9 / FPS, abs=0.002)


def test_a_paced_film_gives_nothing_when_no_frame_is_due_in_time(film):
    clock = FakeTime()
    camera = paced(film, clock)
    camera.read(1.0)

    assert camera.read(0.01) is None
    assert clock.now_s == pytest.approx(100.01)


def test_the_newest_frame_of_a_paced_film_wins(film):
    clock = FakeTime()
    camera = paced(film, clock)
    camera.read(1.0)
    clock.now_s += 2.0
    frame = camera.read(1.0)

    assert frame is not None
    assert 1.9 <= frame.captured_s <= 2.0


def test_decoders_say_nothing_on_stderr(film, tmp_path, capfd):
    broken = bytearray(film.read_bytes())
    broken[len(broken) // 2 : len(broken) // 2 + 4000] = os.urandom(4000)
    path = tmp_path / "broken.avi"
    path.write_bytes(broken)
    with pytest.raises((UnreadableInputError, EndOfMedia)):
        read_into([], opened(path))

    assert capfd.readouterr() == ("", "")


def test_a_device_that_is_not_there_is_the_camera_s_problem():
    with pytest.raises(CameraError, match="polewatch devices"):
        OpenCvCamera("/dev/v4l/by-id/none", width=64, height=48, fps=5.0, paced=True)


def test_a_device_that_is_no_camera_cannot_be_opened(capfd):
    with pytest.raises(CameraError, match="cannot be opened"):
        OpenCvCamera("/dev/null", width=64, height=48, fps=5.0, paced=True)

    assert capfd.readouterr() == ("", "")


@given(rows=st.integers(1, 400), columns=st.integers(1, 400), width=st.integers(1, 200), height=st.integers(1, 200))
def test_a_picture_of_any_size_fits(rows, columns, width, height):
    fitted = fit(np.zeros((rows, columns, 3), np.uint8), width, height)

    assert 1 <= fitted.shape[0] <= max(height, 1)
    assert 1 <= fitted.shape[1] <= max(width, 1)
    assert fitted.shape[2] == 3


@pytest.mark.parametrize(
    "odd", [None, "x", np.zeros((4, 4)), np.zeros((4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)]
)
def test_what_is_no_colour_picture_is_told_as_none(odd):
    assert not is_picture(odd)
