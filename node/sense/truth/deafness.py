"""Whether a microphone has gone deaf by degrees: what it still gives is its own noise, hour after hour.

Water, dust or a spider in front of the port take a microphone's hearing slowly; its converter works on. Its own noise
is the one sound that never changes: within ten minutes the quietest and the loudest tenth of an empty street differ by
several dB, those of noise by 0.3 dB. So ten minutes that are quiet and even are no street.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from node.sense.truth.spectrum import Spectrum

QUIET_DBFS: Final = -86.0
"""37 dB(A) at a microphone of -26 dBFS. The noise of one of 65 dB signal to noise (29 dB(A)) lies at -94 dBFS."""

EVEN_DB: Final = 0.8
HEARD_DB: Final = 6.0
"""A hop this far above the noise is a sound: the microphone hears."""

MINUTE: Final = 480
MINUTES: Final = 10


class DeafnessWatch:
    """Watches hop after hop; remembers the quietest and the loudest tenth of each of ten minutes."""

    def __init__(self) -> None:
        self._minute_db: list[float] = []
        self._tenths_db: deque[tuple[float, float]] = deque(maxlen=MINUTES)

    def is_deaf(self, spectrum: Spectrum) -> bool:
        """Whether the last ten minutes were nothing but the microphone's own noise, and this hop is, too."""
        level_db = spectrum.a_db
        if self._tenths_db and level_db > self._tenths_db[-1][1] + HEARD_DB:
            self._tenths_db.clear()
            self._minute_db.clear()
        self._minute_db.append(level_db)
        if len(self._minute_db) == MINUTE:
            quiet_db, loud_db = np.percentile(self._minute_db, (10, 90))
            self._tenths_db.append((float(quiet_db), float(loud_db)))
            self._minute_db.clear()
        if len(self._tenths_db) < MINUTES:
            return False
        quietest_db, loudest_db = min(low for low, _ in self._tenths_db), max(high for _, high in self._tenths_db)
        return loudest_db <= QUIET_DBFS and loudest_db - quietest_db <= EVEN_DB
