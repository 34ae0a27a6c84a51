"""A camera in a process of its own, which can be killed: `VideoCapture.read` can block for ever."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable

from node.errors import CameraError
from node.sense.capture.board import Board, Condition
from node.sense.capture.keeper import Plan, fork_keeper
from node.sense.capture.ports import Camera, EndOfMedia, Frame
from node.sense.capture.ring import FrameRing

_CLOSE_S = 1.0
_GONE = "the process that keeps the camera is gone; sensing ends and has to start anew"


class CameraGoneError(CameraError):
    """The camera will not come back in this process: nobody is left who could open it again."""


class ChildCamera(Camera):
    """Gives the newest frame of another camera, which lives in a process of its own (see `keeper`).

    Make it before any thread, in the thread that will live longest: the kernel ends the processes with it.
    Files and pipes that are open now are closed in the new processes.

    Args:
        open_camera: opens the other camera; called in its process, and again after each loss.
        width: of the largest frame, in pixels.
        height: the same.
        hung_after_s: a camera that has not answered for this long is killed and opened again.
        backoff_s: the shortest and the longest wait before it is opened again.
    """

    def __init__(
        self,
        open_camera: Callable[[], Camera],
        *,
        width: int,
        height: int,
        hung_after_s: float = 10.0,
        backoff_s: tuple[float, float] = (1.0, 30.0),
    ) -> None:
        self._ring = FrameRing(width, height)
        self._board = Board()
        self._given = 0
        self._dropped = 0
        self._told_losses = 0
        self._orphaned = False
        life_r, self._life = os.pipe()
        self._news, news_w = os.pipe()
        os.set_blocking(self._news, False)
        os.set_blocking(news_w, False)
        plan = Plan(open_camera, self._ring, self._board, life_r, news_w, hung_after_s, backoff_s)
        self._keeper = fork_keeper(plan)
        os.close(life_r)
        os.close(news_w)
        self._open = True

    @property
    def dropped_frames(self) -> int:
        """How many frames came that were not given, because a newer one was there."""
        return self._dropped

    @property
    def restarts(self) -> int:
        """How often the camera's process was started again."""
        return self._board.restarts

    @property
    def capture_pid(self) -> int:
        """The process that holds the camera now, or 0."""
        return self._board.capture_pid

    def read(self, timeout_s: float) -> Frame | None:
        """The newest frame that was not given before, or None when none came in time.

        Raises:
            CameraError: the camera is lost: at once when that is news, else when the time is over. It is
                opened again by itself.
            CameraGoneError: the keeper is gone, and with it the camera, until this process starts anew.
            EndOfMedia: the file or street has come to its end.
        """
        deadline_s = time.monotonic() + timeout_s
        while True:
            if not self._open:
                raise EndOfMedia("the camera is closed")
            self._hear()
            ended = self._board.condition is Condition.ENDED  # asked before the last frame is taken
            frame = self._take()
            if frame is not None:
                return frame
            if ended:
                raise EndOfMedia("the camera's file or street has come to its end")
            self._tell_new_loss()
            if not self._wait(deadline_s - time.monotonic()):
                if self._board.condition is Condition.LOST or self._orphaned:
                    raise self._loss()
                return None

    def close(self) -> None:
        """Ends both processes, in less than two seconds, and overwrites the frames."""
        if not self._open:
            return
        self._open = False
        os.close(self._life)
        os.close(self._news)
        _reap(self._keeper, _CLOSE_S)
        self._ring.wipe()

    def _hear(self) -> None:
        """Empties the news pipe, and learns from its end that nobody is left to write to it."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._news, 4096):
                pass
            self._orphaned = True

    def _wait(self, timeout_s: float) -> bool:
        """Whether there is news in this time; where nobody is left there is none, but time passes."""
        if timeout_s <= 0.0:
            return False
        heard_of = [] if self._orphaned else [self._news]
        return bool(select.select(heard_of, [], [], timeout_s)[0])

    def _take(self) -> Frame | None:
        taken = self._ring.take(self._given)
        if taken is None:
            return None
        number, frame = taken
        self._dropped += number - self._given - 1
        self._given = number
        return frame

    def _tell_new_loss(self) -> None:
        losses = self._board.losses + self._orphaned
        if losses != self._told_losses:
            self._told_losses = losses
            raise self._loss()

    def _loss(self) -> CameraError:
        if self._orphaned:
            return CameraGoneError(_GONE)
        return CameraError(self._board.reason or "the camera was lost; it is opened again")


def _reap(pid: int, patience_s: float) -> None:
    """Waits for a child to end, and kills it when it does not."""
    try:
        watch = os.pidfd_open(pid)
        try:
            if not select.select([watch], [], [], patience_s)[0]:
                os.kill(pid, signal.SIGKILL)
        finally:
            os.close(watch)
        os.waitpid(pid, 0)
    except (ChildProcessError, ProcessLookupError):
        return  # somebody else has reaped it
