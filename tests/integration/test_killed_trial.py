"""What is left of a trial in real time that is killed: no process within moments, and no folder after the next run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from simulator.live.run_folder import RunFolder
from simulator.pole.catalogue import FaultName
from tests.integration.node_side import until
from tests.integration.test_live_faults import STOPPED, processes_of, scenario

ENDS_WITHIN_S = 15.0


@pytest.mark.slow
def test_a_killed_trial_leaves_no_process_and_its_folders_go_with_the_next_run() -> None:
    with tempfile.TemporaryDirectory(prefix="pw-") as name:
        folder = Path(name)
        plan = scenario(60.0, (FaultName.BROKER_CUT, 1.0, 40.0)).model_dump_json()
        with subprocess.Popen(
            [sys.executable, "-c", STOPPED, plan],
            env=os.environ | {"TMPDIR": name},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as trial:
            assert trial.stdout is not None
            assert trial.stdout.readline() == "runs\n"
            assert trial.stdout.readline()
            ran = processes_of(folder)
            trial.kill()

        until(lambda: processes_of(folder) == [], ENDS_WITHIN_S, "the end of the children")
        left = list(folder.iterdir())
        RunFolder(name).remove()

        assert any("mosquitto" in arguments for arguments in ran)
        assert len(left) == 2
        assert list(folder.iterdir()) == []


def test_a_leashed_process_gets_sigterm_when_the_process_that_started_it_is_killed(tmp_path: Path) -> None:
    told, ready = tmp_path / "told", tmp_path / "ready"
    waits = (
        "import pathlib, signal, sys; told, ready = map(pathlib.Path, sys.argv[1:]); "
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(told.touch())); ready.touch(); signal.pause()"
    )
    starts = (
        "import signal, sys; from simulator.live.children import Child; "
        "child = Child('it', [sys.executable, '-c', *sys.argv[1:]]); signal.pause()"
    )
    command = [sys.executable, "-c", starts, waits, str(told), str(ready)]
    with subprocess.Popen(command) as parent:
        until(ready.exists, 10.0, "the child")

        os.kill(parent.pid, signal.SIGKILL)

    until(told.exists, 10.0, "its SIGTERM")
