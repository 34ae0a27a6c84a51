"""The publisher: what is sent when, and what each answer of the broker means."""

from pathlib import Path

import pytest

from node.airlock.record import IncidentBegan, IncidentEnded
from node.config.policy import Policy
from node.contract.envelope import EventMessage, GapMessage, Outbound
from node.uplink.audit import Audit
from node.uplink.chain import What
from node.uplink.news import WINDOW, Answered, Connected, Disconnected
from node.uplink.outbox import Moment
from node.uplink.publisher import NO_SUBSCRIBER, Publisher
from node.uplink.register import Register
from tests.unit.uplink.conftest import Side


class Paper:
    """A line that writes down what is published. Set `open` to False for a line without a connection."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, str]] = []
        self.messages: list[Outbound] = []
        self.open = True

    def publish(self, message: Outbound) -> int | None:
        if not self.open:
            return None
        self.messages.append(message)
        self.sent.append((len(self.messages), message.id[-3:]))
        return len(self.messages)


class Desk:
    """An outbox with messages in it, a publisher, and a paper line."""

    def __init__(self, folder: Path, messages: int) -> None:
        self.side = Side(folder / "outbox.db", policy=Policy())
        for number in range(1, messages + 1):
            self.side.take(IncidentBegan(1, number, 1, 1), 1000.0 * number, sequence=number)
        self.line = Paper()
        self.audit = Audit(folder / "audit", self.side.clock)
        self.publisher = Publisher(self.side.outbox, self.line, self.audit)
        self.now = self.side.register.moment(1000.0 * messages)

    def pump(self, now_s: float = 0.0) -> list[str]:
        before = len(self.line.sent)
        self.publisher.pump(now_s, self.now)
        return [number for _, number in self.line.sent[before:]]

    def answer(self, reason: int, now_s: float = 0.0) -> None:
        for token, _ in self.line.sent:
            self.publisher.hear(Answered(token, reason), now_s)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, 3)


def test_nothing_is_sent_without_a_connection(desk: Desk) -> None:
    assert desk.pump() == []


def test_waiting_messages_are_sent_in_order_and_once(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)

    assert desk.pump() == ["001", "002", "003"]
    assert desk.pump() == []


def test_no_more_than_the_window_is_in_flight(tmp_path: Path) -> None:
    desk = Desk(tmp_path, WINDOW + 4)
    desk.publisher.hear(Connected(65_536), 0.0)

    assert len(desk.pump()) == WINDOW
    desk.answer(0)
    assert len(desk.pump()) == 4


def test_a_taken_message_is_marked_and_not_sent_again(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump()
    desk.answer(0)
    desk.publisher.flush()

    assert desk.side.outbox.count_waiting() == 0


def test_a_few_marks_wait_for_more_and_are_written_after_three_hours(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 100.0)
    desk.pump(100.0)
    desk.answer(0, now_s=100.0)
    desk.pump(10_899.0)
    counts = [desk.side.outbox.count_waiting()]
    desk.pump(10_902.0)
    counts.append(desk.side.outbox.count_waiting())

    assert counts == [3, 0]
    assert desk.publisher.unmarked == 0


def test_many_marks_are_written_at_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 90)
    desk.publisher.hear(Connected(65_536), 0.0)
    for turn in range(10):
        desk.pump(turn / 10)
        desk.answer(0, now_s=turn / 10)

    assert desk.side.outbox.count_waiting() == desk.publisher.unmarked
    assert 16 <= desk.publisher.unmarked < 64


def test_a_broker_that_has_forgotten_this_node_gets_the_newest_again_before_what_is_new(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 90)
    desk.publisher.hear(Connected(65_536), 0.0)
    before = []
    for turn in range(10):
        before += desk.pump(turn / 10)
        desk.answer(0, now_s=turn / 10)
    desk.publisher.hear(Disconnected(), 1.0)
    desk.side.take(IncidentEnded(90, 0, 3, 12), 91_000.0, sequence=91)
    desk.publisher.hear(Connected(65_536, resumed=False), 2.0)
    again = []
    for turn in range(20, 40):
        again += desk.pump(turn / 10)
        desk.answer(0, now_s=turn / 10)

    assert 16 < len(again) < 90
    assert again[:-1] == before[-len(again) + 1 :]
    assert again[-1] == "091"


def test_what_the_broker_will_never_take_is_written_down_within_seconds(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump(0.0)
    desk.answer(0x95)
    desk.pump(2.5)

    assert desk.side.outbox.count_dead() == 3


def test_an_entry_of_a_message_waits_for_its_mark_and_one_of_a_document_does_not(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump(0.0)
    desk.answer(0)
    desk.pump(2.5)
    numbers = [desk.audit.number]
    desk.audit.note(What.DOCUMENT, 3.0, bytes(16))
    desk.pump(5.0)
    numbers.append(desk.audit.number)

    assert numbers == [0, 4]


def test_a_process_that_was_killed_before_it_marked_sends_again_and_notes_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 3)
    desk.publisher.hear(Connected(65_536), 0.0)
    first = desk.pump()
    desk.answer(0)
    desk.side.reopen()
    desk.line = Paper()
    desk.publisher = Publisher(desk.side.outbox, desk.line, desk.audit)
    desk.publisher.hear(Connected(65_536), 1.0)

    assert desk.pump(1.0) == first


def test_what_was_in_flight_when_the_connection_broke_is_sent_again_with_the_same_ids(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    first = desk.pump()
    desk.publisher.hear(Disconnected(), 1.0)
    desk.publisher.hear(Connected(65_536), 2.0)

    assert desk.pump(2.0) == first


def test_a_message_that_nobody_subscribes_to_is_kept_and_tried_again_later(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump()
    desk.answer(0x10)

    assert desk.publisher.no_subscriber
    assert desk.pump(0.5) == []
    assert desk.pump(1.5) == ["001", "002", "003"]


def test_a_message_that_the_broker_denies_is_kept_and_tried_again_later(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump()
    desk.answer(0x87)

    assert desk.publisher.refused
    assert desk.pump(1.5) == ["001", "002", "003"]
    desk.answer(0)
    assert not desk.publisher.refused


def test_what_the_broker_took_is_in_the_audit_log_before_it_is_marked(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump()
    desk.answer(0)
    desk.publisher.flush()

    assert desk.audit.number == 3


def test_what_the_broker_refused_is_not_in_the_audit_log(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump()
    desk.answer(0x87)
    desk.publisher.flush()

    assert desk.audit.number == 0


def test_a_denied_message_does_not_end_the_next_connection_too(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump()
    desk.answer(0x87)
    desk.publisher.hear(Disconnected(), 0.1)
    desk.publisher.hear(Connected(65_536), 0.2)

    assert desk.pump(0.5) == []
    assert desk.pump(1.5) == ["001", "002", "003"]


def test_a_new_connection_tries_again_at_once_what_nobody_had_subscribed_to(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump()
    desk.answer(0x10)
    desk.publisher.hear(Disconnected(), 0.1)
    desk.publisher.hear(Connected(65_536), 0.2)

    assert desk.pump(0.5) == ["001", "002", "003"]


def test_the_pauses_between_tries_grow(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump()
    desk.answer(0x10)
    desk.pump(1.5)
    desk.answer(0x10, now_s=1.5)

    assert desk.pump(3.0) == []
    assert desk.pump(3.6) == ["001", "002", "003"]


def test_a_message_that_the_broker_will_never_take_is_a_dead_letter_and_the_rest_goes_on(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump()
    desk.publisher.hear(Answered(2, 0x99), 0.0)
    desk.publisher.flush()

    assert desk.side.outbox.dead_letters() == {2: 0x99}
    assert [row.sequence for row in desk.side.outbox.waiting("event", 0, 10)] == [1, 3]


def test_a_message_larger_than_the_broker_takes_is_never_sent(desk: Desk) -> None:
    desk.publisher.hear(Connected(300), 0.0)

    assert desk.pump() == []
    desk.publisher.flush()
    assert desk.side.outbox.count_dead() == 3


def test_what_the_broker_will_never_take_is_named_by_a_gap_that_is_sent(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump()
    desk.publisher.hear(Answered(2, 0x99), 0.0)
    desk.publisher.flush()
    desk.pump(1.0)

    last = desk.line.messages[-1]
    assert isinstance(last, GapMessage)
    assert [(span.first_sequence, span.last_sequence) for span in last.data.spans] == [(2, 2)]


def test_the_end_of_an_incident_is_not_sent_before_the_broker_has_its_start(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 1)
    desk.side.take(IncidentEnded(1, 0, 3, 12), 1003.0, sequence=2)
    desk.publisher.hear(Connected(65_536), 0.0)

    assert desk.pump() == ["001"]
    assert desk.pump() == []
    desk.answer(0)
    assert desk.pump() == ["002"]


def test_the_end_of_an_incident_whose_start_nobody_subscribes_to_waits_with_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 1)
    desk.side.take(IncidentEnded(1, 0, 3, 12), 1003.0, sequence=2)
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump()
    desk.answer(NO_SUBSCRIBER)

    assert desk.pump(0.5) == []
    assert desk.pump(1.5) == ["001"]


def test_a_broker_that_takes_few_at_once_gets_few_at_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 5)
    desk.publisher.hear(Connected(65_536, window=2), 0.0)

    assert len(desk.pump()) == 2


def test_an_answer_to_a_document_changes_nothing(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.publisher.hear(Answered(99, 0x87), 0.0)

    assert not desk.publisher.refused


def test_a_message_that_was_held_back_for_long_says_so_and_keeps_its_id(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.now = Moment(desk.now.at_ms + 31_000, desk.now.boot)
    desk.pump()

    last = desk.line.messages[-1]
    assert isinstance(last, EventMessage)
    assert last.data.delayed
    assert last.id.endswith("003")


def test_a_message_that_goes_out_at_once_is_not_delayed(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump()

    last = desk.line.messages[-1]
    assert isinstance(last, EventMessage)
    assert not last.data.delayed


def test_a_line_that_breaks_in_the_middle_loses_nothing(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.line.open = False
    assert desk.pump() == []
    desk.line.open = True

    assert desk.pump() == ["001", "002", "003"]


def test_a_row_that_cannot_be_read_back_is_a_dead_letter_and_the_rest_goes_on(desk: Desk) -> None:
    desk.side.store.run('UPDATE message SET body = \'{"note": "free text"}\' WHERE key % (1 << 40) = 2')
    desk.publisher.hear(Connected(65_536), 0.0)

    assert desk.pump() == ["001", "003"]
    desk.publisher.flush()
    assert desk.side.outbox.count_dead() == 1


def test_sent_messages_are_forgotten_after_their_days_and_waiting_ones_never(desk: Desk) -> None:
    desk.side.outbox.mark([1], [])
    desk.side.outbox.forget(desk.now.at_ms + 8 * 86_400_000, keep_days=7)

    assert [row.sequence for row in desk.side.outbox.waiting("event", 0, 10)] == [2, 3]
    assert desk.side.store.number("SELECT count(*) FROM message") == 2


def test_a_summary_that_nobody_subscribes_to_holds_up_no_event(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 0)
    desk.side.summaries.adopt(1.0)
    for quarter in range(1, 21):
        desk.side.close(900.0 * quarter + 2)
    desk.publisher.hear(Connected(65_536), 0.0)
    assert len(desk.pump()) == WINDOW
    desk.answer(NO_SUBSCRIBER)
    desk.side.take(IncidentBegan(1, 1, 1, 1), 20_000.0, sequence=1)

    assert desk.pump(0.5) == ["021"]


def test_hearing_news_never_writes(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump()
    desk.side.store.close()
    desk.answer(0)
    desk.publisher.hear(Disconnected(), 1.0)
    desk.publisher.hear(Connected(65_536), 2.0)

    assert desk.publisher.connected


def test_a_card_that_takes_no_marks_does_not_stop_sending(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 3 * WINDOW)
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.side.store.run("PRAGMA query_only=ON")
    sent = []
    for turn in range(6):
        sent += desk.pump(float(turn))
        desk.answer(0, now_s=float(turn))

    assert desk.publisher.unmarked == 3 * WINDOW
    assert len(sent) == len(set(sent)) == 3 * WINDOW


def test_a_message_that_was_taken_but_not_marked_is_not_sent_again_on_the_next_connection(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump(0.1)
    desk.answer(0, now_s=0.2)
    desk.publisher.hear(Disconnected(), 0.3)
    desk.publisher.hear(Connected(65_536), 0.4)

    assert desk.pump(0.5) == []


def test_a_message_from_before_a_reboot_says_that_it_is_delayed(desk: Desk) -> None:
    desk.side.reopen()
    desk.side.summaries.adopt(3.0)
    desk.publisher = Publisher(desk.side.outbox, desk.line, desk.audit)
    desk.now = desk.side.register.moment(4.0)
    desk.publisher.hear(Connected(65_536), 4.0)
    desk.pump(4.0)

    assert all(message.data.model_dump()["delayed"] for message in desk.line.messages)


def test_another_boot_id_is_another_boot_however_late_it_asks(desk: Desk) -> None:
    store = desk.side.store
    with store.transaction():
        first = Register(store, boot_id=7).advance(5000.0)
    same, another = Register(store, boot_id=7).moment(5001.0), Register(store, boot_id=8).moment(9000.0)

    assert (same.boot, same.at_ms) == (first.boot, first.at_ms + 1000)
    assert (another.boot, another.at_ms) == (first.boot + 1, first.at_ms)


def test_a_lane_that_is_taken_says_nothing_of_another_that_is_not(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 2)
    desk.side.close(2000.0)
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump()
    for token, message in enumerate(desk.line.messages, 1):
        desk.publisher.hear(Answered(token, 0 if isinstance(message, EventMessage) else NO_SUBSCRIBER), 0.0)

    assert desk.publisher.no_subscriber
    assert not desk.publisher.refused


def test_a_lane_that_is_taken_again_says_that_somebody_subscribes(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump()
    desk.answer(NO_SUBSCRIBER)
    desk.line.sent.clear()
    desk.pump(1.5)
    desk.answer(0, 1.5)

    assert not desk.publisher.no_subscriber


def test_one_message_that_is_taken_beside_a_refused_one_does_not_end_the_refusal(desk: Desk) -> None:
    desk.publisher.hear(Connected(65_536), 0.0)
    desk.pump()
    for token, reason in ((1, 0x87), (2, 0)):
        desk.publisher.hear(Answered(token, reason), 0.0)

    assert desk.publisher.refused
