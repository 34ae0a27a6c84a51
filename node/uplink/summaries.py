"""Closes summary windows: each is told once, also when nothing was sensed in it."""

from __future__ import annotations

from node.airlock import gate
from node.airlock.gate import Tally
from node.config.policy import Policy
from node.contract.envelope import Numbered
from node.uplink.books import Books
from node.uplink.outbox import Moment
from node.uplink.windows import index_at

LATE_S = 6.0
"""How long after its end a window is told: until then `sense` may close it (5 s), or date a spike back into it."""
MAX_EMPTY_WINDOWS = 96
"""More windows than this in a row were not lived through: the clock was set, or the device was off for long."""


class Summaries:
    """Stores the summary of each window.

    Args:
        books: what was sensed and told, and where summaries go.
        policy: how noisy a count of people is, and below how many none are told; None for the default.
    """

    def __init__(self, books: Books, policy: Policy | None = None) -> None:
        self._store = books.store
        self._outbox = books.outbox
        self._register = books.register
        self._people = books.people
        self._composer = books.composer
        self._window_s = books.window_s
        self.policy = policy or Policy()

    def adopt(self, boot_s: float) -> list[Numbered]:
        """Begins a run. What was sensed in windows of another length than this run's is told as such, and so is
        what was sensed by a clock that has been set since.

        Raises:
            StorageError: nothing was stored.
        """
        before_s = self._store.note("window_s")
        current = index_at(self._composer.wall_s(boot_s), self._window_s)
        with self._store.transaction():
            self._register.advance(boot_s)
            if before_s == self._window_s and (self._is_next(current) or self._is_behind(current)):
                return []
            told = self._tell(self._sensed(), before_s or self._window_s, boot_s)
            self._store.write_note("window_s", self._window_s)
            self._store.write_note("last_window", current - 1)
            if before_s is not None:
                self._store.write_note("told_window", current - 1)
        self._outbox.committed()
        return told

    def is_open(self, window: int) -> bool:
        """Whether a part of this window can still be told: it is after the last one that was.

        A new file is open for all that `sense` has gathered before it.
        """
        first = self.first_open()
        return first is None or window >= first

    def close(self, settled_s: float, boot_s: float) -> list[Numbered]:
        """Stores the summary of every window that is over.

        A window without a word from `sense` is told with zero exposure. Windows that are more than
        `MAX_EMPTY_WINDOWS` away, or lie in what is now the future, belong to a clock that was set: they are skipped.

        Args:
            settled_s: the instant of the boot clock up to which everything that `sense` has to say is stored.
            boot_s: now.

        Raises:
            StorageError: nothing was stored.
        """
        current = index_at(self._composer.wall_s(settled_s), self._window_s)
        last = self._store.note("last_window") or 0
        is_next = self._is_next(current)
        if is_next and current - 1 <= last:
            return []
        with self._store.transaction():
            greatest = self._greatest(current)
            empty = range(max(last, greatest) + 1, current) if is_next else range(0)
            due = sorted({*empty, *(window for window in self._sensed() if window < current)})
            told = self._tell(due, self._window_s, boot_s)
            self._store.write_note("last_window", current - 1)
            self._store.write_note("told_window", current - 1)
            self._store.write_note("greatest_window", max(current - 1, greatest))
        self._outbox.committed()
        return told

    def _greatest(self, current: int) -> int:
        """The greatest window that was told: a clock that was set back must not tell it again, and as empty.

        One that lies far ahead was told by a clock that was wrong, and does not count.
        """
        greatest = self._store.note("greatest_window")
        return -1 if greatest is None or greatest > current + MAX_EMPTY_WINDOWS else greatest

    def first_open(self) -> int | None:
        """The first window that can still be told; None where all can."""
        told = self._store.note("told_window")
        return None if told is None else told + 1

    def _is_behind(self, current: int) -> bool:
        """Whether a window lies before what was told: a clock without a battery, that will be set."""
        last = self._store.note("last_window")
        return last is not None and current - 1 < last

    def _is_next(self, current: int) -> bool:
        """Whether a window follows the last one that was told closely enough to have been lived through."""
        last = self._store.note("last_window")
        return last is not None and -1 <= current - 1 - last <= MAX_EMPTY_WINDOWS

    def finish(self, boot_s: float) -> list[Numbered]:
        """Stores the summary of what was sensed and not yet told: a file is at its end, and the window is not.

        Raises:
            StorageError: nothing was stored.
        """
        with self._store.transaction():
            told = self._tell(self._sensed(), self._window_s, boot_s)
        self._outbox.committed()
        return told

    def _sensed(self) -> list[int]:
        """The windows in which something was sensed that is not told yet, in order."""
        return sorted({*self._register.sensed_windows(), *self._people.windows()})

    def _tell(self, windows: list[int], window_s: int, boot_s: float) -> list[Numbered]:
        """Stores the summaries of some windows."""
        moment = self._register.advance(boot_s) if windows else Moment(0, 0)
        return [self._summarise(window, window_s, boot_s, moment) for window in windows]

    def _summarise(self, window: int, window_s: int, boot_s: float, moment: Moment) -> Numbered:
        """Stores the summary of a window, and with it the one draw of its count of people (P8)."""
        sensed = self._register.sensed(window)
        last_sequence = self._store.note("last_sequence") or 0
        current = index_at(self._composer.wall_s(boot_s), self._window_s)
        began, held = self._register.count_began(window, current), self._register.count_held(window, current)
        people = self._people.draw(window, self.policy.epsilon, self.policy.k)
        tally = Tally(began, held, last_sequence, people)
        stamp = sensed.stamp if sensed else self._composer.stamp(boot_s)
        data = gate.summarise(sensed.part if sensed else None, window_s, tally, stamp)
        self._register.drop_sensed(window)
        return self._outbox.add(self._composer.summary(data, window), moment)
