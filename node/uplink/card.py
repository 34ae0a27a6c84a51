"""What happens where the card does not take a write: it is told once, room is made, and it is tried again soon."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from typing import TypeVar

from node.errors import StorageError
from node.ops.sd_notify import notify
from node.uplink.books import Books
from node.uplink.eviction import make_room
from node.uplink.store import StorageFullError

_RETRY_S = 1.0
_REOPEN_S = 5.0
Opened = TypeVar("Opened")
log = logging.getLogger(__name__)


class Card:
    """Whether the card takes what is written to it.

    Args:
        books: the store and the outbox on it.
        now: the clock that never steps, in seconds.
    """

    def __init__(self, books: Books, now: Callable[[], float]) -> None:
        self._books = books
        self._now = now
        self._retry_s = 0.0
        self._read_again_s = 0.0
        self.is_full = False
        """Whether the last write failed."""
        self.is_unread = False
        """Whether what waits could not be read the last time."""

    @property
    def may_take(self) -> bool:
        """False for a second after a write failed."""
        return self._now() >= self._retry_s

    def guarded(self, step: Callable[[], None]) -> None:
        """Does a step; one that the card does not take is tried again soon, by whoever asks for it then."""
        try:
            step()
        except StorageError as error:
            self._failed(error)

    def reading(self, step: Callable[[], None]) -> None:
        """Does a step that reads what waits; one that fails comes again in a second, and holds up no record."""
        if self._now() < self._read_again_s:
            return
        try:
            step()
        except StorageError as error:
            self._read_again_s = self._now() + _RETRY_S
            if not self.is_unread:
                log.error("%s; what waits there cannot be sent", error)
            self.is_unread = True
        else:
            self.is_unread = False

    def took(self) -> None:
        """Something was written."""
        if self.is_full:
            log.info("the outbox can be written again")
        self.is_full = False

    def _failed(self, error: StorageError) -> None:
        """Says so once, and makes room where sent messages still lie."""
        self._retry_s = self._now() + _RETRY_S
        if not self.is_full:
            log.error("%s; records wait in memory", error)
        self.is_full = True
        if isinstance(error, StorageFullError) and error.at_bound:
            with contextlib.suppress(StorageError):
                if room := make_room(self._books.store, self._books.outbox):
                    log.warning("the outbox is full: %s", room)


def once_there_is_room(open_: Callable[[], Opened]) -> Opened:
    """What a call opens; while the card is full it waits, and says to the service manager that it lives.

    Raises:
        StorageError: the card is not full, and cannot be used all the same.
    """
    told = False
    while True:
        try:
            return open_()
        except StorageFullError as error:
            if not told:
                log.error("%s; tried again every %.0f s", error, _REOPEN_S)
                notify("READY=1", "STATUS=waits for room on the card")
            told = True
            notify("WATCHDOG=1")
            time.sleep(_REOPEN_S)
