"""A TCP proxy between a node and its broker, whose line can be cut, late, slow, or stuck while it stands.

It listens on 127.0.0.1, on a port of its own that it keeps while it refuses connections. It knows nothing of MQTT.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Self

from simulator.live.broker import ADDRESS
from simulator.live.pipe import SOUND, Pipe, Way, way_of

_BACKLOG = 16
_LONGEST_TURN_S = 1.0
_CONNECT_WITHIN_S = 1.0
_STOPS_WITHIN_S = 5.0
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends RST, and nothing that was still to be sent."""


class Proxy:
    """Hands bytes on between whoever connects and one place. Use it as a context manager, or step it by `turn`.

    Args:
        to: host and port of the broker.
        clock: seconds on any clock that never steps.
    """

    def __init__(self, to: tuple[str, int], clock: Callable[[], float] = time.monotonic) -> None:
        self._to = to
        self._clock = clock
        self._way = self._wanted = SOUND
        self._links: list[_Link] = []
        # Bound and never listening: the port stays ours while nobody listens on it, and connecting is refused.
        self._holder = _bound(0)
        self.port: int = self._holder.getsockname()[1]
        """Where it listens."""
        self._listening: socket.socket | None = _listening(self.port)
        self._waking, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)

    def suffer(self, faults: Iterable[str]) -> None:
        """From now on the way is what these faults make of it; without any it is sound. Takes hold with the next turn.

        What was stuck goes on when the way is sound again, as TCP would repeat it.
        """
        self._wanted = way_of(faults)
        self._poke()

    def turn(self, timeout_s: float) -> None:
        """Waits at most `timeout_s` for something to do, and does it."""
        self._obey()
        now_s, way = self._clock(), self._way
        directions = [direction for link in self._links for direction in link.directions]
        readers: list[socket.socket | int] = [self._waking, *(one.source for one in directions if one.takes(way))]
        if self._listening is not None and way.passes:
            readers.append(self._listening)
        writers = [one.sink for one in directions if one.pipe.due(way, now_s) is not None]
        coming_s = [at_s - now_s for one in directions if (at_s := one.pipe.next_s(way)) is not None and at_s > now_s]
        readable, writable, _ = select.select(readers, writers, (), min([timeout_s, *coming_s]))
        if self._waking in readable:
            with contextlib.suppress(BlockingIOError):
                os.read(self._waking, 4096)
        if self._listening in readable:
            self._accept()
        for link in list(self._links):
            self._serve(link, readable, writable)

    def close(self) -> None:
        """Resets what is open and gives the port back."""
        self._reset_all()
        if self._listening is not None:
            self._listening.close()
        self._holder.close()
        os.close(self._waking)
        os.close(self._wake)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping = True
        self._poke()
        self._thread.join(_STOPS_WITHIN_S)
        self.close()

    def _run(self) -> None:
        while not self._stopping:
            self.turn(_LONGEST_TURN_S)

    def _poke(self) -> None:
        """Ends a wait; a full pipe means that it is over already."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake, b"\0")

    def _obey(self) -> None:
        """Makes the way what it was wished to be."""
        self._way = self._wanted
        if self._way.stands and self._listening is None:
            self._listening = _listening(self.port)
        elif not self._way.stands and self._listening is not None:
            self._listening.close()
            self._listening = None
            self._reset_all()

    def _reset_all(self) -> None:
        for link in self._links:
            link.reset()
        self._links.clear()

    def _accept(self) -> None:
        """Takes the connections that wait, each with one of its own to the broker."""
        assert self._listening is not None
        with contextlib.suppress(BlockingIOError):
            while True:
                client, _ = self._listening.accept()
                if _was_given_up(client):
                    client.close()
                    continue
                try:
                    broker = socket.create_connection(self._to, timeout=_CONNECT_WITHIN_S)
                except OSError:
                    _reset(client)
                    continue
                self._links.append(_Link(client, broker))

    def _serve(self, link: _Link, readable: Sequence[object], writable: Sequence[object]) -> None:
        """Hands on what came and what is due on one connection, and forgets it when it is over."""
        try:
            for one in link.directions:
                if one.source in readable:
                    one.take(self._clock())
                if one.sink in writable:
                    one.give(self._way, self._clock())
        except OSError:
            # One side is gone without a goodbye: the other learns it as it happened.
            link.reset()
            self._links.remove(link)
            return
        if all(one.over for one in link.directions):
            link.close()
            self._links.remove(link)


class _Direction:
    """From one socket to another, through a pipe."""

    def __init__(self, source: socket.socket, sink: socket.socket) -> None:
        self.source = source
        self.sink = sink
        self.pipe = Pipe()
        self.over = False
        self._ended = False

    def takes(self, way: Way) -> bool:
        """Whether it would read now."""
        return way.passes and not self._ended and self.pipe.room > 0

    def take(self, now_s: float) -> None:
        """Reads what came."""
        content = self.source.recv(self.pipe.room)
        self._ended = not content
        self.pipe.push(content, now_s)

    def give(self, way: Way, now_s: float) -> None:
        """Writes what is due, or says that nothing more will come."""
        content = self.pipe.due(way, now_s)
        if content is None:
            return
        if not content:
            self.sink.shutdown(socket.SHUT_WR)
            self.over = True
        with contextlib.suppress(BlockingIOError):
            self.pipe.sent(self.sink.send(content) if content else 0, way, now_s)


class _Link:
    """One connection through the proxy: two sockets, two directions."""

    def __init__(self, client: socket.socket, broker: socket.socket) -> None:
        self._ends = (client, broker)
        for end in self._ends:
            end.settimeout(0.0)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.directions = (_Direction(client, broker), _Direction(broker, client))

    def reset(self) -> None:
        """Ends it so that both sides notice at once."""
        for end in self._ends:
            _reset(end)

    def close(self) -> None:
        """Ends it when both sides have said that they are done."""
        for end in self._ends:
            end.close()


def _bound(port: int) -> socket.socket:
    """A socket on a port of the loopback, or on any free one for 0."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((ADDRESS, port))
    return made


def _listening(port: int) -> socket.socket:
    made = _bound(port)
    made.listen(_BACKLOG)
    made.settimeout(0.0)
    return made


def _reset(end: socket.socket) -> None:
    """Closes a socket with RST."""
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    end.close()


def _was_given_up(client: socket.socket) -> bool:
    """Whether whoever connected has hung up while nobody answered: on a real way its first bytes had never come."""
    asked = select.poll()
    asked.register(client, select.POLLRDHUP)
    return bool(asked.poll(0))
