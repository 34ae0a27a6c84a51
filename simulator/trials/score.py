"""How well a node told what happened: its incidents matched with the truth, and counted per kind.

The rules, those of event-based metrics in sound event detection (Mesaros, Heittola, Virtanen: Metrics for
Polyphonic Sound Event Detection, Applied Sciences 6(6), 2016; onset condition only):
1. A true event and a told one match when they are of one kind and their onsets differ by `collar_s` at most.
2. Each is matched once at most: what is told twice is one hit and one false alarm.
3. Of all such matchings the one with the most hits counts, never what a greedy choice happened to find; of
   several with as many, the one whose onsets differ least in sum, then the one that was told first.
4. Recall = hits / truth, precision = hits / told, F1 = 2 hits / (truth + told); None where that divides by zero.
5. Latency = when it was told - when it truly began: below zero where a node was ahead of the truth. Percentiles by
   nearest rank: of n sorted values, number ceil(p n / 100). So each is a latency that really was.
6. What may be told and need not (an impulse where a door slams) forgives: a told event of its kind that matches no
   true one, and begins between the collar before its onset and the collar after its end, is not counted at all.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from simulator.trials.matching import Onset, match
from simulator.world.expected import Expected

COLLAR_S = 2.0
WEEK_S = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Told:
    """An incident as the node told it, in street seconds.

    Args:
        kind: as in the contract, `noise.spike` for example.
        began_s: when it began, as the node says.
        ended_s: when it ended, as the node says; None while it is open.
        told_s: when its start was released.
    """

    kind: str
    began_s: float
    ended_s: float | None
    told_s: float


@dataclass(frozen=True, slots=True)
class KindScore:
    """What the events of one kind add up to (rules 4 and 5 of the module).

    Args:
        truth: how many there were.
        hits: how many of them were told.
        false: how many were told that were not.
        recall: 0..1, None where nothing was to be told.
        precision: 0..1, None where nothing was told.
        f1: 0..1, None where there was neither.
        latency_p50_s: the middle latency of the hits, None without a hit.
        latency_p95_s: the latency that 95 % of the hits do not exceed, None without a hit.
    """

    truth: int
    hits: int
    false: int
    recall: float | None
    precision: float | None
    f1: float | None
    latency_p50_s: float | None
    latency_p95_s: float | None

    def as_json(self) -> dict[str, int | float | None]:
        """The same as JSON has it: its fields by name."""
        return asdict(self)


@dataclass(slots=True)
class _Count:
    """What has been counted of one kind."""

    truth: int = 0
    told: int = 0
    latencies_s: list[float] = field(default_factory=list)


class Tally:
    """Adds up scenarios. Every one is matched by itself: each has its own second 0.

    Args:
        collar_s: how far the onsets of a hit may differ, in seconds, 0 or more.

    Raises:
        ValueError: the collar is no such time.
    """

    def __init__(self, collar_s: float = COLLAR_S) -> None:
        if not 0 <= collar_s < math.inf:
            raise ValueError("a collar is a number of seconds, 0 or more")
        self._collar_s = collar_s
        self._counts: dict[str, _Count] = {}

    def add(self, truth: Iterable[Expected], told: Iterable[Told], tolerated: Iterable[Expected] = ()) -> None:
        """Counts one scenario. The order of the events makes no difference.

        Args:
            truth: what is to be told.
            told: what was told.
            tolerated: what may be told besides (rule 6).

        Raises:
            ValueError: an instant is not a finite number; nothing of the scenario is counted.
        """
        truth, told, tolerated = list(truth), list(told), list(tolerated)
        instants_s = [event.began_s for event in truth] + [x for event in told for x in (event.began_s, event.told_s)]
        if not all(map(math.isfinite, instants_s)):
            raise ValueError("an event's instant is not a finite number")
        for kind in {event.kind for event in truth} | {event.kind for event in told}:
            self._add_kind(
                kind,
                sorted(event.began_s for event in truth if event.kind == kind),
                sorted((event.began_s, event.told_s) for event in told if event.kind == kind),
                [event for event in tolerated if event.kind == kind],
            )

    def merge(self, other: Tally) -> None:
        """Adds what another tally has counted."""
        for kind, count in other._counts.items():
            self._put(kind, count)

    def scores(self) -> dict[str, KindScore]:
        """The score of every kind that was true or told, by name in order."""
        return {kind: _score(count) for kind, count in sorted(self._counts.items())}

    def latencies_s(self, kind: str) -> tuple[float, ...]:
        """The latency of every hit of a kind in rising order, for a histogram."""
        return tuple(sorted(self._counts[kind].latencies_s)) if kind in self._counts else ()

    def _add_kind(self, kind: str, true_s: list[float], told: list[Onset], tolerated: list[Expected]) -> None:
        pairs = match(true_s, told, self._collar_s)
        unmatched = Counter(told) - Counter(event for _, event in pairs)
        forgiven = sum(self._is_forgiven(event, tolerated) for event in unmatched.elements())
        count = _Count(len(true_s), len(told) - forgiven, [event[1] - t_s for t_s, event in pairs])
        if count.truth or count.told:
            self._put(kind, count)

    def _is_forgiven(self, event: Onset, tolerated: list[Expected]) -> bool:
        """Rule 6."""
        return any(one.began_s - self._collar_s <= event[0] <= one.ended_s + self._collar_s for one in tolerated)

    def _put(self, kind: str, count: _Count) -> None:
        mine = self._counts.setdefault(kind, _Count())
        mine.truth += count.truth
        mine.told += count.told
        mine.latencies_s += count.latencies_s


def score(
    truth: Sequence[Expected],
    told: Sequence[Told],
    tolerated: Sequence[Expected] = (),
    *,
    collar_s: float = COLLAR_S,
) -> dict[str, KindScore]:
    """The score of one scenario, per kind that was true or told, by name in order.

    Raises:
        ValueError: the collar is below zero, or an instant is not a finite number.
    """
    tally = Tally(collar_s)
    tally.add(truth, told, tolerated)
    return tally.scores()


def false_per_node_week(false: int, exposure_s: float) -> float | None:
    """False alarms in a week of sensing at one pole; None where nothing was sensed.

    Args:
        false: how many there were, 0 or more.
        exposure_s: for how long the nodes sensed, added up, in seconds, 0 or more.

    Raises:
        ValueError: one of them is below zero.
    """
    if false < 0 or not exposure_s >= 0:
        raise ValueError("false alarms and exposure are counted from 0")
    return false * WEEK_S / exposure_s if exposure_s else None


def _score(count: _Count) -> KindScore:
    hits = len(count.latencies_s)
    latencies_s = sorted(count.latencies_s)
    return KindScore(
        truth=count.truth,
        hits=hits,
        false=count.told - hits,
        recall=hits / count.truth if count.truth else None,
        precision=hits / count.told if count.told else None,
        f1=2 * hits / (count.truth + count.told) if count.truth + count.told else None,
        latency_p50_s=_percentile(latencies_s, 50),
        latency_p95_s=_percentile(latencies_s, 95),
    )


def _percentile(rising: Sequence[float], percent: int) -> float | None:
    """By nearest rank, in integers: 0.95 * n is not always what it should be."""
    return rising[-(-percent * len(rising) // 100) - 1] if rising else None
