"""A full outbox: what is given up first, and that whatever is given up is named."""

import contextlib
import itertools
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from node.contract.envelope import EventMessage, GapMessage, Numbered, SummaryMessage
from node.contract.event import IncidentStart
from node.contract.summary import Counts, Summary
from node.contract.words import KINDS, ClockQuality, Confidence, Kind, Severity
from node.uplink.eviction import Room, make_room
from node.uplink.outbox import Moment
from node.uplink.packing import unpack
from node.uplink.ranks import LANES
from node.uplink.store import StorageFullError
from tests.unit.uplink.conftest import Side

SEVERITIES = sorted({facts.severity for facts in KINDS.values()}, key=lambda one: list(Severity).index(one))
ENVELOPE: dict[str, Any] = {
    "source": "urn:polewatch:node:pole-0042",
    "subject": "tile:1:2",
    "time": "2026-01-01T12:00:00Z",
}
OF_SEVERITY = {facts.severity: kind for kind, facts in KINDS.items()}


def add_event(side: Side, severity: Severity) -> int:
    kind = OF_SEVERITY[severity]
    facts = {"kind": kind, "category": KINDS[kind].category, "severity": severity, "confidence": Confidence.LOW}
    plain = {"clock": ClockQuality.SYNCED, "uptime_s": None, "delayed": False, "evidence": ()}

    def compose(event_id: str, sequence: str) -> EventMessage:
        data = IncidentStart(incident=event_id, **facts, **plain)  # type: ignore[arg-type]  # mixed, and checked
        return EventMessage(id=event_id, sequence=sequence, type=KINDS[kind].type, data=data, **ENVELOPE)

    return _add(side, compose)


def add_summary(side: Side) -> int:
    data = Summary(
        window_s=900,
        sound_exposure_s=0,
        sight_exposure_s=0,
        levels=None,
        counts=Counts.of({}),
        held_back=0,
        last_sequence=side.outbox.last_sequence,
        clock=ClockQuality.SYNCED,
        uptime_s=None,
        delayed=False,
    )
    return _add(side, lambda event_id, sequence: SummaryMessage(id=event_id, sequence=sequence, data=data, **ENVELOPE))


def _add(side: Side, compose: Callable[[str, str], Numbered]) -> int:
    with side.store.transaction():
        message = side.outbox.add(compose, Moment(0, 0))
    side.outbox.committed()
    return int(message.sequence)


def waiting(side: Side) -> dict[int, Numbered | None]:
    return {row.sequence: row.message for name in LANES for row in side.outbox.waiting(name, 0, 100_000)}


def named(side: Side) -> set[int]:
    """The numbers that gaps name."""
    gaps = [message for message in waiting(side).values() if isinstance(message, GapMessage)]
    spans = [span for gap in gaps for span in gap.data.spans]
    return {number for span in spans for number in range(span.first_sequence, span.last_sequence + 1)}


def fill(side: Side, *adders: Callable[[Side], int]) -> None:
    """Adds until the file is full."""
    side.store.run("PRAGMA synchronous=OFF")  # a test outlives no power cut
    with contextlib.suppress(StorageFullError):
        for add in itertools.cycle(adders):
            add(side)


def test_sent_messages_go_first_the_older_half_and_no_gap_names_them(side: Side) -> None:
    numbers = [add_event(side, Severity.MODERATE) for _ in range(4)]
    side.outbox.mark(numbers[:3], [])

    assert make_room(side.store, side.outbox) == Room(sent=2)
    assert [row.sequence for row in side.outbox.sent(1, 10, 10)] == [3]
    assert named(side) == set()


def test_dead_letters_go_next_for_a_gap_has_named_them_already(side: Side) -> None:
    numbers = [add_event(side, Severity.MODERATE) for _ in range(4)]
    side.outbox.mark([], [(numbers[0], 0x95)])

    assert make_room(side.store, side.outbox) == Room(dead=1)
    assert named(side) == {1}


def test_of_what_waits_summaries_go_before_any_event(tmp_path: Path) -> None:
    side = Side(tmp_path / "outbox.db", max_mb=1)
    fill(side, add_summary, *[lambda s, severity=severity: add_event(s, severity) for severity in SEVERITIES])
    before = waiting(side)
    make_room(side.store, side.outbox)

    gone = before.keys() - waiting(side).keys()
    assert gone
    assert all(isinstance(before[number], SummaryMessage) for number in gone)


def test_of_what_waits_the_oldest_of_its_rank_goes_first(tmp_path: Path) -> None:
    side = Side(tmp_path / "outbox.db", max_mb=1)
    fill(side, add_summary)
    before = waiting(side).keys()
    make_room(side.store, side.outbox)

    gone = before - waiting(side).keys()
    assert gone == set(range(1, len(gone) + 1))


def test_when_no_summary_waits_the_least_severe_events_go(tmp_path: Path) -> None:
    side = Side(tmp_path / "outbox.db", max_mb=1)
    fill(side, *[lambda s, severity=severity: add_event(s, severity) for severity in SEVERITIES])
    before = waiting(side)
    make_room(side.store, side.outbox)

    after = waiting(side)
    severities = {
        message.data.severity
        for number, message in before.items()
        if number not in after and isinstance(message, EventMessage) and isinstance(message.data, IncidentStart)
    }
    assert severities == {SEVERITIES[0]}


def test_every_number_that_is_given_up_is_named_by_a_gap_and_no_other(tmp_path: Path) -> None:
    side = Side(tmp_path / "outbox.db", max_mb=1)
    fill(side, add_summary, lambda s: add_event(s, Severity.MODERATE))
    before = waiting(side).keys()
    room = make_room(side.store, side.outbox)

    gone = before - waiting(side).keys()
    assert named(side) == gone
    assert room.evicted == len(gone)


def test_there_is_room_for_many_more_afterwards(tmp_path: Path) -> None:
    side = Side(tmp_path / "outbox.db", max_mb=1)
    fill(side, add_summary, lambda s: add_event(s, Severity.MODERATE))
    make_room(side.store, side.outbox)

    for _ in range(50):
        add_event(side, Severity.MODERATE)


def test_gaps_are_never_given_up(tmp_path: Path) -> None:
    side = Side(tmp_path / "outbox.db", max_mb=1)
    number = 0
    for _ in range(6):
        fill(side, add_summary)
        make_room(side.store, side.outbox)
        number = side.outbox.last_sequence

    assert waiting(side).keys() | named(side) == set(range(1, number + 1))


def test_the_file_never_grows_over_its_bound(tmp_path: Path) -> None:
    side = Side(tmp_path / "outbox.db", max_mb=1)
    for _ in range(4):
        fill(side, add_summary, lambda s: add_event(s, Severity.MODERATE))
        make_room(side.store, side.outbox)

    assert side.path.stat().st_size <= 1_000_000


def test_an_outbox_with_nothing_to_give_up_gives_up_nothing(side: Side) -> None:
    assert not make_room(side.store, side.outbox)


def test_what_the_broker_will_never_take_is_kept_with_its_reason_and_named(side: Side) -> None:
    numbers = [add_event(side, Severity.MODERATE) for _ in range(3)]
    side.outbox.mark(numbers[:1], [(2, 0x95), (3, 256)])

    gaps = [message.data for message in waiting(side).values() if isinstance(message, GapMessage)]
    assert side.outbox.dead_letters() == {2: 0x95, 3: 256}
    assert sorted((gap.reason.value, gap.spans[0].first_sequence) for gap in gaps) == [
        ("refused", 2),
        ("unreadable", 3),
    ]


def test_a_gap_that_the_broker_will_never_take_is_named_by_no_other(side: Side) -> None:
    add_event(side, Severity.MODERATE)
    side.outbox.mark([], [(1, 0x95)])
    side.outbox.mark([], [(2, 0x95)])

    assert waiting(side) == {}
    assert side.outbox.last_sequence == 2


def test_events_of_all_severities_travel_in_the_order_of_their_numbers(side: Side) -> None:
    numbers = [add_event(side, severity) for severity in (*SEVERITIES, *reversed(SEVERITIES))]

    assert [row.sequence for row in side.outbox.waiting("event", 0, 100)] == numbers


def test_a_range_is_counted_by_what_is_still_there(side: Side) -> None:
    for _ in range(4):
        add_summary(side)
    side.outbox.mark([1], [(2, 0x95)])

    assert side.outbox.count_kept(1, 4) == 3
    assert side.outbox.count_kept(2, 2) == 0


def test_an_outbox_of_the_version_before_keeps_what_waited_in_it(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    side = Side(path)
    event, summary = add_event(side, Severity.MODERATE), add_summary(side)
    bodies = {row.sequence: row.message for name in LANES for row in side.outbox.waiting(name, 0, 9)}
    side.store.close()
    _make_version_1(path)
    side.open()

    assert waiting(side) == bodies
    assert not side.store.put_aside
    assert {event, summary} == waiting(side).keys()
    assert add_event(side, Severity.MODERATE) == 3


def test_a_summary_of_the_time_of_one_kind_counts_none_of_the_others(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    side = Side(path)
    number = add_summary(side)
    side.store.close()
    _make_version_1(path)
    with sqlite3.connect(path) as file:
        file.execute("UPDATE message SET body = json_set(body, '$.data.counts', json('{\"noise.spike\": 2}'))")
    file.close()
    side.open()

    summary = waiting(side)[number]
    assert isinstance(summary, SummaryMessage)
    assert summary.data.counts == Counts.of({Kind.NOISE_SPIKE: 2})


def test_a_row_of_the_version_before_that_is_no_json_is_unreadable_and_stops_nothing(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    side = Side(path)
    numbers = [add_summary(side), add_summary(side)]
    side.store.close()
    _make_version_1(path)
    with sqlite3.connect(path) as file:
        file.execute("UPDATE message SET body = 'x' || body WHERE sequence = ?", numbers[:1])
    file.close()
    side.open()

    assert [waiting(side)[number] is None for number in numbers] == [True, False]
    assert not side.store.put_aside


def _make_version_1(path: Path) -> None:
    """Lays the messages out as the version before did."""
    file = sqlite3.connect(path, isolation_level=None)
    rows = file.execute("SELECT key % (1 << 40), body, added_ms, boot, state, reason FROM message").fetchall()
    file.execute("DROP TABLE message")
    file.execute("DROP TABLE obeyed")
    file.execute(
        "CREATE TABLE message (sequence INTEGER PRIMARY KEY, name TEXT NOT NULL, body TEXT NOT NULL,"
        " added_ms INTEGER NOT NULL, boot INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0,"
        " reason INTEGER NOT NULL DEFAULT 0) STRICT"
    )
    file.execute("CREATE INDEX waiting ON message (name, sequence) WHERE state = 0")
    file.execute("CREATE INDEX dead ON message (sequence) WHERE state = 2")
    for sequence, body, *rest in rows:
        name = "summary" if "summary" in json.loads(unpack(body))["type"] else "event"
        file.execute("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?)", (sequence, name, unpack(body), *rest))
    file.execute("PRAGMA user_version = 1")
    file.close()


def test_the_kinds_have_more_than_one_severity() -> None:
    assert len(SEVERITIES) >= 2
    assert Kind.NOISE_SPIKE in KINDS
