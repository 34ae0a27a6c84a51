"""What a day of a node does to its card: bytes written, and how much of the bound three days without a broker take."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.airlock.record import IncidentBegan, IncidentEnded, WindowSensed
from node.contract.envelope import Outbound
from node.uplink.audit import Audit
from node.uplink.news import Answered, Connected
from node.uplink.publisher import Publisher
from node.uplink.summaries import LATE_S
from tests.unit.uplink.conftest import Side

DAY_S = 86_400
WINDOW = WindowSensed(900, 900, 900, 1, 600, 700, 620, 590, 500)
ORDINARY, MOST = 20, 150
"""Incidents of an ordinary day, and those that the gate lets through at most."""


class Broker:
    """A line whose other end takes every message at once, while it is there."""

    def __init__(self) -> None:
        self.sent = 0
        self.answered = 0

    def publish(self, _message: Outbound) -> int | None:
        self.sent += 1
        return self.sent

    def answers(self) -> range:
        """The tokens that have no answer yet."""
        first, self.answered = self.answered + 1, self.sent
        return range(first, self.sent + 1)


def live(folder: Path, days: int, incidents: int, *, online: bool) -> Side:
    """Some days of a node, from one thing that happens to the next."""
    side = Side(folder / "outbox.db")
    side.store.run("PRAGMA synchronous=OFF")  # what is written is the same, and a test outlives no power cut
    line, audit = Broker(), Audit(folder / "audit", side.clock)
    publisher = Publisher(side.outbox, line, audit)
    if online:
        publisher.hear(Connected(65_536), 0.0)
    happenings = [(900.0 * number, "window") for number in range(1, days * 96 + 1)]
    happenings += [(DAY_S / incidents * number + 7.0, "incident") for number in range(days * incidents)]
    sequence = 0
    for at_s, what in sorted(happenings):
        if what == "window":
            sequence += 1
            side.take(WINDOW, at_s - 0.5, sequence=sequence)
            side.summaries.close(at_s + 1.0, at_s + LATE_S + 1.0)
        else:
            side.take(IncidentBegan(3, sequence + 1, 1, 1), at_s, sequence=sequence + 1)
            _pump(side, publisher, line, at_s + 0.1)
            side.take(IncidentEnded(sequence + 1, 0, 5, 12), at_s + 5.0, sequence=sequence + 2)
            sequence += 2
        _pump(side, publisher, line, at_s + LATE_S + 2.0)
    return side


def _pump(side: Side, publisher: Publisher, line: Broker, now_s: float) -> None:
    """Sends, hears the answers, and writes them down when they are old enough."""
    for wait_s in (0.0, 2.5):
        publisher.pump(now_s + wait_s, side.register.moment(now_s + wait_s))
        for token in line.answers():
            publisher.hear(Answered(token, 0), now_s)


def written_bytes() -> int:
    """What this process has handed to the kernel to write."""
    return next(int(line.split()[1]) for line in Path("/proc/self/io").read_text().splitlines() if "wchar" in line)


@pytest.mark.slow
def test_an_ordinary_day_with_a_broker_writes_less_than_two_megabytes(tmp_path: Path) -> None:
    before = written_bytes()
    side = live(tmp_path, 1, ORDINARY, online=True)
    written = written_bytes() - before

    assert side.outbox.count_waiting() == 0
    assert side.outbox.last_sequence == 96 + 2 * ORDINARY
    assert written < 2_000_000


@pytest.mark.slow
def test_three_days_of_the_most_that_a_node_says_take_a_twentieth_of_the_bound(tmp_path: Path) -> None:
    side = live(tmp_path, 3, MOST, online=False)

    assert side.outbox.count_waiting() >= 3 * (96 + 2 * 100)
    assert sum(path.stat().st_size for path in tmp_path.glob("outbox.db*")) < 64_000_000 / 20
