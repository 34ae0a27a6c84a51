"""A node's network side on a real SQLite file, with time that the test sets."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from node.airlock.record import Body, Record, encode
from node.config.policy import Policy
from node.config.settings import Settings
from node.contract.envelope import Numbered
from node.ops.clock import FixedClock
from node.uplink.books import open_books
from node.uplink.intake import Intake, Taken
from node.uplink.summaries import Summaries

NOON_S = 1_767_268_800.0  # 2026-01-01T12:00:00Z, a whole multiple of a quarter of an hour


@dataclass
class Side:
    """The network side up to the outbox."""

    path: Path
    policy: Policy = field(default_factory=Policy)
    window_s: int = 900
    max_mb: int = 64
    now_s: float = 0.0
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOON_S))

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """Opens the file, as a new process would."""
        tables = {
            "node": {"id": "pole-0042"},
            "summary": {"window_s": self.window_s, "demonstration": True},
            "outbox": {"max_mb": self.max_mb},
        }
        self.books = open_books(Settings.model_validate(tables), self.clock, str(self.path))
        self.store, self.outbox, self.register = self.books.store, self.books.outbox, self.books.register
        self.summaries = Summaries(self.books)
        self.summaries.adopt(self.now_s)
        self.intake = Intake(self.books, self.summaries, self.policy)

    def waiting(self) -> list[Numbered]:
        """Everything that waits, in order."""
        rows = [row for name in ("event", "summary") for row in self.outbox.waiting(name, 0, 10_000)]
        return [row.message for row in sorted(rows, key=lambda row: row.sequence) if row.message is not None]

    def close(self, now_s: float) -> list[Numbered]:
        """Closes windows at an instant up to which `sense` has told everything."""
        self.now_s = now_s
        return self.summaries.close(now_s - 1.0, now_s)

    def reopen(self) -> None:
        """What a restart does."""
        self.store.close()
        self.open()

    def take(self, body: Body, at_s: float, *, sequence: int, epoch: int = 9, now_s: float | None = None) -> Taken:
        """Hands a record in."""
        content = encode(Record(epoch, sequence, round(at_s * 1000), body))
        self.now_s = at_s if now_s is None else now_s
        return self.intake.take(content, self.now_s)


@pytest.fixture
def side(tmp_path: Path) -> Side:
    return Side(tmp_path / "outbox.db")
