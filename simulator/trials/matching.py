"""The best matching of true and told onsets: the most hits, then the least apart, then the first told.

Two matches that cross can be uncrossed: neither gets wider than the wider of the two, nor do they in sum. So the
best matching is found among those in order, and it falls apart wherever two onsets in a row are further apart
than the collar.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Onset = tuple[float, float]
"""Of a told event: when it began, as the node says, and when it was told."""


def match(true_s: list[float], told: list[Onset], collar_s: float) -> list[tuple[float, Onset]]:
    """The pairs of the best matching of two rising lists: a true onset, and the event that tells it."""
    pairs: list[tuple[float, Onset]] = []
    near_true: list[float] = []
    near_told: list[Onset] = []
    last_s = -math.inf
    for at_s, event in sorted([(t_s, None) for t_s in true_s] + [(t[0], t) for t in told], key=lambda each: each[0]):
        if at_s - last_s > collar_s:
            pairs += _align(near_true, near_told, collar_s)
            near_true, near_told = [], []
        if event is None:
            near_true.append(at_s)
        else:
            near_told.append(event)
        last_s = at_s
    return pairs + _align(near_true, near_told, collar_s)


def _align(true_s: list[float], told: list[Onset], collar_s: float) -> list[tuple[float, Onset]]:
    """The best matching in order of one group, as two texts are aligned: row by row of a table."""
    row = [_NOTHING] * (len(told) + 1)
    for t_s in true_s:
        above, row = row, [_NOTHING]
        for j, event in enumerate(told):
            best = max(above[j + 1], row[j], key=_worth)
            if abs(event[0] - t_s) <= collar_s:
                best = max(best, above[j].with_hit(t_s, event), key=_worth)
            row.append(best)
    return row[-1].pairs()


@dataclass(frozen=True, slots=True)
class _Matching:
    """A matching as a chain: its last pair, and the matching before it."""

    hits: int = 0
    apart_s: float = 0.0
    told_s: float = 0.0
    pair: tuple[float, Onset] | None = None
    before: _Matching | None = None

    def with_hit(self, true_s: float, event: Onset) -> _Matching:
        apart_s = self.apart_s + abs(event[0] - true_s)
        return _Matching(self.hits + 1, apart_s, self.told_s + event[1], (true_s, event), self)

    def pairs(self) -> list[tuple[float, Onset]]:
        found = []
        link: _Matching | None = self
        while link is not None and link.pair is not None:
            found.append(link.pair)
            link = link.before
        return found


_NOTHING = _Matching()


def _worth(matching: _Matching) -> tuple[int, float, float]:
    """More hits, then less apart, then told earlier."""
    return matching.hits, -matching.apart_s, -matching.told_s
