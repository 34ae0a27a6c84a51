"""The arithmetic of summary windows. Pure.

A window begins at a whole multiple of its length since 1970. `sense` tells of a window in one record, or in
several when it was restarted in between: those are put together here.
"""

from __future__ import annotations

import math

from node.airlock.record import PeopleSeen, WindowSensed

_TEN_DDB = 100.0


def index_at(wall_s: float, window_s: int) -> int:
    """The number of the window that holds a wall-clock time."""
    return math.floor(wall_s / window_s)


def index_of(end_wall_s: float, sensed: WindowSensed | PeopleSeen, window_s: int) -> int:
    """The number of the window that a record tells of: the one that holds the middle of its stretch.

    The end itself would not do: it is the bound, where the next window begins.
    """
    return index_at(end_wall_s - sensed.span_s / 2, window_s)


def merge(first: WindowSensed, second: WindowSensed) -> WindowSensed:
    """Two stretches of one window as one.

    LAeq is exact (energies weighted by exposure), LAFmax is exact, and the exceeded levels are the means weighted
    by exposure, which is an approximation. Stretches of different calibration cannot be put together: the one
    with more sound stays.
    """
    louder, quieter = sorted((first, second), key=lambda part: part.sound_exposure_s, reverse=True)
    sound_s = first.sound_exposure_s + second.sound_exposure_s
    if quieter.sound_exposure_s and louder.calibration != quieter.calibration:
        quieter = _without_sound(quieter)
        sound_s = louder.sound_exposure_s
    levels = _levels(louder, quieter)
    return WindowSensed(
        span_s=min(first.span_s + second.span_s, 3600),
        sound_exposure_s=min(sound_s, 3600),
        sight_exposure_s=min(first.sight_exposure_s + second.sight_exposure_s, 3600),
        calibration=louder.calibration,
        laeq_ddb=levels[0],
        lafmax_ddb=levels[1],
        l10_ddb=levels[2],
        l50_ddb=levels[3],
        l90_ddb=levels[4],
    )


def _without_sound(part: WindowSensed) -> WindowSensed:
    """The same stretch as if nothing had been heard."""
    return WindowSensed(part.span_s, 0, part.sight_exposure_s, part.calibration, 0, 0, 0, 0, 0)


def _levels(louder: WindowSensed, quieter: WindowSensed) -> tuple[int, int, int, int, int]:
    """LAeq, LAFmax, L10, L50 and L90 of both, in tenths of a dB."""
    if quieter.sound_exposure_s == 0:
        return louder.laeq_ddb, louder.lafmax_ddb, louder.l10_ddb, louder.l50_ddb, louder.l90_ddb
    total_s = louder.sound_exposure_s + quieter.sound_exposure_s
    weights = louder.sound_exposure_s / total_s, quieter.sound_exposure_s / total_s
    energy = weights[0] * 10 ** (louder.laeq_ddb / _TEN_DDB) + weights[1] * 10 ** (quieter.laeq_ddb / _TEN_DDB)
    l10, l50, l90 = (
        round(weights[0] * one + weights[1] * other)
        for one, other in (
            (louder.l10_ddb, quieter.l10_ddb),
            (louder.l50_ddb, quieter.l50_ddb),
            (louder.l90_ddb, quieter.l90_ddb),
        )
    )
    return round(_TEN_DDB * math.log10(energy)), max(louder.lafmax_ddb, quieter.lafmax_ddb), l10, l50, l90
