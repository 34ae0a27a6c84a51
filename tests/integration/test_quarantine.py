"""Quarantine on real processes: the operator's file closes every device, health goes on, and its end is a new start."""

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

from node.sense.capture.ports import SAMPLE_RATE_HZ
from simulator.live.broker import PrivateBroker
from tests.integration.node_side import ROOT, Reader, UplinkProcess, until, write_config

pytestmark = pytest.mark.slow

ALSA = Path("/usr/share/alsa/alsa.conf")


@pytest.fixture
def devices(tmp_path: Path) -> dict[str, str]:
    """The environment of an ALSA device and a camera that are files: who has them open can be seen in /proc."""
    if not ALSA.exists():
        pytest.fail(f"{ALSA} is missing: libasound2-data comes with libasound2")
    noise = np.random.default_rng(5).normal(0.0, 500.0, 60 * SAMPLE_RATE_HZ).astype("<i2")
    (tmp_path / "street.raw").write_bytes(noise.tobytes())
    device = f'type file slave.pcm "null" file "/dev/null" infile "{tmp_path}/street.raw" format "raw"'
    (tmp_path / "alsa.conf").write_text(f"<{ALSA}>\npcm.polemic {{ {device} }}\n")
    film = cv2.VideoWriter(str(tmp_path / "street.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (160, 96))
    for number in range(600):
        film.write(np.full((96, 160, 3), number % 200, np.uint8))
    film.release()
    return os.environ | {"ALSA_CONFIG_PATH": str(tmp_path / "alsa.conf")}


@pytest.fixture
def config(tmp_path: Path, broker: PrivateBroker) -> Path:
    extra = (
        f'[microphone]\nsource = "polemic"\n[camera]\nsource = "{tmp_path}/street.avi"\n'
        f'[quarantine]\nfile = "{tmp_path}/quarantine"\n'
    )
    return write_config(tmp_path, broker.port, extra)


@pytest.fixture
def sense(config: Path, devices: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "node.cli", "sense", "--config", str(config)]
    process = subprocess.Popen(command, cwd=ROOT, env=devices, stderr=subprocess.PIPE)
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def family_of(pid: int) -> list[int]:
    """A process and all its descendants."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in family_of(int(child)))]


def open_files(pid: int) -> set[str]:
    """The names of all files that a process or a descendant has open."""
    found = set()
    for one in family_of(pid):
        for descriptor in Path(f"/proc/{one}/fd").glob("*"):
            try:
                found.add(descriptor.readlink().name)
            except OSError:
                continue
    return found


def test_quarantine_closes_every_device_and_is_told_in_health(
    tmp_path: Path, config: Path, broker: PrivateBroker, sense: subprocess.Popen[bytes]
) -> None:
    uplink, reader = UplinkProcess(config), Reader(broker.port)
    uplink.start()
    try:
        until(lambda: open_files(sense.pid) >= {"street.raw", "street.avi"}, what="open devices")
        (tmp_path / "quarantine").touch()
        until(lambda: not open_files(sense.pid) & {"street.raw", "street.avi"}, what="closed devices")
        until(lambda: any("quarantined" in told["data"]["codes"] for told in reader.of("health")), what="health")
        family = family_of(sense.pid)
    finally:
        uplink.stop()
        reader.close()

    assert family == [sense.pid]
    assert sense.poll() is None


def test_the_end_of_a_quarantine_is_an_orderly_end_so_that_sense_starts_anew(
    tmp_path: Path, sense: subprocess.Popen[bytes]
) -> None:
    until(lambda: open_files(sense.pid) >= {"street.raw"}, what="an open device")
    (tmp_path / "quarantine").touch()
    until(lambda: "street.raw" not in open_files(sense.pid), what="a closed device")
    (tmp_path / "quarantine").unlink()

    assert sense.wait(15) == 0


def test_a_sense_that_starts_in_quarantine_opens_no_device_and_can_be_stopped(
    tmp_path: Path, config: Path, devices: dict[str, str]
) -> None:
    (tmp_path / "quarantine").write_text("since the break-in")
    command = [sys.executable, "-m", "node.cli", "sense", "--config", str(config)]
    process = subprocess.Popen(command, cwd=ROOT, env=devices, stderr=subprocess.PIPE)
    assert process.stderr is not None
    assert any(b"nothing is sensed" in line for line in process.stderr)
    held, family = open_files(process.pid), family_of(process.pid)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=15)

    assert not held & {"street.raw", "street.avi"}
    assert family == [process.pid]
    assert process.returncode == 0
