"""Whether a microphone's gain ran away: everything became louder at once, its own noise included.

No sound of a street does that. A crowd leaves the octave of 31.5 Hz as it was, a drill has a shape of its own, and
what raises every band, an explosion, is over soon. The rules:
1. A step: within a hop the octaves from 31.5 Hz up rise by `STEP_DB` in the middle.
2. It is gain when a tenth of all samples and more stand at the rail and do not leave it for `SETTLED` hops: no street
   is as loud as that. Or when for `STAYS` hops some stand there and do not grow fewer. Or when all octaves rose alike
   (`ALIKE_DB`, root mean square) and stay as long, the highest ones too (`STEADY_DB`): those fade first in the echo of
   a bang.
3. It is over when the street is back nearer to what it was than to what it became. What it was is the quiet of the
   last minute, not the moment of the step: a lorry may have passed just then.
4. A microphone that stands at the rail for ten seconds, one sample of twenty, has too much gain whatever came before.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from node.sense.truth.spectrum import LOW_BANDS, Bands, Spectrum

STEP_DB: Final = 17.0
ALIKE_DB: Final = 3.5
"""In 34 rendered streets nine of ten steps of 20 to 40 dB stay under it; of what begins suddenly there and in 970 real
clips, nothing that is steady comes under 4 dB (measured 2026-11)."""

STEADY_DB: Final = 3.0
HIGHEST: Final = 3
SETTLED: Final = 3
"""Hops after a step into the rail; with the hop that holds the step they are fewer than a spike needs."""

STAYS: Final = 8
"""Hops after any other step: explosions are as even as gain for half a second (measured 2026-11)."""

BEFORE: Final = 8
"""Hops before a step, 1 s: what every octave rose from."""

MINUTE: Final = 480
SOUNDLESS: Final = 1e-11
"""Mean square of an octave with no sound in it, such as those above half the rate of the device: -110 dBFS."""

FEWEST_BANDS: Final = 6
CUT_SHARE: Final = 0.1
CUT_LEAST: Final = 0.02
"""The same where it stays for `STAYS` hops: what comes and goes in a street makes some of them touch it rarely."""

CUT_STAYS: Final = 0.7
"""The part of the middle share at the rail that has to be left after the last hop: a bang leaves the rail."""

RAIL_SHARE: Final = 0.05
RAIL_HOPS: Final = 80


class GainWatch:
    """Watches hop after hop; remembers the octaves of the last minute."""

    def __init__(self) -> None:
        self._recent: deque[tuple[Bands, float]] = deque(maxlen=BEFORE + 1 + STAYS)
        self._means_db: deque[float] = deque(maxlen=BEFORE + 1 + STAYS)
        self._minute: deque[Bands] = deque(maxlen=MINUTE)
        self._floor_db: Bands | None = None
        self._rise_db = 0.0
        self._rail_hops = 0

    def is_stuck(self, spectrum: Spectrum, clipped_share: float) -> bool:
        """Whether the gain is too high in this hop.

        Args:
            spectrum: of the hop.
            clipped_share: the part of its samples at the rail, 0..1.
        """
        octaves = spectrum.energy[LOW_BANDS - 1 :]
        self._rail_hops = self._rail_hops + 1 if clipped_share > RAIL_SHARE else 0
        self._recent.append((octaves, clipped_share))
        self._means_db.append(10 * float(np.log10(octaves).mean()))
        if self._floor_db is None:
            self._look_for_step()
        elif self._is_back(octaves, self._floor_db):
            self._floor_db = None
            self._recent.clear()
            self._means_db.clear()
        if self._floor_db is None and len(self._recent) == self._recent.maxlen:
            self._minute.append(self._recent[0][0])
        return self._floor_db is not None or self._rail_hops >= RAIL_HOPS

    def _look_for_step(self) -> None:
        """Rule 2: soon where it stands at the rail, later where it only stays as loud."""
        for settled in (SETTLED, STAYS):
            rise_db = self._step_db(settled, at_rail=settled == SETTLED)
            if rise_db is not None:
                before = [energy for energy, _ in self._recent][-settled - 1 - BEFORE : -settled - 1]
                quiet = np.percentile([*self._minute, *before], 10, axis=0)
                self._floor_db, self._rise_db = 10 * np.log10(quiet), rise_db
                return

    def _step_db(self, settled: int, *, at_rail: bool) -> float | None:
        """How far the gain rose in the hop before the last `settled` ones; None where it did not."""
        if len(self._recent) < BEFORE + 1 + settled or not self._is_louder(settled):
            return None
        octaves = np.array([energy for energy, _ in self._recent][-BEFORE - 1 - settled :])
        before = octaves[:BEFORE].mean(axis=0)
        heard = before > SOUNDLESS
        if np.count_nonzero(heard) < FEWEST_BANDS:
            return None
        over_db = 10 * np.log10(octaves[:, heard] / before[heard])
        rise_db = 10 * np.log10(octaves[-settled:, heard].mean(axis=0) / before[heard])
        middle_db = float(np.median(rise_db))
        if middle_db < STEP_DB or float(np.median(over_db[BEFORE - 1])) > STEP_DB / 2:
            return None
        cut = [share for _, share in self._recent][-settled:]
        if at_rail:
            is_gain = min(cut) > CUT_SHARE and cut[-1] > CUT_STAYS * float(np.median(cut))
        else:
            is_gain = float(rise_db.std()) <= ALIKE_DB and _is_steady(over_db[-settled:])
            is_gain = is_gain or _stays_at_rail(cut)
        return middle_db if is_gain else None

    def _is_louder(self, settled: int) -> bool:
        """Whether the octaves rose at all; nearly every hop ends here, for the price of two sums."""
        means_db = list(self._means_db)[-BEFORE - 1 - settled :]
        return sum(means_db[-settled:]) / settled - sum(means_db[:BEFORE]) / BEFORE > STEP_DB / 2

    def _is_back(self, octaves: Bands, floor_db: Bands) -> bool:
        heard = floor_db > 10 * np.log10(SOUNDLESS)
        above_db = 10 * np.log10(octaves[heard]) - floor_db[heard]
        return bool(heard.any()) and float(np.median(above_db)) < self._rise_db / 2


def _stays_at_rail(cut: list[float]) -> bool:
    """Whether shares of samples stand at the rail in each hop, and in the later half of the hops hardly fewer."""
    half = len(cut) // 2
    return min(cut) > CUT_LEAST and float(np.median(cut[half:])) > CUT_STAYS * float(np.median(cut[:half]))


def _is_steady(over_db: Bands) -> bool:
    """Whether neither the octaves as a whole nor the highest of them change from hop to hop, (hops, octaves)."""
    whole_db, highest_db = np.median(over_db, axis=1), over_db[:, -HIGHEST:].mean(axis=1)
    return float(np.ptp(whole_db)) <= STEADY_DB and abs(float(highest_db[-1] - highest_db[0])) <= STEADY_DB
