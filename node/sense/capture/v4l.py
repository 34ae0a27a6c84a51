"""Cameras that the kernel offers as Video4Linux devices: which there are, and their frames."""

from __future__ import annotations

import math
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2

from node.errors import CameraError
from node.sense.capture.ports import Camera, Frame
from node.sense.capture.scale import fit, is_picture

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

_NO_CAMERAS = ("bcm2835-codec", "bcm2835-isp", "rpi-hevc-dec", "rpivid", "pispbe", "hantro", "rkvdec")
"""Codecs and image processors of small boards that also stand among the video devices."""


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera that is plugged in.

    Args:
        source: its most stable name, to be written into the configuration.
        path: the device at this moment, /dev/videoN.
        name: what it calls itself.
    """

    source: str
    path: str
    name: str


def list_cameras(root: Path = Path("/")) -> list[CameraInfo]:
    """Every camera that is plugged in, by /dev/videoN. Opens none of them.

    Args:
        root: where `dev` and `sys` are.
    """
    found = []
    for node in sorted((root / "sys/class/video4linux").glob("video*"), key=_number):
        name = _read_line(node / "name") or node.name
        # a UVC camera has a second device, of index 1, for metadata
        if _read_line(node / "index") not in {"", "0"} or name.startswith(_NO_CAMERAS):
            continue
        path = f"/dev/{node.name}"
        found.append(CameraInfo(_stable_name(root, node.name) or path, path, name))
    return found


def open_device(source: str) -> cv2.VideoCapture:
    """The open device.

    Raises:
        CameraError: it is not there, is no camera, or something else holds it.
    """
    try:
        is_device = stat.S_ISCHR(Path(source).stat().st_mode)
    except (OSError, ValueError) as error:
        raise CameraError(f"{source}: no such camera; `polewatch devices` lists those that are there") from error
    if not is_device:
        raise CameraError(f"{source}: not a camera; `polewatch devices` lists those that are there")
    try:
        capture = cv2.VideoCapture(str(Path(source).resolve()), cv2.CAP_V4L2)
    except cv2.error as error:
        raise CameraError(f"{source}: this camera cannot be opened") from error
    if not capture.isOpened():
        raise CameraError(f"{source}: this camera cannot be opened; another program may hold it, or rights are missing")
    return capture


class V4lCamera(Camera):
    """Gives the newest frame of a device, at most `fps` a second. Its `read` can block for as long as the driver does.

    Args:
        open_capture: opens the device; called again after a loss.
        width: what the device is asked for, and what frames are scaled down to fit.
        height: the same.
        fps: the same, and an upper limit.
        now: CLOCK_BOOTTIME in seconds.

    Raises:
        CameraError: it cannot be opened.
    """

    def __init__(
        self,
        open_capture: Callable[[], cv2.VideoCapture],
        *,
        width: int,
        height: int,
        fps: float,
        now: Callable[[], float],
    ) -> None:
        self._open_capture = open_capture
        self._size = (width, height)
        self._fps = fps
        self._now = now
        self._slot = -1
        self._capture: cv2.VideoCapture | None = self._opened()

    def read(self, timeout_s: float) -> Frame | None:
        """The newest frame, or None when none came in time.

        Raises:
            CameraError: the camera was lost; the next call tries to open it again.
        """
        if self._capture is None:
            self._capture = self._opened()
        deadline_s = time.monotonic() + timeout_s
        while True:
            if not self._grab(self._capture):
                self.close()
                raise CameraError("the camera gives no more pictures; check its cable and its power")
            captured_s = self._now()
            slot = math.floor(captured_s * self._fps)
            if slot != self._slot:
                self._slot = slot
                return self._decode(self._capture, captured_s)
            if time.monotonic() >= deadline_s:
                return None

    def close(self) -> None:
        """Lets go of the device."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _opened(self) -> cv2.VideoCapture:
        capture = self._open_capture()
        # requests, not orders: a device takes the nearest that it can
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, self._size[0])
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self._size[1])
        capture.set(cv2.CAP_PROP_FPS, self._fps)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        return capture

    def _decode(self, capture: cv2.VideoCapture, captured_s: float) -> Frame | None:
        try:
            pixels = capture.retrieve()[1]
        except cv2.error:
            return None  # one broken picture, as on a bad cable
        return Frame(fit(pixels, *self._size), captured_s) if is_picture(pixels) else None

    @staticmethod
    def _grab(capture: cv2.VideoCapture) -> bool:
        try:
            return bool(capture.grab())
        except cv2.error:
            return False


def _number(node: Path) -> tuple[int, str]:
    digits = node.name.removeprefix("video")
    return (int(digits) if digits.isdecimal() else -1, node.name)


def _read_line(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "".join(c for c in text.strip()[:80] if c.isprintable())


def _stable_name(root: Path, device: str) -> str:
    """The link that udev made by serial number, else the one by socket, else nothing."""
    for kind in ("by-id", "by-path"):
        for link in sorted((root / "dev/v4l" / kind).glob("*")):
            if link.is_symlink() and link.readlink().name == device:
                return f"/dev/v4l/{kind}/{link.name}"
    return ""
