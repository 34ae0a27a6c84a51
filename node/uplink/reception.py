"""Takes in what `sense` sends, acknowledges what is on the card, and knows up to when nothing is missing."""

from __future__ import annotations

import logging
from collections.abc import Callable

from node.airlock.listener import Listener
from node.errors import StorageError
from node.ops.logs import what_was_raised
from node.uplink.card import Card
from node.uplink.health import HealthKeeper
from node.uplink.intake import Intake
from node.uplink.summaries import LATE_S, Summaries

_RECORDS_A_TURN = 64
log = logging.getLogger(__name__)


class Reception:
    """The near side of the airlock.

    Args:
        listener: where packets come from.
        intake: what takes a packet in.
        summaries: which windows are open.
        health: hears each status, and that `sense` lives.
        card: hears that a record was written.
        now: the clock that never steps, in seconds.
    """

    def __init__(
        self,
        listener: Listener,
        intake: Intake,
        summaries: Summaries,
        health: HealthKeeper,
        card: Card,
        now: Callable[[], float],
    ) -> None:
        self._listener = listener
        self._intake = intake
        self._summaries = summaries
        self._health = health
        self._card = card
        self._now = now
        self._adopted = False
        self._settled_s: float | None = None
        self._told_fault = False

    def receive(self) -> None:
        """Takes in a turn's worth of packets, and acknowledges what is on the card.

        Raises:
            StorageError: the card did not take one: it and those after it come again.
        """
        self._adopt()
        for _ in range(_RECORDS_A_TURN):
            content = self._listener.receive()
            if content is None:
                return
            self._health.lives(self._now())
            self._take(content)

    def settle(self) -> None:
        """Ends incidents that nobody will end, and closes windows of which everything is stored.

        Raises:
            StorageError: the card did not take it.
        """
        self._adopt()
        now_s = self._now()
        if self._health.sense_is_absent(now_s):
            self._settled_s = now_s
            self._intake.lose_open(now_s)
        if self._settled_s is not None:
            self._summaries.close(self._settled_s - LATE_S, now_s)

    def _take(self, content: bytes) -> None:
        try:
            taken = self._intake.take(content, self._now())
        except StorageError:
            # Without an acknowledgement sense keeps the record; on a new connection it sends it again.
            self._listener.drop()
            raise
        except Exception as error:  # noqa: BLE001 - a record must not make this process fall over, again and again
            self._intake.refused += 1
            if not self._told_fault:
                log.error("a record is refused by a fault of ours, please report it: %s", what_was_raised(error))
            self._told_fault = True
            return
        if taken.status is not None:
            self._health.hear(taken.status.body)
            # Records come before a status on one connection: up to its instant, everything is stored.
            settled_s = min(taken.status.instant_ms / 1000, self._now())
            self._settled_s = max(self._settled_s or 0.0, settled_s)
        elif taken.acknowledge is not None:
            self._card.took()
            self._listener.acknowledge(taken.acknowledge)

    def _adopt(self) -> None:
        """Begins the run in the books, once; on a full card that comes later, and sending goes on meanwhile."""
        if not self._adopted:
            self._summaries.adopt(self._now())
            self._adopted = True
