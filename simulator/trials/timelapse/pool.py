"""From measured hops of one kind of source to its signature."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from node.sense.capture.hops import HOP_S
from simulator.trials.timelapse.signature import A_BANDS, Signature, Takes, coded
from simulator.world.layout import Floats

_TINY = 1e-12
_LEAST_LOSS_DB = -6.0
"""Over hard ground a far source may gain: what interferes abreast of it does so less at a grazing angle."""
LONGEST_TAKE_HOPS = 64
Hops = slice | NDArray[np.bool_] | NDArray[np.int64]


@dataclass(slots=True)
class Pool:
    """What was measured of one kind of source: hops of several renders, one under the other.

    Args:
        rings: the source takes its own time; its nominal level is that of all of it.
        nominal: nominal energies, (hops,) each.
        distance_m: how far away it was, (hops,) each.
        energies: what was heard, (hops, COLUMNS) each.
        tails: A-weighted energy of the hops after its end over its mean, (hops,) each.
    """

    rings: bool = False
    nominal: list[Floats] = field(default_factory=list)
    distance_m: list[Floats] = field(default_factory=list)
    energies: list[Floats] = field(default_factory=list)
    tails: list[Floats] = field(default_factory=list)

    def add(self, nominal: Floats, distance_m: Floats, heard: Floats, hops: Hops) -> None:
        """Adds the hops of one render."""
        if nominal.size:
            self.nominal.append(nominal)
            self.distance_m.append(distance_m)
            self.energies.append(heard[hops])

    def signature(self, sealed: Pool) -> Signature:
        """The signature of all of it; of the other pool it takes the courses alone."""
        shape = self._shape() if self.rings else np.zeros(0)
        nominal, distance_m, heard = (np.concatenate(rows) for rows in zip(*self._rows(shape), strict=True))
        gain_db, loss = _air(nominal, distance_m, heard)
        tail_db, tail_db_per_s = _decay(np.mean(self.tails, axis=0)) if self.tails else (-60.0, 30.0)
        none = Takes((), ())
        shape_db = decibels(shape / shape.sum()) if self.rings else shape
        found = Signature(gain_db, loss, shape_db, tail_db, tail_db_per_s, none, none)
        takes, others = self._takes(found, shape), sealed._takes(found, shape)
        return Signature(gain_db, loss, shape_db, tail_db, tail_db_per_s, takes, others)

    def _shape(self) -> Floats:
        """The mean course of what rings, as a share of the nominal energy a hop, as long as it is heard."""
        renders = zip(self.energies, self.nominal, strict=True)
        shape = np.mean([heard[:, A_BANDS].sum(axis=1) / nominal for heard, nominal in renders], axis=0)
        kept = shape > shape.max() * _FAINTEST
        return np.asarray(shape[: int(np.flatnonzero(kept)[-1]) + 1])

    def _rows(self, shape: Floats) -> Iterator[tuple[Floats, Floats, Floats]]:
        """Each render's nominal energies, distances and what was heard."""
        for nominal, distance_m, heard in zip(self.nominal, self.distance_m, self.energies, strict=True):
            hops = shape.size or nominal.size
            course = shape / shape.sum() if shape.size else 1.0
            yield nominal[:hops] * course, distance_m[:hops], heard[:hops]

    def _takes(self, signature: Signature, shape: Floats) -> Takes:
        """The courses over what the signature makes of the same nominal energies."""
        courses, metres = [], []
        for nominal, distance_m, heard in self._rows(shape):
            over = heard / np.maximum(signature.fitted(nominal, distance_m), _TINY)
            courses.append(coded(over[:LONGEST_TAKE_HOPS]))
            metres.append(round(float(np.exp(np.mean(np.log(np.maximum(distance_m, 1.0))))), 1))
        return Takes(tuple(metres), tuple(courses))


_FAINTEST = 3e-5
"""What rings is over when its course has fallen by 45 dB for good."""


def _air(nominal: Floats, distance_m: Floats, heard: Floats) -> tuple[Floats, Floats]:
    """Per column: dB over nominal at no distance, and dB lost on 100 m, through the near and the far half."""
    middle_m = float(np.median(np.unique(distance_m.round(1))))
    near, far = distance_m <= middle_m, distance_m > middle_m
    if not far.any() or distance_m.max() < 2 * distance_m.min():
        return decibels(heard.sum(axis=0) / nominal.sum()), np.zeros(heard.shape[1])
    gains = [decibels(heard[part].sum(axis=0) / nominal[part].sum()) for part in (near, far)]
    metres = [float(np.average(distance_m[part], weights=nominal[part] + _TINY)) for part in (near, far)]
    loss = np.maximum(_LEAST_LOSS_DB, (gains[0] - gains[1]) / max(1.0, metres[1] - metres[0]) * 100)
    return np.asarray(gains[0] + loss * metres[0] / 100), loss


def _decay(tail: Floats) -> tuple[float, float]:
    """Level of a tail's first hop, and how fast it falls in dB a second, by a line through what stands out."""
    levels_db = decibels(tail)
    clear = levels_db > max(-45.0, float(levels_db[-1]) + 3.0)
    count = int(np.argmin(clear)) if not clear.all() else clear.size
    if count < 2:
        return float(np.clip(levels_db[0], -60.0, 0.0)), 60.0
    slope, level_db = np.polyfit(np.arange(count) * HOP_S, levels_db[:count], 1)
    return float(np.clip(level_db, -60.0, 3.0)), float(max(0.0, -slope))


def decibels(energy: Floats | float) -> Floats:
    """10 lg of energies; none is below -120 dB."""
    return np.asarray(10 * np.log10(np.maximum(energy, _TINY)))
