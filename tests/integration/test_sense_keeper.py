"""The process that keeps the camera dies: `sense` ends in order, and the service manager starts it anew."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.integration.node_side import ROOT, UplinkProcess, until, write_config

pytestmark = pytest.mark.slow

SEALED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); "
SENSE = SEALED + "from node.cli import main; import sys; sys.exit(main(sys.argv[1:]))"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A node that sees a film of a minute, and hears nothing."""
    writer = cv2.VideoWriter(str(tmp_path / "film.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (64, 48))
    for grey in range(600):
        writer.write(np.full((48, 64, 3), grey % 200, np.uint8))
    writer.release()
    tables = f'[microphone]\nsource = "none"\n[camera]\nsource = "{tmp_path}/film.avi"\n'
    return write_config(tmp_path, 1, tables)


@pytest.fixture
def sense(config: Path) -> Iterator[subprocess.Popen[str]]:
    """A `polewatch sense` with an uplink that takes its records."""
    uplink = UplinkProcess(config)
    uplink.start()
    command = [sys.executable, "-c", SENSE, "sense", "--config", str(config)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
        uplink.stop()


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_dead_keeper_ends_sense_in_order_with_one_line_and_exit_code_69(sense: subprocess.Popen[str]) -> None:
    stderr = sense.stderr
    assert stderr is not None
    until(lambda: "runs" in stderr.readline(), what="the start of sense")
    (keeper,) = children(sense.pid)
    until(lambda: children(keeper), what="the process that holds the camera")
    (capture,) = children(keeper)
    os.kill(keeper, signal.SIGKILL)
    said = sense.communicate(timeout=15)[1]

    assert sense.returncode == 69
    (line,) = [line for line in said.splitlines() if "camera" in line]
    assert line.endswith("the process that keeps the camera is gone; sensing ends and has to start anew")
    assert "Traceback" not in said
    assert "did not take" not in said
    until(lambda: not Path(f"/proc/{capture}").exists(), what="the end of the camera's process")
