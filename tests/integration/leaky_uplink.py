"""A deliberately leaky build of `uplink`: it marks a message as sent when it is handed to the socket."""

from __future__ import annotations

import sys

from node.uplink.lane import Lane
from node.uplink.outbox import Moment, Stored
from node.uplink.publisher import Publisher, dated
from simulator.live import chaos_uplink


def _send_and_forget(self: Publisher, lane: Lane, stored: Stored, now: Moment) -> bool:
    """Sends a message, and believes that this is all there is to it."""
    if stored.message is not None and stored.sequence not in self._taken:
        if self._line.publish(dated(stored.message, stored.added, now)) is None:
            return False
        self._taken.add(stored.sequence)
    lane.cursor = stored.sequence
    return True


if __name__ == "__main__":
    Publisher._send_one = _send_and_forget  # type: ignore[method-assign]  # that is the leak
    sys.exit(chaos_uplink.main())
