"""Whether a contact crackles: a jump that nothing answers.

The ground and the houses answer every bang for tenths of a second: the air of a street is never dry. A loose contact, a
static discharge or a lost word of the converter leaves nothing behind. Looked at are the steps from sample to sample,
in which a street is quiet and a jump is not. The rules:
1. A step is a crackle when for 20 ms after it the steps lie 60 dB under it, by their median: one crackle may follow
   upon another. In 287 hops with real shots, rockets, claps, knocks and ticks the driest lies at 43 dB, and wood
   that burns beside a microphone at 56 dB; a jump of half of full scale in a rendered street at 58 to 80 dB (2026-11).
2. Where less than 5 ms follow within the hop, nobody can know: it is one if there was another within the last minute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_STEP: Final = 0.05
"""Of full scale, from one sample to the next. What is quieter begins no incident."""

PULSE: Final = 144
"""Samples, 3 ms: a crackle is over by then."""

TAIL: Final = 960
LEAST_TAIL: Final = 240
"""Samples looked at after it, 20 ms, and the fewest that say anything, 5 ms."""

DRY_DB: Final = 60.0
BACK: Final = 0.1
"""After a crackle the sound is as near to its zero as this part of the step: one that is cut at the rail is not."""

MINUTE: Final = 480
_MEDIAN_OF_NOISE: Final = 0.6745
"""Of the magnitudes of Gaussian noise, in root mean squares."""


class CrackleWatch:
    """Watches hop after hop; remembers how long ago the last crackle was."""

    def __init__(self) -> None:
        self._ago = MINUTE

    def crackles(self, samples: NDArray[np.float32], offset: float) -> bool:
        """Whether the greatest step of a hop was none of the street's.

        Args:
            samples: of the hop, float32 (n,), n above 1, full scale is -1..1.
            offset: their mean.
        """
        steps = np.abs(np.diff(samples))
        at = int(steps.argmax())
        step = float(steps[at])
        self._ago = min(self._ago + 1, MINUTE)
        if step < LEAST_STEP:
            return False
        after = slice(at + PULSE, at + PULSE + TAIL)
        if steps[after].size < LEAST_TAIL:
            found = self._ago < MINUTE
        else:
            is_dry = float(np.median(steps[after])) / _MEDIAN_OF_NOISE < step * 10 ** (-DRY_DB / 20)
            found = is_dry and float(np.median(np.abs(samples[after] - offset))) < BACK * step
        self._ago = 0 if found else self._ago
        return found
