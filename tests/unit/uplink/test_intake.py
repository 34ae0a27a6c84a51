"""From records to the outbox: each once, in order, judged, in one transaction."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.airlock.record import HourLearnt, IncidentBegan, IncidentEnded, Status, WindowSensed
from node.config.policy import Policy
from node.contract.envelope import EventMessage
from node.contract.event import IncidentEnd, IncidentStart
from node.contract.words import EndReason, Kind
from node.errors import StorageError
from node.uplink.intake import Heard
from node.uplink.store import StorageFullError, Store
from tests.unit.uplink.conftest import Side

WINDOW = WindowSensed(900, 900, 0, 1, 600, 700, 620, 590, 500)


def began(number: int = 1) -> IncidentBegan:
    return IncidentBegan(kind_code=3, incident=number, confidence=1, evidence_bits=1)


def ended(number: int = 1) -> IncidentEnded:
    return IncidentEnded(incident=number, reason=0, duration_s=6, peak_over_background_db=14)


def stored(side: Side) -> list[EventMessage]:
    return [message for message in side.waiting() if isinstance(message, EventMessage)]


def test_a_start_and_its_end_have_one_incident_id(side: Side) -> None:
    side.take(began(), 10.4, sequence=1)
    side.take(ended(), 16.9, sequence=2)

    start, end = stored(side)
    assert isinstance(start.data, IncidentStart)
    assert isinstance(end.data, IncidentEnd)
    assert start.data.incident == end.data.incident == start.id
    assert (start.time, end.time) == ("2026-01-01T12:00:10Z", "2026-01-01T12:00:17Z")


def test_a_repeated_record_is_acknowledged_and_stored_once(side: Side) -> None:
    side.take(began(), 10, sequence=1)

    assert side.take(began(), 10, sequence=1).acknowledge == 1
    assert len(stored(side)) == 1


def test_a_record_repeated_after_a_restart_is_stored_once(side: Side) -> None:
    side.take(began(), 10, sequence=1)
    side.reopen()
    side.take(began(), 10, sequence=1)

    assert len(stored(side)) == 1


def test_an_end_after_a_restart_belongs_to_its_start(side: Side) -> None:
    side.take(began(), 10, sequence=1)
    side.reopen()
    side.take(ended(), 16, sequence=2)

    start, end = stored(side)
    assert end.data.incident == start.id


def test_arbitrary_bytes_are_counted_and_nothing_is_stored(side: Side) -> None:
    taken = side.intake.take(b"a face" * 11, 1.0)

    assert (taken.acknowledge, side.intake.refused, stored(side)) == (None, 1, [])


def test_a_gap_in_the_sequence_is_counted(side: Side) -> None:
    side.take(began(1), 10, sequence=1)
    side.take(began(2), 20, sequence=5)

    assert side.intake.lost == 3


def test_a_status_is_handed_on_and_not_stored(side: Side) -> None:
    status = Status(1, 1, 0, 0, 0)

    assert side.take(status, 1, sequence=0).status == Heard(status, 1000)
    assert side.outbox.last_sequence == 0


def test_the_fifth_incident_within_ten_minutes_is_held_back_with_its_end(side: Side) -> None:
    for number in range(1, 6):
        side.take(began(number), 10.0 * number, sequence=2 * number - 1)
        side.take(ended(number), 10.0 * number + 5, sequence=2 * number)

    assert len(stored(side)) == 8
    assert side.register.held_in_day(side.register.moment(60).at_ms) == 1


def test_a_kind_that_the_policy_silences_is_held_back_with_its_end_and_counted(tmp_path: Path) -> None:
    side = Side(tmp_path / "outbox.db", policy=Policy(kinds=frozenset({Kind.SOUND_SIREN})))
    side.take(began(), 10, sequence=1)
    side.take(ended(), 16, sequence=2)

    assert stored(side) == []
    assert side.register.held_in_day(side.register.moment(60).at_ms) == 1


def test_under_a_coarse_policy_both_messages_of_an_incident_are_dated_to_the_minute(tmp_path: Path) -> None:
    side = Side(tmp_path / "outbox.db", policy=Policy(time_resolution_s=60))
    side.take(began(), 100, sequence=1)
    side.take(ended(), 160, sequence=2)

    assert [message.time for message in stored(side)] == ["2026-01-01T12:02:00Z", "2026-01-01T12:03:00Z"]


def test_a_bang_carries_its_milliseconds_where_the_policy_allows_them(tmp_path: Path) -> None:
    side = Side(tmp_path / "outbox.db", policy=Policy(arrival_ms=True))
    side.take(began(), 10.123, sequence=1)

    assert [message.data.arrival_ms for message in stored(side) if message.data.phase == "start"] == [123]


def test_an_hour_that_was_learnt_is_acknowledged_and_told_to_nobody(side: Side) -> None:
    taken = side.take(HourLearnt(hour=0, l50_ddb=550, l90_ddb=500, weeks=1), 10, sequence=1)

    assert (taken.acknowledge, taken.released) == (1, ())
    assert side.outbox.last_sequence == 0


def test_an_incident_ten_minutes_later_is_told_again(side: Side) -> None:
    for number in range(1, 5):
        side.take(began(number), number, sequence=number)
    side.take(began(5), 602, sequence=5)

    assert len(stored(side)) == 5


def test_a_day_has_at_most_its_cap_of_incidents(tmp_path: Path) -> None:
    side = Side(tmp_path / "outbox.db", policy=Policy(4, 6))
    for number in range(1, 11):
        side.take(began(number), 1000.0 * number, sequence=number)

    assert len(stored(side)) == 6


def test_a_reboot_does_not_empty_the_ledger(side: Side) -> None:
    for number in range(1, 5):
        side.take(began(number), 5000 + number, sequence=number)
    side.take(began(1), 30.0, sequence=1, epoch=10)

    assert len([message for message in stored(side) if message.data.phase == "start"]) == 4


def test_an_incident_that_another_run_of_sense_left_open_ends_as_lost(side: Side) -> None:
    side.take(began(), 10, sequence=1)
    side.take(began(), 40, sequence=1, epoch=10)

    assert [message.data.phase for message in stored(side)] == ["start", "end", "start"]
    lost = stored(side)[1].data
    assert isinstance(lost, IncidentEnd)
    assert lost.reason is EndReason.LOST


def test_an_incident_of_a_sense_that_is_gone_ends_as_lost_once(side: Side) -> None:
    side.take(began(), 10, sequence=1)
    side.intake.lose_open(60)
    side.intake.lose_open(61)

    assert [message.data.phase for message in stored(side)] == ["start", "end"]


def test_an_end_that_comes_after_its_incident_was_lost_is_not_told_twice(side: Side) -> None:
    side.take(began(), 10, sequence=1)
    side.intake.lose_open(60)
    taken = side.take(ended(), 61, sequence=2)

    assert (taken.acknowledge, len(stored(side))) == (2, 2)


def fill(side: Side) -> int:
    """Hands windows in until the card is full, and gives the number of the record that did not fit."""
    page_count = side.store.number("PRAGMA page_count")
    side.store.run(f"PRAGMA max_page_count={page_count}")
    for number in range(1, 2000):
        try:
            side.take(WINDOW, 900.0 * number, sequence=number)
        except StorageError:
            return number
    raise AssertionError("the card never became full")


def test_a_full_card_is_told_in_one_line_that_says_what_to_do(side: Side) -> None:
    number = fill(side)

    with pytest.raises(StorageFullError, match="SQLITE_FULL: free some space"):
        side.take(WINDOW, 900.0 * number, sequence=number)


def test_what_did_not_fit_is_stored_when_there_is_room_again(side: Side) -> None:
    number = fill(side)
    side.store.run("PRAGMA max_page_count=10000")

    assert side.take(WINDOW, 900.0 * number, sequence=number).acknowledge == number
    assert side.intake.lost == 0


def test_a_file_that_is_no_database_is_put_aside_and_a_new_epoch_begins(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    path.write_bytes(b"\x89PNG not an outbox at all" * 400)
    side = Side(path)
    side.take(began(), 10, sequence=1)

    assert side.store.put_aside
    assert len(stored(side)) == 1
    assert [file.name for file in tmp_path.glob("*.unreadable-*")] == ["outbox.db.unreadable-1"]


def test_an_outbox_of_another_version_is_put_aside(side: Side) -> None:
    side.store.run("PRAGMA user_version=99")
    side.reopen()

    assert side.store.put_aside


def test_a_folder_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="check the card") as caught:
        Store(str(tmp_path / "missing" / "outbox.db"), 64)

    assert "\n" not in str(caught.value)


def test_a_fault_inside_a_transaction_leaves_nothing_behind(side: Side) -> None:
    def tell_and_fail() -> None:
        with side.store.transaction():
            side.store.run("INSERT INTO told VALUES (1, 1, 'noise.spike')")
            raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        tell_and_fail()

    assert side.store.number("SELECT count(*) FROM told") == 0


def test_a_card_that_takes_no_write_is_told_as_storage_trouble_and_nothing_is_stored(side: Side) -> None:
    side.store.run("PRAGMA query_only=ON")
    with pytest.raises(StorageError, match="SQLITE_READONLY"):
        side.take(began(), 10, sequence=1)

    assert side.register.last_seen(9) == 0


def test_a_second_process_does_not_get_into_the_file(side: Side) -> None:
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        sqlite3.connect(side.path, timeout=0.0).execute("SELECT * FROM meta")

    assert not side.path.with_name("outbox.db-shm").exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    st.lists(
        st.tuples(st.sampled_from(["began", "ended", "repeat", "restart", "reboot"]), st.floats(0.1, 400)), max_size=30
    )
)
def test_whatever_comes_the_numbers_are_contiguous_and_the_caps_hold(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, float]]
) -> None:
    side = Side(tmp_path_factory.mktemp("side") / "outbox.db")
    now_s, lived_s, sequence, epoch, number = 1000.0, 0.0, 0, 1, 0
    starts: list[float] = []
    for what, pause_s in steps:
        now_s += pause_s
        lived_s += pause_s
        if what == "restart":
            side.reopen()
            continue
        if what == "reboot":
            now_s, epoch, sequence = 5.0, epoch + 1, 0
        if what != "repeat":
            sequence += 1
            number += what != "ended"
        body = ended(max(number, 1)) if what == "ended" else began(max(number, 1))
        released = side.take(body, now_s, sequence=max(sequence, 1), epoch=epoch).released
        starts += [lived_s for message in released if message.data.model_dump().get("phase") == "start"]
        assert sum(lived_s - at_s < 600 for at_s in starts) <= 4

    assert [int(message.sequence) for message in side.waiting()] == list(range(1, side.outbox.last_sequence + 1))
    side.store.close()


def test_an_outage_of_the_uplink_loses_no_incident_to_the_cap(side: Side) -> None:
    for number in range(1, 13):
        side.take(began(number), 900.0 * number, sequence=number, now_s=12_000)

    assert len(stored(side)) == 12


def test_a_record_cannot_be_dated_in_the_future(side: Side) -> None:
    side.take(began(), 9_000_000, sequence=1, now_s=60)

    assert stored(side)[0].time == "2026-01-01T12:01:00Z"


def test_a_record_cannot_be_dated_long_before_the_one_before_it(side: Side) -> None:
    side.take(began(1), 5000, sequence=1)
    side.take(began(1), 7, sequence=1, epoch=10, now_s=5001)

    assert stored(side)[-1].time == "2026-01-01T13:23:10Z"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(st.integers(0, 2**48 - 1), min_size=1, max_size=40))
def test_whatever_dates_sense_gives_no_more_leaves_than_the_caps_allow(
    tmp_path_factory: pytest.TempPathFactory, instants_ms: list[int]
) -> None:
    side = Side(tmp_path_factory.mktemp("side") / "outbox.db")
    for number, instant_ms in enumerate(instants_ms, 1):
        side.take(began(number), instant_ms / 1000, sequence=number, now_s=100.0 + number / 100)

    assert len([message for message in stored(side) if message.data.phase == "start"]) <= 4
    side.store.close()


def test_a_broken_card_is_storage_trouble_when_read_too(side: Side) -> None:
    side.store.close()

    with pytest.raises(StorageError, match="check the card"):
        side.outbox.count_waiting()
    with pytest.raises(StorageError, match="check the card"):
        side.register.moment(1.0)


def test_what_the_cap_keeps_back_fills_no_card(side: Side) -> None:
    for number in range(1, 400):
        side.take(began(number), 10 + number / 100, sequence=number)

    assert side.register.held_in_day(side.register.moment(20).at_ms) == 395
    assert side.store.number("SELECT count(*) FROM held") == 1


def test_runs_of_sense_without_end_fill_no_card(side: Side) -> None:
    for epoch in range(1, 300):
        side.take(WINDOW, 900.0, sequence=1, epoch=epoch, now_s=901)

    assert side.store.number("SELECT count(*) FROM seen") == 100
