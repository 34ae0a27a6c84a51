"""A broker that says the same bytes to everybody who connects, or nothing at all: for clients that must not hang."""

from __future__ import annotations

import socket
import threading

CONNACK = b"\x20\x03\x00%c\x00"
"""An MQTT 5 CONNACK with a reason code, and no properties."""


class ScriptedBroker:
    """Listens on a free loopback port until it is closed.

    Args:
        says: what it answers to every connection.
    """

    def __init__(self, says: bytes = b"") -> None:
        self._says = says
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port: int = self._socket.getsockname()[1]
        self.came = threading.Semaphore(0)
        """Released by each connection."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends it and every connection."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()
        for end in self._open:
            end.close()

    def _run(self) -> None:
        while True:
            try:
                end, _ = self._socket.accept()
            except OSError:
                return
            self._open.append(end)
            end.sendall(self._says)
            self.came.release()
