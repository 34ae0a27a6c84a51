"""What a source is to a meter: how strong it is in each of a meter's columns, how it fades with distance, its courses.

A source's A-weighted level at the microphone follows from the street's data by spherical spreading: its nominal level.
A signature says what of it reaches the meter: per column the energy as a share of the nominal one, and how that goes
from hop to hop in takes that were measured on rendered sound, by `python -m simulator.trials.timelapse.fit`. Weeks of
scoring seeds hear takes of their own, which no training week ever plays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from node.sense.audio.timbre import OCTAVES_HZ, STEPS
from simulator.world.layout import Floats

BANDS_HZ = ((0.0, 250.0), (250.0, 4000.0), (4000.0, 24_000.0))
"""Low, the voice band, high."""

A_BANDS: Final = slice(0, 3)
C_WEIGHTED: Final = 3
VOICE: Final = 4
C_PEAK: Final = 5
OCTAVES: Final = slice(6, 6 + len(OCTAVES_HZ))
LINES: Final = OCTAVES.stop
ENVELOPE: Final = slice(LINES + 1, LINES + 1 + STEPS)
COLUMNS: Final = ENVELOPE.stop
"""Of a hop: A-weighted energy by band, C-weighted, the node's voice band, the C-weighted peak; then its timbre."""

QUIETEST_DB: Final = -40.0
_STEP_DB: Final = 0.25
_NEAREST: Final = 3
_ATTACK_HOPS: Final = 8
"""What lasts longer than its take goes on in it from here: it begins only once."""

Course = NDArray[np.uint8]
"""A take: energies over the mean, (hops, COLUMNS), in steps of a quarter of a dB from `QUIETEST_DB` on."""


@dataclass(frozen=True, slots=True)
class Takes:
    """Measured courses of one kind of source.

    Args:
        distance_m: from how far away each was measured.
        courses: one each.
    """

    distance_m: tuple[float, ...]
    courses: tuple[Course, ...]

    def play(self, rng: np.random.Generator, hops: int, distance_m: float, *, from_the_begin: bool) -> Floats:
        """Energies of so many hops over their mean, (hops, COLUMNS): one of the takes that are nearest in distance."""
        apart = np.abs(np.log(np.maximum(self.distance_m, 1.0) / max(distance_m, 1.0)))
        course = self.courses[int(rng.choice(np.argsort(apart, kind="stable")[:_NEAREST]))]
        first = 0 if from_the_begin else int(rng.integers(len(course)))
        at = first + np.arange(hops)
        over = at >= len(course)
        again_from = min(_ATTACK_HOPS, len(course) // 2) if from_the_begin else 0
        at[over] = again_from + (at[over] - len(course)) % (len(course) - again_from)
        return decoded(course[at])


@dataclass(frozen=True, slots=True)
class Signature:
    """One kind of source.

    Args:
        gain_db: energy over the nominal level, (COLUMNS,).
        loss_db_per_100m: what 100 m of air take, (COLUMNS,).
        shape_db: mean energy hop by hop after its begin over the nominal level, for what rings by itself; else ().
        tail_db: level of the first hop after its end over its mean.
        tail_db_per_s: how fast the tail decays, 0 or more.
        takes: what training weeks hear.
        sealed: what scoring weeks hear.
    """

    gain_db: Floats
    loss_db_per_100m: Floats
    shape_db: Floats
    tail_db: float
    tail_db_per_s: float
    takes: Takes
    sealed: Takes

    @property
    def rings(self) -> bool:
        """Whether it takes its own time, whatever the act says."""
        return self.shape_db.size > 0

    def fitted(self, nominal: Floats, distance_m: Floats) -> Floats:
        """The mean energies of hops of a nominal energy (n,), from a distance (n,): (n, COLUMNS)."""
        loss = np.multiply.outer(distance_m / 100, self.loss_db_per_100m)
        return np.asarray(nominal[:, None] * 10 ** ((self.gain_db - loss) / 10))


def coded(energies: Floats) -> Course:
    """Energies over their mean (hops, COLUMNS) as a take holds them."""
    level_db = 10 * np.log10(np.maximum(energies, 10 ** (QUIETEST_DB / 10)))
    return np.clip(np.round((level_db - QUIETEST_DB) / _STEP_DB), 0, 255).astype(np.uint8)


_ENERGY_OF_CODE: Final = 10 ** ((QUIETEST_DB + _STEP_DB * np.arange(256)) / 10)


def decoded(course: Course) -> Floats:
    """The energies of a take."""
    return np.asarray(_ENERGY_OF_CODE[course])


def between(lower: Signature, upper: Signature, share: float) -> Signature:
    """A signature so far between two others, 0..1: for what grows with the weather. It plays the nearer one's takes."""
    near = lower if share < 0.5 else upper

    def mixed(a: Any, b: Any) -> Any:
        return a + (b - a) * share

    return Signature(
        gain_db=mixed(lower.gain_db, upper.gain_db),
        loss_db_per_100m=mixed(lower.loss_db_per_100m, upper.loss_db_per_100m),
        shape_db=near.shape_db,
        tail_db=near.tail_db,
        tail_db_per_s=near.tail_db_per_s,
        takes=near.takes,
        sealed=near.sealed,
    )
