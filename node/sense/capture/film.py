"""A video file as a camera: its frames at their own times."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from pathlib import Path

# Read by OpenCV when it opens its first file, so said before: no chatter on stderr, and nothing but plain
# local media files. A playlist can name other files and addresses, and pictures are no film.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
os.environ.setdefault(
    "OPENCV_FFMPEG_CAPTURE_OPTIONS",
    "protocol_whitelist;file|format_whitelist;mov,avi,matroska,mpegts,mpeg",
)

import cv2

from node.errors import UnreadableInputError
from node.sense.capture.ports import Camera, EndOfMedia, Frame
from node.sense.capture.scale import Picture, fit, is_picture

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

FALLBACK_FPS = 25.0
"""What a file runs at that does not say, or says something impossible."""

_LEAST_FPS = 0.1
_MOST_FPS = 240.0
_LONGEST_STEP_S = 60.0  # a longer step between two frames is a broken time stamp
_BROKEN_OFF_S = 1.0  # a file that ends this much before its promise broke off
_ROUNDING_S = 0.001  # Matroska rounds times to whole milliseconds


class FilmCamera(Camera):
    """Gives the frames of a file, at most `fps` of them per second of film.

    Args:
        path: MP4, MOV, AVI, Matroska, WebM or MPEG.
        width: frames are scaled down to fit into it.
        height: the same.
        fps: frames per second of film, at most; the others are skipped without decoding.
        now: the clock that the film runs by, in seconds; None: as fast as it is read.
        wait: lets so many seconds of that clock pass.

    Raises:
        UnreadableInputError: there is no such file, or no picture in it.
    """

    def __init__(
        self,
        path: str,
        *,
        width: int,
        height: int,
        fps: float,
        now: Callable[[], float] | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._reel = _Reel(path, fps)
        self._size = (width, height)
        self._step_s = 1.0 / fps
        self._now = now
        self._wait = wait
        self._start_s: float | None = None

    def read(self, timeout_s: float) -> Frame | None:
        """The next frame; by a clock: the newest one that is due, or None when none is due in time.

        Raises:
            EndOfMedia: that was all.
            UnreadableInputError: the file breaks off, or nothing in it can be decoded.
        """
        while True:
            if self._now is not None and not self._reached(timeout_s):
                return None
            t_s = self._reel.t_s
            pixels = self._reel.picture()
            if pixels is not None:
                return Frame(fit(pixels, *self._size), t_s)

    def close(self) -> None:
        """Lets go of the file."""
        self._reel.close()

    def _reached(self, timeout_s: float) -> bool:
        """Waits for the next frame, and passes over those that a newer one has overtaken."""
        assert self._now is not None
        if self._start_s is None:
            self._start_s = self._now()
        ahead_s = self._reel.t_s - (self._now() - self._start_s)
        if ahead_s > 0.0:
            self._wait(min(ahead_s, timeout_s))
            if ahead_s > timeout_s:
                return False
        while self._reel.t_s + self._step_s <= self._now() - self._start_s:
            self._reel.advance()
        return True


class _Reel:
    """The open file, and which of its frames is due. `t_s`: when it was taken, from the file's first frame on."""

    def __init__(self, path: str, fps: float) -> None:
        self._path = path
        self._fps = fps
        self._capture = _open(path)
        told_fps = self._number(cv2.CAP_PROP_FPS)
        sane = _LEAST_FPS <= told_fps <= _MOST_FPS
        self._own_step_s = 1.0 / (told_fps if sane else FALLBACK_FPS)
        self._promised_s = max(self._number(cv2.CAP_PROP_FRAME_COUNT), 0.0) / told_fps if sane else 0.0
        self._decoded = False
        self._failure: EndOfMedia | UnreadableInputError | None = None
        self.t_s = 0.0
        if not self._grab():
            self._capture.release()
            raise UnreadableInputError(f"{path}: no picture in this video file")
        self._origin_s = self._number(cv2.CAP_PROP_POS_MSEC) / 1000.0

    def picture(self) -> Picture | None:
        """The frame that is due, as uint8 (height, width, 3), or None for a broken one; then the next is due."""
        if self._failure is not None:
            raise self._failure
        try:
            pixels = self._capture.retrieve()[1]
        except cv2.error:
            pixels = None
        self._decoded = self._decoded or is_picture(pixels)
        self._look_ahead()
        return pixels if is_picture(pixels) else None

    def advance(self) -> None:
        """Passes over the frame that is due.

        Raises:
            EndOfMedia, UnreadableInputError: see `FilmCamera.read`.
        """
        if self._failure is not None:
            raise self._failure
        self._look_ahead()

    def close(self) -> None:
        self._capture.release()
        self._failure = EndOfMedia(f"{self._path} is closed")

    def _look_ahead(self) -> None:
        """Moves on to the next frame that falls into another slot of 1 / fps."""
        slot = self._slot()
        while self._slot() == slot:
            if not self._grab():
                self._failure = self._end()
                return
            self.t_s = self._next_time()

    def _slot(self) -> int:
        return math.floor((self.t_s + _ROUNDING_S) * self._fps)

    def _next_time(self) -> float:
        """The container's time where it can be true, else one frame later than before."""
        told_s = self._number(cv2.CAP_PROP_POS_MSEC) / 1000.0 - self._origin_s
        if self.t_s < told_s <= self.t_s + _LONGEST_STEP_S:
            return told_s
        return self.t_s + self._own_step_s

    def _end(self) -> EndOfMedia | UnreadableInputError:
        seen_s = self.t_s + self._own_step_s
        if not self._decoded:
            return UnreadableInputError(f"{self._path}: no picture in this video file can be decoded")
        if self._promised_s - seen_s >= _BROKEN_OFF_S:
            return UnreadableInputError(
                f"{self._path}: this video file breaks off after {seen_s:.1f} s of {self._promised_s:.1f} s"
            )
        return EndOfMedia(f"{self._path} has come to its end")

    def _grab(self) -> bool:
        try:
            return bool(self._capture.grab())
        except cv2.error:
            return False

    def _number(self, prop: int) -> float:
        value = float(self._capture.get(prop))
        return value if math.isfinite(value) else 0.0


def _open(path: str) -> cv2.VideoCapture:
    if path in {"", "."}:  # an empty path is a dot to many
        raise UnreadableInputError("no video file is named; name an MP4, AVI or Matroska file")
    try:
        # made absolute: a name like "concat:x" or "-" must not mean anything else to FFmpeg
        whole = Path(path).resolve()
        if not whole.exists():
            raise UnreadableInputError(f"{path}: no such video file")
        if not whole.is_file():
            raise UnreadableInputError(f"{path}: is no video file; name an MP4, AVI or Matroska file")
        with whole.open("rb") as probe:
            empty = not probe.read(1)
    except (OSError, ValueError) as error:
        raise UnreadableInputError(f"{path}: this file cannot be read; check its name and its rights") from error
    if empty:
        raise UnreadableInputError(f"{path}: this file is empty")
    try:
        capture = cv2.VideoCapture(str(whole), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    except cv2.error as error:
        raise UnreadableInputError(f"{path}: not a video file that can be read") from error
    if not capture.isOpened():
        raise UnreadableInputError(f"{path}: not a video file that can be read (MP4, AVI, Matroska)")
    return capture
