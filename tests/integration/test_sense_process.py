"""`polewatch sense` as a process: real PyAudio, an empty network namespace, no file, and a real way to the broker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy import signal as dsp

from node.errors import PeerError
from simulator.live.broker import PrivateBroker
from tests.integration.node_side import ROOT, Reader, UplinkProcess, until, write_config

pytestmark = pytest.mark.slow

ALSA = Path("/usr/share/alsa/alsa.conf")
SEAL = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); "
RATE_HZ = 48_000


def read(path: Path) -> np.ndarray:
    samples, rate_hz = soundfile.read(path, always_2d=True)
    return np.asarray(dsp.resample_poly(samples.mean(axis=1), RATE_HZ, rate_hz))


@pytest.fixture
def microphone(tmp_path: Path, shared_data: Path) -> dict[str, str]:
    """The environment of an ALSA device that plays a street with applause, 12 dB louder, from second 30 on."""
    if not ALSA.exists():
        pytest.fail(f"{ALSA} is missing: libasound2-data comes with libasound2")
    street = read(min((shared_data / "audio/cc/traffic").glob("*.flac")))
    street = np.resize(street, 90 * RATE_HZ)
    crowd = np.resize(read(shared_data / "audio/cc/applause/max_applause.flac"), 8 * RATE_HZ)
    crowd *= np.sqrt(np.mean(street**2) / np.mean(crowd**2)) * 10 ** (12 / 20)
    street[30 * RATE_HZ : 38 * RATE_HZ] += crowd
    samples = (street / np.abs(street).max() * 0.9 * 32767).astype("<i2")
    (tmp_path / "street.raw").write_bytes(samples.tobytes())
    device = f'type file slave.pcm "null" file "/dev/null" infile "{tmp_path}/street.raw" format "raw"'
    (tmp_path / "alsa.conf").write_text(f"<{ALSA}>\npcm.polemic {{ {device} }}\n")
    return os.environ | {"ALSA_CONFIG_PATH": str(tmp_path / "alsa.conf")}


class SenseProcess:
    """A `polewatch sense` in a network namespace of its own, with a file size limit of 0."""

    def __init__(self, config: Path, environment: dict[str, str], *, limited: bool = True) -> None:
        namespace = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
        program = f"{SEAL if limited else ''}from node.cli import main; import sys; sys.exit(main(sys.argv[1:]))"
        self.process = subprocess.Popen(
            [*namespace, sys.executable, "-c", program, "sense", "--config", str(config)],
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
        )

        self._said = ""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._said += line.decode()
            if "sense of pole-0042 runs" in self._said:
                return
        pytest.fail(f"sense did not start: {self._said}")

    def stop(self) -> tuple[int, str]:
        """SIGTERM; gives the exit status and what it said."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self._said += self.process.communicate(timeout=15)[1].decode()
        return self.process.returncode, self._said


@pytest.fixture
def sense() -> Iterator[Callable[..., SenseProcess]]:
    started: list[SenseProcess] = []

    def start(config: Path, environment: dict[str, str] | None = None, *, limited: bool = True) -> SenseProcess:
        started.append(SenseProcess(config, environment or dict(os.environ), limited=limited))
        return started[-1]

    yield start
    for process in started:
        if process.process.poll() is None:
            process.process.kill()
            process.process.communicate()


@pytest.mark.realdata
def test_applause_before_a_real_microphone_is_one_spike_at_the_broker(
    tmp_path: Path, broker: PrivateBroker, microphone: dict[str, str], sense: Callable[..., SenseProcess]
) -> None:
    config = write_config(tmp_path, broker.port, '[microphone]\nsource = "polemic"\n')
    uplink, reader = UplinkProcess(config), Reader(broker.port)
    uplink.start()
    process = sense(config, microphone)
    try:
        until(lambda: len(reader.of("event")) >= 2, 60, "the spike's start and end")
        code, said = process.stop()
    finally:
        uplink.stop()
        reader.close()

    told = [(event["type"], event["data"]["phase"]) for event in reader.of("event")]
    assert told[:2] == [("org.polewatch.noise.spike.v1", "start"), ("org.polewatch.noise.spike.v1", "end")]
    assert (code, "Traceback" in said) == (0, False)


def test_sense_takes_the_right_to_write_files_from_itself(tmp_path: Path, sense: Callable[..., SenseProcess]) -> None:
    config = write_config(tmp_path, 1, '[microphone]\nsource = "none"\n[camera]\nsource = "/dev/video99"\n')
    process = sense(config, limited=False)
    pid = process.process.pid

    interfaces = [line.split(":")[0].strip() for line in Path(f"/proc/{pid}/net/dev").read_text().splitlines()[2:]]
    limits = Path(f"/proc/{pid}/limits").read_text()
    assert interfaces == ["lo"]
    assert "Max file size             0                    0" in limits
    assert "Max core file size        0                    0" in limits
    assert process.stop()[0] == 0


def test_sense_without_anything_to_sense_or_to_tell_runs_and_says_so_once(
    tmp_path: Path, sense: Callable[..., SenseProcess]
) -> None:
    config = write_config(tmp_path, 1, '[microphone]\nsource = "nowhere"\n[camera]\nsource = "/dev/video99"\n')
    process = sense(config)
    time.sleep(9.0)
    assert process.process.poll() is None
    code, said = process.stop()

    assert code == 0
    assert said.count("sensing goes on without sound") == 1
    assert said.count("sensing goes on without sight") == 1
    assert said.count("records wait in memory") == 1
    assert "Traceback" not in said


def test_sensors_that_are_not_there_are_two_faults_at_the_broker(
    tmp_path: Path, broker: PrivateBroker, sense: Callable[..., SenseProcess]
) -> None:
    wanted = '[microphone]\nsource = "nowhere"\n[camera]\nsource = "/dev/video99"\n'
    config = write_config(tmp_path, broker.port, wanted)
    uplink, reader = UplinkProcess(config), Reader(broker.port)
    uplink.start()
    process = sense(config)
    try:
        until(lambda: len(reader.of("event")) >= 2, 60, "the two faults")
        starts = [event["data"] for event in reader.of("event")[:2]]
        process.stop()
        until(lambda: len(reader.of("event")) >= 4, 30, "their ends")
    finally:
        uplink.stop()
        reader.close()

    assert [(start["kind"], start["category"]) for start in starts] == [("sensor.fault", "maintenance")] * 2
    assert sorted(start["evidence"] for start in starts) == [["camera"], ["microphone"]]
    assert [event["data"]["reason"] for event in reader.of("event")[2:4]] == ["stopped", "stopped"]


def test_a_stopped_sense_leaves_no_process_behind(tmp_path: Path, sense: Callable[..., SenseProcess]) -> None:
    process = sense(write_config(tmp_path, 1, '[microphone]\nsource = "none"\n[camera]\nsource = "/dev/video99"\n'))
    pid = process.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children")
    until(lambda: children.read_text().split(), what="the camera's keeper")
    offspring = [int(child) for child in children.read_text().split()]
    process.stop()

    until(lambda: not any(Path(f"/proc/{child}").exists() for child in offspring), what="the end of the children")


def test_what_was_sensed_while_the_uplink_was_dead_arrives(
    tmp_path: Path, broker: PrivateBroker, microphone: dict[str, str], sense: Callable[..., SenseProcess]
) -> None:
    config = write_config(tmp_path, broker.port, '[microphone]\nsource = "polemic"\n')
    reader = Reader(broker.port)
    process = sense(config, microphone)
    time.sleep(8.0)  # the ALSA device gives its file much faster than time
    uplink = UplinkProcess(config)
    uplink.start()
    try:
        until(lambda: len(reader.of("event")) >= 2, 60, "the spike's start and end")
    finally:
        process.stop()
        uplink.stop()
        reader.close()
    assert len({event["data"]["incident"] for event in reader.of("event")[:2]}) == 1


def test_an_unfit_folder_for_the_airlock_is_one_line_for_the_uplink(tmp_path: Path) -> None:
    config = write_config(tmp_path, 1)
    config.write_text(config.read_text().replace(f"{tmp_path}/airlock.sock", "/proc/airlock.sock"))
    uplink = UplinkProcess(config)
    uplink.start()

    assert uplink.wait() == PeerError.exit_code
    assert uplink.said().strip().splitlines()[-1].startswith("polewatch: /proc/airlock.sock: cannot listen there")
