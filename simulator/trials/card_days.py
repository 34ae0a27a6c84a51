"""Days of a node's network side that pass in seconds, and write what they would write.

Intake, gate, outbox, publisher, audit log and memory are the real ones on a real file; the broker answers at once.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

from node.airlock.record import Body, HourLearnt, IncidentBegan, IncidentEnded, Record, WindowSensed, encode
from node.config.policy import Policy
from node.config.settings import Settings
from node.contract.envelope import Outbound
from node.ops.clock import FixedClock
from node.uplink.audit import Audit
from node.uplink.books import open_books
from node.uplink.chain import What
from node.uplink.intake import Intake
from node.uplink.memory import Memory
from node.uplink.news import Answered, Connected
from node.uplink.publisher import Publisher
from node.uplink.summaries import LATE_S, Summaries

DAY_S, WINDOW_S, HOUR_S = 86_400.0, 900.0, 3600.0
_BEGAN_S = 1_767_268_800.0  # 2026-01-01T12:00:00Z, where a window begins
_LOOKS_S = (0.0, 0.25, 2.5, 5.0, 30.0, 120.0, 600.0)
_LASTS_S = (3.0, 60.0)
_SENSED = WindowSensed(900, 900, 900, 1, 600, 700, 620, 590, 500)

Happening = tuple[float, Callable[[], None]]


class _Line:
    """A broker that takes every message at once."""

    def __init__(self) -> None:
        self._sent = self._answered = 0

    def publish(self, _message: Outbound) -> int | None:
        self._sent += 1
        return self._sent

    def answers(self) -> range:
        """The tokens that have no answer yet."""
        first, self._answered = self._answered + 1, self._sent
        return range(first, self._sent + 1)


class Days:
    """The network side of one node, day after day.

    Args:
        folder: on the card.
        incidents: of a day, spread by chance.
        online: whether there is a broker.
        is_synced: whether each write waits for the card; without, the same is handed to the kernel, and sooner.
    """

    def __init__(self, folder: Path, incidents: int, *, online: bool, is_synced: bool = True) -> None:
        path = folder / "outbox.db"
        settings = Settings.model_validate({"node": {"id": "pole-0042"}, "outbox": {"path": str(path.absolute())}})
        clock = FixedClock(_BEGAN_S)
        self.books = open_books(settings, clock, str(path), epoch=1)
        self.sync(is_synced=is_synced)
        self._summaries = Summaries(self.books)
        self._summaries.adopt(0.0)
        self._memory = Memory(settings)
        self._intake = Intake(self.books, self._summaries, Policy(), self._memory)
        self._audit = Audit(folder / "audit", clock)
        self._line = _Line()
        self._publisher = Publisher(self.books.outbox, self._line, self._audit)
        self._keep_days = settings.outbox.keep_days
        self._incidents = incidents
        self._number = self._record = 0
        if online:
            self._publisher.hear(Connected(65_536), 0.0)

    def sync(self, *, is_synced: bool) -> None:
        """Whether each write waits for the card from now on."""
        self.books.store.run(f"PRAGMA synchronous={'FULL' if is_synced else 'OFF'}")

    def live(self, day: int) -> None:
        """One day, from one thing that happens to the next."""
        happenings = sorted(self._happenings(day * DAY_S), key=lambda one: one[0])
        ends_s = [at_s for at_s, _ in happenings[1:]] + [(day + 1) * DAY_S]
        for (at_s, happen), next_s in zip(happenings, ends_s, strict=True):
            happen()
            for wait_s in _LOOKS_S:
                if wait_s <= _LOOKS_S[1] or at_s + wait_s < next_s:
                    self._pump(at_s + wait_s)

    def finish(self) -> None:
        """Writes what waits to be written."""
        self._publisher.flush()

    def close(self) -> None:
        """Closes the file."""
        self.books.store.close()

    def _happenings(self, begin_s: float) -> Iterator[Happening]:
        """Everything that makes a node write."""
        chance = random.Random(f"card {begin_s}")
        for number in range(1, round(DAY_S / WINDOW_S) + 1):
            end_s = begin_s + number * WINDOW_S
            yield end_s - 0.5, self._taking(_SENSED, end_s - 0.5)
            yield end_s + LATE_S + 1.0, self._closing(end_s)
            yield end_s - WINDOW_S / 2, self._reporting(end_s - WINDOW_S / 2)
        for hour in range(round(DAY_S / HOUR_S)):
            at_s = begin_s + hour * HOUR_S + 20.0
            yield at_s, self._taking(HourLearnt(round(at_s / HOUR_S) % 168, 500, 450, 3), at_s)
            yield at_s + 1.0, self._tidying(at_s + 1.0)
        for place in range(self._incidents):
            self._number += 1
            at_s = begin_s + (place + chance.uniform(0.0, 0.9)) * DAY_S / self._incidents
            over_s = min(at_s + chance.uniform(*_LASTS_S), begin_s + DAY_S - 1.0)
            yield at_s, self._taking(IncidentBegan(3, self._number, 1, 1), at_s)
            yield over_s, self._taking(IncidentEnded(self._number, 0, 5, 12), over_s)

    def _taking(self, body: Body, at_s: float) -> Callable[[], None]:
        def take() -> None:
            self._record += 1
            self._intake.take(encode(Record(9, self._record, round(at_s * 1000), body)), at_s)

        return take

    def _closing(self, end_s: float) -> Callable[[], None]:
        def close() -> None:
            self._summaries.close(end_s + 1.0, end_s + LATE_S + 1.0)

        return close

    def _reporting(self, at_s: float) -> Callable[[], None]:
        """A health report has left."""
        return lambda: self._audit.note(What.DOCUMENT, at_s, bytes(16))

    def _tidying(self, at_s: float) -> Callable[[], None]:
        def tidy() -> None:
            self._memory.save(at_s)
            self.books.outbox.forget(self.books.register.moment(at_s).at_ms, self._keep_days)

        return tidy

    def _pump(self, at_s: float) -> None:
        """Sends, and hears the answers."""
        self._publisher.pump(at_s, self.books.register.moment(at_s))
        for token in self._line.answers():
            self._publisher.hear(Answered(token, 0), at_s)
