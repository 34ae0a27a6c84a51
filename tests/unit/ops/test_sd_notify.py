from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from node.ops.sd_notify import notify, watchdog_s


@pytest.fixture
def manager(tmp_path: Path, monkeypatch):
    """The service manager's end: a datagram socket that this process was told of."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(str(tmp_path / "notify"))
        end.settimeout(2)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield end


def test_the_manager_receives_each_assignment_on_its_own_line(manager):
    told = notify("READY=1", "STATUS=listening")

    assert told
    assert manager.recv(4096) == b"READY=1\nSTATUS=listening"


def test_a_line_break_in_a_status_cannot_forge_an_assignment(manager):
    notify("STATUS=fine\nMAINPID=1")

    assert manager.recv(4096) == b"STATUS=fine MAINPID=1"


def test_an_abstract_socket_is_reached(monkeypatch):
    name = f"polewatch-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind("\0" + name)
        end.settimeout(2)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name)

        told = notify("WATCHDOG=1")

        assert told
        assert end.recv(4096) == b"WATCHDOG=1"


def test_without_a_manager_nothing_is_told(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)

    assert not notify("READY=1")


def test_a_manager_that_went_away_is_no_error(tmp_path, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))

    assert not notify("WATCHDOG=1")


@pytest.mark.usefixtures("manager")
def test_the_socket_does_not_stay_open():
    before = len(list(Path("/proc/self/fd").iterdir()))

    notify("READY=1")

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_the_ping_comes_twice_in_the_time_that_the_manager_allows(monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)

    assert watchdog_s() == 15.0


def test_a_watchdog_for_this_process_is_answered(monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "2000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))

    assert watchdog_s() == 1.0


def test_a_watchdog_for_another_process_is_not_answered(monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "2000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid() + 1))

    assert watchdog_s() is None


@pytest.mark.parametrize("value", ["", "0", "-5", "soon", "١"])
def test_a_watchdog_without_a_time_asks_for_no_ping(monkeypatch, value):
    monkeypatch.setenv("WATCHDOG_USEC", value)
    monkeypatch.delenv("WATCHDOG_PID", raising=False)

    assert watchdog_s() is None
