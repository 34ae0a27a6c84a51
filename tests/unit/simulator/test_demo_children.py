from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable

import pytest

from node.errors import PolewatchError
from simulator.live.children import Child

SAYS_AND_WAITS = "import sys, signal; print('one line', file=sys.stderr, flush=True); signal.pause()"
IGNORES = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"


def python(program: str) -> Child:
    return Child("the part", [sys.executable, "-c", program])


def until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        threading.Event().wait(0.01)
    pytest.fail("it did not come to hold within 5 s")


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_living_child_passes_the_check_and_ends_with_its_block() -> None:
    with python(SAYS_AND_WAITS) as child:
        until(lambda: child.last_line == "one line")
        child.check()
        pid = child.pid

    assert not is_alive(pid)


def test_a_child_that_ended_is_told_with_its_code_and_last_line() -> None:
    with python("import sys; sys.exit('polewatch: broker: no such key')") as child:
        child._process.wait()

        with pytest.raises(PolewatchError, match=r"^the part ended with code 1: polewatch: broker: no such key$"):
            child.check()


def test_a_killed_child_is_told_with_its_signal() -> None:
    with python("import signal; signal.pause()") as child:
        os.kill(child.pid, signal.SIGKILL)
        child._process.wait()

        with pytest.raises(PolewatchError, match="was killed by signal 9: it said nothing"):
            child.check()


def test_a_child_is_out_of_the_reach_of_the_terminal() -> None:
    with python(SAYS_AND_WAITS) as child:
        assert os.getsid(child.pid) == child.pid


def test_a_child_that_does_not_listen_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.live.children._TERM_S", 0.1)
    with python(IGNORES) as child:
        until(lambda: child.last_line == "deaf")
        pid = child.pid

    assert not is_alive(pid)


def test_a_child_may_say_any_bytes() -> None:
    with python(r"import os, signal; os.write(2, b'\xff\xfe odd\n\n'); signal.pause()") as child:
        until(lambda: child.last_line.endswith("odd"))

        child.check()
