"""What is sent again on request: each message once, in order, beside what is new."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.airlock.record import IncidentBegan, IncidentEnded
from node.contract.command import CommandResult
from node.uplink.news import Connected, Disconnected
from node.uplink.replay import GIVE_UP_AFTER_S, IN_FLIGHT
from tests.unit.uplink.question_desk import Desk, packet_bytes
from tests.unit.uplink.test_eviction import add_summary


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_range_is_sent_again_in_order_and_once_and_then_that_is_said(desk: Desk) -> None:
    accepted = desk.ask()
    sent = desk.run(0.0, 3.0)

    assert accepted.status == "accepted"
    assert sent == list(range(1, 11))
    assert desk.answers[-1][0] == CommandResult(command=f"{1:032x}", status="done", refusal=None, replayed=10, gone=0)


def test_what_the_broker_took_a_moment_ago_is_written_down_before_it_is_looked_for(desk: Desk) -> None:
    desk.ask()

    assert desk.settled == 1


def test_what_is_sent_again_has_the_id_it_had(desk: Desk) -> None:
    before = {stored.message.id for stored in desk.side.outbox.sent(1, 10, 99) if stored.message is not None}
    desk.ask()
    desk.run(0.0, 3.0)

    assert {message.id for message in desk.line.sent} == before


def test_a_part_of_a_range_is_that_part(desk: Desk) -> None:
    desk.ask(first_sequence=4, last_sequence=6)

    assert desk.run(0.0, 3.0) == [4, 5, 6]


def test_what_was_forgotten_is_counted_as_gone(desk: Desk) -> None:
    desk.side.store.run("DELETE FROM message WHERE key % (1 << 40) IN (2, 3)")
    desk.ask(last_sequence=10**6)
    desk.run(0.0, 3.0)

    assert (desk.answers[-1][0].replayed, desk.answers[-1][0].gone) == (8, 2)


def test_what_still_waits_is_neither_sent_twice_nor_gone(desk: Desk) -> None:
    add_summary(desk.side)
    desk.ask(last_sequence=11)

    assert desk.run(0.0, 3.0) == list(range(1, 11))
    assert desk.answers[-1][0].gone == 0


def test_a_range_beyond_what_there_is_ends_at_once(desk: Desk) -> None:
    desk.ask(first_sequence=500, last_sequence=600)

    assert desk.run(0.0, 0.2) == []
    assert desk.answers[-1][0].status == "done"


def test_no_more_than_two_messages_are_in_flight_however_long_the_broker_thinks(desk: Desk) -> None:
    desk.ask()
    sent = [number for second in range(60) for number in desk.turn(float(second))]

    assert len(sent) == IN_FLIGHT


def test_no_more_than_twenty_messages_leave_in_a_second(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 60)
    desk.ask(last_sequence=60)
    sent = []
    for step in range(1000):
        sent += desk.turn(step / 1000)
        desk.take()

    assert 15 <= len(sent) <= 21


def test_a_broken_connection_begins_again_with_what_was_not_answered(desk: Desk) -> None:
    desk.ask()
    first = desk.turn(0.0) + desk.turn(1.0)
    desk.replay.hear(Disconnected(), 1.0)
    assert desk.turn(2.0) == []
    desk.replay.hear(Connected(65_536), 2.0)

    assert desk.turn(3.0)[:1] == first[:1]


def test_what_the_broker_refuses_is_tried_again_after_a_pause(desk: Desk) -> None:
    desk.ask()
    first = desk.turn(0.0)
    desk.take(reason=0x97)

    assert desk.turn(1.0) == []
    assert desk.turn(3.0)[:1] == first


def test_a_range_that_nobody_takes_is_given_up(desk: Desk) -> None:
    desk.ask()
    desk.turn(0.0)
    desk.turn(GIVE_UP_AFTER_S + 60.0)

    assert (desk.answers[-1][0].status, desk.answers[-1][0].replayed) == ("done", 0)
    assert not desk.replay.busy


def test_a_row_that_cannot_be_read_back_is_passed_over_and_counted(desk: Desk) -> None:
    desk.side.store.run("UPDATE message SET body = '{}' WHERE key % (1 << 40) = 5")
    desk.ask()

    assert desk.run(0.0, 3.0) == [1, 2, 3, 4, 6, 7, 8, 9, 10]
    assert desk.answers[-1][0].gone == 1


def test_what_left_again_is_in_the_audit_log_again(desk: Desk) -> None:
    desk.ask()
    desk.run(0.0, 3.0)
    desk.audit.flush()

    assert desk.audit.number == 1 + 10


def add_incident(desk: Desk) -> None:
    """The start and the end of one incident, which the broker has had: numbers 11 and 12."""
    desk.side.take(IncidentBegan(1, 1, 1, 1), 10.0, sequence=1)
    desk.side.take(IncidentEnded(1, 0, 3, 12), 11.0, sequence=2)
    desk.side.outbox.mark([11, 12], [])


def test_the_end_of_an_incident_is_not_sent_again_before_the_broker_has_its_start(desk: Desk) -> None:
    add_incident(desk)
    desk.ask(first_sequence=11, last_sequence=12)
    first = desk.turn(0.0) + desk.turn(1.0) + desk.turn(2.0)
    desk.take()

    assert (first, desk.turn(3.0)) == ([11], [12])


def test_an_incident_whose_start_was_refused_is_sent_again_from_its_start(desk: Desk) -> None:
    add_incident(desk)
    desk.ask(first_sequence=11, last_sequence=12)
    desk.turn(0.0)
    desk.take(reason=0x97)

    assert desk.turn(5.0) == [11]


def test_what_is_larger_than_the_broker_takes_now_is_passed_over_and_counted(desk: Desk) -> None:
    desk.replay.hear(Connected(700), 0.0)
    add_incident(desk)
    sizes = {row.sequence: packet_bytes(row.message) for row in desk.side.outbox.sent(1, 12, 99)}
    desk.replay.hear(Connected(max(sizes.values()) - 1), 0.0)
    desk.ask(first_sequence=1, last_sequence=12)
    small = [number for number, size in sizes.items() if size < max(sizes.values())]

    assert 0 < len(small) < 12
    assert desk.run(0.0, 3.0) == small
    assert desk.answers[-1][0].gone == 12 - len(small)


def test_what_is_passed_over_counts_once_however_often_the_connection_breaks(desk: Desk) -> None:
    desk.side.store.run("UPDATE message SET body = '{}' WHERE key % (1 << 40) = 2")
    desk.ask()
    for second in range(3):
        desk.turn(float(second))
        desk.replay.hear(Connected(65_536), second + 0.5)
    desk.run(5.0, 3.0)

    assert (desk.answers[-1][0].replayed, desk.answers[-1][0].gone) == (9, 1)
