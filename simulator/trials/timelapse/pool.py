"""From measured hops of one kind of source to its signature."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulator.trials.timelapse.signature import NODES, QUIETEST_DB, Signature, levelled
from simulator.trials.timelapse.spectra import HopEnergies
from simulator.world.layout import Floats

_TINY = 1e-12
_LEAST_LOSS_DB = -6.0
"""Over hard ground a far source may gain: what interferes abreast of it does so less at a grazing angle."""
_MOST_MEMORY = 0.97
Hops = slice | NDArray[np.bool_] | NDArray[np.int64]


@dataclass(slots=True)
class Pool:
    """What was measured of one kind of source: hops of several renders, one under the other."""

    nominal: list[Floats] = field(default_factory=list)
    distance_m: list[Floats] = field(default_factory=list)
    a: list[Floats] = field(default_factory=list)
    c: list[Floats] = field(default_factory=list)
    voice: list[Floats] = field(default_factory=list)
    peak: list[Floats] = field(default_factory=list)
    modulation: list[float] = field(default_factory=list)

    def add(self, nominal: Floats, distance_m: Floats, heard: HopEnergies, hops: Hops) -> None:
        """Adds the hops of one render."""
        if nominal.size == 0:
            return
        self.nominal.append(nominal)
        self.distance_m.append(distance_m)
        for mine, theirs in (
            (self.a, heard.a),
            (self.c, heard.c),
            (self.voice, heard.voice),
            (self.peak, heard.c_peak),
        ):
            mine.append(theirs[hops])
        self.modulation.append(heard.modulation)

    def shaped(self, shape: Floats) -> Pool:
        """The same of renders that all have a course: its hops alone, each measured against what the course has."""
        hops = shape.size

        def cut(rows: list[Floats]) -> list[Floats]:
            return [one[:hops] for one in rows]

        nominal = [one * shape / shape.sum() for one in cut(self.nominal)]
        rest = (cut(self.distance_m), cut(self.a), cut(self.c), cut(self.voice), cut(self.peak))
        return Pool(nominal, *rest, self.modulation)

    def signature(self, *, shape_db: Floats | None = None, tail: tuple[float, float] = (-60.0, 30.0)) -> Signature:
        """The signature of all of it. With a shape, `nominal` holds the shape already."""
        nominal, distance_m = np.concatenate(self.nominal), np.concatenate(self.distance_m)
        a, c, voice = (np.concatenate(rows) for rows in (self.a, self.c, self.voice))
        a_db, loss = _air(nominal, distance_m, a)
        fitted = nominal[:, None] * 10 ** ((a_db - np.multiply.outer(distance_m / 100, loss)) / 10)
        relative_db = np.maximum(decibels(a / np.maximum(fitted, _TINY)), QUIETEST_DB)
        z_share = np.array([_normal_share(z) for z in NODES])
        spread = np.stack([np.quantile(relative_db[:, band], z_share) for band in range(3)])
        lengths = [one.size for one in self.nominal]
        return Signature(
            a_db=a_db,
            c_over_a_db=decibels(c.sum(axis=0) / np.maximum(a.sum(axis=0), _TINY)),
            voice_over_a_db=decibels(voice.sum(axis=0) / np.maximum(a.sum(axis=0), _TINY)),
            loss_db_per_100m=loss,
            spread_db=levelled(spread),
            memory=_memory(relative_db, lengths, int(np.argmax(a.sum(axis=0)))),
            together=_together(relative_db),
            modulation=float(np.mean(self.modulation)),
            peak_over_c_db=float(decibels(np.concatenate(self.peak).sum() / max(c.sum(), _TINY))),
            shape_db=np.zeros(0) if shape_db is None else shape_db,
            tail_db=tail[0],
            tail_db_per_s=tail[1],
        )


def _air(nominal: Floats, distance_m: Floats, a: Floats) -> tuple[Floats, Floats]:
    """Per band: dB over nominal at no distance, and dB lost on 100 m, through the near and the far half."""
    middle_m = float(np.median(np.unique(distance_m.round(1))))
    near, far = distance_m <= middle_m, distance_m > middle_m
    if not far.any() or distance_m.max() < 2 * distance_m.min():
        return decibels(a.sum(axis=0) / nominal.sum()), np.zeros(3)
    gains = [decibels(a[part].sum(axis=0) / nominal[part].sum()) for part in (near, far)]
    metres = [float(np.average(distance_m[part], weights=nominal[part] + _TINY)) for part in (near, far)]
    loss = np.maximum(_LEAST_LOSS_DB, (gains[0] - gains[1]) / max(1.0, metres[1] - metres[0]) * 100)
    return np.asarray(gains[0] + loss * metres[0] / 100), loss


def _memory(relative_db: Floats, lengths: list[int], band: int) -> float:
    """The correlation of a hop's level with the next one's, within each render."""
    pairs = [part[:, band] for part in np.split(relative_db, np.cumsum(lengths)[:-1]) if len(part) > 8]
    if not pairs:
        return 0.0
    now, then = (np.concatenate([part[at] for part in pairs]) for at in (slice(None, -1), slice(1, None)))
    return float(np.clip(_correlation(now, then), 0.0, _MOST_MEMORY))


def _together(relative_db: Floats) -> float:
    """The mean correlation of two bands' levels, never negative."""
    return float(
        np.clip(np.mean([_correlation(relative_db[:, i], relative_db[:, j]) for i, j in ((0, 1), (1, 2))]), 0, 1)
    )


def _correlation(x: Floats, y: Floats) -> float:
    spread = float(np.std(x) * np.std(y))
    return float(np.mean((x - x.mean()) * (y - y.mean())) / spread) if spread > 1e-6 else 0.0


def _normal_share(z: float) -> float:
    """The share of a standard normal distribution below z."""
    grid = np.linspace(-8.0, z, 20_001)
    return float(np.clip(np.trapezoid(np.exp(-0.5 * grid * grid), grid) / np.sqrt(2 * np.pi), 0.0, 1.0))


def decibels(energy: Floats | float) -> Floats:
    """10 lg of energies; none is below -120 dB."""
    return np.asarray(10 * np.log10(np.maximum(energy, _TINY)))
