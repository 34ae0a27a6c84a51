"""The operator's switch: looked at four times a second, and on whenever it cannot be told."""

import os
from pathlib import Path

import pytest

from node.ops.memory import give_back
from node.ops.quarantine import LOOK_EVERY_S, Quarantine


def test_a_file_that_appears_stops_sensing_within_a_quarter_of_a_second(tmp_path: Path) -> None:
    switch = Quarantine(tmp_path / "quarantine")
    before = switch.is_on(100.0)
    (tmp_path / "quarantine").touch()

    assert (before, switch.is_on(100.0 + LOOK_EVERY_S)) == (False, True)
    assert LOOK_EVERY_S <= 0.25


def test_a_file_that_goes_ends_it(tmp_path: Path) -> None:
    (tmp_path / "quarantine").touch()
    switch = Quarantine(tmp_path / "quarantine")
    before = switch.is_on(0.0)
    (tmp_path / "quarantine").unlink()

    assert (before, switch.is_on(1.0)) == (True, False)


def test_a_link_to_nowhere_is_a_quarantine_too(tmp_path: Path) -> None:
    (tmp_path / "quarantine").symlink_to(tmp_path / "nowhere")

    assert Quarantine(tmp_path / "quarantine").is_on(0.0)


def test_without_its_folder_there_is_no_quarantine(tmp_path: Path) -> None:
    assert not Quarantine(tmp_path / "nowhere" / "quarantine").is_on(0.0)


def test_what_cannot_be_looked_at_is_a_quarantine(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    assert Quarantine(tmp_path / "loop" / "quarantine").is_on(0.0)


def test_memory_is_given_back_to_the_kernel() -> None:
    if "glibc" not in (os.confstr("CS_GNU_LIBC_VERSION") or ""):
        pytest.skip("only glibc gives memory back")

    assert give_back()
