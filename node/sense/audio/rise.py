"""What a rise looks like: sustained or a bang. Pure functions of levels in dB, by hop."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

SUSTAINED_HOPS: Final = 5
WINDOW_HOPS: Final = 8
"""Sustained is five hops of the last eight: a bang is shorter, a crowd takes a breath."""


def sustained_db(levels_db: Sequence[float]) -> float:
    """The level that five of the last eight hops reach, in dB; -inf while there are fewer than five."""
    window = sorted(levels_db[-WINDOW_HOPS:], reverse=True)
    return window[SUSTAINED_HOPS - 1] if len(window) >= SUSTAINED_HOPS else float("-inf")


def hushed_db(levels_db: Sequence[float]) -> float:
    """The level that five of the last eight hops do not exceed, in dB; +inf while there are fewer than five."""
    window = sorted(levels_db[-WINDOW_HOPS:])
    return window[SUSTAINED_HOPS - 1] if len(window) >= SUSTAINED_HOPS else float("inf")


def hops_above(levels_db: Sequence[float], limit_db: float) -> int:
    """How many of the newest hops, in one run, are at or above the limit."""
    return len(list(takewhile(lambda level_db: level_db >= limit_db, reversed(levels_db))))
