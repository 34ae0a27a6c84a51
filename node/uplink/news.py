"""What the session tells the rest of `uplink`, and the sizes that both go by."""

from __future__ import annotations

from dataclasses import dataclass

WINDOW = 16
"""Messages of the outbox in flight at once."""
SPARE = 4
"""In flight besides: documents, answers, and what is sent again on request."""
MAX_PACKET_BYTES = 65_536
HEADER_BYTES = 128
"""More than MQTT adds to a payload and its topic."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker took us in.

    Args:
        max_packet_bytes: a packet may have at most so many.
        window: so many messages may be in flight.
        resumed: the broker still knows our session.
    """

    max_packet_bytes: int
    window: int = WINDOW
    resumed: bool = True


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection is gone, and with it whatever was in flight."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The broker answered to a message: its token, and the MQTT 5 reason code (below 128 it took it)."""

    token: int
    reason: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody asks something. Nothing of it has been looked at.

    Args:
        topic: where it came.
        payload: its bytes, or None where there were more than anybody may send.
        retained: it was kept at the broker for whoever comes.
        expiry_s: what is left of its MQTT expiry, or None where it has none.
        correlation: its Correlation Data, empty where there is none or too much of it.
    """

    topic: str
    payload: bytes | None
    retained: bool = False
    expiry_s: int | None = None
    correlation: bytes = b""


News = Connected | Disconnected | Answered | Arrived
