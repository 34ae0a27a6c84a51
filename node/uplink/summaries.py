"""Closes summary windows: each is told once, also when nothing was sensed in it."""

from __future__ import annotations

from node.airlock import gate
from node.airlock.gate import Tally
from node.contract.envelope import Numbered
from node.uplink.composer import Composer
from node.uplink.outbox import Outbox
from node.uplink.register import Register
from node.uplink.store import Store
from node.uplink.windows import index_at

GRACE_S = 5.0
"""How long after its end a window waits for the record of `sense`."""
MAX_EMPTY_WINDOWS = 96
"""More windows than this in a row were not lived through: the clock was set, or the device was off for long."""


class Summaries:
    """Stores the summary of each window.

    Args:
        store: the file of outbox and register.
        outbox: where messages go.
        register: what was sensed and told.
        composer: makes the messages.
        window_s: length of a window, in seconds.
    """

    def __init__(self, store: Store, outbox: Outbox, register: Register, composer: Composer, window_s: int) -> None:
        self._store = store
        self._outbox = outbox
        self._register = register
        self._composer = composer
        self._window_s = window_s

    def close(self, boot_s: float) -> list[Numbered]:
        """Stores the summary of every window that is over.

        A window without a word from `sense` is told with zero exposure. Windows that are more than
        `MAX_EMPTY_WINDOWS` away, or lie in what is now the future, belong to a clock that was set: they are skipped.

        Raises:
            StorageError: nothing was stored.
        """
        current = index_at(self._composer.wall_s(boot_s) - GRACE_S, self._window_s)
        with self._store.transaction():
            last = self._register.last_window
            if last is None or not -1 <= current - 1 - last <= MAX_EMPTY_WINDOWS:
                last = self._register.last_window = index_at(self._composer.wall_s(boot_s), self._window_s) - 1
            due = sorted({*self._register.sensed_before(current), *range(last + 1, current)})
            if not due:
                return []
            summaries = [self._summarise(window, boot_s) for window in due]
            self._register.last_window = max(due[-1], last)
            return summaries

    def finish(self, boot_s: float) -> list[Numbered]:
        """Stores the summary of what was sensed and not yet told: a file is at its end, and the window is not.

        Raises:
            StorageError: nothing was stored.
        """
        with self._store.transaction():
            return [self._summarise(window, boot_s) for window in self._register.sensed_before(2**62)]

    def _summarise(self, window: int, boot_s: float) -> Numbered:
        """Stores the summary of a window."""
        sensed, began, held = self._register.take_window(window)
        tally = Tally(began, held, self._outbox.last_sequence)
        data = gate.summarise(sensed, self._window_s, tally, self._composer.stamp(boot_s))
        return self._outbox.add(self._composer.summary(data, window), self._register.advance(boot_s))
