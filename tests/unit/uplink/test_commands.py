"""What a node is asked: obeyed once, or refused with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.contract.command import Refusal
from node.uplink.commands import ANSWERS_AT_ONCE, OBEY_EVERY_S, OBEYED_AT_ONCE
from node.uplink.news import Arrived
from node.uplink.replay import Replay
from tests.unit.uplink.question_desk import Desk, Doubtful


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


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
