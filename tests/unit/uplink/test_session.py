"""The session at brokers that are none: it gives up, comes back, and never waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from node.config.settings import BrokerSettings
from node.contract.documents import State
from node.contract.envelope import StateMessage
from node.uplink import session
from node.uplink.news import Arrived, Disconnected
from node.uplink.session import Session
from tests.unit.scripted_broker import CONNACK, ScriptedBroker

WILL = StateMessage(
    id="0000002a-r1-1",
    source="urn:polewatch:node:pole-0042",
    subject="tile:unset",
    time="2026-01-01T12:00:00Z",
    data=State(online=False, reason="lost", epoch="0000002a"),
)


@pytest.fixture
def mute() -> Iterator[ScriptedBroker]:
    listener = ScriptedBroker()
    yield listener
    listener.close()


def session_at(port: int) -> tuple[Session, threading.Event]:
    woken = threading.Event()
    return Session(BrokerSettings(host="127.0.0.1", port=port), "pole-0042", lambda: WILL, woken.set), woken


def test_a_broker_that_takes_a_connection_and_says_nothing_is_given_up_and_tried_again(
    mute: ScriptedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_TAKES_IN_WITHIN_S", 0.2)
    opened, _ = session_at(mute.port)
    opened.start()
    tries = [mute.came.acquire(timeout=10.0) for _ in range(3)]
    opened.stop(WILL)

    assert tries == [True, True, True]
    assert Disconnected() in opened.news()
    assert not opened.has_rival


def test_something_that_is_no_broker_at_all_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_TAKES_IN_WITHIN_S", 0.2)
    liar = ScriptedBroker(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    opened, _ = session_at(liar.port)
    opened.start()
    tries = [liar.came.acquire(timeout=10.0) for _ in range(2)]
    opened.stop(WILL)
    liar.close()

    assert tries == [True, True]
    assert opened.publish(WILL) is None


def test_of_a_flood_of_questions_only_the_first_are_kept(mute: ScriptedBroker) -> None:
    opened, woken = session_at(mute.port)
    for _ in range(5000):
        opened.arrived(Arrived("t", b"x"))

    assert woken.is_set()
    assert len(opened.news()) == session._MOST_NEWS


WORSE = {
    "a topic that is no UTF-8": b"\x30\x05\x00\x01\xff\x00x",
    "an answer with a reason that there is none of": b"\x90\x04\x00\x01\x00\x3f",
    "a property that stands twice": b"\x30\x0f\x00\x01t\x0a\x02\x00\x00\x00\x01\x02\x00\x00\x00\x01x",
}


@pytest.mark.parametrize("worse", WORSE.values(), ids=WORSE)
def test_a_broker_that_says_what_paho_cannot_read_is_left_and_tried_again(worse: bytes) -> None:
    liar = ScriptedBroker(CONNACK % 0 + worse)
    opened, _ = session_at(liar.port)
    opened.start()
    tries = [liar.came.acquire(timeout=10.0) for _ in range(2)]
    has_rival = opened.has_rival
    opened.stop(WILL)
    liar.close()

    assert tries == [True, True]
    assert not has_rival
    assert Disconnected() in opened.news()


def test_a_goodbye_without_a_connection_has_not_left(mute: ScriptedBroker) -> None:
    opened, _ = session_at(mute.port)
    opened.start()

    assert opened.stop(WILL) is False
