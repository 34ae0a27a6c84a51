"""A node that is asked things, with a line that writes down what it sends: for tests of questions and of replays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from node.contract.base import instant
from node.contract.command import CommandResult
from node.contract.envelope import Numbered, Outbound, encode
from node.contract.topics import topic_of
from node.contract.words import ClockQuality
from node.ops.clock import FixedClock
from node.uplink.audit import Audit
from node.uplink.commands import Commands
from node.uplink.news import HEADER_BYTES, Answered, Arrived, Connected
from node.uplink.outbox import Moment
from node.uplink.replay import Replay
from tests.unit.uplink.conftest import Side
from tests.unit.uplink.test_eviction import add_summary

NOW = Moment(0, 0)


def packet_bytes(message: Numbered | None) -> int:
    """How large the packet of a message is."""
    assert message is not None
    return len(encode(message)) + len(topic_of(message)) + HEADER_BYTES


class Paper:
    """A line that writes down what is published, and answers nothing by itself."""

    def __init__(self) -> None:
        self.sent: list[Outbound] = []

    def publish(self, message: Outbound) -> int | None:
        self.sent.append(message)
        return len(self.sent)


class Doubtful(FixedClock):
    """A clock that nothing steers."""

    def quality(self) -> ClockQuality:
        return ClockQuality.UNSYNCED


class Desk:
    """A node that has sent some summaries, and is asked things."""

    def __init__(self, folder: Path, messages: int = 10) -> None:
        self.side = Side(folder / "outbox.db")
        self.numbers = [add_summary(self.side) for _ in range(messages)]
        self.side.outbox.mark(self.numbers, [])
        self.line = Paper()
        self.audit = Audit(folder / "audit", self.side.clock)
        self.settled = 0
        self.replay = Replay(self.side.outbox, self.line, self.audit, self.settle)
        self.answers: list[tuple[CommandResult, bytes]] = []
        self.listen()

    def settle(self) -> None:
        """Writes down what the broker has taken so far: here it is written down already."""
        self.settled += 1

    def listen(self, clock: FixedClock | None = None) -> None:
        """Begins to hear, as a new process would."""
        self.commands = Commands(
            self.side.store,
            self.side.outbox,
            self.replay,
            clock or self.side.clock,
            self.audit,
            lambda result, correlation: self.answers.append((result, correlation)),
        )
        self.replay.hear(Connected(65_536), 0.0)

    def ask(self, now_s: float = 0.0, number: int = 1, asked_s: float | None = None, **change: Any) -> CommandResult:
        """Asks for everything, unless told otherwise."""
        how: dict[str, Any] = {"retained": False, "expiry_s": 60, "correlation": b""}
        how |= {key: change.pop(key) for key in list(change) if key in how}
        data = {"verb": "resync", "epoch": self.side.outbox.epoch, "first_sequence": 1, "last_sequence": 10} | change
        asked = {
            "specversion": "1.0",
            "id": f"{number:032x}",
            "source": "urn:polewatch:reader:forecaster",
            "type": "org.polewatch.command.v1",
            "time": instant(self.side.clock.wall_s(now_s if asked_s is None else asked_s)),
            "datacontenttype": "application/json",
            "dataschema": "urn:polewatch:schema:command:v1",
            "data": data,
        }
        self.commands.hear(Arrived("t", json.dumps(asked).encode(), **how), now_s)
        return self.answers[-1][0]

    def turn(self, now_s: float) -> list[int]:
        """Sends what may be sent now, and gives the numbers."""
        before = len(self.line.sent)
        self.replay.pump(now_s, NOW)
        return [int(message.id[-3:]) for message in self.line.sent[before:]]

    def take(self, reason: int = 0, now_s: float = 0.0) -> None:
        """The broker answers to everything that was sent."""
        for token in range(1, len(self.line.sent) + 1):
            self.replay.hear(Answered(token, reason), now_s)

    def run(self, begin_s: float, seconds: float) -> list[int]:
        """Some time with a broker that takes everything at once."""
        sent = []
        for step in range(int(seconds * 20)):
            sent += self.turn(begin_s + step / 20)
            self.take()
        return sent
