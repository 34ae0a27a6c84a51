"""Canary: a sound and a picture that nobody could mistake go in, and no byte of them comes out, anywhere.

Real processes with a real microphone (ALSA's file device), a real camera (a film) and a real broker. Everything they
leave is searched: MQTT topics, properties and payloads, the outbox, the audit log, the memory, their logs, core dumps.
"""

from __future__ import annotations

import base64
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import paho.mqtt.client as mqtt
import pytest
from numpy.typing import NDArray
from paho.mqtt.enums import CallbackAPIVersion

from node.uplink.packing import unpack
from simulator.live.broker import PrivateBroker
from tests.integration.node_side import ROOT, UplinkProcess, until, write_config

RATE_HZ = 48_000
SOUND_RUN, PICTURE_RUN = 8, 16
"""How many bytes in a row must be equal: four samples, sixteen bytes of a picture."""
VARIED = 5
"""A run of fewer different bytes is silence, or a wall: it could stand anywhere."""
ALSA = Path("/usr/share/alsa/alsa.conf")


def texts_in(content: bytes) -> Iterator[bytes]:
    """What was written, and what stands in it as hex digits or base64."""
    yield content
    for run in re.findall(rb"[0-9a-fA-F]{16,}", content):
        yield bytes.fromhex(run[: len(run) // 2 * 2].decode())
    for run in re.findall(rb"[A-Za-z0-9+/]{12,}", content):
        for start in range(4):
            yield base64.b64decode(run[start : start + (len(run) - start) // 4 * 4])


def runs_of(content: bytes, length: int) -> set[bytes]:
    """Every run of bytes in what was written, however it is encoded."""
    return {text[place : place + length] for text in texts_in(content) for place in range(len(text) - length + 1)}


def found(canary: bytes, written: set[bytes], length: int, step: int) -> list[bytes]:
    """The runs of a canary that were written."""
    runs = (canary[place : place + length] for place in range(0, len(canary) - length + 1, step))
    return [run for run in runs if run in written and len(set(run)) >= VARIED]


def leaks(written: bytes, samples: NDArray[np.int16], pictures: Iterable[NDArray[np.uint8]]) -> int:
    """How many runs of the sound (as integers or as floats) and of the pictures were written."""
    short, long = runs_of(written, SOUND_RUN), runs_of(written, PICTURE_RUN)
    floats = (samples.astype(np.float32) / np.float32(32768)).tobytes()
    count = len(found(samples.tobytes(), short, SOUND_RUN, 2)) + len(found(floats, short, SOUND_RUN, 4))
    return count + sum(len(found(picture.tobytes(), long, PICTURE_RUN, 1)) for picture in pictures)


NOISE = np.random.default_rng(1).normal(0, 3000, 4800).astype("<i2")
PICTURE = np.random.default_rng(2).integers(0, 256, (96, 160, 3), np.uint8)


@pytest.mark.parametrize(
    "leak",
    [
        NOISE[100:108].tobytes(),
        NOISE[100:108].tobytes().hex().encode(),
        base64.b64encode(NOISE[100:112].tobytes()),
        (NOISE[7:9].astype(np.float32) / np.float32(32768)).tobytes(),
        PICTURE[3, 4:12].tobytes(),
        base64.b64encode(PICTURE[3, 4:14].tobytes()),
    ],
    ids=["samples", "hex", "base64", "floats", "pixels", "pixels in base64"],
)
def test_the_search_finds_a_leak_in_whatever_way_it_is_written(leak: bytes) -> None:
    assert leaks(b'{"note":"' + leak + b'"}', NOISE, [PICTURE]) > 0


def test_the_search_finds_nothing_where_there_is_nothing() -> None:
    assert leaks(os.urandom(20_000) + b'{"laeq_db":61,"head":"' + os.urandom(16).hex().encode(), NOISE, [PICTURE]) == 0


class Tap:
    """Everything that the broker hands out, as bytes: topics, properties, payloads."""

    def __init__(self, port: int) -> None:
        self.heard = b""
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="tap", protocol=mqtt.MQTTv5)
        self._client.on_message = self._hear
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("#", qos=1)
        self._client.loop_start()

    def _hear(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self.heard += message.topic.encode() + repr(message.properties).encode() + message.payload + b"\n"

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._client.on_message = None  # it and we refer to each other: its sockets would be closed too late


def street_with_applause(data: Path) -> NDArray[np.int16]:
    """A street of 90 s with applause 12 dB above it, from second 30 on: enough for one event."""
    import soundfile  # noqa: PLC0415 - only where the real material is
    from scipy import signal  # noqa: PLC0415 - same

    def read(path: Path, seconds: int) -> NDArray[np.float64]:
        samples, rate_hz = soundfile.read(path, always_2d=True)
        mono = np.asarray(signal.resample_poly(samples.mean(axis=1), RATE_HZ, rate_hz))
        return np.resize(mono, seconds * RATE_HZ)

    street = read(min((data / "audio/cc/traffic").glob("*.flac")), 90)
    crowd = read(data / "audio/cc/applause/max_applause.flac", 8)
    crowd *= np.sqrt(np.mean(street**2) / np.mean(crowd**2)) * 10 ** (12 / 20)
    street[30 * RATE_HZ : 38 * RATE_HZ] += crowd
    return np.asarray(street / np.abs(street).max() * 0.9 * 32767).astype("<i2")


def write_film(path: Path) -> list[NDArray[np.uint8]]:
    """A film of blocks that nothing else looks like, and its pictures as a camera gives them."""
    chance = np.random.default_rng(7)
    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (160, 96))
    for _ in range(40):
        film.write(np.kron(chance.integers(0, 256, (24, 40, 3), np.uint8), np.ones((4, 4, 1), np.uint8)))
    film.release()
    source = cv2.VideoCapture(str(path))
    pictures = [np.asarray(source.read()[1], np.uint8) for _ in range(40)]
    source.release()
    return pictures


@pytest.mark.slow
@pytest.mark.realdata
def test_no_byte_of_what_was_sensed_is_in_anything_that_the_node_leaves(
    tmp_path: Path, shared_data: Path, broker: PrivateBroker
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "node").mkdir()
    samples = street_with_applause(shared_data)
    (tmp_path / "in/street.raw").write_bytes(samples.tobytes())
    pictures = write_film(tmp_path / "in/street.avi")
    device = f'type file slave.pcm "null" file "/dev/null" infile "{tmp_path}/in/street.raw" format "raw"'
    (tmp_path / "in/alsa.conf").write_text(f"<{ALSA}>\npcm.polemic {{ {device} }}\n")
    extra = f'[microphone]\nsource = "polemic"\n[camera]\nsource = "{tmp_path}/in/street.avi"\n'
    config = write_config(tmp_path / "node", broker.port, extra)
    uplink, tap = UplinkProcess(config), Tap(broker.port)
    uplink.start()
    sense = subprocess.Popen(
        [sys.executable, "-m", "node.cli", "sense", "--config", str(config)],
        cwd=tmp_path / "node",
        env=os.environ | {"ALSA_CONFIG_PATH": str(tmp_path / "in/alsa.conf"), "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
    )
    try:
        until(lambda: tap.heard.count(b'"phase":"end"'), 60, "the end of an event")
    finally:
        sense.terminate()
        said = sense.communicate(timeout=20)[1]
        uplink.stop()
        tap.close()

    left = {path.name: path.read_bytes() for path in (tmp_path / "node").rglob("*") if path.is_file()}
    assert {"outbox.db", "config.log"} <= set(left)
    assert any(name.endswith(".audit") for name in left)
    assert not [name for name in left if name.startswith("core")]
    connection = sqlite3.connect(tmp_path / "node/outbox.db")
    bodies = [unpack(row[0]) for row in connection.execute("SELECT body FROM message").fetchall()]
    connection.close()
    assert any("phase" in body for body in bodies)
    assert leaks(b"\n".join([tap.heard, said, "".join(bodies).encode(), *left.values()]), samples, pictures) == 0


LEAKY_SENSE = """
import sys
from node.cli import main
from node.sense.pipeline import Pipeline
hear = Pipeline.hear
def leak(self, block):
    print(block.samples[:64].tobytes().hex(), file=sys.stderr, flush=True)
    hear(self, block)
Pipeline.hear = leak
sys.exit(main())
"""


@pytest.mark.slow
def test_this_law_notices_a_build_of_sense_that_logs_what_it_hears(tmp_path: Path) -> None:
    street = np.tile(NOISE, 100)
    (tmp_path / "street.raw").write_bytes(street.tobytes())
    device = f'type file slave.pcm "null" file "/dev/null" infile "{tmp_path}/street.raw" format "raw"'
    (tmp_path / "alsa.conf").write_text(f"<{ALSA}>\npcm.polemic {{ {device} }}\n")
    config = write_config(tmp_path, 1, '[microphone]\nsource = "polemic"\n[sound_model]\nname = "none"\n')
    sense = subprocess.Popen(
        [sys.executable, "-c", LEAKY_SENSE, "sense", "--config", str(config)],
        cwd=ROOT,
        env=os.environ | {"ALSA_CONFIG_PATH": str(tmp_path / "alsa.conf")},
        stderr=subprocess.PIPE,
    )
    assert sense.stderr is not None
    said = b""
    while len(re.findall(rb"[0-9a-f]{512}", said)) < 3 and (line := sense.stderr.readline()):
        said += line
    sense.kill()
    sense.communicate()

    assert leaks(said, NOISE, []) > 0
