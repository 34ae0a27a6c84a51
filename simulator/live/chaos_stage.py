"""The processes of a run of chaos, and what can be done to them: broker, the way to it, `uplink` on a card, reader."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from node.errors import PolewatchError, StorageError
from node.ops.clock import boot_s
from simulator.live.broker import ADDRESS, PrivateBroker
from simulator.live.card import Card
from simulator.live.children import Child
from simulator.live.node_config import write_config
from simulator.live.proxy import Proxy
from simulator.live.street_uplink import argument
from simulator.pole.faults import Fault

NODE = "pole-chaos"
UPLINK = ("-m", "simulator.live.chaos_uplink")
"""What is run as `uplink`. A test of this test puts a leaky one here."""
_MOUNTED_WITHIN_S = 5.0
_KEEPALIVE_S = 5


class Stage:
    """Everything that runs. Use it through `staged`.

    Args:
        folder: where its files lie.
        broker: a private one.
        proxy: between the node and it.
        faults: what befalls the node's clock.
    """

    def __init__(self, folder: Path, broker: PrivateBroker, proxy: Proxy, faults: Sequence[Fault]) -> None:
        self.broker = broker
        self.proxy = proxy
        self.socket = folder / "airlock.sock"
        self.shelf = folder / "reader.db"
        self.why_no_card = ""
        self._card: Card | None = None
        self._keeper: Child | None = None
        self._uplink: Child | None = None
        place = folder / "card"
        place.mkdir()
        self._insert_card(place)
        tables: dict[str, dict[str, object]] = {
            "node": {"id": NODE},
            "outbox": {"path": str(place / "outbox.db")},
            "broker": {"keepalive_s": _KEEPALIVE_S},
        }
        config = write_config(folder, proxy.port, tables)
        command = [sys.executable, *UPLINK, "--config", str(config)]
        command += ["--began", repr(boot_s())]
        for fault in faults:
            command += ["--fault", argument(fault)]
        self._command = [*self._enter(), *command]
        self.start_uplink()

    @property
    def has_card(self) -> bool:
        """Whether this machine lets us have a card that can be full."""
        return self._keeper is not None

    def start_uplink(self) -> None:
        """Starts `uplink`."""
        self._uplink = Child("uplink", self._command)

    def kill_uplink(self) -> None:
        """Ends it as a power cut would, and starts a new one at once.

        Raises:
            PolewatchError: it had ended by itself.
        """
        assert self._uplink is not None
        self._uplink.check()
        os.kill(self._uplink.pid, signal.SIGKILL)
        self._uplink.stop()
        self.start_uplink()

    def fill_card(self) -> None:
        """Takes every page that is free. Called again and again it stays full."""
        if self._card is not None and self._keeper is not None:
            self._card.fill(self._keeper.pid)

    def free_card(self) -> None:
        """Gives the pages back."""
        if self._card is not None and self._keeper is not None:
            self._card.free(self._keeper.pid)

    def stop_uplink(self) -> None:
        """Ends `uplink` in good order."""
        if self._uplink is not None:
            self._uplink.stop()

    def close(self) -> None:
        """Ends what is left."""
        for child in (self._uplink, self._keeper):
            if child is not None:
                child.stop()

    def _insert_card(self, place: Path) -> None:
        """A card that outlives `uplink`: a process that does nothing else holds it."""
        try:
            self._card = Card(place)
            if shutil.which("nsenter") is None:
                raise StorageError("a full card needs 'nsenter' of util-linux")
        except StorageError as error:
            self.why_no_card = str(error)
            self._card = None
            return
        self._keeper = Child("the card", self._card.command(["sleep", "infinity"]))
        until_s = time.monotonic() + _MOUNTED_WITHIN_S
        while True:
            try:
                self._card.free(self._keeper.pid)
            except StorageError:
                if time.monotonic() > until_s:
                    raise
                time.sleep(0.02)
            else:
                return

    def _enter(self) -> list[str]:
        """What makes a command see the card."""
        if self._keeper is None:
            return []
        pid = self._keeper.pid
        is_ours = Path(f"/proc/{pid}/ns/user").readlink() == Path("/proc/self/ns/user").readlink()
        return ["nsenter", *([] if is_ours else ["-U", "--preserve-credentials"]), "-m", "-t", str(pid), "--"]


@contextlib.contextmanager
def staged(folder: Path, faults: Sequence[Fault]) -> Iterator[Stage]:
    """The whole stage, and at the end nothing of it is left.

    Raises:
        PolewatchError: a part of it does not start.
    """
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(PrivateBroker())
        proxy = stack.enter_context(Proxy((ADDRESS, broker.port)))
        stage = Stage(folder, broker, proxy, faults)
        stack.callback(stage.close)
        yield stage


def reader_of(stage: Stage, *, asks: bool) -> Child:
    """The reader, as a process of its own. One that asks hides what a node loses and still has."""
    command = [sys.executable, "-m", "simulator.cli", "forecaster", "--db", str(stage.shelf)]
    command += ["--port", str(stage.broker.port), "--json", "--ask" if asks else "--no-ask"]
    return Child("the reader", command)


def sender_of(stage: Stage, seed: int, every_s: float) -> Child:
    """What stands in place of `sense`, as a process of its own."""
    command = [sys.executable, "-m", "simulator.live.chaos_sender", "--socket", str(stage.socket)]
    return Child("the sender", [*command, "--seed", str(seed), "--every", repr(every_s)])


def told_by(sender: Child, patience_s: float) -> int:
    """Ends the sender, and gives how many incidents it told of.

    Raises:
        PolewatchError: `uplink` did not take in all of them in time.
    """
    os.kill(sender.pid, signal.SIGTERM)
    until_s = time.monotonic() + patience_s
    while time.monotonic() < until_s:
        if sender.last_line.startswith("told "):
            return int(sender.last_line.split()[1])
        time.sleep(0.05)
    raise PolewatchError(f"uplink has not taken in all that it was told: {sender.last_line or 'no word of it'}")
