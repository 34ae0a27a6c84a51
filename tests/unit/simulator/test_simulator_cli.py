from __future__ import annotations

import os
import subprocess
import sys

import pytest

from simulator.cli import app, with_names


def simulator(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "simulator.cli", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=30, env=os.environ | environment, check=False
    )


def test_every_command_says_what_it_is_for() -> None:
    commands = {command.callback.__name__: command.callback for command in app.registered_commands if command.callback}

    assert {"demo", "node", "list_", "run"} <= set(commands)
    assert all(command.__doc__ for command in commands.values())


@pytest.mark.slow
def test_a_missing_configuration_is_one_line_and_exit_code_78() -> None:
    done = simulator("node", "--config", "/nowhere/config.toml")

    assert done.returncode == 78
    assert done.stderr.startswith("polewatch-sim: /nowhere/config.toml: cannot be read")
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_demo_seconds_that_are_no_number_are_one_line_and_exit_code_2() -> None:
    done = simulator("demo", DEMO_SECONDS="soon")

    assert done.returncode == 2
    assert done.stderr == "polewatch-sim: DEMO_SECONDS='soon': give a number of seconds above 0\n"


@pytest.mark.slow
def test_a_negative_seed_is_a_usage_error() -> None:
    assert simulator("demo", "--seed", "-1").returncode == 2


def test_a_real_device_needs_no_name() -> None:
    assert with_names(["demo", "--mic", "--camera"]) == ["demo", "--mic", "default", "--camera", "default"]
    assert with_names(["demo", "--mic", "USB", "--seed", "3"]) == ["demo", "--mic", "USB", "--seed", "3"]


@pytest.mark.slow
def test_a_camera_that_is_not_there_is_one_line_and_exit_code_69() -> None:
    done = simulator("demo", "--camera", DEMO_SECONDS="5")

    assert done.returncode == 69
    assert done.stderr == "polewatch-sim: no camera was found: plug one in, or name a video file behind --camera\n"


@pytest.mark.slow
@pytest.mark.parametrize("option", ["--began", "--seconds"])
@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_a_time_that_is_no_number_is_a_usage_error(option: str, number: str) -> None:
    done = simulator("node", f"{option}={number}")

    assert done.returncode == 2
    assert "is no number of seconds" in done.stderr


INTERRUPTED = """
import os, signal, sys
class CtrlC:
    def find_spec(self, name, *rest):
        if name == "MODULE":
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, CtrlC())
sys.argv = ["polewatch-sim", "demo"]
from simulator.cli import main
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize("module", ["typer", "rich.console", "simulator.live.demo"])
def test_ctrl_c_while_it_loads_is_exit_code_130_and_no_traceback(module: str) -> None:
    command = [sys.executable, "-c", INTERRUPTED.replace("MODULE", module)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert (done.returncode, done.stderr) == (130, "")
