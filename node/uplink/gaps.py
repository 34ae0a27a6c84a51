"""Makes the messages that name what a reader will never get."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from node.contract.base import instant
from node.contract.envelope import GapMessage
from node.contract.gap import MAX_SPANS, Gap, GapReason, Span, spans_of
from node.ops.clock import WallClock, boot_s
from node.uplink.composer import Compose, Sender


class Gaps:
    """Makes gap messages.

    Args:
        sender: who speaks.
        clock: dates them.
        now: the clock that never steps, in seconds.
    """

    def __init__(self, sender: Sender, clock: WallClock, now: Callable[[], float] = boot_s) -> None:
        self._sender = sender
        self._clock = clock
        self._now = now

    def tell(self, sequences: Iterable[int], reason: GapReason) -> Iterator[Compose]:
        """What makes the messages for some numbers: as many as it takes, in order.

        Args:
            sequences: which messages are gone, in any order.
            reason: why.
        """
        spans = spans_of(sorted(set(sequences)))
        for begin in range(0, len(spans), MAX_SPANS):
            yield self._composed(spans[begin : begin + MAX_SPANS], reason)

    def _composed(self, spans: tuple[Span, ...], reason: GapReason) -> Compose:
        """What makes one message."""
        count = sum(span.last_sequence - span.first_sequence + 1 for span in spans)
        data = Gap(reason=reason, count=count, spans=spans)
        time = instant(self._clock.wall_s(self._now()))
        return lambda event_id, sequence: GapMessage(
            id=event_id,
            sequence=sequence,
            source=self._sender.source,
            subject=self._sender.subject,
            time=time,
            data=data,
        )
