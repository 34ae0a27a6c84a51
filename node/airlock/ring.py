"""The ring on the sensing side: a record stays in it until the outbox has it. Pure: no socket, no clock."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from node.airlock.record import Body, PeopleSeen, Record, WindowSensed, encode

CAPACITY = 4096


class _Kept(NamedTuple):
    """A record in the ring."""

    number: int
    content: bytes
    is_window: bool


class Ring:
    """Numbers the records of one run of `sense` and keeps them until they are acknowledged.

    Args:
        epoch: the run, 1..2^32-1.
        capacity: how many records it holds (4096 records are 256 kB, and days of incidents).
    """

    def __init__(self, epoch: int, capacity: int = CAPACITY) -> None:
        if capacity < 1:
            raise ValueError("a ring holds at least one record")
        self._epoch = epoch
        self._capacity = capacity
        self._sent: deque[_Kept] = deque()
        self._unsent: deque[_Kept] = deque()
        self._last = 0
        self._ever_sent = 0
        self.dropped = 0

    def __len__(self) -> int:
        """How many records wait for an acknowledgement."""
        return len(self._sent) + len(self._unsent)

    @property
    def outstanding(self) -> bool:
        """Whether a record was sent on this connection and is not acknowledged."""
        return bool(self._sent)

    def push(self, body: Body, instant_ms: int) -> int:
        """Takes in a record to be kept, and gives its number.

        When the ring is full it drops one and counts it: the oldest window first, because an incident says more
        than a quarter of an hour of levels; else the oldest record.

        Raises:
            RecordError: a value is outside its range: nothing is taken in.
        """
        content = encode(Record(self._epoch, self._last + 1, instant_ms, body))
        if len(self) >= self._capacity:
            self._drop_one()
        self._last += 1
        self._unsent.append(_Kept(self._last, content, isinstance(body, WindowSensed | PeopleSeen)))
        return self._last

    def unsent(self) -> bytes | None:
        """The next record that was not sent on this connection, or None."""
        return self._unsent[0].content if self._unsent else None

    def sent(self) -> None:
        """The record that `unsent` gave is on its way."""
        kept = self._unsent.popleft()
        self._sent.append(kept)
        self._ever_sent = max(self._ever_sent, kept.number)

    def acknowledge(self, number: int) -> None:
        """The outbox has every record up to this number. A number that was never sent is ignored."""
        if number > self._ever_sent:
            return
        for kept in (self._sent, self._unsent):  # what was sent on an earlier connection may stand among the unsent
            while kept and kept[0].number <= number:
                kept.popleft()

    def reconnect(self) -> None:
        """The connection is new: whatever is not acknowledged will be sent again."""
        self._unsent.extendleft(reversed(self._sent))
        self._sent.clear()

    def _drop_one(self) -> None:
        """Makes room."""
        for kept in (self._sent, self._unsent):
            for index, one in enumerate(kept):
                if one.is_window:
                    del kept[index]
                    self.dropped += 1
                    return
        (self._sent or self._unsent).popleft()
        self.dropped += 1
