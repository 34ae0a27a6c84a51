"""`firmware_config/setup/prepare.sh` on machines where something is missing, made of a PATH with chosen programs.

The whole road with real packages and a real apt-get is walked by hand: docs/operations.md, "What was checked how".
"""

from __future__ import annotations

import hashlib
import os
import pty
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = "firmware_config/setup/prepare.sh"
TOOLS = ["sh", "dirname", "sha256sum", "cut", "cat", "grep", "id", "env", "rm"]


class Machine:
    """A machine with a copy of the project and only the programs that were named."""

    def __init__(self, folder: Path) -> None:
        self.tree = folder / "polewatch"
        self.programs = folder / "bin"
        self.called = folder / "called"
        self.programs.mkdir()
        (self.tree / SCRIPT).parent.mkdir(parents=True)
        for name in (SCRIPT, "requirements-dev.lock", "pyproject.toml"):
            shutil.copy(ROOT / name, self.tree / name)
        for name in TOOLS:
            self.has(name, shutil.which(name) or "")
        self.has("python3", sys.executable)

    def has(self, name: str, real: str) -> None:
        """A program of this very machine."""
        self.program(name, f'exec "{real}" "$@"')

    def program(self, name: str, body: str) -> None:
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def is_no_root(self) -> None:
        self.program("id", "echo 1000")

    def records_apt(self) -> None:
        """An apt-get that only writes down that it was called."""
        self.program("apt-get", f'echo "$@" >>"{self.called}"; exit 1')

    def is_ready(self) -> None:
        """The mark that a finished set-up leaves, in a `.venv` with a Python."""
        (self.tree / ".venv/bin").mkdir(parents=True)
        (self.tree / ".venv/bin/python").symlink_to(sys.executable)
        content = b"".join((self.tree / name).read_bytes() for name in ("requirements-dev.lock", "pyproject.toml"))
        key = hashlib.sha256(content + f"{self.tree.resolve()}\n".encode()).hexdigest()
        (self.tree / ".venv/.polewatch-ready").write_text(key)

    def prepare(self, stdin: int = subprocess.DEVNULL, **environment: str) -> subprocess.CompletedProcess[str]:
        env = {"PATH": str(self.programs), **environment}
        command = ["/bin/sh", str(self.tree / SCRIPT)]
        return subprocess.run(command, check=False, stdin=stdin, env=env, capture_output=True, text=True, timeout=60)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_an_old_python_gets_one_clear_line(machine):
    machine.program("old", '[ "$1" = --version ] && echo Python 3.9.2 && exit 0\nexit 1')

    run = machine.prepare(PYTHON="old")

    assert (run.returncode, run.stdout) == (69, "")
    assert run.stderr == (
        "polewatch: needs Python 3.11 or newer, and 'old' is Python 3.9.2: name one with PYTHON=/path/to/python3\n"
    )


def test_a_python_that_is_not_there_is_named(machine):
    run = machine.prepare(PYTHON="/nowhere/python3")

    assert run.returncode == 69
    assert "'/nowhere/python3' is not there" in run.stderr


def test_a_newer_python_beside_an_old_one_is_found(machine):
    machine.program("python3", "exit 1")
    machine.has("python3.13", sys.executable)

    run = machine.prepare()

    assert "needs Python" not in run.stderr
    assert "gcc" in run.stderr


def test_where_there_is_no_apt_the_packages_are_named_in_one_line(machine):
    run = machine.prepare()

    assert (run.returncode, run.stdout) == (69, "")
    assert run.stderr.startswith("polewatch: missing here, and this is no Debian:")
    assert " gcc " in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_without_root_or_sudo_one_line_says_what_to_install(machine):
    machine.is_no_root()
    machine.records_apt()

    run = machine.prepare()

    assert (run.returncode, run.stdout) == (69, "")
    assert run.stderr.startswith("polewatch: these Debian packages are missing; as root: apt-get install ")
    assert len(run.stderr.splitlines()) == 1
    assert not machine.called.exists()


def test_sudo_that_wants_a_password_is_not_asked_where_nobody_can_type_it(machine):
    machine.is_no_root()
    machine.records_apt()
    machine.program("sudo", "exit 1")

    run = machine.prepare()

    assert run.returncode == 69
    assert not machine.called.exists()


@pytest.mark.parametrize("answer", [b"n\n", b"\n", b"\x04"], ids=["n", "return", "end of input"])
def test_a_person_who_does_not_say_yes_gets_nothing_installed(machine, answer):
    machine.records_apt()
    person, terminal = pty.openpty()
    os.write(person, answer)

    run = machine.prepare(stdin=terminal)

    os.close(person)
    os.close(terminal)
    assert run.returncode == 1
    assert "[y/N]" in run.stdout
    assert run.stderr.startswith("polewatch: nothing was installed; as root: apt-get install ")
    assert not machine.called.exists()


@pytest.mark.skipif(
    not any(Path(place, "mosquitto").exists() for place in ("/usr/sbin", "/usr/local/sbin")),
    reason="the script finds mosquitto in its Debian places here only if it is there",
)
def test_a_machine_that_is_ready_is_left_alone_quickly_and_silently(machine):
    machine.is_ready()
    began = time.monotonic()

    run = machine.prepare()

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert time.monotonic() - began < 1.0


@pytest.mark.parametrize("changed", ["requirements-dev.lock", "pyproject.toml"])
def test_a_change_of_the_requirements_is_noticed(machine, changed):
    machine.is_ready()
    with (machine.tree / changed).open("a") as file:
        file.write("\n")

    assert machine.prepare().returncode == 69


def test_an_install_that_was_broken_off_is_noticed(machine):
    machine.is_ready()
    (machine.tree / ".venv/.polewatch-installing").touch()

    assert machine.prepare().returncode == 69


def test_a_tree_that_was_moved_is_noticed(machine):
    machine.is_ready()
    machine.tree = machine.tree.rename(machine.tree.with_name("moved"))

    assert machine.prepare().returncode == 69
