"""Chaos, in small: 20 kills and 3 outages of a real uplink and a real broker lose and reorder nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "simulator.cli", "chaos", "--json", "--longest", "5"]


def test_twenty_kills_and_three_outages_lose_nothing_and_reorder_nothing() -> None:
    run = subprocess.run(
        [*COMMAND, "--kills", "20", "--outages", "3", "--seed", "3"],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout)
    assert set(said) == {"events", "delivered", "lost", "duplicate_ids", "reordered", "recover_p99_s"}
    assert said["events"] == said["delivered"] > 40
    assert (said["lost"], said["reordered"]) == (0, 0)


def test_ctrl_c_ends_a_run_and_leaves_nothing_behind() -> None:
    with tempfile.TemporaryDirectory(prefix="pw-") as name:
        run = subprocess.Popen(
            [*COMMAND, "--kills", "100"],
            env=os.environ | {"TMPDIR": name},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        until_s = time.monotonic() + 30.0
        while not _running(name) and time.monotonic() < until_s:
            time.sleep(0.05)
        os.killpg(run.pid, signal.SIGINT)
        out, errors = run.communicate(timeout=40)

        assert run.returncode == 130, errors
        assert out == ""
        assert _running(name) == []
        assert list(Path(name).iterdir()) == []


def _running(name: str) -> list[str]:
    """The arguments of every living `uplink` whose files lie in a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if name in arguments and "chaos_uplink" in arguments:
            found.append(arguments)
    return found
