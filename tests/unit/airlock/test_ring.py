"""The ring keeps every record until it is acknowledged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.airlock.record import IncidentBegan, WindowSensed, decode
from node.airlock.ring import Ring
from node.errors import RecordError

BEGAN = IncidentBegan(1, 1, 1, 1)
WINDOW = WindowSensed(900, 0, 0, 1, 0, 0, 0, 0, 0)


def send_all(ring: Ring) -> list[int]:
    sent = []
    while (content := ring.unsent()) is not None:
        sent.append(decode(content).sequence)
        ring.sent()
    return sent


def test_records_are_sent_once_in_the_order_of_their_numbers() -> None:
    ring = Ring(epoch=7)
    for _ in range(3):
        ring.push(BEGAN, 0)

    assert send_all(ring) == [1, 2, 3]
    assert send_all(ring) == []


def test_an_acknowledged_record_is_not_sent_again_on_a_new_connection() -> None:
    ring = Ring(epoch=7)
    for _ in range(3):
        ring.push(BEGAN, 0)
    send_all(ring)
    ring.acknowledge(2)
    ring.reconnect()

    assert send_all(ring) == [3]


def test_an_acknowledgement_of_what_was_never_sent_is_ignored() -> None:
    ring = Ring(epoch=7)
    ring.push(BEGAN, 0)
    ring.acknowledge(1)

    assert send_all(ring) == [1]


def test_a_full_ring_drops_the_oldest_window_first_and_counts_it() -> None:
    ring = Ring(epoch=7, capacity=3)
    ring.push(BEGAN, 0)
    ring.push(WINDOW, 0)
    ring.push(BEGAN, 0)
    ring.push(BEGAN, 0)

    assert send_all(ring) == [1, 3, 4]
    assert ring.dropped == 1


def test_a_full_ring_without_windows_drops_the_oldest_record() -> None:
    ring = Ring(epoch=7, capacity=2)
    for _ in range(3):
        ring.push(BEGAN, 0)

    assert send_all(ring) == [2, 3]


def test_a_record_out_of_range_takes_no_number() -> None:
    ring = Ring(epoch=7)
    with pytest.raises(RecordError):
        ring.push(IncidentBegan(1, 0, 1, 1), 0)

    assert ring.push(BEGAN, 0) == 1


def test_a_ring_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Ring(epoch=7, capacity=0)


@given(st.lists(st.sampled_from(["push", "send", "acknowledge", "reconnect"]), max_size=60))
def test_whatever_happens_no_record_is_lost_before_its_acknowledgement(steps: list[str]) -> None:
    ring = Ring(epoch=7)
    pushed, delivered, acknowledged = 0, 0, 0
    for step in steps:
        match step:
            case "push":
                pushed = ring.push(BEGAN, 0)
            case "send":
                if (content := ring.unsent()) is not None:
                    delivered = max(delivered, decode(content).sequence)
                    ring.sent()
            case "acknowledge":
                ring.acknowledge(delivered)
                acknowledged = delivered
            case _:
                ring.reconnect()
    ring.reconnect()

    assert send_all(ring) == list(range(acknowledged + 1, pushed + 1))
    assert ring.outstanding == (pushed > acknowledged)
