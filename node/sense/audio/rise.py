"""What a rise looks like: sustained or a bang, and since when. Pure functions of levels in dB, by hop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

SUSTAINED_HOPS: Final = 5
WINDOW_HOPS: Final = 8
"""Sustained is five hops of the last eight: a bang is shorter, a crowd takes a breath."""

SWING_DB: Final = 10.0
"""A crowd is on from within this of its loudest on: when one in ten shouts."""

BREATH_HOPS: Final = 3
"""So many fainter hops in a row are no breath, but the time before."""


def sustained_db(levels_db: Sequence[float]) -> float:
    """The level that five of the last eight hops reach, in dB; -inf while there are fewer than five."""
    window = sorted(levels_db[-WINDOW_HOPS:], reverse=True)
    return window[SUSTAINED_HOPS - 1] if len(window) >= SUSTAINED_HOPS else float("-inf")


def hushed_db(levels_db: Sequence[float]) -> float:
    """The level that five of the last eight hops do not exceed, in dB; +inf while there are fewer than five."""
    window = sorted(levels_db[-WINDOW_HOPS:])
    return window[SUSTAINED_HOPS - 1] if len(window) >= SUSTAINED_HOPS else float("inf")


def hops_on(levels_db: Sequence[float], limit_db: float) -> int:
    """Since how many hops what is loud now has been on: at or above the limit, and near its loudest.

    What was there before it (a car, talk) is fainter, and no part of it; a breath is.

    Args:
        levels_db: of hops, the newest last, one or more.
        limit_db: what is fainter than this is nothing.
    """
    floor_db = max(limit_db, max(levels_db[-WINDOW_HOPS:]) - SWING_DB)
    since, fainter = 1, 0
    for hops, level_db in enumerate(reversed(levels_db), start=1):
        since, fainter = (hops, 0) if level_db >= floor_db else (since, fainter + 1)
        if fainter == BREATH_HOPS:
            break
    return since
