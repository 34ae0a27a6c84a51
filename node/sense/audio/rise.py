"""What a rise looks like: sustained or a bang, sudden or coming nearer. Pure functions of levels in dB, by hop."""

from __future__ import annotations

from itertools import takewhile
from statistics import median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

SUSTAINED_HOPS: Final = 5
WINDOW_HOPS: Final = 8
"""Sustained is five hops of the last eight: a bang is shorter, a crowd takes a breath."""

STEP_HOPS: Final = 4
"""Half a second before and after: a crowd breaks out within it, a vehicle takes seconds to come near."""

SUDDEN_SHARE: Final = 0.6
"""Of 951 crowds mixed into a street 97 % rose by this share of their height in half a second; of 120
synthetic vehicles one did (2026-11)."""


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


def is_sudden(levels_db: Sequence[float], middle_db: float) -> bool:
    """True when most of the height over `middle_db` was gained within half a second."""
    height_db = sustained_db(levels_db) - middle_db
    step_db = max(
        (
            median(levels_db[at : at + STEP_HOPS]) - median(levels_db[at - STEP_HOPS : at])
            for at in range(STEP_HOPS, len(levels_db) - STEP_HOPS + 1)
        ),
        default=0.0,
    )
    return height_db > 0 and step_db >= SUDDEN_SHARE * height_db
