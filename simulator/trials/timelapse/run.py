"""One node, one week, in about a minute: features by the hour, past the node's own spike detector, beside the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context

import numpy as np

from node.config.sound import SpikeSettings
from node.sense.capture.hops import HOP_S
from simulator.trials.score import COLLAR_S, Told
from simulator.trials.timelapse.arrivals import Cut
from simulator.trials.timelapse.features import HOPS_A_SECOND, Heard, Seen
from simulator.trials.timelapse.hearing import loudest
from simulator.trials.timelapse.lapse import hour_heard, hour_seen
from simulator.trials.timelapse.outcome import SPIKE, FalseAlarm, HourLevels, WeekOutcome
from simulator.trials.timelapse.rhythm import HOURS_A_DAY
from simulator.trials.timelapse.table import table
from simulator.trials.timelapse.watch import Watch
from simulator.trials.timelapse.week import HOUR_S, Week
from simulator.world.expected import Expected
from simulator.world.truth import expected, tolerated

PIECE_HOURS = 12
RUN_IN_S = 1200
"""Each piece begins this much earlier: longer than the background's window and its thaw."""
Progress = Callable[[float], None]
"""Takes how far the week has come, 0..1."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some hours in a row, which a process runs by itself."""

    seed: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class PieceOutcome:
    """What became of a piece."""

    hours: tuple[HourLevels, ...]
    truth: tuple[Expected, ...]
    tolerated: tuple[Expected, ...]
    told: tuple[Told, ...]


def node_week(seed: int, *, days: float = 7, jobs: int = 2, progress: Progress | None = None) -> WeekOutcome:
    """Runs a pole's week at feature level. The outcome does not depend on `jobs`.

    Args:
        seed: of the week, 0 or more; see `simulator.trials.seeds` for which half is for what.
        days: how much of it, above 0; rounded up to whole hours.
        jobs: how many processes, 1 or more.
        progress: told how far it has come.

    Raises:
        ValueError: there is no such week.
    """
    hours = int(np.ceil(days * HOURS_A_DAY))
    if seed < 0 or hours < 1 or jobs < 1:
        raise ValueError("a week has a seed of 0 or more, lasts longer than 0 days and takes 1 process or more")
    pieces = [Piece(seed, first, min(first + PIECE_HOURS, hours)) for first in range(0, hours, PIECE_HOURS)]
    done = []
    for number, one in enumerate(_run_all(pieces, jobs), start=1):
        done.append(one)
        if progress is not None:
            progress(number / len(pieces))
    truth = tuple(event for one in done for event in one.truth)
    forgiven = tuple(event for one in done for event in one.tolerated)
    told = tuple(event for one in done for event in one.told)
    return WeekOutcome(
        seed=seed,
        days=hours / HOURS_A_DAY,
        exposure_s=hours * HOUR_S,
        hours=tuple(hour for one in done for hour in one.hours),
        truth=truth,
        told=told,
        false_alarms=tuple(_false_alarms(Week(seed), truth, forgiven, told)),
        tolerated=forgiven,
    )


def _run_all(pieces: list[Piece], jobs: int) -> Iterator[PieceOutcome]:
    """The outcomes of the pieces, in order."""
    if jobs == 1 or len(pieces) == 1:
        yield from map(run_piece, pieces)
        return
    # Fresh processes: a fork of one that has threads can hang.
    with ProcessPoolExecutor(min(jobs, len(pieces)), mp_context=get_context("spawn")) as pool:
        yield from pool.map(run_piece, pieces)


def run_piece(piece: Piece) -> PieceOutcome:
    """Some hours past the spike detector, which has listened to the minutes before them."""
    watch = Watch(SpikeSettings())
    told: list[Told] = []
    if piece.first > 0:
        before = hour_heard(piece.seed, piece.first - 1)
        for _ in watch.hear(before.cut(-RUN_IN_S * HOPS_A_SECOND, before.t_s.size).hops()):
            pass  # what was told before the piece belongs to the piece before
    hours, truth, forgiven = [], [], []
    for number in range(piece.first, piece.last):
        heard = hour_heard(piece.seed, number)
        hours.append(_summary(number, heard, hour_seen(piece.seed, number)))
        # No act of a week is to be seen rather than heard: its crowds need not be watched step by step.
        truth += _of_the_week(expected(Week(piece.seed).street(number), 0.0, HOUR_S, sight=False), number)
        forgiven += _of_the_week(tolerated(Week(piece.seed).street(number), 0.0, HOUR_S), number)
        told += watch.hear(heard.hops())
    told += watch.finish()
    told = [one for one in told if one.began_s >= piece.first * HOUR_S]
    return PieceOutcome(tuple(hours), tuple(truth), tuple(forgiven), tuple(told))


def _summary(number: int, heard: Heard, seen: Seen) -> HourLevels:
    l90, l50, l10 = np.quantile(heard.laf_db, (0.1, 0.5, 0.9))
    laeq_db = 10 * np.log10(np.mean(np.sum(10 ** (heard.bands_db / 10), axis=1)))
    laeq_db, l10_db, l50_db, l90_db = (round(float(one), 2) for one in (laeq_db, l10, l50, l90))
    return HourLevels(number, laeq_db, l10_db, l50_db, l90_db, round(float(np.mean(seen.present)), 3))


def _of_the_week(events: list[Expected], number: int) -> list[Expected]:
    """The events of an hour in seconds of the week."""
    begin_s = number * HOUR_S
    return [replace(one, began_s=one.began_s + begin_s, ended_s=one.ended_s + begin_s) for one in events]


def _false_alarms(
    week: Week, truth: tuple[Expected, ...], forgiven: tuple[Expected, ...], told: tuple[Told, ...]
) -> Iterator[FalseAlarm]:
    """What was told and is near enough to no true spike, nor to one that may be told: with what was loudest then."""
    began_s = np.array([one.began_s for one in truth if one.kind == SPIKE] or [-np.inf])
    spans = [(one.began_s - COLLAR_S, one.ended_s + COLLAR_S) for one in forgiven if one.kind == SPIKE]
    for one in told:
        if np.min(np.abs(began_s - one.began_s)) <= COLLAR_S:
            continue
        if any(from_s <= one.began_s <= to_s for from_s, to_s in spans):
            continue
        number = int(one.began_s // HOUR_S)
        cut = Cut(round((one.began_s - number * HOUR_S) / HOP_S) * HOP_S, 2 * HOPS_A_SECOND)
        yield FalseAlarm(one.began_s, loudest(week.street(number), cut, table()))
