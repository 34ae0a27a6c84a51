"""The two processes behind a `ChildCamera`: one that holds the camera, and one that keeps that one alive.

    parent ── forks ──▶ keeper ── forks, again and again ──▶ capture
      │ holds the life pipe     │ reads it: its end is the end of all        │ holds the device
      ▼                         ▼                                            ▼
     EOF on the life pipe, or PR_SET_PDEATHSIG, ends the keeper; PR_SET_PDEATHSIG ends the capture process.

| the capture process                      | the keeper                                      |
| ---------------------------------------- | ----------------------------------------------- |
| leaves with END                          | tells it, and waits for the parent's end        |
| leaves with LOST, or dies                | tells why, waits 1..30 s, starts another        |
| does not answer for `hung_after_s`       | kills it, then the same                         |

Both ignore SIGINT, SIGTERM and SIGHUP: a service manager and a terminal send these to every process at once,
and it is the parent who ends in order. Neither holds any file of the parent, nor leaves a core dump.
"""

from __future__ import annotations

import ctypes
import os
import resource
import select
import signal
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import NoReturn

from node.errors import PolewatchError
from node.sense.capture.board import Board, Condition
from node.sense.capture.ports import Camera, EndOfMedia
from node.sense.capture.ring import FrameRing

LEAVES_LOST = 3
LEAVES_AT_END = 4
_PR_SET_PDEATHSIG = 1
_READ_S = 0.5  # how long the capture process waits for a frame before it says that it is alive
_STEADY_S = 30.0  # a camera that ran this long has earned a quick restart
_LIBC = ctypes.CDLL(None, use_errno=True)  # loaded before the fork


@dataclass(frozen=True, slots=True)
class Plan:
    """What both processes need.

    Args:
        open_camera: opens the camera, in the capture process.
        ring: where frames go.
        board: where the rest goes.
        life_fd: reads EOF when the parent has gone.
        news_fd: one byte is written to it when there is something new; it does not block.
        hung_after_s: a camera that has not answered for this long hangs.
        backoff_s: the shortest and the longest wait before a restart.
    """

    open_camera: Callable[[], Camera]
    ring: FrameRing
    board: Board
    life_fd: int
    news_fd: int
    hung_after_s: float
    backoff_s: tuple[float, float]


class _Outcome(Enum):
    """How one life of a capture process went."""

    PARENT_GONE = auto()
    ENDED = auto()
    LOST = auto()


def fork_keeper(plan: Plan) -> int:
    """Starts the keeper, and returns its process id."""
    return _fork(lambda: _keep(plan), keep_fds=(plan.life_fd, plan.news_fd))


def _keep(plan: Plan) -> NoReturn:
    """Keeps one capture process alive until the parent has gone."""
    wait_s, longest_s = plan.backoff_s
    again = False
    while True:
        started_s = time.monotonic()
        outcome = _run_capture(plan, again=again)
        if outcome is _Outcome.PARENT_GONE:
            os._exit(0)
        if outcome is _Outcome.ENDED:
            plan.board.end()
            _tell(plan)
            _parent_gone(plan, None)
            os._exit(0)
        plan.board.lose()
        _tell(plan)
        if time.monotonic() - started_s >= _STEADY_S:
            wait_s = plan.backoff_s[0]
        if _parent_gone(plan, wait_s):
            os._exit(0)
        wait_s = min(2.0 * wait_s, longest_s)
        again = True


def _run_capture(plan: Plan, *, again: bool) -> _Outcome:
    """One life of a capture process; when it was lost, the board says why."""
    plan.board.explain("")
    try:
        pid = _fork(lambda: _capture(plan), keep_fds=(plan.news_fd,))
    except OSError:
        plan.board.explain("no process can be started for the camera: too little memory, or too many processes")
        return _Outcome.LOST
    plan.board.started(pid, again=again)
    watch = os.pidfd_open(pid)
    try:
        reason = _watch(plan, watch)
    finally:
        os.kill(pid, signal.SIGKILL)  # it is not reaped yet, so this number is still its own
        status = os.waitpid(pid, 0)[1]
        os.close(watch)
        plan.board.stopped()
    if reason is None:
        return _Outcome.PARENT_GONE
    if os.waitstatus_to_exitcode(status) == LEAVES_AT_END:
        return _Outcome.ENDED
    if not plan.board.reason:
        plan.board.explain(reason)
    return _Outcome.LOST


def _watch(plan: Plan, watch: int) -> str | None:
    """Waits for the capture process to end or to hang: what to say of it, or None when the parent has gone."""
    beats, since_s = plan.board.beats, time.monotonic()
    pause_s = min(plan.hung_after_s / 4.0, 1.0)
    while True:
        ready = select.select([plan.life_fd, watch], [], [], pause_s)[0]
        if plan.life_fd in ready:
            return None
        if watch in ready:
            return "the process that held the camera died; it is started again"
        now_s = time.monotonic()
        if plan.board.beats != beats:
            beats, since_s = plan.board.beats, now_s
        elif now_s - since_s >= plan.hung_after_s:
            return f"the camera hangs: no answer for {plan.hung_after_s:g} s; check its cable and its power"


def _capture(plan: Plan) -> NoReturn:
    """Reads the camera until it is lost or ends. Never returns."""
    try:
        camera = plan.open_camera()
        while True:
            frame = camera.read(_READ_S)
            plan.board.beat()
            if frame is not None:
                plan.ring.publish(frame)
                if plan.board.condition is not Condition.RUNNING:
                    plan.board.run()
                _tell(plan)
    except EndOfMedia:
        os._exit(LEAVES_AT_END)
    except PolewatchError as error:
        plan.board.explain(str(error))
    except Exception as error:  # noqa: BLE001 - whatever a driver raises ends here; its text may hold anything, its kind not
        plan.board.explain(f"the camera failed with {type(error).__name__}")
    os._exit(LEAVES_LOST)


def _tell(plan: Plan) -> None:
    """Wakes the parent. A full pipe will wake it too; a broken one has nobody to wake."""
    try:
        os.write(plan.news_fd, b"\0")
    except (BlockingIOError, BrokenPipeError):
        return


def _parent_gone(plan: Plan, timeout_s: float | None) -> bool:
    """Whether the parent's end of the life pipe closes in this time."""
    return bool(select.select([plan.life_fd], [], [], timeout_s)[0])


def _fork(work: Callable[[], NoReturn], *, keep_fds: tuple[int, ...]) -> int:
    """Starts a process that does `work` and nothing after it, and returns its id."""
    parent = os.getpid()
    with warnings.catch_warnings():
        # Python 3.12 warns when the process has threads; the threads of numpy's BLAS count, and wait for nobody.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid:
        return pid
    try:
        _settle(parent, keep_fds)
        work()
    finally:
        os._exit(1)


def _settle(parent: int, keep_fds: tuple[int, ...]) -> None:
    """A new process lets go of everything of its parent's, and dies with it."""
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        os._exit(0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold pictures
    silence = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):  # libraries write to these as they like
        os.dup2(silence, standard)
    first = 3
    for kept in sorted(keep_fds):
        os.closerange(first, kept)
        first = kept + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))
