from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
START = "from node.update.app import run; raise SystemExit(run())"


@pytest.fixture
def manager(tmp_path: Path):
    """The service manager's end of sd_notify."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(str(tmp_path / "notify"))
        end.settimeout(20)
        yield end


@pytest.fixture
def start(tmp_path):
    """Starts the real service as a process, the way its unit does; none is left behind."""
    started: list[subprocess.Popen[str]] = []

    def one(**environment: str) -> subprocess.Popen[str]:
        env = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "PYTHONPATH": str(ROOT), **environment}
        process = subprocess.Popen([sys.executable, "-c", START], env=env, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield one
    for process in started:
        process.kill()
        process.communicate()


def test_it_says_that_it_is_ready_and_has_nothing_to_do(manager, start):
    start()

    assert manager.recv(4096) == b"READY=1\nSTATUS=nothing to do: this version installs no updates"


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_ends_it_with_exit_code_0(manager, start, stop):
    process = start()
    manager.recv(4096)

    process.send_signal(stop)

    assert process.wait(20) == 0
    assert manager.recv(4096) == b"STOPPING=1\nSTATUS=stopping"


def test_it_says_in_one_line_that_it_has_nothing_to_do(manager, start):
    process = start()
    manager.recv(4096)

    process.terminate()

    lines = process.communicate(timeout=20)[1].splitlines()
    assert [line.partition(": ")[2] for line in lines] == [
        "nothing to do: this version installs no updates; waiting",
        "stopped",
    ]


def test_it_answers_the_watchdog_until_it_is_stopped(manager, start):
    process = start(WATCHDOG_USEC="40000")
    manager.recv(4096)

    pings = [manager.recv(4096) for _ in range(3)]

    assert pings == [b"WATCHDOG=1"] * 3
    assert process.poll() is None


def test_without_a_watchdog_it_sends_no_ping(manager, start):
    process = start()
    manager.recv(4096)

    process.terminate()
    process.wait(20)

    assert manager.recv(4096).startswith(b"STOPPING=1")
