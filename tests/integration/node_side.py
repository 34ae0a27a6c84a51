"""Starts `polewatch uplink` as a process of its own, kills it, and reads what the broker delivers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

ROOT = Path(__file__).parents[2]
# A test of delivery needs more incidents than a street has: this launcher lifts the rate cap, in its process only.
UNCAPPED = """
import sys
from pathlib import Path
from node.airlock import gate
gate.may_begin = lambda policy, ledger, severity: None
from node.uplink import app
from node.ops.logs import configure
from node.config.load import load
configure("uplink")
sys.exit(app.run(load(Path(sys.argv[1])).settings))
"""


def until(condition: Callable[[], object], patience_s: float = 20.0, what: str = "it") -> None:
    """Waits until a condition holds; fails after some seconds."""
    end_s = time.monotonic() + patience_s
    while time.monotonic() < end_s:
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError(f"{what} never came about")


def write_config(folder: Path, port: int, extra: str = "") -> Path:
    """A configuration whose files lie in a folder."""
    path = folder / "config.toml"
    path.write_text(
        f'[node]\nid = "pole-0042"\n[airlock]\nsocket = "{folder}/airlock.sock"\n'
        f'[outbox]\npath = "{folder}/outbox.db"\n[broker]\nhost = "127.0.0.1"\nport = {port}\nkeepalive_s = 5\n{extra}'
    )
    return path


class UplinkProcess:
    """One `polewatch uplink`, or one after the other."""

    def __init__(self, config: Path, *, capped: bool = True) -> None:
        launcher = ["-m", "node.cli", "uplink", "--config"] if capped else ["-c", UNCAPPED]
        self._command = [sys.executable, *launcher, str(config)]
        self._log = config.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stderr=log, cwd=ROOT)

    def kill(self) -> None:
        """kill -9."""
        self.signal(signal.SIGKILL)

    def signal(self, number: int) -> int:
        """Sends a signal, waits for the end, and gives the exit status."""
        assert self._process is not None
        os.kill(self._process.pid, number)
        return self._process.wait(10)

    def stop(self) -> None:
        """Ends it, if it lives."""
        if self._process is not None and self._process.poll() is None:
            self.signal(signal.SIGTERM)

    def wait(self) -> int:
        """Its exit status, when it ends by itself."""
        assert self._process is not None
        return self._process.wait(20)

    @property
    def alive(self) -> bool:
        """Whether it lives."""
        return self._process is not None and self._process.poll() is None

    def said(self) -> str:
        """Its log so far."""
        return self._log.read_text() if self._log.exists() else ""


class Reader:
    """A plain MQTT 5 reader of everything below `polewatch/v1`, or of some of it, which comes back by itself."""

    def __init__(self, port: int, name: str = "reader", topics: str = "polewatch/v1/#") -> None:
        self._topics = topics
        self._lock = threading.Lock()
        self._messages: list[tuple[str, dict[str, Any], bool]] = []
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv5)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._subscribe
        self._client.on_message = self._keep
        self.subscribed = threading.Event()
        self._client.on_subscribe = lambda *_: self.subscribed.set()
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self.subscribed.wait(5)

    def _subscribe(self, client: mqtt.Client, *_: object) -> None:
        client.subscribe(self._topics, qos=1)

    def _keep(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        with self._lock:
            self._messages.append((message.topic, json.loads(message.payload), message.retain))

    def of(self, name: str) -> list[dict[str, Any]]:
        """The messages whose topic goes on with a name, as `event` or `state`."""
        with self._lock:
            return [body for topic, body, _ in self._messages if topic.split("/")[3] == name]

    def close(self) -> None:
        """Ends reading."""
        self._client.disconnect()
        self._client.loop_stop()
