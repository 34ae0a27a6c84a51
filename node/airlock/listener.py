"""The network end of the airlock: takes packets from one `sense`, and tells it what the outbox has committed."""

from __future__ import annotations

import socket
from pathlib import Path

from node.airlock.record import ACK, MAX_SEQUENCE, SIZE
from node.errors import PeerError

_SOCKET_MODE = 0o660


class Listener:
    """The network end: one `sense` at a time; a new one takes the place of the old.

    Args:
        path: where to listen. A socket that nobody listens on any more is taken over.

    Raises:
        PeerError: another `uplink` listens there, or the folder cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)
        self._peer: socket.socket | None = None
        try:
            self._take_over()
            self._socket.bind(str(path))
            path.chmod(_SOCKET_MODE)
            self._socket.listen(1)
        except PeerError:
            self._socket.close()
            raise
        except OSError as error:
            self._socket.close()
            raise PeerError(f"{path}: cannot listen there ({error.strerror or error})") from error
        self._socket.settimeout(0.0)

    @property
    def connected(self) -> bool:
        """Whether a `sense` is connected."""
        return self._peer is not None

    def sockets(self) -> list[socket.socket]:
        """What to wait on."""
        return [self._socket, self._peer] if self._peer else [self._socket]

    def receive(self) -> bytes | None:
        """The next packet, of any length up to `SIZE + 1`, or None when there is none now."""
        # What a dead sense sent last is read before a new one takes its place: nobody will repeat it.
        content = self._read()
        if content is None and self._accept():
            content = self._read()
        return content

    def acknowledge(self, sequence: int) -> None:
        """Tells `sense` that the outbox has everything up to a sequence."""
        if self._peer is None or not 0 < sequence <= MAX_SEQUENCE:
            return
        try:
            self._peer.send(ACK.pack(sequence))
        except OSError:
            self.drop()

    def drop(self) -> None:
        """Closes the connection: `sense` will connect again and repeat what it has no acknowledgement for."""
        if self._peer is not None:
            self._peer.close()
            self._peer = None

    def close(self) -> None:
        """Ends listening and removes the socket."""
        self.drop()
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _read(self) -> bytes | None:
        """The next packet of the present connection."""
        if self._peer is None:
            return None
        try:
            content = self._peer.recv(SIZE + 1)
        except BlockingIOError:
            return None
        except OSError:
            content = b""
        if not content:
            self.drop()
            return None
        return content

    def _accept(self) -> bool:
        """Takes a new connection, and says whether there was one."""
        try:
            peer, _ = self._socket.accept()
        except BlockingIOError:
            return False
        self.drop()
        peer.settimeout(0.0)
        self._peer = peer
        return True

    def _take_over(self) -> None:
        """Removes the socket of an `uplink` that is gone; a living one stays in charge."""
        if self._path.exists() and not self._path.is_socket():
            raise PeerError(f"{self._path}: is no socket; name another path in airlock.socket")
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
            try:
                probe.connect(str(self._path))
            except FileNotFoundError:
                return
            except ConnectionRefusedError:
                self._path.unlink(missing_ok=True)
                return
        raise PeerError(f"{self._path}: another uplink is already running")
