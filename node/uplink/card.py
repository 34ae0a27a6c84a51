"""What happens where the card does not take a write: it is told once, room is made, and it is tried again soon."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable

from node.errors import StorageError
from node.uplink.books import Books
from node.uplink.eviction import make_room
from node.uplink.store import StorageFullError

_RETRY_S = 1.0
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
        self.is_full = False
        """Whether the last write failed."""

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
