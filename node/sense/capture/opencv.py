"""The camera that OpenCV can open: a Video4Linux device, or a video file."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from node.ops.clock import boot_s
from node.sense.capture.film import FilmCamera
from node.sense.capture.ports import Camera, Frame
from node.sense.capture.v4l import CameraInfo, V4lCamera, list_cameras, open_device

__all__ = ["CameraInfo", "OpenCvCamera", "list_cameras"]


class OpenCvCamera(Camera):
    """Frames of a device or of a file, fitted into width x height, at most `fps` per second.

    A source that begins with /dev/ is a device: `captured_s` is CLOCK_BOOTTIME, and a call can block for as
    long as the driver does (put it into a `ChildCamera`). Anything else is a file: `captured_s` is the time
    since its first frame.

    Args:
        source: the device or the file.
        width: greatest width of a frame, in pixels.
        height: greatest height of a frame, in pixels.
        fps: most frames per second.
        paced: a file runs at its own speed, and the newest frame wins; otherwise as fast as it is read.

    Raises:
        CameraError: the device is not there or cannot be opened.
        UnreadableInputError: the file is not there or has no picture.
    """

    def __init__(self, source: str, *, width: int, height: int, fps: float, paced: bool) -> None:
        self._camera: Camera
        if source.startswith("/dev/") and not Path(source).is_file():  # /dev/shm holds files
            opener = partial(open_device, source)
            self._camera = V4lCamera(opener, width=width, height=height, fps=fps, now=boot_s)
        else:
            now = boot_s if paced else None
            self._camera = FilmCamera(source, width=width, height=height, fps=fps, now=now)

    def read(self, timeout_s: float) -> Frame | None:
        """The next frame of an unpaced file; else the newest one, or None when none came in time.

        Raises:
            CameraError: the device was lost.
            EndOfMedia: the file has come to its end.
            UnreadableInputError: the file breaks off.
        """
        return self._camera.read(timeout_s)

    def close(self) -> None:
        """Lets go of the device or the file."""
        self._camera.close()
