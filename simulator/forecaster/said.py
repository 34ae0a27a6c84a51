"""What a message says about numbers: the only part of it that a reader needs to prove that it has all. Pure.

It reads JSON as it is on the wire, without the node's own types: what a reader of the city would see.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

_TOPIC = re.compile(r"polewatch/v1/([a-z0-9][a-z0-9-]{1,30}[a-z0-9])/([!-~]+)")
_EPOCH = re.compile(r"[0-9a-f]{8}")
_NUMBERED = ("event/", "summary", "gap")
_REASON = re.compile(r"[a-z_]{1,32}")
_MOST_BRACKETS = 256
"""A message of ours has 40 at most; what is nested for thousands of levels cannot be written down again."""
MOST = 10**12
"""A number is less than this."""


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers in a row, both ends included."""

    first: int
    last: int

    def __len__(self) -> int:
        """How many there are."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Said:
    """One message.

    Args:
        node: who said it.
        topic: where, without `polewatch/v1/{node}/`.
        body: itself.
        epoch: of the outbox that it speaks of; empty where it speaks of none.
        sequence: its own number, or None where it has none.
        last: the greatest number that there is, as far as it says.
        named: numbers that nobody will ever get, and why.
    """

    node: str
    topic: str
    body: dict[str, Any]
    epoch: str = ""
    sequence: int | None = None
    last: int = 0
    named: tuple[tuple[Span, str], ...] = field(default=())

    @property
    def data(self) -> dict[str, Any]:
        """What it says inside its envelope."""
        data = self.body.get("data")
        return data if isinstance(data, dict) else {}


def read(topic: str, payload: bytes) -> Said | None:
    """What a message says; None where it is none of a node's. Never raises."""
    place = _TOPIC.fullmatch(topic)
    body = _object(payload)
    if place is None or body is None:
        return None
    node, below = place.groups()
    said = Said(node, below, body)
    if below.startswith(_NUMBERED):
        return _numbered(said)
    if below == "info":
        epoch, last = said.data.get("epoch"), _number(said.data.get("last_sequence"), 0)
        if not isinstance(epoch, str) or not _EPOCH.fullmatch(epoch) or last is None:
            return None
        return Said(node, below, body, epoch, None, last)
    return said


def _numbered(said: Said) -> Said | None:
    """A message with a number."""
    identity = re.fullmatch(r"([0-9a-f]{8})-([0-9]{12})", str(said.body.get("id")), re.ASCII)
    sequence = int(identity[2]) if identity is not None else 0
    if identity is None or sequence == 0:
        return None
    before = _number(said.data.get("last_sequence"), 0) if said.topic == "summary" else 0
    named = tuple(_spans(said.data)) if said.topic == "gap" else ()
    last = max(sequence, before or 0)
    return Said(said.node, said.topic, said.body, identity[1], sequence, last, named)


def _spans(data: dict[str, Any]) -> list[tuple[Span, str]]:
    """What a gap names."""
    spans, reason = data.get("spans"), str(data.get("reason"))
    reason = reason if _REASON.fullmatch(reason) else "unknown"
    found = []
    for span in spans if isinstance(spans, list) else []:
        first = _number(span.get("first_sequence"), 1) if isinstance(span, dict) else None
        last = _number(span.get("last_sequence"), 1) if isinstance(span, dict) else None
        if first is not None and last is not None and first <= last:
            found.append((Span(first, last), reason))
    return found


def _number(value: object, least: int) -> int | None:
    """A whole number within bounds, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and least <= value < MOST else None


def _object(payload: bytes) -> dict[str, Any] | None:
    """A JSON object, or None."""
    if payload.count(b"[") + payload.count(b"{") > _MOST_BRACKETS:
        return None
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
