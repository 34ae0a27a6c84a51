"""The proxy on real sockets of the loopback, stepped turn by turn on a clock of the test's own."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from simulator.live.pipe import BOUND
from simulator.live.proxy import Proxy
from simulator.pole.catalogue import FaultName


class Line:
    """A server, a proxy before it, and a client of the proxy. Time stands still until a test moves it."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(5.0)
        self.proxy = Proxy(self._server.getsockname(), lambda: self.now_s)
        self._open: list[socket.socket] = [self._server]

    def client(self) -> socket.socket:
        """A new connection to the proxy."""
        made = socket.create_connection(("127.0.0.1", self.proxy.port), timeout=5.0)
        self._open.append(made)
        return made

    def pair(self) -> tuple[socket.socket, socket.socket]:
        """A new connection through the proxy: the client's end and the server's."""
        client = self.client()
        self.turns()
        server, _ = self._server.accept()
        self._open.append(server)
        server.settimeout(5.0)
        return client, server

    def turns(self, count: int = 6) -> None:
        """Some turns at this instant: enough for a piece to be taken and given."""
        for _ in range(count):
            self.proxy.turn(0.02)

    def pass_time(self, seconds: float) -> None:
        """Time goes on, in steps of 50 ms."""
        for _ in range(round(seconds / 0.05)):
            self.now_s += 0.05
            self.proxy.turn(0.0)
        self.turns()

    def close(self) -> None:
        """Closes every end."""
        self.proxy.close()
        for one in self._open:
            one.close()


@pytest.fixture
def line() -> Iterator[Line]:
    with contextlib.closing(Line()) as made:
        yield made


def waiting(end: socket.socket) -> bytes:
    """What has come to an end and was not read yet."""
    end.settimeout(0.02)
    came = b""
    with contextlib.suppress(TimeoutError):
        while content := end.recv(65_536):
            came += content
    return came


def test_a_sound_line_carries_both_ways(line: Line) -> None:
    client, server = line.pair()

    client.sendall(b"there")
    server.sendall(b"back")
    line.turns()

    assert waiting(server) == b"there"
    assert waiting(client) == b"back"


def test_a_goodbye_is_handed_on_and_the_other_way_stays_open(line: Line) -> None:
    client, server = line.pair()

    client.shutdown(socket.SHUT_WR)
    line.turns()
    assert server.recv(1) == b""
    server.sendall(b"still")
    line.turns()

    assert waiting(client) == b"still"


@pytest.mark.parametrize("there", [True, False])
def test_every_byte_is_two_seconds_late_either_way(line: Line, *, there: bool) -> None:
    client, server = line.pair()
    sender, reader = (client, server) if there else (server, client)
    line.proxy.suffer([FaultName.BROKER_LATENCY])
    sender.sendall(b"late")
    line.turns()

    line.pass_time(1.9)
    assert waiting(reader) == b""
    line.pass_time(0.2)

    assert waiting(reader) == b"late"


def test_a_slow_line_carries_200_bytes_a_second(line: Line) -> None:
    client, server = line.pair()
    line.proxy.suffer([FaultName.BROKER_SLOW])
    client.sendall(bytes(5000))
    line.turns()

    line.pass_time(5.0)

    assert len(waiting(server)) == pytest.approx(1000, abs=20)


def test_a_line_that_is_half_open_stands_and_carries_nothing_not_even_a_goodbye(line: Line) -> None:
    client, server = line.pair()
    line.proxy.suffer([FaultName.BROKER_HALF_OPEN])

    client.sendall(b"stuck")
    client.shutdown(socket.SHUT_WR)
    line.pass_time(60.0)
    server.settimeout(0.05)
    with pytest.raises(TimeoutError):
        server.recv(1)
    line.proxy.suffer([])
    line.turns()

    server.settimeout(5.0)
    assert server.recv(100) == b"stuck"
    assert server.recv(100) == b""


def test_who_connects_to_a_half_open_line_waits_and_is_served_afterwards(line: Line) -> None:
    line.proxy.suffer([FaultName.BROKER_HALF_OPEN])
    line.turns()
    client = line.client()
    client.sendall(b"hello")
    line.pass_time(30.0)

    line.proxy.suffer([])
    line.turns()

    server, _ = line._server.accept()
    with server:
        line.turns()
        assert waiting(server) == b"hello"


def test_who_gave_up_on_a_half_open_line_is_never_heard_of(line: Line) -> None:
    line.proxy.suffer([FaultName.BROKER_HALF_OPEN])
    line.turns()
    client = line.client()
    client.sendall(b"hello")
    client.close()

    line.proxy.suffer([])
    line.turns()

    line._server.settimeout(0.05)
    with pytest.raises(TimeoutError):
        line._server.accept()


def test_a_cut_resets_both_ends(line: Line) -> None:
    client, server = line.pair()

    line.proxy.suffer([FaultName.BROKER_CUT])
    line.turns()

    for end in (client, server):
        with pytest.raises(ConnectionResetError):
            end.recv(1)


def test_while_it_is_cut_connecting_is_refused_and_afterwards_it_works_on_the_same_port(line: Line) -> None:
    for _ in range(3):
        line.proxy.suffer([FaultName.BROKER_CUT])
        line.turns()
        with pytest.raises(ConnectionRefusedError):
            line.client()
        line.proxy.suffer([])
        line.turns()

    client, server = line.pair()
    client.sendall(b"again")
    line.turns()
    assert waiting(server) == b"again"


def test_a_client_is_reset_where_the_broker_is_gone(line: Line) -> None:
    line._server.close()
    client = line.client()

    line.turns()

    with pytest.raises(ConnectionResetError):
        client.recv(1)


def test_a_broker_that_dies_takes_its_clients_with_it(line: Line) -> None:
    client, server = line.pair()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    server.close()
    line.turns()

    with pytest.raises(ConnectionResetError):
        client.recv(1)


def test_more_than_a_pipe_holds_waits_at_the_sender_and_comes_whole(line: Line) -> None:
    content = bytes(range(256)) * 4096
    client, server = line.pair()
    sending = threading.Thread(target=client.sendall, args=(content,))
    sending.start()

    came = b""
    while len(came) < len(content):
        line.proxy.turn(0.02)
        came += waiting(server)
        held = [one.pipe.room for link in line.proxy._links for one in link.directions]
        assert min(held) >= 0
        assert max(held) <= BOUND
    sending.join()

    assert came == content


def test_a_proxy_that_is_left_gives_its_port_back_and_ends_its_thread() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, Proxy(server.getsockname()) as proxy:
        client = socket.create_connection(("127.0.0.1", proxy.port), timeout=5.0)
        client.sendall(b"x")
        behind, _ = server.accept()
        assert behind.recv(1) == b"x"

    client.close()
    behind.close()
    with socket.socket() as other:
        other.bind(("127.0.0.1", proxy.port))
    assert "proxy" not in {thread.name for thread in threading.enumerate()}
