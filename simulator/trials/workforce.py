"""Work shared out to a bounded number of processes: each task has one of its own, which is ended with it.

Results come in the order in which tasks end. Ctrl-C, or an error in the caller, ends every process; it waits for what
they have to end themselves, unless Ctrl-C is pressed once more.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, Protocol, TypeVar

from node.errors import PolewatchError
from simulator.live.signals import stop_signals

Task = TypeVar("Task")
Result = TypeVar("Result")
Report = Callable[[float], None]
_LEAVE_S = 15.0
"""How long a process has to end its own children before it is killed."""
_ONE_PRESS_S = 0.5
"""A signal so soon after the first is the same Ctrl-C: what starts us may have passed it on, too."""
_LOOK_S = 0.1
_REPORT_EVERY = 1.0


class Work(Protocol[Task, Result]):  # type: ignore[misc] # a task goes in, a result comes out: pickled in between
    """What is done: a function that a new process can import."""

    def __call__(self, task: Task, report: Report) -> Result:
        """Does it, and reports how far it has come."""


@dataclass(frozen=True, slots=True)
class Done(Generic[Task, Result]):
    """A task that has ended.

    Args:
        task: which.
        result: what came of it, or None where nothing did.
        problem: why nothing did, in one line; empty otherwise.
    """

    task: Task
    result: Result | None
    problem: str = ""


@dataclass(slots=True)
class _Running:
    """A task in its process."""

    number: int
    process: BaseProcess
    pipe: Connection


class Workforce(Generic[Task, Result]):
    """Processes that do one kind of work.

    Args:
        work: what they do.
        jobs: how many at a time, 1 or more.
        preload: the module of `work`, loaded once for all of them.
    """

    def __init__(self, work: Work[Task, Result], jobs: int, preload: str) -> None:
        self._work = work
        self._jobs = jobs
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["__main__", preload])

    def do(self, tasks: Sequence[Task], report: Callable[[int, float], None]) -> Iterator[Done[Task, Result]]:
        """Does them all.

        Args:
            tasks: they are begun in this order.
            report: told how far the task of a number has come.
        """
        waiting = list(enumerate(tasks))
        running: dict[Connection, _Running] = {}
        try:
            while waiting or running:
                while waiting and len(running) < self._jobs:
                    started = self._start(*waiting.pop(0))
                    running[started.pipe] = started
                for pipe in wait(list(running)):
                    one = running[pipe]  # type: ignore[index] # only pipes were given
                    done = self._hear(one, tasks[one.number], report)
                    if done is not None:
                        del running[one.pipe]
                        yield done
        finally:
            _end(list(running.values()))

    def _start(self, number: int, task: Task) -> _Running:
        mine, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_do, args=(self._work, task, theirs))
        process.start()
        theirs.close()
        return _Running(number, process, mine)

    def _hear(self, one: _Running, task: Task, report: Callable[[int, float], None]) -> Done[Task, Result] | None:
        """What a process says; None while it goes on."""
        try:
            word, said = one.pipe.recv()
        except EOFError:
            one.process.join()
            word, said = "problem", f"its process ended with code {one.process.exitcode}"
        if word == "reached":
            report(one.number, said)
            return None
        one.pipe.close()
        one.process.join()
        return Done(task, said) if word == "result" else Done(task, None, said)


def _do(work: Work[Any, Any], task: Any, pipe: Connection) -> None:
    """The life of one process. Its parent ends it by SIGTERM; Ctrl-C is for the parent alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    told = 0.0

    def report(reached: float) -> None:
        nonlocal told
        if reached >= told + _REPORT_EVERY:
            told = reached
            pipe.send(("reached", reached))

    try:
        pipe.send(("result", work(task, report)))
    except PolewatchError as error:
        pipe.send(("problem", str(error)))
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(143)  # it was ended, or nobody is there any more to whom it matters


def _end(running: list[_Running]) -> None:
    """Ends what still runs: gently first, and after a while or a second Ctrl-C at once."""
    with stop_signals() as hurry:
        began_s = time.monotonic()
        for one in running:
            one.process.terminate()
        while (alive := [one.process.sentinel for one in running if one.process.is_alive()]) and not hurry.is_set():
            wait(alive, _LOOK_S)
            passed_s = time.monotonic() - began_s
            if passed_s < _ONE_PRESS_S:
                hurry.clear()
            if passed_s > _LEAVE_S:
                break
        for one in running:
            one.process.kill()
            one.process.join()
            one.pipe.close()
