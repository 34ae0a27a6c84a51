"""The sensing end of the airlock: an AF_UNIX SEQPACKET socket, one record a packet.

Forwards go 64-byte records, backwards 8-byte acknowledgements: the greatest sequence that the outbox has
committed. There is no other message, so nothing on the network side can ask for anything.

Sending never blocks sensing: `Sender.offer` puts a record into a ring and returns; a thread does the rest.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import socket
import threading
import time
from pathlib import Path

from node.airlock.record import ACK, Body, Record, Status, encode
from node.airlock.ring import Ring

_RETRY_S = (0.05, 0.1, 0.25, 0.5, 1.0)
_ACK_TIMEOUT_S = 10.0
log = logging.getLogger(__name__)


class Sender:
    """The sensing end.

    Args:
        path: the socket of `uplink`. It need not exist yet.
        ring: what keeps the records until they are acknowledged.
        epoch: the run, as the ring has it.
    """

    def __init__(self, path: Path, ring: Ring, epoch: int) -> None:
        self._path = path
        self._ring = ring
        self._epoch = epoch
        self._lock = threading.Lock()
        self._status: bytes | None = None
        self._waking, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="airlock", daemon=True)

    def start(self) -> None:
        """Begins to send."""
        self._thread.start()

    def offer(self, body: Body, instant_ms: int) -> None:
        """Takes in a record and returns at once.

        Raises:
            RecordError: a value is outside its range.
        """
        with self._lock:
            if isinstance(body, Status):
                self._status = encode(Record(self._epoch, 0, instant_ms, body))
            else:
                self._ring.push(body, instant_ms)
        self._poke()

    @property
    def dropped(self) -> int:
        """How many records the ring had to drop."""
        return self._ring.dropped

    def drain(self, timeout_s: float) -> bool:
        """Waits until every record is acknowledged, and says whether that came about."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            with self._lock:
                if not self._ring:
                    return True
            time.sleep(0.02)
        return False

    def stop(self) -> None:
        """Ends the thread and closes the socket."""
        self._stopping = True
        self._poke()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)
        os.close(self._wake)
        os.close(self._waking)

    def _poke(self) -> None:
        """Wakes the thread; a full pipe means that it is awake already."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake, b"\0")

    def _run(self) -> None:
        """Connects, sends, and connects again for as long as sensing lasts."""
        failures = 0
        while not self._stopping:
            try:
                with self._connect() as channel:
                    if failures >= len(_RETRY_S):
                        log.info("the airlock is open again")
                    failures = 0
                    self._serve(channel)
            except OSError:
                failures += 1
                if failures == len(_RETRY_S):
                    log.warning("no uplink at %s yet: records wait in memory", self._path)
            if not self._stopping:
                self._rest(_RETRY_S[min(failures, len(_RETRY_S) - 1)])

    def _rest(self, rest_s: float) -> None:
        """Waits before the next try; `stop` ends the wait."""
        until = time.monotonic() + rest_s
        while not self._stopping and (left_s := until - time.monotonic()) > 0:
            select.select([self._waking], [], [], left_s)
            with contextlib.suppress(BlockingIOError):
                os.read(self._waking, 4096)

    def _connect(self) -> socket.socket:
        """A connection to `uplink`."""
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)
        try:
            channel.connect(str(self._path))
        except OSError:
            channel.close()
            raise
        channel.settimeout(0.0)
        return channel

    def _serve(self, channel: socket.socket) -> None:
        """Sends and hears acknowledgements until the connection or the sensing ends."""
        with self._lock:
            self._ring.reconnect()
        heard_s = time.monotonic()
        while not self._stopping:
            with self._lock:
                wants_to_send = self._status is not None or self._ring.unsent() is not None
                outstanding = self._ring.outstanding
            if not outstanding:
                heard_s = time.monotonic()
            elif time.monotonic() - heard_s > _ACK_TIMEOUT_S:
                raise TimeoutError("no acknowledgement")
            ends = (channel.fileno(), self._waking)
            readable, writable, _ = select.select(ends, ends[:1] if wants_to_send else (), (), 1.0)
            if self._waking in readable:
                os.read(self._waking, 4096)
            if channel.fileno() in readable:
                heard_s = time.monotonic()
                self._hear(channel)
            if writable:
                self._send(channel)

    def _hear(self, channel: socket.socket) -> None:
        """Takes one acknowledgement."""
        content = channel.recv(ACK.size + 1)
        if len(content) != ACK.size:
            raise ConnectionError("the uplink closed the airlock")
        with self._lock:
            self._ring.acknowledge(ACK.unpack(content)[0])

    def _send(self, channel: socket.socket) -> None:
        """Sends one record; a full socket buffer only means later."""
        with self._lock:
            content = self._ring.unsent()
            try:
                if content is not None:
                    channel.send(content)
                    self._ring.sent()
                elif self._status is not None:
                    channel.send(self._status)
                    self._status = None
            except BlockingIOError:
                return
