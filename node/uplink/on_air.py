"""When a new run of `uplink` goes on air: a program that is started again and again does not, each time (P9).

When a node vanishes and comes back is seen by everyone. A hostile `sense` that knew a way to make `uplink` fall over
could speak by that. So a run connects at once only while there were few before it: 300 at once, and one more for each
five minutes. Records are taken in and stored meanwhile.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable

from node.airlock.gate import STARTS_AT_ONCE, STARTS_EVERY_S
from node.errors import StorageError
from node.uplink.books import Books

_EVERY_MS = STARTS_EVERY_S * 1000
_NOTE = "air_ms"
log = logging.getLogger(__name__)


class OnAir:
    """One run's way on air.

    Args:
        books: remember the runs before, on a clock that never goes back.
        connect: begins to connect.
        now_s: on the boot clock.

    Raises:
        StorageError: the books cannot be read.
    """

    def __init__(self, books: Books, connect: Callable[[], None], now_s: float) -> None:
        self._books = books
        self._connect = connect
        self._is_on = False
        # The generic cell rate algorithm (ITU-T I.371): one note, the instant at which all of the allowance is back.
        now_ms = books.register.moment(now_s).at_ms
        # No run writes more than the whole allowance: what a damaged card says beyond it is five minutes at most.
        full_ms = min(books.store.note(_NOTE) or 0, now_ms + STARTS_AT_ONCE * _EVERY_MS)
        wait_ms = full_ms - (STARTS_AT_ONCE - 1) * _EVERY_MS - now_ms
        self._from_s = now_s + max(0, wait_ms) / 1000
        if wait_ms > 0:
            log.error("uplink was started too often: it goes on air in %d s, and stores meanwhile", wait_ms // 1000)

    def look(self, now_s: float) -> None:
        """Goes on air, once, when it is time. A card that is full keeps no run off the air."""
        if self._is_on or now_s < self._from_s:
            return
        self._is_on = True
        with contextlib.suppress(StorageError), self._books.store.transaction():
            at_ms = self._books.register.advance(now_s).at_ms
            full_ms = min(self._books.store.note(_NOTE) or 0, at_ms + (STARTS_AT_ONCE - 1) * _EVERY_MS)
            self._books.store.write_note(_NOTE, max(full_ms, at_ms) + _EVERY_MS)
        self._connect()
