"""Work for the tests of `workforce`: functions that a new process can import."""

from __future__ import annotations

import os
import signal
import sys
import time

from node.errors import OperatorError
from simulator.trials.workforce import Report


def double(task: int, report: Report) -> int:
    """Twice a number; it reports every step to it."""
    for step in range(1, task + 1):
        report(float(step))
    return 2 * task


def refuse(task: int, report: Report) -> int:
    """Nothing but an error of ours."""
    report(1.0)
    raise OperatorError(f"{task} cannot be done")


def vanish(task: int, report: Report) -> int:
    """Nothing: its process dies."""
    report(1.0)
    os._exit(task)


def linger(task: str, report: Report) -> str:
    """Writes its process into a file, and then does not come to an end; ended gently, it empties the file."""
    with open(task, "w") as file:  # noqa: PTH123 - the shortest there is
        file.write(str(os.getpid()))
    try:
        report(1.0)
        time.sleep(600)
    finally:
        with open(task, "w"):  # noqa: PTH123 - same
            pass
    sys.exit(0)


def tidy(task: str, report: Report) -> str:
    """Writes a file; ended gently, it takes a second to empty it."""
    with open(task, "w") as file:  # noqa: PTH123 - same
        file.write(str(os.getpid()))
    try:
        report(1.0)
        time.sleep(600)
    finally:
        time.sleep(1.0)
        with open(task, "w"):  # noqa: PTH123 - same
            pass
    sys.exit(0)


def cling(task: int, report: Report) -> int:
    """Nothing: it does not listen when it is to end."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    report(float(task))
    time.sleep(600)
    return task
