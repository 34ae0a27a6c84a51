"""Work shared out to processes: all of it is done, and nothing is left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from simulator.trials.workforce import Done, Workforce
from tests.unit.simulator.small_works import cling, double, linger, refuse, tidy, vanish

pytestmark = pytest.mark.slow  # each starts processes

MODULE = "tests.unit.simulator.small_works"


def no_report(number: int, reached: float) -> None:
    """Nobody listens."""


def test_every_task_is_done_and_each_reports_under_its_number() -> None:
    reached: dict[int, float] = {}
    done = list(Workforce(double, 2, MODULE).do([3, 5, 7], reached.__setitem__))

    assert sorted(done, key=lambda one: one.task) == [Done(3, 6), Done(5, 10), Done(7, 14)]
    assert reached == {0: 3.0, 1: 5.0, 2: 7.0}
    assert multiprocessing.active_children() == []


def test_no_work_is_done_at_once() -> None:
    assert list(Workforce(double, 2, MODULE).do([], no_report)) == []


def test_what_cannot_be_done_is_told_in_one_line_and_the_rest_goes_on() -> None:
    done = list(Workforce(refuse, 1, MODULE).do([1, 2], no_report))

    assert [one.problem for one in done] == ["1 cannot be done", "2 cannot be done"]
    assert [one.result for one in done] == [None, None]


def test_a_process_that_dies_is_told_with_its_code() -> None:
    [done] = Workforce(vanish, 1, MODULE).do([7], no_report)

    assert done.problem == "its process ended with code 7"


def test_a_caller_that_stops_leaves_no_process_and_lets_each_end_what_it_holds(tmp_path: Path) -> None:
    places = [str(tmp_path / "one"), str(tmp_path / "two")]
    begun: set[int] = set()

    def interrupt(number: int, _: float) -> None:
        begun.add(number)
        if len(begun) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(Workforce(linger, 2, MODULE).do(places, interrupt))
    assert multiprocessing.active_children() == []
    assert [Path(place).read_text() for place in places] == ["", ""]


def test_a_second_ctrl_c_ends_at_once_what_does_not_listen() -> None:
    later = threading.Timer(0.8, os.kill, (os.getpid(), signal.SIGINT))

    def interrupt(_number: int, _reached: float) -> None:
        later.start()
        raise KeyboardInterrupt

    began_s = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(Workforce(cling, 1, MODULE).do([1], interrupt))
    later.join()

    assert multiprocessing.active_children() == []
    assert time.monotonic() - began_s < 12.0


def test_a_second_signal_right_after_the_first_is_the_same_ctrl_c(tmp_path: Path) -> None:
    place = str(tmp_path / "one")
    again = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))

    def interrupt(_number: int, _reached: float) -> None:
        again.start()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(Workforce(tidy, 1, MODULE).do([place], interrupt))
    again.join()

    assert Path(place).read_text() == ""
