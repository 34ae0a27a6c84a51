"""A run's folder: it goes with its run, and what a killed run left goes with the next one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from node.errors import StorageError
from simulator.live.run_folder import PREFIX, RunFolder

HOLDS = (
    "import signal, sys; from simulator.live.run_folder import RunFolder; folder = RunFolder(sys.argv[1]); "
    "(folder.path / 'outbox.db').write_text('x'); print(folder.path, flush=True); signal.pause()"
)


def test_a_folder_is_gone_after_its_run(tmp_path: Path) -> None:
    with RunFolder(str(tmp_path)) as folder:
        (folder.path / "outbox.db").write_text("x")

    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_left_alone_by_other_runs(tmp_path: Path) -> None:
    with RunFolder(str(tmp_path)) as one, RunFolder(str(tmp_path)) as other:
        assert one.path.is_dir()
        assert other.path.is_dir()
        assert one.path != other.path


def test_what_a_killed_run_left_is_removed_by_the_next_and_not_before_it_is_dead(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE, text=True) as held:
        assert held.stdout is not None
        left = Path(held.stdout.readline().strip())
        RunFolder(str(tmp_path)).remove()
        lived = left.is_dir()
        os.kill(held.pid, signal.SIGKILL)
    stayed = (left / "outbox.db").exists()

    RunFolder(str(tmp_path)).remove()

    assert lived
    assert stayed
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_removed_that_is_not_a_run_folder(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("x")
    (tmp_path / f"{PREFIX}link").symlink_to(elsewhere)
    (tmp_path / f"{PREFIX}file").write_text("x")
    (tmp_path / "polewatch-other").mkdir()

    RunFolder(str(tmp_path)).remove()

    assert {path.name for path in tmp_path.iterdir()} == {
        "elsewhere",
        f"{PREFIX}link",
        f"{PREFIX}file",
        "polewatch-other",
    }
    assert (elsewhere / "kept").exists()


def test_a_place_where_nothing_can_be_made_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"nowhere: no folder can be made there \(No such file or directory\)$"):
        RunFolder(str(tmp_path / "nowhere"))


def test_removing_a_folder_twice_is_safe(tmp_path: Path) -> None:
    folder = RunFolder(str(tmp_path))

    folder.remove()
    folder.remove()

    assert list(tmp_path.iterdir()) == []
