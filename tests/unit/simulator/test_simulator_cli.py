from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.cli import app, main, with_names


def simulator(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "simulator.cli", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=30, env=os.environ | environment, check=False
    )


def test_every_command_says_what_it_is_for() -> None:
    commands = {command.callback.__name__: command.callback for command in app.registered_commands if command.callback}

    assert {"demo", "node", "list_", "run", "render", "suite", "contact_sheet", "critic"} <= set(commands)
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


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["run", "sunny"], 2, "there is no scenario 'sunny'; there are a-scream-at-night"),
        (["run", "nowhere.toml"], 66, "nowhere.toml: cannot be read (No such file or directory)"),
        (["run", "quiet-night", "--view"], 2, "--view draws in a terminal, and this is none: leave it out"),
        (["run", "quiet-night", "--view", "--json"], 2, "--view is for a person"),
        (["run", "broker-outage", "--view"], 2, "--view is for a person, and for scenarios without processes"),
        (["run", "quiet-night", "--allow-nc"], 2, "--allow-nc is for the sounds of --sounds DIR: name the folder"),
        (
            ["render", "quiet-night", "--out", "/nowhere", "--size", "big"],
            2,
            "--size big: give an even width and height",
        ),
        (["render", "quiet-night", "--out", "/nowhere", "--size", "641x360"], 2, "--size 641x360: give an even width"),
        (["suite", "quiet-night", "--out", "/nowhere/a.html"], 2, "--out /nowhere/a.html: give a file in a folder"),
        (
            ["suite", "quiet-night", "quiet-night", "--json"],
            2,
            "quiet-night: the scenario quiet-night was named before",
        ),
        (["contact-sheet"], 2, "give --out FILE.jpg, or --table, or both"),
        (["contact-sheet", "--out", "sheet.png"], 2, "--out sheet.png: the picture is a .jpg file"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",
)
def test_what_cannot_be_done_is_one_line_with_its_exit_code(
    arguments: list[str], code: int, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["polewatch-sim", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    out, errors = capsys.readouterr()

    assert errors.startswith(f"polewatch-sim: {says}")
    assert errors.count("\n") == 1
    assert (left.value.code, out) == (code, "")


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


@pytest.mark.slow
def test_without_a_command_the_help_is_shown() -> None:
    done = simulator()

    assert "Usage: " in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux' /dev/full")
def test_an_output_that_cannot_be_written_is_one_line_and_exit_code_69() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "simulator.cli", "list"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=30, check=False)

    assert done.returncode == 69
    assert done.stderr == "polewatch-sim: the output cannot be written (No space left on device)\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--critics", "nowhere", "--out", "page.html"], "there is no critic in this folder"),
        (["--critics", "nowhere", "--json"], "--json writes none"),
    ],
)
def test_a_suite_whose_critics_cannot_be_asked_does_not_begin(options: list[str], says: str) -> None:
    done = simulator("suite", "shots-near", "--sound-only", *options)

    assert done.returncode == 2
    assert says in done.stderr
    assert done.stdout == ""


@pytest.mark.slow
def test_real_sounds_are_refused_where_processes_play_the_street(shared_data: Path) -> None:
    done = simulator("run", "clock-jump", "--sounds", str(shared_data / "audio"))

    assert done.returncode == 2
    assert "--sounds is for scenarios that run faster than time" in done.stderr
