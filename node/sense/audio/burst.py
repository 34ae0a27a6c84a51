"""A burst: impulses that follow each other, how many and how regularly.

The intervals of automatic fire vary by less than a tenth of their mean, those of fireworks by far more (reference:
standards, section 5.5). A machine is regular too, and goes on and on.
"""

from __future__ import annotations

import math
from collections import deque
from statistics import fmean, median, pstdev
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from node.sense.audio.impulse import Impulse

GAP_S: Final = 2.0
"""A pause longer than this ends a burst."""

ECHO_S: Final = 0.3
ECHO_DB: Final = 6.0
"""An impulse within 0.3 s of one that was 6 dB louder may be its echo: a house 50 m away answers so late. It counts as
none."""

REGULAR_CV: Final = 0.1
REGULAR_COUNT: Final = 4
LATEST: Final = 32
"""Of how many intervals the regularity is taken."""

MACHINE_CV: Final = 0.5
MACHINE_S: Final = 5.0
MACHINE_COUNT: Final = 8
"""A machine goes on for 5 s with eight blows and more, less evenly where people guide it."""


class Burst:
    """The impulses of one burst: their number, and the last intervals between them."""

    def __init__(self) -> None:
        self.count = 0
        self.began_s = self.last_s = self._peak_db = -math.inf
        self._intervals_s: deque[float] = deque(maxlen=LATEST)

    def add(self, impulse: Impulse) -> bool:
        """Takes the next impulse, and says whether it counts: False for what may be an echo."""
        after_s = impulse.onset_s - self.last_s
        if after_s <= ECHO_S and impulse.peak_over_l90_db <= self._peak_db - ECHO_DB:
            return False
        if after_s > GAP_S:
            self.count, self.began_s = 0, impulse.onset_s
            self._intervals_s.clear()
        else:
            self._intervals_s.append(after_s)
        self.count += 1
        self.last_s, self._peak_db = impulse.onset_s, impulse.peak_over_l90_db
        return True

    @property
    def variation(self) -> float | None:
        """The coefficient of variation of its intervals; None for fewer than `REGULAR_COUNT` impulses.

        An interval about twice the middle one is two: in the ringing of a street a shot may drown.
        """
        if len(self._intervals_s) < REGULAR_COUNT - 1:
            return None
        middle_s = median(self._intervals_s)
        whole_s = [each_s / 2 if 1.75 < each_s / middle_s < 2.25 else each_s for each_s in self._intervals_s]
        return pstdev(whole_s) / fmean(whole_s)

    @property
    def is_regular(self) -> bool:
        """True for four impulses and more that follow each other as regularly as automatic fire."""
        variation = self.variation
        return variation is not None and variation < REGULAR_CV

    @property
    def is_machine(self) -> bool:
        """True for what has gone on for so long and so evenly that it is a tool."""
        variation = self.variation
        is_long = self.count >= MACHINE_COUNT and self.last_s - self.began_s >= MACHINE_S
        return is_long and variation is not None and variation < MACHINE_CV
