"""What a node is asked: obeyed once, or refused with the reason; and what is sent again on request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.airlock.record import IncidentBegan, IncidentEnded
from node.contract.base import instant
from node.contract.command import CommandResult, Refusal
from node.contract.envelope import Numbered, Outbound, encode
from node.contract.topics import topic_of
from node.contract.words import ClockQuality
from node.ops.clock import FixedClock
from node.uplink.audit import Audit
from node.uplink.commands import ANSWERS_AT_ONCE, OBEY_EVERY_S, OBEYED_AT_ONCE, Commands
from node.uplink.news import HEADER_BYTES, Answered, Arrived, Connected, Disconnected
from node.uplink.outbox import Moment
from node.uplink.replay import GIVE_UP_AFTER_S, IN_FLIGHT, Replay
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


@pytest.mark.parametrize(
    ("how", "refusal"),
    [
        ({"retained": True}, Refusal.RETAINED),
        ({"expiry_s": None}, Refusal.EXPIRED),
        ({"expiry_s": 61}, Refusal.EXPIRED),
        ({"asked_s": -61.0}, Refusal.EXPIRED),
        ({"asked_s": 62.0}, Refusal.EXPIRED),
        ({"epoch": "ffffffff"}, Refusal.OTHER_EPOCH),
        ({"verb": "snapshot"}, Refusal.UNKNOWN),
        ({"first_sequence": 0}, Refusal.UNKNOWN),
        ({"first_sequence": 11}, Refusal.UNKNOWN),
        ({"zoom": 2}, Refusal.UNKNOWN),
    ],
    ids=str,
)
def test_a_command_that_is_not_exactly_right_is_refused_with_its_reason_and_counted(
    desk: Desk, how: dict[str, Any], refusal: Refusal
) -> None:
    answer = desk.ask(**how)

    assert (answer.status, answer.refusal) == ("refused", refusal)
    assert desk.commands.refused == 1
    assert desk.run(0.0, 1.0) == []


def test_a_command_that_was_too_large_to_be_kept_is_refused(desk: Desk) -> None:
    desk.commands.hear(Arrived("t", None, expiry_s=60), 0.0)

    assert desk.answers[-1][0].refusal is Refusal.OVERSIZED


def test_a_command_is_obeyed_once(desk: Desk) -> None:
    desk.ask()
    desk.run(0.0, 3.0)

    assert desk.ask(now_s=4.0).refusal is Refusal.REPLAYED


def test_a_command_that_was_obeyed_before_a_crash_is_not_obeyed_after_it(desk: Desk) -> None:
    desk.ask()
    desk.side.reopen()
    desk.replay = Replay(desk.side.outbox, desk.line, desk.audit, desk.settle)
    desk.listen()

    assert desk.ask(now_s=4.0).refusal is Refusal.REPLAYED


def test_another_command_is_refused_while_one_is_being_obeyed(desk: Desk) -> None:
    desk.ask()

    assert desk.ask(number=2).refusal is Refusal.BUSY


def test_a_node_that_does_not_know_the_time_goes_by_the_expiry_alone(desk: Desk) -> None:
    desk.listen(Doubtful(0.0))

    assert desk.ask(asked_s=10_000.0).status == "accepted"


def test_both_answers_have_the_correlation_of_the_question(desk: Desk) -> None:
    desk.ask(correlation=b"q-7")
    desk.run(0.0, 3.0)

    assert [correlation for _, correlation in desk.answers] == [b"q-7", b"q-7"]


def test_a_refusal_is_answered_with_the_correlation_of_the_question(desk: Desk) -> None:
    desk.ask(retained=True, correlation=b"q-8")

    assert desk.answers[-1][1] == b"q-8"


def test_each_command_is_in_the_audit_log_obeyed_or_refused(desk: Desk) -> None:
    desk.ask()
    desk.ask(number=2)
    desk.audit.flush()

    assert desk.audit.number == 2


def test_a_flood_is_counted_and_neither_answered_nor_written_down(desk: Desk) -> None:
    for _ in range(500):
        desk.commands.hear(Arrived("t", b"flood", expiry_s=60), 1.0)
    desk.audit.flush()

    assert desk.commands.refused == 500
    assert len(desk.answers) == desk.audit.number == ANSWERS_AT_ONCE


def test_a_good_command_is_obeyed_in_the_middle_of_a_flood(desk: Desk) -> None:
    for _ in range(500):
        desk.commands.hear(Arrived("t", b"flood", expiry_s=60), 1.0)

    assert desk.ask(now_s=1.0).status == "accepted"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400), st.booleans(), st.none() | st.integers(0, 2**32 - 1), st.binary(max_size=64))
def test_no_bytes_at_all_make_a_node_do_anything(
    desk: Desk, payload: bytes, retained: object, expiry_s: int | None, correlation: bytes
) -> None:
    desk.commands.hear(Arrived("t", payload, bool(retained), expiry_s, correlation), 0.0)

    assert not desk.replay.busy
    assert desk.line.sent == []


def test_no_more_commands_are_obeyed_than_ten_at_once_and_one_each_five_seconds(desk: Desk) -> None:
    for number in range(1, 100):
        desk.ask(now_s=number / 10, number=number, first_sequence=500, last_sequence=600)
        desk.turn(number / 10)

    answers = [answer for answer, _ in desk.answers]
    assert sum(answer.status == "accepted" for answer in answers) == OBEYED_AT_ONCE + 9.9 // OBEY_EVERY_S
    assert {answer.refusal for answer in answers} == {None, Refusal.BUSY}


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
