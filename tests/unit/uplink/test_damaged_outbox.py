"""An outbox file on a card that flips bits: it stops no start, and the log tells nothing that is in the file."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.airlock.record import IncidentBegan, WindowSensed
from node.contract.envelope import EventMessage, GapMessage, SummaryMessage
from node.contract.gap import GapReason
from node.errors import StorageError
from node.uplink.card import Card
from node.uplink.outbox import UNREADABLE_REASON
from node.uplink.packing import unpack
from node.uplink.store import Store
from tests.unit.uplink.conftest import Side

SENSED = WindowSensed(100, 100, 100, 1, 600, 700, 620, 590, 500)


@pytest.fixture
def side(tmp_path: Path) -> Side:
    """A node that has told of an incident, and has sensed something that is not told yet."""
    side = Side(tmp_path / "outbox.db")
    side.take(IncidentBegan(1, 1, 1, 1), 10.0, sequence=1)
    side.take(SENSED, 100.0, sequence=2)
    return side


def restart(side: Side, statement: str, now_s: float = 200.0) -> Side:
    """Damages the file behind the node's back, and starts the node again."""
    side.store.close()
    with sqlite3.connect(side.path) as file:
        file.executescript(statement)
    file.close()
    return Side(side.path, now_s=now_s)


def works(side: Side) -> None:
    """Everything that a day brings."""
    side.intake.lose_open(300.0)
    side.take(IncidentBegan(1, 2, 1, 1), 300.0, sequence=3)
    side.close(2000.0)
    side.waiting()


def test_a_byte_that_is_no_utf8_makes_one_message_unreadable_and_no_other(side: Side) -> None:
    side.take(IncidentBegan(1, 2, 1, 1), 300.0, sequence=3)
    damaged = restart(side, "UPDATE message SET body = CAST(x'FF' || body AS TEXT) WHERE key % (1 << 40) = 1", 400.0)

    rows = damaged.outbox.waiting("event", 0, 10)
    assert [(row.sequence, row.message is None) for row in rows] == [(1, True), (2, False)]


def test_a_message_with_the_number_of_another_is_unreadable(side: Side) -> None:
    [(body,)] = side.store.rows("SELECT body FROM message")
    other = unpack(str(body)).replace("000000000001", "000000000003")
    side.store.run("UPDATE message SET body = ?", (other,))
    side.reopen()

    assert [row.message for row in side.outbox.waiting("event", 0, 10)] == [None]


def test_a_gap_that_cannot_be_read_back_is_named_by_the_next(side: Side) -> None:
    side.outbox.mark([], [(1, 0x95)])
    side.outbox.mark([], [(2, UNREADABLE_REASON)])

    gaps = [row.message for row in side.outbox.waiting("gap", 0, 10)]
    assert [gap.data.reason for gap in gaps if isinstance(gap, GapMessage)] == [GapReason.UNREADABLE]
    assert [gap.data.spans[0].first_sequence for gap in gaps if isinstance(gap, GapMessage)] == [2]


def test_a_gap_that_is_refused_is_named_by_no_other(side: Side) -> None:
    side.outbox.mark([], [(1, 0x95)])
    side.outbox.mark([], [(2, 0x95)])

    assert side.outbox.waiting("gap", 0, 10) == []


@pytest.mark.parametrize(
    ("statement", "dropped"),
    [
        ("UPDATE open_incident SET kind = 'noise.spjke'", 1),
        ("UPDATE open_incident SET event_id = 'xx'", 1),
        ("UPDATE told SET kind = 'noise.spjke'", 1),
        ("UPDATE sensed SET clock = 'synked'", 1),
        ("UPDATE sensed SET clock = 'unsynced'", 1),
        ("UPDATE sensed SET uptime_s = 7", 1),
        ("UPDATE sensed SET calibration = 77", 1),
        ("UPDATE sensed SET laeq_ddb = 1 << 40", 1),
        ("UPDATE sensed SET span_s = 0", 1),
        ("UPDATE sensed SET window = -7", 0),
        ("UPDATE told SET at_ms = -(1 << 40), window = 1 << 40", 0),
    ],
)
def test_a_row_that_nobody_has_written_is_dropped_and_counted(side: Side, statement: str, dropped: int) -> None:
    damaged = restart(side, statement)
    works(damaged)

    assert not damaged.store.put_aside
    assert damaged.register.dropped == dropped


def test_an_open_incident_that_cannot_be_read_ends_nothing_and_is_gone(side: Side) -> None:
    damaged = restart(side, "UPDATE open_incident SET event_id = '0000002a-xx'")

    assert damaged.intake.lose_open(300.0) == []
    assert damaged.store.number("SELECT count(*) FROM open_incident") == 0


def test_what_was_sensed_and_cannot_be_read_is_told_as_not_sensed(side: Side) -> None:
    told = restart(side, "UPDATE sensed SET calibration = 77").close(2000.0)

    assert [one.data.sound_exposure_s for one in told if isinstance(one, SummaryMessage)] == [0, 0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE meta SET value = 1 << 32 WHERE key = 'epoch'",
        "UPDATE meta SET value = -1 WHERE key = 'epoch'",
        "DELETE FROM meta WHERE key = 'epoch'",
        "UPDATE meta SET value = 1000000000000 WHERE key = 'last_sequence'",
        "UPDATE meta SET value = 0 WHERE key = 'last_sequence'",
        "DELETE FROM meta",
        "UPDATE meta SET value = 1 << 40 WHERE key = 'run'",
        "UPDATE meta SET value = 0 WHERE key = 'window_s'",
        "UPDATE meta SET value = 1 << 62 WHERE key = 'rate_ms'",
        "UPDATE message SET key = -1",
        "UPDATE message SET key = key + (7 << 40)",
        "UPDATE message SET key = key + 9",
        "DROP TABLE seen",
        "DROP TABLE meta",
        "DROP INDEX waiting",
        "ALTER TABLE told RENAME COLUMN window TO windov",
        "CREATE TABLE stranger (x)",
    ],
)
def test_a_file_with_what_we_cannot_have_written_is_put_aside(side: Side, statement: str) -> None:
    damaged = restart(side, statement)
    works(damaged)

    assert damaged.store.put_aside
    assert side.path.with_name("outbox.db.unreadable-1").exists()


def test_a_file_as_we_leave_it_is_not_put_aside(side: Side) -> None:
    works(side)
    side.reopen()

    assert not side.store.put_aside


def test_the_id_of_a_boot_may_be_any_number(side: Side) -> None:
    side.store.run("INSERT OR REPLACE INTO meta VALUES ('boot_id', (1 << 62) + 1)")
    side.reopen()

    assert not side.store.put_aside


def test_tables_without_a_note_are_a_new_file(tmp_path: Path) -> None:
    Store(str(tmp_path / "outbox.db"), 64).close()

    assert not Side(tmp_path / "outbox.db").store.put_aside


def test_a_word_of_the_schema_that_is_no_utf8_puts_the_file_aside(side: Side) -> None:
    side.store.run("PRAGMA wal_checkpoint(TRUNCATE)")
    side.store.close()
    content = side.path.read_bytes()
    side.path.write_bytes(content.replace(b"CREATE TABLE seen", b"CREATE TABLE se\xc5n"))

    assert Side(side.path, now_s=200.0).store.put_aside


def test_an_index_that_is_damaged_is_made_anew_and_nothing_is_lost(side: Side) -> None:
    before = side.waiting()
    root = side.store.number("SELECT rootpage FROM sqlite_schema WHERE name = 'waiting'") or 0
    side.store.run("PRAGMA wal_checkpoint(TRUNCATE)")
    side.store.close()
    content = bytearray(side.path.read_bytes())
    content[root * 512 - 6] ^= 1  # in the one key that the index has, at the end of its page
    side.path.write_bytes(content)
    again = Side(side.path, now_s=200.0)

    assert not again.store.put_aside
    assert again.waiting() == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.data())
def test_one_flipped_bit_anywhere_stops_no_start_and_no_day(side: Side, data: st.DataObject) -> None:
    side.store.run("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(side.path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    for old in side.path.parent.glob("flipped*"):
        old.unlink()
    flipped = side.path.with_name("flipped.db")
    flipped.write_bytes(content)
    again = Side(flipped, now_s=200.0)
    try:
        works(again)
    except StorageError:
        again.store.close()
        again = Side(flipped, now_s=200.0)
        works(again)

    assert any(isinstance(message, EventMessage) for message in again.waiting())
    again.store.close()


def test_the_log_names_the_fault_and_quotes_nothing_of_the_file(side: Side) -> None:
    with pytest.raises(StorageError) as caught:
        side.store.run("INSERT INTO message SELECT * FROM message WHERE secret_word = 1")

    assert "SQLITE_ERROR" in str(caught.value)
    assert "secret_word" not in str(caught.value)


@pytest.fixture
def card(side: Side) -> tuple[Card, list[float]]:
    now = [100.0]
    return Card(side.books, lambda: now[0]), now


def fail() -> None:
    """A page that cannot be read."""
    raise StorageError("outbox.db: SQLITE_CORRUPT")


def test_what_cannot_be_read_holds_up_no_record(card: tuple[Card, list[float]]) -> None:
    card[0].reading(fail)

    assert card[0].may_take
    assert card[0].is_unread


def test_what_cannot_be_read_is_tried_again_after_a_second_and_told_once(
    card: tuple[Card, list[float]], caplog: pytest.LogCaptureFixture
) -> None:
    came: list[float] = []

    def step(then: Callable[[], None] = fail) -> None:
        came.append(card[1][0])
        then()

    with caplog.at_level(logging.ERROR):
        for _ in range(20):
            card[0].reading(step)
            card[1][0] += 0.25

    assert len(came) == 5
    assert len(caplog.records) == 1


def test_what_can_be_read_again_is_said_no_more(card: tuple[Card, list[float]]) -> None:
    card[0].reading(fail)
    card[1][0] += 1.0
    card[0].reading(lambda: None)

    assert not card[0].is_unread
