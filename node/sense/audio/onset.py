"""Where sudden sounds begin, to the millisecond. Pure functions of the energy of each millisecond.

A sound begins suddenly where a millisecond is far louder than any of those from 25 to 4 ms before it. The greatest of
them, not their mean: a voice beats a hundred times a second, an engine fifty times, and neither begins each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from numpy.typing import NDArray

BEFORE: Final = 25
"""How many milliseconds before are looked at; so many have to be known before the first that can begin anything."""

RISING: Final = 3
"""The milliseconds just before, which belong to the rise itself."""

DEAD: Final = 30
"""After an onset none is looked for in so many milliseconds: a bullet's shock, its muzzle blast and the ground's answer
are one. The fastest weapon fires once in 50."""

BEGUN: Final = 2.0
"""A rise has begun where the energy is this many times that before it."""


def onsets(energies: NDArray[np.float64], jump_db: float, floor: float) -> list[int]:
    """The milliseconds at which sudden sounds begin, rising, each from `BEFORE` on.

    Args:
        energies: mean square of each millisecond, shape (n,).
        jump_db: how much louder than all before a millisecond has to be.
        floor: the least energy of such a millisecond.
    """
    if energies.size <= BEFORE:
        return []
    before = sliding_window_view(energies[: -1 - RISING], BEFORE - RISING).max(axis=1)
    now = energies[BEFORE:]
    jumps = np.flatnonzero((now >= floor) & (now > 10 ** (jump_db / 10) * before))
    found: list[int] = []
    for k in jumps.tolist():
        at = _first(energies, k + BEFORE, BEGUN * before[k])
        if not found or at - found[-1] >= DEAD:
            found.append(at)
    return found


def _first(energies: NDArray[np.float64], at: int, begun: float) -> int:
    """The first millisecond of a rise that is plain at `at`."""
    first = at
    while at - first < RISING and energies[first - 1] >= begun:
        first -= 1
    return first


def rise_ms(energies: NDArray[np.float64], within_db: float) -> int:
    """From the beginning of a sound, shape (n,), to its first millisecond so close to its loudest, 1 or more."""
    return int(np.argmax(energies >= 10 ** (-within_db / 10) * energies.max())) + 1


def decay_ms(energies: NDArray[np.float64]) -> int:
    """How long a sound, shape (n,), stays within 10 dB of its loudest, in means of 5 ms; n where it does to the end."""
    smooth = np.convolve(energies, np.full(5, 0.2), "valid")
    loudest = int(np.argmax(smooth))
    under = smooth[loudest:] < 0.1 * smooth[loudest]
    return int(np.argmax(under)) if under.any() else energies.size
