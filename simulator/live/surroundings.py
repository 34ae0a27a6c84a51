"""What befalls a node from outside, at its time: the way to the broker, the broker, the card under the outbox."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from node.errors import PolewatchError
from simulator.live.broker import PrivateBroker
from simulator.live.card import Card
from simulator.live.pipe import WAYS
from simulator.live.proxy import Proxy
from simulator.pole.catalogue import FaultName
from simulator.pole.faults import Fault


@dataclass(slots=True)
class Surroundings:
    """Everything around a node that can break. Of the faults it is given it passes over those of other parts.

    Args:
        faults: what breaks when.
        broker: is killed by `broker.gone`, and started on the same port with nothing remembered.
        proxy: stands between the node and the broker.
        uplink_pid: the process on the card.
        card: is filled by `disk.full`; None where no fault needs it.
    """

    faults: Sequence[Fault]
    broker: PrivateBroker
    proxy: Proxy
    uplink_pid: int
    card: Card | None = None
    _gone: bool = False

    def turn(self, street_s: float) -> None:
        """Makes it what it is at an instant of the street.

        Raises:
            PolewatchError: the broker has ended by itself, or the card cannot be reached.
        """
        holding = {fault.name for fault in self.faults if fault.holds(street_s)}
        self.proxy.suffer(holding & WAYS.keys())
        self._turn_broker(gone=FaultName.BROKER_GONE in holding)
        if self.card is None:
            return
        if FaultName.DISK_FULL in holding:
            self.card.fill(self.uplink_pid)
        else:
            self.card.free(self.uplink_pid)

    def mend(self) -> None:
        """Everything is sound again.

        Raises:
            PolewatchError: as `turn`.
        """
        self.turn(math.inf)

    def _turn_broker(self, *, gone: bool) -> None:
        if not self._gone and not self.broker.running:
            raise PolewatchError("the private mosquitto ended by itself")
        if gone and not self._gone:
            self.broker.kill()
        elif self._gone and not gone:
            self.broker.start()
        self._gone = gone
