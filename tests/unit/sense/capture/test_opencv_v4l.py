"""Video devices: which there are, and what becomes of a read. A real `VideoCapture` on a file stands for the driver."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from node.errors import CameraError
from node.sense.capture.opencv import CameraInfo, list_cameras
from node.sense.capture.v4l import V4lCamera


@pytest.fixture
def driver(tmp_path: Path):
    """Opens "the device": each time, twenty frames until it is pulled out."""
    path = tmp_path / "device.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (96, 64))
    for grey in range(20):
        writer.write(np.full((64, 96, 3), 10 * grey, np.uint8))
    writer.release()
    return lambda: cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)


class Ticks:
    """A clock that moves by one step each time it is asked."""

    def __init__(self, step_s: float) -> None:
        self.now_s = 1000.0
        self.step_s = step_s

    def now(self) -> float:
        self.now_s += self.step_s
        return self.now_s


def device(root: Path, number: int, name: str, index: str = "0") -> None:
    node = root / "sys/class/video4linux" / f"video{number}"
    node.mkdir(parents=True)
    (node / "name").write_text(name + "\n")
    (node / "index").write_text(index + "\n")


def link(root: Path, kind: str, name: str, number: int) -> None:
    folder = root / "dev/v4l" / kind
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).symlink_to(f"../../video{number}")


def test_a_frame_of_a_device_carries_the_clock_of_the_device(driver):
    camera = V4lCamera(driver, width=640, height=360, fps=10.0, now=Ticks(0.2).now)
    frame = camera.read(1.0)

    assert frame is not None
    assert frame.captured_s == pytest.approx(1000.2)


def test_a_device_that_is_faster_than_asked_is_thinned_out(driver):
    camera = V4lCamera(driver, width=640, height=360, fps=10.0, now=Ticks(0.025).now)
    slots = [int(frame.captured_s * 10) for frame in (camera.read(1.0) for _ in range(4)) if frame]

    assert slots == list(range(slots[0], slots[0] + 4))


def test_a_device_that_stops_giving_frames_is_lost(driver):
    camera = V4lCamera(driver, width=640, height=360, fps=10.0, now=Ticks(0.2).now)
    for _ in range(20):
        camera.read(1.0)

    with pytest.raises(CameraError, match="no more pictures"):
        camera.read(1.0)


def test_a_lost_device_is_opened_again_by_the_next_read(driver):
    camera = V4lCamera(driver, width=640, height=360, fps=10.0, now=Ticks(0.2).now)
    for _ in range(20):
        camera.read(1.0)
    with pytest.raises(CameraError):
        camera.read(1.0)

    assert camera.read(1.0) is not None


def test_no_video_devices_is_an_empty_list(tmp_path):
    assert list_cameras(tmp_path) == []


def test_a_camera_is_listed_by_its_serial_number_and_its_own_name(tmp_path):
    device(tmp_path, 0, "HD Webcam: HD Webcam")
    link(tmp_path, "by-id", "usb-Maker_HD_0001-video-index0", 0)
    link(tmp_path, "by-path", "pci-0000-usb-0:1:1.0-video-index0", 0)

    assert list_cameras(tmp_path) == [
        CameraInfo("/dev/v4l/by-id/usb-Maker_HD_0001-video-index0", "/dev/video0", "HD Webcam: HD Webcam")
    ]


def test_a_camera_without_a_serial_number_is_listed_by_its_socket(tmp_path):
    device(tmp_path, 2, "Cheap")
    link(tmp_path, "by-path", "platform-usb-0:1.2:1.0-video-index0", 2)

    assert list_cameras(tmp_path)[0].source == "/dev/v4l/by-path/platform-usb-0:1.2:1.0-video-index0"


def test_metadata_devices_and_codecs_are_no_cameras(tmp_path):
    device(tmp_path, 0, "Webcam")
    device(tmp_path, 1, "Webcam", index="1")
    device(tmp_path, 10, "bcm2835-codec-decode")

    assert [camera.path for camera in list_cameras(tmp_path)] == ["/dev/video0"]


def test_cameras_are_listed_in_the_order_of_their_numbers(tmp_path):
    for number in (10, 2, 0):
        device(tmp_path, number, f"camera {number}")

    assert [camera.path for camera in list_cameras(tmp_path)] == ["/dev/video0", "/dev/video2", "/dev/video10"]
