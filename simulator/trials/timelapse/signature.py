"""What a source is to a meter: how its energy lies in three bands, how it fluctuates, how it fades with distance.

A source's A-weighted level at the microphone follows from the street's data by spherical spreading: its nominal level.
A signature says what of it reaches the meter: per band the A-weighted energy as a share of the nominal one, what C
weighting and the voice band make of it, which levels it has how often, and how alike two hops in a row are.
Every number is measured on the rendered sound, by `python -m simulator.trials.timelapse.fit`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.world.layout import Floats

BANDS_HZ = ((0.0, 250.0), (250.0, 4000.0), (4000.0, 24_000.0))
"""Low, the voice band, high."""
NODES = (-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0)
"""Standard normal deviates at which a signature holds the distribution of its levels."""
QUIETEST_DB = -40.0
"""A pause is this far below the mean."""
_SHORTEST_MEMORY = 0.05
_FORGOTTEN = 1e-3


@dataclass(frozen=True, slots=True)
class Signature:
    """One kind of source. Shapes: (3,) by band, low to high.

    Args:
        a_db: A-weighted energy over the nominal level, (3,).
        c_over_a_db: C-weighted over A-weighted energy, (3,).
        voice_over_a_db: energy of the node's voice band over A-weighted energy, (3,).
        loss_db_per_100m: what 100 m of air take, (3,).
        spread_db: level of a hop over the mean energy at `NODES`, (3, 9), rising.
        memory: correlation of the levels of one hop and the next, 0..1.
        together: correlation of the levels of two bands, 0..1.
        modulation: depth of the voice band's envelope between 2 and 8 Hz, 0..1.
        peak_over_c_db: C-weighted peak over C-weighted mean of a hop.
        shape_db: mean energy hop by hop after its begin over the nominal level, for what rings by itself; else ().
        tail_db: level of the first hop after its end over its mean.
        tail_db_per_s: how fast the tail decays, 0 or more.
    """

    a_db: Floats
    c_over_a_db: Floats
    voice_over_a_db: Floats
    loss_db_per_100m: Floats
    spread_db: Floats
    memory: float
    together: float
    modulation: float
    peak_over_c_db: float
    shape_db: Floats
    tail_db: float
    tail_db_per_s: float

    @classmethod
    def read(cls, table: dict[str, Any]) -> Signature:
        """A signature from its table in `signatures.toml`."""
        columns: dict[str, Any] = {k: np.array(v) if isinstance(v, list) else v for k, v in table.items()}
        return cls(**columns)

    @property
    def rings(self) -> bool:
        """Whether it takes its own time, whatever the act says."""
        return self.shape_db.size > 0

    def fluctuation(self, rng: np.random.Generator, hops: int) -> Floats:
        """Energies of so many hops over their mean, (hops, 3): a Gaussian copula of the measured distribution."""
        own = rng.standard_normal((3, hops)) * np.sqrt(1.0 - self.together)
        z = _remembering(own + rng.standard_normal(hops) * np.sqrt(self.together), self.memory)
        levels_db = np.stack([np.interp(z[band], NODES, self.spread_db[band]) for band in range(3)], axis=1)
        return np.asarray(10 ** (levels_db / 10))


def _remembering(white: Floats, memory: float) -> Floats:
    """Noise (3, n) in which each value remembers the one before: a first-order autoregression of variance 1."""
    if memory < _SHORTEST_MEMORY:
        return white
    taps = memory ** np.arange(int(np.log(_FORGOTTEN) / np.log(memory)) + 1.0)
    taps /= np.sqrt(np.sum(np.square(taps)))
    # A circle has no begin: the first hop remembers the last ones, and is as much at rest as any.
    spectrum = np.fft.rfft(white, axis=1) * np.fft.rfft(np.resize(_folded(taps, white.shape[1]), white.shape[1]))
    return np.asarray(np.fft.irfft(spectrum, white.shape[1], axis=1))


def _folded(taps: Floats, n: int) -> Floats:
    """Taps wrapped around a circle of n, of power 1 again."""
    circle = np.bincount(np.arange(taps.size) % n, weights=taps, minlength=n)
    return np.asarray(circle / np.sqrt(np.sum(np.square(circle))))


def levelled(spread_db: Floats) -> Floats:
    """The same distributions (3, 9), moved so that the mean energy of each is 1."""
    z = np.linspace(-4.0, 4.0, 4001)
    weight = np.exp(-0.5 * z * z)
    weight /= weight.sum()
    means = [np.sum(weight * 10 ** (np.interp(z, NODES, row) / 10)) for row in spread_db]
    return np.asarray(spread_db - 10 * np.log10(means)[:, None])


def between(lower: Signature, upper: Signature, share: float) -> Signature:
    """A signature so far between two others, 0..1: for what grows with the weather."""

    def mixed(a: Any, b: Any) -> Any:
        return a if np.size(a) != np.size(b) else a + (b - a) * share

    return Signature(**{name: mixed(getattr(lower, name), getattr(upper, name)) for name in Signature.__slots__})
