"""A record that finds a fault of ours is refused and counted: `uplink` lives on, and so does what comes after it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from node.airlock.listener import Listener
from node.airlock.record import IncidentBegan, Record, encode
from node.uplink.card import Card
from node.uplink.health import HealthKeeper
from node.uplink.intake import Intake, Taken
from node.uplink.reception import Reception
from tests.unit.uplink.conftest import Side

POISON = encode(Record(9, 1, 1000, IncidentBegan(1, 77, 1, 1)))
GOOD = encode(Record(9, 2, 2000, IncidentBegan(1, 78, 1, 1)))


class _Queue(Listener):
    """What `sense` has sent, in turn."""

    def __init__(self, *packets: bytes) -> None:
        self._packets = list(packets)
        self.acknowledged: list[int] = []

    def receive(self) -> bytes | None:
        return self._packets.pop(0) if self._packets else None

    def acknowledge(self, sequence: int) -> None:
        self.acknowledged.append(sequence)


@pytest.fixture
def fed(side: Side, monkeypatch: pytest.MonkeyPatch) -> _Queue:
    """A network side with a fault that one record in three finds, and what it has answered."""
    take = Intake.take

    def faulty(self: Intake, content: bytes, boot_s: float) -> Taken:
        if content == POISON:
            return [Taken()][int.from_bytes(content[24:28], "little")]  # a place that there is not
        return take(self, content, boot_s)

    monkeypatch.setattr(Intake, "take", faulty)
    queue = _Queue(POISON, POISON, GOOD)
    health, card = HealthKeeper(0.0), Card(side.books, lambda: 3.0)
    Reception(queue, side.intake, side.summaries, health, card, lambda: 3.0).receive()
    return queue


def test_it_is_refused_and_counted_and_the_record_after_it_is_taken(fed: _Queue, side: Side) -> None:
    assert fed.acknowledged == [2]
    assert side.intake.refused == 2
    assert [message.name for message in side.waiting()] == ["event"]


def test_it_is_told_once_by_its_place_and_without_what_came(
    side: Side, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    with caplog.at_level(logging.ERROR):
        request.getfixturevalue("fed")

    assert [record.message.split(":")[0] for record in caplog.records] == [
        "a record is refused by a fault of ours, please report it"
    ]
    assert "IndexError at " in caplog.text
    assert "77" not in caplog.records[0].message.partition(" at ")[0]
    assert Path(side.path).exists()
