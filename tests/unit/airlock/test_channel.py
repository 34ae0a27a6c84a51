"""The two ends of the airlock over a real socket."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from node.airlock.listener import Listener
from node.airlock.record import ACK, IncidentBegan, Record, Status, decode, encode
from node.airlock.ring import Ring
from node.airlock.sender import Sender
from node.errors import PeerError, RecordError

BEGAN = IncidentBegan(1, 1, 1, 1)
PATIENCE_S = 5.0


def until(condition: Callable[[], object]) -> object:
    """What a condition gives once it gives something; fails after some seconds."""
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        if found := condition():
            return found
        time.sleep(0.002)
    raise AssertionError("it never came about")


def receive(listener: Listener) -> Record:
    content = until(listener.receive)
    assert isinstance(content, bytes)
    return decode(content)


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Listener]:
    opened = Listener(tmp_path / "airlock.sock")
    yield opened
    opened.close()


@pytest.fixture
def sender(tmp_path: Path) -> Iterator[Sender]:
    started = Sender(tmp_path / "airlock.sock", Ring(9), 9)
    started.start()
    yield started
    started.stop()


def test_a_record_arrives_as_it_was_offered(listener: Listener, sender: Sender) -> None:
    sender.offer(BEGAN, 1234)

    assert receive(listener) == Record(9, 1, 1234, BEGAN)


def test_an_acknowledged_record_leaves_the_ring(listener: Listener, sender: Sender) -> None:
    sender.offer(BEGAN, 0)
    receive(listener)
    listener.acknowledge(1)

    assert sender.drain(PATIENCE_S)


def test_an_unacknowledged_record_comes_again_on_the_next_connection(listener: Listener, sender: Sender) -> None:
    sender.offer(BEGAN, 0)
    first = receive(listener)
    listener.drop()

    assert receive(listener) == first


def test_offering_returns_at_once_while_there_is_no_uplink(sender: Sender) -> None:
    for _ in range(1000):
        sender.offer(BEGAN, 0)

    assert not sender.drain(0.05)


def test_what_was_offered_before_the_uplink_came_arrives_in_order(tmp_path: Path, sender: Sender) -> None:
    for _ in range(5):
        sender.offer(BEGAN, 0)
    listener = Listener(tmp_path / "airlock.sock")
    try:
        assert [receive(listener).sequence for _ in range(5)] == [1, 2, 3, 4, 5]
    finally:
        listener.close()


def test_a_status_is_sent_and_never_repeated(listener: Listener, sender: Sender) -> None:
    sender.offer(Status(1, 1, 0, 0, 0), 0)

    assert receive(listener).body == Status(1, 1, 0, 0, 0)
    assert sender.drain(PATIENCE_S)


def test_a_record_out_of_range_is_refused_where_it_is_made(sender: Sender) -> None:
    with pytest.raises(RecordError):
        sender.offer(IncidentBegan(1, 1, 1, -1), 0)


def test_a_second_uplink_on_the_same_socket_is_refused(tmp_path: Path, listener: Listener) -> None:
    assert listener.sockets()
    with pytest.raises(PeerError, match="already running"):
        Listener(tmp_path / "airlock.sock")


def test_the_socket_of_a_killed_uplink_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "airlock.sock"
    dead = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    dead.bind(str(path))
    dead.close()

    Listener(path).close()
    assert not path.exists()


def test_a_folder_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(PeerError, match="cannot listen there"):
        Listener(tmp_path / "missing" / "airlock.sock")


def test_a_packet_that_is_too_long_is_seen_as_such(tmp_path: Path, listener: Listener) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stranger:
        stranger.connect(str(tmp_path / "airlock.sock"))
        stranger.send(b"x" * 500)

        content = until(listener.receive)
        assert isinstance(content, bytes)
        assert len(content) == 65


def test_a_new_sense_takes_the_place_of_the_old(tmp_path: Path, listener: Listener) -> None:
    path = str(tmp_path / "airlock.sock")
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as old,
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as new,
    ):
        old.connect(path)
        listener.receive()
        new.connect(path)
        new.send(encode(Record(2, 1, 0, BEGAN)))

        assert receive(listener).epoch == 2
        assert old.recv(8) == b""


def test_an_answer_that_is_no_acknowledgement_ends_the_connection_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "airlock.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.bind(str(path))
        server.listen(2)
        sender = Sender(path, Ring(9), 9)
        sender.start()
        sender.offer(BEGAN, 0)
        first, _ = server.accept()
        with first:
            assert decode(first.recv(64)).sequence == 1
            first.send(b"send me a frame")
        second, _ = server.accept()
        with second:
            assert decode(second.recv(64)).sequence == 1
            second.send(ACK.pack(1))
            assert sender.drain(PATIENCE_S)
        sender.stop()


def test_the_last_packets_of_a_dead_sense_are_read_before_a_new_one_takes_its_place(
    tmp_path: Path, listener: Listener
) -> None:
    path = str(tmp_path / "airlock.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as old:
        old.connect(path)
        assert listener.receive() is None
        old.send(encode(Record(1, 7, 0, BEGAN)))
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as new:
        new.connect(path)
        new.send(encode(Record(2, 1, 0, BEGAN)))

        assert [(record.epoch, record.sequence) for record in (receive(listener), receive(listener))] == [
            (1, 7),
            (2, 1),
        ]


def test_a_file_in_the_place_of_the_socket_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "precious.db"
    path.write_text("events")

    with pytest.raises(PeerError, match="is no socket"):
        Listener(path)
    assert path.read_text() == "events"
