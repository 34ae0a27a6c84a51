"""How prominent an onset is: NT ACOU 112, also in BS 4142 annex E (reference: standards, section 5.3).

From the A-weighted Fast level: an onset lasts as long as it rises by more than 10 dB/s. Its rate OR is the slope of
the line fitted to it in dB/s, its difference LD is from its first to its last level in dB, and the prominence is
P = 3 log10(OR) + 2 log10(LD).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from node.sense.audio.level import FAST_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEP_S: Final = 0.01
"""From one level to the next; the method asks for 10 to 25 ms."""

GRADIENT_DB_PER_S: Final = 10.0


def fast_energies(energies: NDArray[np.float64], before: float, step_s: float) -> NDArray[np.float64]:
    """The Fast-weighted energy at the end of each step (IEC 61672-1, time constant 0.125 s).

    Args:
        energies: mean square of each step, shape (n,).
        before: the Fast-weighted energy at the beginning of the first.
        step_s: the length of a step, in seconds.

    Returns:
        float64, shape (n,).
    """
    keep = math.exp(-step_s / FAST_S)
    grown = keep ** -np.arange(1.0, energies.size + 1)
    return np.asarray((before + (1 - keep) * np.cumsum(energies * grown)) / grown)


def prominence(levels_db: NDArray[np.float64], at: int) -> float:
    """The prominence P of the onset that level `at` belongs to, or 0 where nothing rises there.

    Args:
        levels_db: A-weighted Fast level every `STEP_S`, in dB, shape (n,).
        at: the first level after the sound began, 1..n-1.
    """
    rises = np.diff(levels_db) > GRADIENT_DB_PER_S * STEP_S
    if not rises[at - 1]:
        return 0.0
    first = last = at - 1
    while first > 0 and rises[first - 1]:
        first -= 1
    while last + 1 < rises.size and rises[last + 1]:
        last += 1
    onset_db = levels_db[first : last + 2]
    t_s = STEP_S * (np.arange(onset_db.size) - (onset_db.size - 1) / 2)
    rate_db_per_s = float(t_s @ onset_db / (t_s @ t_s))
    difference_db = float(onset_db[-1] - onset_db[0])
    return max(0.0, 3 * math.log10(rate_db_per_s) + 2 * math.log10(difference_db))
