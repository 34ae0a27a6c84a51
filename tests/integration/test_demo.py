"""The whole demo as a newcomer starts it, without a terminal: real processes, real mosquitto, real time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

BOUND_S = 44
DEMO = [sys.executable, "-m", "simulator.cli", "demo"]


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder with a short name: pytest's own is too long for a socket's path (107 bytes)."""
    with tempfile.TemporaryDirectory(prefix="pw-") as folder:
        yield Path(folder)


@contextlib.contextmanager
def running(folder: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A demo whose temporary files are all in `folder`."""
    process = subprocess.Popen(
        DEMO,
        env=os.environ | {"TMPDIR": str(folder)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def read_until(process: subprocess.Popen[str], words: str) -> list[str]:
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if words in line:
            return lines
    pytest.fail(f"no line with {words!r} in: {''.join(lines)}")


def processes_of(folder: Path) -> dict[int, str]:
    """Every living process with the folder in its arguments."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                arguments = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if str(folder) in arguments:
                found[int(entry.name)] = arguments
    return found


def test_a_demo_of_three_quarters_of_a_minute_shows_a_noise_spike_and_leaves_nothing_behind(tmp_path: Path) -> None:
    began_s = time.monotonic()

    with running(tmp_path, DEMO_SECONDS=str(BOUND_S)) as demo:
        out, errors = demo.communicate(timeout=BOUND_S + 30)

    assert demo.returncode == 0, errors
    assert time.monotonic() - began_s < BOUND_S + 15
    assert re.search(r"^received noise\.spike start, \d+\.\d s after it began", out, re.MULTILINE)
    assert re.search(r"^demo ended: \d+ events? received in \d+ s; roars: 1 told, 0 missed; 0 false", out, re.MULTILINE)
    assert errors == ""
    assert processes_of(tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_group_ends_everything_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path) as demo:
        read_until(demo, "received state online")
        assert len(processes_of(tmp_path)) >= 3

        os.killpg(demo.pid, number)
        out, errors = demo.communicate(timeout=20)

    assert demo.returncode == 0, errors
    assert "demo ended: 0 events received" in out
    assert errors == ""
    assert processes_of(tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("part", "name"), [("simulator.cli node", "sense"), ("node.cli uplink", "uplink")])
def test_a_part_that_dies_ends_the_demo_with_one_line(tmp_path: Path, part: str, name: str) -> None:
    with running(tmp_path) as demo:
        read_until(demo, "received state online")
        pid = min(pid for pid, arguments in processes_of(tmp_path).items() if part in arguments)

        os.kill(pid, signal.SIGKILL)
        _, errors = demo.communicate(timeout=20)

    assert demo.returncode == 1
    assert re.fullmatch(rf"polewatch-sim: {name} was killed by signal 9: .*\n", errors)
    assert processes_of(tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


def test_a_demo_that_is_killed_takes_its_node_and_its_broker_with_it(tmp_path: Path) -> None:
    with running(tmp_path) as demo:
        read_until(demo, "received state online")
        assert len(processes_of(tmp_path)) >= 3

        demo.kill()
        demo.wait()
        for _ in range(100):
            if not (left := processes_of(tmp_path)):
                break
            time.sleep(0.1)

    assert left == {}


def test_in_a_terminal_the_street_and_the_broker_stand_side_by_side(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 110, 0, 0))
    environment = os.environ | {"TMPDIR": str(tmp_path), "TERM": "xterm-256color", "DEMO_SECONDS": "4"}

    demo = subprocess.Popen(DEMO, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    shown = b""
    with os.fdopen(ours, "rb", buffering=0) as screen, contextlib.suppress(OSError):  # EIO: the last writer has gone
        while piece := screen.read(65_536):
            shown += piece
    demo.wait(20)

    text = shown.decode(errors="replace")
    assert demo.returncode == 0, text
    assert "the street: the truth" in text
    assert "what the broker received" in text
    assert "online" in text
    assert "demo ended: 0 events received" in text
    assert processes_of(tmp_path) == {}
