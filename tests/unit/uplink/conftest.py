"""A node's network side on a real SQLite file, with time that the test sets."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from node.airlock.gate import Policy
from node.airlock.record import Body, Record, encode
from node.ops.clock import FixedClock
from node.uplink.composer import Composer, Sender
from node.uplink.intake import Intake, Taken
from node.uplink.outbox import Outbox
from node.uplink.register import Register
from node.uplink.store import Store
from node.uplink.summaries import Summaries

NOON_S = 1_767_268_800.0  # 2026-01-01T12:00:00Z, a whole multiple of a quarter of an hour


@dataclass
class Side:
    """The network side up to the outbox."""

    path: Path
    policy: Policy = field(default_factory=Policy)
    window_s: int = 900
    max_mb: int = 64

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """Opens the file, as a new process would."""
        clock = FixedClock(NOON_S)
        self.store = Store(str(self.path), self.max_mb)
        self.outbox = Outbox(self.store)
        self.register = Register(self.store)
        composer = Composer(Sender("urn:polewatch:node:pole-0042", "tile:unset"), clock)
        self.intake = Intake(
            self.store, self.outbox, self.register, composer=composer, policy=self.policy, window_s=self.window_s
        )
        self.summaries = Summaries(self.store, self.outbox, self.register, composer, self.window_s)

    def reopen(self) -> None:
        """What a restart does."""
        self.store.close()
        self.open()

    def take(self, body: Body, at_s: float, *, sequence: int, epoch: int = 9, now_s: float | None = None) -> Taken:
        """Hands a record in."""
        content = encode(Record(epoch, sequence, round(at_s * 1000), body))
        return self.intake.take(content, at_s if now_s is None else now_s)


@pytest.fixture
def side(tmp_path: Path) -> Side:
    return Side(tmp_path / "outbox.db")
