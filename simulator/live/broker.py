"""A private mosquitto on a free loopback port: for the demo, and for tests that want a real broker.

It listens on 127.0.0.1 only, knows no passwords, drops no message of a slow reader, and ends with us, however we end.
It stores nothing, unless it is to remember what it has acknowledged when it is killed.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from node.errors import BrokerError
from simulator.live.leash import leashed, let_go
from simulator.live.run_folder import RunFolder

ADDRESS = "127.0.0.1"
SYSTEM_FOLDERS = ("/usr/sbin", "/usr/local/sbin")
"""Where Debian puts it; these are not on everybody's PATH."""
_TRIES = 8
_STARTS_WITHIN_S = 5.0
_STOPS_WITHIN_S = 5.0
SAVES_WITHIN_S = 3.0
_PAUSE_S = 0.02
_CONNECT = b"\x10\x10\x00\x04MQTT\x05\x02\x00\x05\x00\x00\x03sim"
"""An MQTT 5 CONNECT with clean start: what answers it with a CONNACK is a broker."""
_CONNACK = 0x20


class PrivateBroker:
    """A mosquitto of our own. Use it as a context manager, or call `start` and `stop`.

    Args:
        port: where it listens, or None for any free port (tried again when somebody takes it first).
        settings: more lines for its configuration.
        remembers: sessions, their queues and what is retained outlive it, but for the last `SAVES_WITHIN_S`.
    """

    def __init__(self, port: int | None = None, *, settings: tuple[str, ...] = (), remembers: bool = False) -> None:
        self._wanted = port
        self._settings = settings
        self._remembers = remembers
        self._port: int | None = port
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: RunFolder | None = None

    @property
    def port(self) -> int:
        """Where it listens; stays the same over `restart`.

        Raises:
            BrokerError: it was never started, and no port was asked for.
        """
        if self._port is None:
            raise BrokerError("the private broker has no port before it is started")
        return self._port

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The process, or None when there is none."""
        return self._process.pid if self._process is not None and self.running else None

    @property
    def database(self) -> Path | None:
        """Where it writes down what it remembers, or None while it has no folder or remembers nothing."""
        return self._folder.path / "mosquitto.db" if self._remembers and self._folder is not None else None

    def start(self) -> None:
        """Starts it and returns when it answers. Does nothing when it already runs.

        Raises:
            BrokerError: mosquitto is not installed, the port is taken, or it does not answer.
        """
        if self.running:
            return
        program = _mosquitto()
        if self._folder is None:
            self._folder = RunFolder()
        fixed = self._port is not None
        try:
            for _ in range(1 if fixed else _TRIES):
                port = self._port if self._port is not None else _free_port()
                if self._start_on(program, port):
                    self._port = port
                    return
            last = self._last_words()
        except BaseException:
            self.stop()
            raise
        self.stop()
        place = f"port {self._port}" if fixed else "any port"
        raise BrokerError(f"mosquitto does not start on {place} of {ADDRESS}: {last}")

    def stop(self, *, forget: bool = True) -> None:
        """Ends it and, with `forget`, removes its folder. Safe to call twice."""
        if self._process is not None:
            if self._process.poll() is None:
                self._process.terminate()
                try:
                    self._process.wait(_STOPS_WITHIN_S)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                    self._process.wait()
            self._drop()
        if forget and self._folder is not None:
            self._folder.remove()
            self._folder = None
            self._port = self._wanted

    def kill(self) -> None:
        """Ends it as a power cut would. `start` brings it back on the same port."""
        if self._process is not None:
            self._process.kill()
            self._drop()

    def restart(self) -> None:
        """Ends it, and starts it on the same port.

        Raises:
            BrokerError: somebody took the port in between.
        """
        self.stop(forget=False)
        self.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _drop(self) -> None:
        """Waits until it is gone, and lets it go."""
        if self._process is not None:
            self._process.wait()
            let_go(self._process)
            self._process = None

    def _start_on(self, program: str, port: int) -> bool:
        """Whether it came up on `port`."""
        assert self._folder is not None
        folder = self._folder.path
        conf = folder / "mosquitto.conf"
        memory = _memory(folder) if self._remembers else ("persistence false",)
        conf.write_text("\n".join((*_conf(port), *memory, *self._settings, "")))
        # It logs to stderr, which is our file: started by root it becomes another user, who could not open one.
        with (folder / "mosquitto.log").open("wb") as log:
            self._process = subprocess.Popen(
                leashed([program, "-c", str(conf)]),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until_s = time.monotonic() + _STARTS_WITHIN_S
        while time.monotonic() < until_s and self._process.poll() is None:
            # Another broker may hold the port: only an answer while our own process lives counts.
            if _answers(port) and not _ended_soon(self._process):
                return True
            threading.Event().wait(_PAUSE_S)
        self.kill()
        return False

    def _last_words(self) -> str:
        if self._folder is None:
            return "it says nothing"
        try:
            lines = (self._folder.path / "mosquitto.log").read_text(errors="replace").split("\n")
        except OSError:
            return "it says nothing"
        said = [line.strip() for line in lines if line.strip()]
        errors = [line for line in said if "Error" in line]
        return (errors or said or ["it says nothing"])[-1]


def _conf(port: int) -> tuple[str, ...]:
    return (
        f"listener {port} {ADDRESS}",
        "allow_anonymous true",
        "max_queued_messages 0",
        "log_dest stderr",
        "connection_messages false",
    )


def _memory(folder: Path) -> tuple[str, ...]:
    """What makes it remember: it writes down every change, once a second at the most."""
    # Started by root it would become a user who may not write into our folder.
    user = ("user root",) if os.geteuid() == 0 else ()
    return (
        *user,
        "persistence true",
        f"persistence_location {folder}/",
        "autosave_on_changes true",
        "autosave_interval 1",
    )


def _mosquitto() -> str:
    """The path of the installed program."""
    path = os.environ.get("PATH", os.defpath)
    found = shutil.which("mosquitto", path=os.pathsep.join((path, *SYSTEM_FOLDERS)))
    if found is None:
        raise BrokerError("mosquitto is not installed: sudo apt-get install mosquitto")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])


def _ended_soon(process: subprocess.Popen[bytes]) -> bool:
    """A mosquitto that finds its port taken ends within milliseconds."""
    try:
        process.wait(0.05)
    except subprocess.TimeoutExpired:
        return False
    return True


def _answers(port: int) -> bool:
    """Whether something on `port` takes an MQTT 5 connection."""
    try:
        with socket.create_connection((ADDRESS, port), timeout=0.5) as probe:
            probe.sendall(_CONNECT)
            answer = probe.recv(4)
            probe.sendall(b"\xe0\x00")
    except OSError:
        return False
    return bool(answer) and answer[0] == _CONNACK
