"""What rises over the background in simulated weeks, as the node's spike detector sees it when it decides: the material
that the score of crowds is fitted on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from node.config.sound import SpikeSettings
from node.sense.audio.background import Background
from node.sense.audio.likeness import FEATURES
from node.sense.audio.spike import SpikeDetector
from simulator.trials.score import COLLAR_S
from simulator.trials.seeds import training_seed
from simulator.trials.timelapse.features import HOPS_A_SECOND, Heard
from simulator.trials.timelapse.lapse import hour_heard
from simulator.trials.timelapse.outcome import SPIKE
from simulator.trials.timelapse.rhythm import DAYS_A_WEEK, HOURS_A_DAY
from simulator.trials.timelapse.week import HOUR_S, Week
from simulator.world.layout import Floats
from simulator.world.sounding import SoundName
from simulator.world.truth import expected, tolerated

HALF_DAY_HOURS = 12
HALF_DAYS = range(0, HOURS_A_DAY * DAYS_A_WEEK, HALF_DAY_HOURS)
"""The hours of the week with which they begin: all of it, so that what comes by the day comes so often on a pole."""

_DAY_S = 86_400
_BEFORE_S, _AFTER_S = 1.0, 3.0
"""So much before and after a crowd what rises is neither a crowd nor none."""


Spans = Sequence[tuple[float, float]]
"""Stretches of time, each from and to, in seconds."""


@dataclass(frozen=True, slots=True)
class Risings:
    """Seconds in which the detector had to decide, those of one rise in a row.

    Args:
        features: as `node.sense.audio.likeness` orders them, (seconds, features).
        rise: the number of the rise that a second belongs to, (seconds,).
        crowd: 1 for a crowd, 0 for none, -1 for neither, (seconds,).
        began_s: when the rise began, in seconds of its week, (seconds,).
        days: how long the weeks were.
    """

    features: Floats
    rise: NDArray[np.int64]
    crowd: NDArray[np.int64]
    began_s: Floats
    days: float

    @classmethod
    def joined(cls, parts: Iterable[Risings]) -> Risings:
        """Several as one; their rises are numbered anew."""
        found = list(parts)
        firsts = np.cumsum([0] + [int(part.rise.max(initial=-1)) + 1 for part in found])
        rise = [part.rise + first for part, first in zip(found, firsts, strict=False)]
        columns = ([getattr(part, name) for part in found] for name in ("features", "crowd", "began_s"))
        features, crowd, began_s = (np.concatenate(column) for column in columns)
        return cls(features, np.concatenate(rise), crowd, began_s, sum(part.days for part in found))


class _Recorder:
    """Stands where the score does: takes everything down, and lets nothing pass."""

    from_score = np.inf

    def __init__(self) -> None:
        self.features: tuple[float, ...] | None = None

    def of(self, features: tuple[float, ...], crowd: float | None) -> float:
        """Takes down the features of the second."""
        del crowd
        self.features = features
        return -np.inf

    def threshold(self, false_per_day: float) -> float:
        """Nothing gets there."""
        del false_per_day
        return np.inf


def of_weeks(seeds: Iterable[int], jobs: int, kept: Path | None = None) -> Iterator[Risings]:
    """The rises of weeks of training seeds, week by week.

    Args:
        seeds: of the weeks.
        jobs: how many processes.
        kept: a folder in which each half-day is kept: what lies there is not made again.
    """
    pieces = [(training_seed(seed), first) for seed in seeds for first in HALF_DAYS]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        done: list[Risings] = []
        for found in pool.map(of_half_day, *zip(*pieces, strict=True), repeat(kept)):
            done.append(found)
            if len(done) == len(HALF_DAYS):
                yield Risings.joined(done)
                done = []


def of_half_day(seed: int, first: int, kept: Path | None) -> Risings:
    """The rises of half a day from an hour of a week on."""
    return kept_or_made(kept, f"{seed}-{first}", lambda: of_hours(seed, first, HALF_DAY_HOURS))


def kept_or_made(kept: Path | None, name: str, make: Callable[[], Risings]) -> Risings:
    """What lies in a folder under a name; made, and kept there, where nothing does. Without a folder it is made."""
    if kept is None:
        return make()
    path = kept / f"{name}.npz"
    if not path.exists():
        whole = path.with_suffix(".part.npz")
        np.savez_compressed(whole, allow_pickle=False, **asdict(make()))
        whole.replace(path)
    with np.load(path, allow_pickle=False) as file:
        return Risings(**{name: file[name] for name in Risings.__slots__[:-1]}, days=float(file["days"]))


def of_hours(seed: int, first: int, hours: int) -> Risings:
    """The rises of some hours in a row of a week."""
    heard = Heard.joined([hour_heard(seed, number) for number in range(first, first + hours)])
    spans = list(_crowds(seed, first, hours))
    crowds = [(from_s, to_s) for from_s, to_s, is_true in spans if is_true]
    return of_hops(heard, crowds, None, unsure=[(from_s, to_s) for from_s, to_s, is_true in spans if not is_true])


def of_hops(heard: Heard, crowds: Spans, others: Spans | None, unsure: Spans = ()) -> Risings:
    """The rises of some hops in a row.

    Args:
        heard: the hops.
        crowds: from when to when there is a crowd.
        others: what rises at the begin of one of these is none; None for all that is not near a crowd.
        unsure: what touches one of these is neither.
    """
    recorder, background = _Recorder(), Background()
    detector = SpikeDetector(SpikeSettings(), recorder)
    rows: list[tuple[float, ...]] = []
    instants: list[tuple[float, float]] = []
    for level, timbre in heard.hops():
        recorder.features = None
        since_s = detector.rising_since_s
        detector.step(level, timbre, background, trusted=True)
        background.update(level.laf_db, absorb=not detector.active)
        if recorder.features is not None and since_s is not None:
            rows.append(recorder.features)
            instants.append((since_s, level.t_s))
    began_s, now_s = np.array(instants).reshape(-1, 2).T
    rise = np.cumsum(np.diff(began_s, prepend=began_s[:1]) != 0)
    crowd = _labels(began_s, now_s, crowds, others, unsure)
    days = heard.t_s.size / HOPS_A_SECOND / _DAY_S
    return Risings(np.array(rows).reshape(-1, len(FEATURES)), rise.astype(np.int64), crowd, began_s, days)


def _crowds(seed: int, first: int, hours: int) -> Iterator[tuple[float, float, bool]]:
    """When there are crowds, in seconds of the week, and whether they are to be told: not faint ones, not applause."""
    for number in range(first, first + hours):
        street, begin_s = Week(seed).street(number), number * HOUR_S
        for event in expected(street, 0.0, HOUR_S, sight=False):
            if event.kind == SPIKE:
                yield event.began_s + begin_s, event.ended_s + begin_s, True
        for faint in tolerated(street, 0.0, HOUR_S):
            if faint.kind == SPIKE:
                yield faint.began_s + begin_s, faint.ended_s + begin_s, False
        for one in street.all_soundings():
            if one.name is SoundName.APPLAUSE:
                yield one.began_s + begin_s, one.ended_s + begin_s, False


def _labels(began_s: Floats, now_s: Floats, crowds: Spans, others: Spans | None, unsure: Spans) -> NDArray[np.int64]:
    """Whether each second belongs to a crowd, to none, or is not to be learnt from."""
    told = _begins(began_s, crowds)
    known = ~(_touches(now_s, crowds) | _touches(now_s, unsure)) if others is None else _begins(began_s, others)
    return np.where(told, 1, np.where(known, 0, -1))


def _begins(began_s: Floats, spans: Spans) -> NDArray[np.bool_]:
    return np.asarray(np.any([np.abs(began_s - from_s) <= COLLAR_S for from_s, _ in spans] or [began_s < 0], axis=0))


def _touches(now_s: Floats, spans: Spans) -> NDArray[np.bool_]:
    near = [(now_s >= from_s - _BEFORE_S) & (now_s <= to_s + _AFTER_S) for from_s, to_s in spans]
    return np.asarray(np.any(near or [now_s < 0], axis=0))
