"""Where each message goes: topic, retained or not, and when the broker may forget it (DESIGN, section 4)."""

from __future__ import annotations

from dataclasses import dataclass

from node.contract.command import CommandMessage
from node.contract.envelope import (
    CommandResultMessage,
    EventMessage,
    GapMessage,
    HealthMessage,
    InfoMessage,
    Outbound,
    StateMessage,
    SummaryMessage,
)

ROOT = "polewatch/v1"
QOS = 1
HEALTH_INTERVAL_S = 900
WILL_DELAY_S = 30
SESSION_EXPIRY_S = 7 * 86_400
COMMAND_EXPIRY_S = 60
MAX_COMMAND_BYTES = 2048
MAX_CORRELATION_BYTES = 64
"""An answer repeats at most so many bytes of Correlation Data."""


@dataclass(frozen=True, slots=True)
class Route:
    """How one type of message travels.

    Args:
        message: the type.
        address: the topic below `polewatch/v1/{node}/`.
        retained: the broker keeps the last one for readers to come.
        expiry_s: after so many seconds the broker may forget it; None for never.
    """

    message: type[Outbound]
    address: str
    retained: bool
    expiry_s: int | None


ROUTES: tuple[Route, ...] = (
    Route(InfoMessage, "info", retained=True, expiry_s=None),
    Route(StateMessage, "state", retained=True, expiry_s=None),
    Route(EventMessage, "event/{kind}", retained=False, expiry_s=7 * 86_400),
    Route(SummaryMessage, "summary", retained=False, expiry_s=30 * 86_400),
    Route(GapMessage, "gap", retained=False, expiry_s=30 * 86_400),
    Route(HealthMessage, "health", retained=True, expiry_s=3 * HEALTH_INTERVAL_S),
    Route(CommandResultMessage, "command/result", retained=False, expiry_s=COMMAND_EXPIRY_S),
)


@dataclass(frozen=True, slots=True)
class Inbound:
    """What a node hears.

    Args:
        message: the type.
        address: the topic below `polewatch/v1/{node}/`.
        expiry_s: its MQTT expiry is at most this.
        answer: where the node answers, below the same.
    """

    message: type[CommandMessage]
    address: str
    expiry_s: int
    answer: type[Outbound]


HEARD: tuple[Inbound, ...] = (Inbound(CommandMessage, "command", COMMAND_EXPIRY_S, CommandResultMessage),)
"""All of it: a node subscribes to nothing else."""
CHANNELS: tuple[Route | Inbound, ...] = (*ROUTES, *HEARD)
"""Every message of the wire, in both directions."""


def route_of(message: Outbound) -> Route:
    """How a message travels."""
    return next(route for route in ROUTES if isinstance(message, route.message))


def topic_of(message: Outbound) -> str:
    """The full topic of a message. Its parts are patterns of ours: no `+`, `#` or extra `/` can enter."""
    node = message.source.rpartition(":")[2]
    kind = message.data.kind.value if isinstance(message, EventMessage) else ""
    return f"{ROOT}/{node}/{route_of(message).address.format(kind=kind)}"


def heard_topics(node_id: str) -> tuple[str, ...]:
    """The topics that a node subscribes to."""
    return tuple(f"{ROOT}/{node_id}/{inbound.address}" for inbound in HEARD)
