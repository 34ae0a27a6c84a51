"""The clocks, the seal and the thermometer."""

import subprocess
import sys
from pathlib import Path

import pytest

from node.contract.words import ClockQuality
from node.ops import clock
from node.ops.clock import FixedClock, SystemClock, boot_s
from node.ops.thermal import temperature_c


def test_the_boot_clock_does_not_go_back() -> None:
    assert boot_s() <= boot_s()


def test_an_instant_of_a_file_is_dated_from_its_start() -> None:
    assert FixedClock(1000.0).wall_s(2.5) == 1002.5


def test_a_clock_before_this_software_was_written_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.ops.clock.time.time", lambda: 0.0)

    assert SystemClock().quality() is ClockQuality.UNSYNCED


def test_a_clock_that_was_steered_and_is_not_any_more_holds_over(monkeypatch: pytest.MonkeyPatch) -> None:
    system = SystemClock()
    monkeypatch.setattr(clock, "_is_steered", lambda: False)
    never = system.quality()
    monkeypatch.setattr(clock, "_is_steered", lambda: True)
    now = system.quality()
    monkeypatch.setattr(clock, "_is_steered", lambda: False)

    assert (never, now, system.quality()) == (ClockQuality.UNSYNCED, ClockQuality.SYNCED, ClockQuality.HOLDOVER)


def sealed(statement: str) -> subprocess.CompletedProcess[str]:
    code = f"import os, signal, sys\nfrom node.ops.limits import seal\nseal()\n{statement}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "leak",
    [
        "open('{}/frame.raw', 'wb', buffering=0).write(b'pixels')",
        "os.write(os.memfd_create('frame'), b'pixels')",
        "os.posix_fallocate(os.open('{}/f', os.O_CREAT | os.O_RDWR), 0, 4096)",
    ],
    ids=["file", "memfd", "allocate"],
)
def test_a_sealed_process_cannot_write_a_file(tmp_path: Path, leak: str) -> None:
    done = sealed(leak.format(tmp_path))

    assert "File too large" in done.stderr
    assert all(file.stat().st_size == 0 for file in tmp_path.iterdir())


def test_a_sealed_process_can_still_speak_to_a_pipe() -> None:
    assert sealed("print('spike')").stdout == "spike\n"


def test_a_sealed_process_hands_its_seal_on_to_its_children() -> None:
    done = sealed("import resource; print(resource.getrlimit(resource.RLIMIT_CORE), os.system('ulimit -f'))")

    assert done.stdout.split("\n")[0] == "0"
    assert "(0, 0) 0" in done.stdout


def test_a_sealed_process_whose_stderr_is_a_file_says_so_before(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log:
        code = "import logging; logging.basicConfig(); from node.ops.limits import seal; seal()"
        subprocess.run([sys.executable, "-c", code], stderr=log, check=True)

    assert "stderr is a file" in (tmp_path / "log").read_text()


def test_the_hottest_zone_is_told_in_whole_degrees(tmp_path: Path) -> None:
    for number, text in enumerate(["41250\n", "56800\n", "broken\n"]):
        zone = tmp_path / f"thermal_zone{number}"
        zone.mkdir()
        (zone / "temp").write_text(text)

    assert temperature_c(tmp_path) == 56
    assert temperature_c(tmp_path / "nowhere") is None
