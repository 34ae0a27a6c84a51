"""Whether a microphone's gain ran away: everything became louder at once, or quieter, its own noise included.

No sound of a street does that. A crowd leaves the octave of 31.5 Hz as it was, a drill has a shape of its own, and
what raises every band, an explosion, is over soon. The rules:
1. A step: within a hop the octaves from 31.5 Hz up rise or fall by `STEP_DB` in the middle.
2. It is gain when after one of `RAIL_STEP_DB` a tenth of all samples and more stand at the rail and do not leave it for
   `SETTLED` hops: no street is as loud as that. Or when for `STAYS` hops some stand there and do not grow fewer. Or
   when all octaves moved alike (root mean square) and stay so: what echoes fades, the highest octaves first.
3. It is over when the street is back nearer to what it was than to what it became. What it was is the quiet of the
   last minute, not the moment of the step: a lorry may have passed just then.
4. A step of less than `RAIL_STEP_DB`, or one down, may be somebody's hand: after `ACCEPTED` hops it is how the
   microphone is now.
5. A microphone that stands at the rail for ten seconds, one sample of twenty, has too much gain whatever came before.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from node.sense.truth.spectrum import LOW_BANDS, Bands, Spectrum

STEP_DB: Final = 10.0
RAIL_STEP_DB: Final = 17.0
ALIKE_DB: Final = 3.5
ALIKE_PART: Final = 0.2
"""Octaves moved alike when they differ by the lesser of `ALIKE_DB` and this part of the step. Nine of ten instants of a
street stay under 3.5 dB without a step, half under 1.5 dB; of what begins suddenly in 970 real clips, nothing that is
steady comes under 4 dB at a step of 17 dB (measured 2026-11)."""

STEADY_DB: Final = 3.0
HIGHEST: Final = 3
SETTLED: Final = 3
"""Hops after a step into the rail; with the hop that holds the step they are fewer than a spike needs."""

STAYS: Final = 8
"""Hops after any other step: explosions are as even as gain for half a second (measured 2026-11)."""

BEFORE: Final = 8
"""Hops before a step, 1 s: what every octave rose from."""

MINUTE: Final = 480
QUIETEST: Final = 240
"""Hops, 30 s: after a step down their quiet is compared with that of before."""

ACCEPTED: Final = 7200
"""Hops, 15 min."""

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
        self._since: deque[Bands] = deque(maxlen=QUIETEST)
        self._floor_db: Bands | None = None
        self._rise_db = 0.0
        self._stuck_hops = 0
        self._rail_hops = 0

    def is_stuck(self, spectrum: Spectrum, clipped_share: float) -> bool:
        """Whether the gain in this hop is another than it was.

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
        elif self._is_over(octaves, self._floor_db):
            self._forget_step()
        if self._floor_db is None and len(self._recent) == self._recent.maxlen:
            self._minute.append(self._recent[0][0])
        return self._floor_db is not None or self._rail_hops >= RAIL_HOPS

    def _forget_step(self) -> None:
        self._floor_db = None
        self._recent.clear()
        self._means_db.clear()
        self._since.clear()

    def _look_for_step(self) -> None:
        """Rule 2: soon where it stands at the rail, later where it only stays as loud."""
        for settled in (SETTLED, STAYS):
            rise_db = self._step_db(settled, at_rail=settled == SETTLED)
            if rise_db is not None:
                before = [energy for energy, _ in self._recent][-settled - 1 - BEFORE : -settled - 1]
                quiet = np.percentile([*self._minute, *before], 10, axis=0)
                self._floor_db, self._rise_db, self._stuck_hops = 10 * np.log10(quiet), rise_db, settled
                return

    def _step_db(self, settled: int, *, at_rail: bool) -> float | None:
        """How far the gain rose in the hop before the last `settled` ones (fell: below 0); None without a step."""
        if len(self._recent) < BEFORE + 1 + settled or not self._has_moved(settled):
            return None
        octaves = np.array([energy for energy, _ in self._recent][-BEFORE - 1 - settled :])
        before, after = octaves[:BEFORE].mean(axis=0), octaves[-settled:].mean(axis=0)
        heard = (before > SOUNDLESS) & (after > SOUNDLESS)
        if np.count_nonzero(heard) < FEWEST_BANDS:
            return None
        over_db = 10 * np.log10(octaves[:, heard] / before[heard])
        rise_db = 10 * np.log10(after[heard] / before[heard])
        middle_db = float(np.median(rise_db))
        least_db = RAIL_STEP_DB if at_rail else STEP_DB
        size_db = middle_db if at_rail else abs(middle_db)
        if size_db < least_db or abs(float(np.median(over_db[BEFORE - 1]))) > least_db / 2:
            return None
        cut = [share for _, share in self._recent][-settled:]
        if at_rail:
            is_gain = min(cut) > CUT_SHARE and cut[-1] > CUT_STAYS * float(np.median(cut))
        else:
            alike = float(rise_db.std()) <= min(ALIKE_DB, ALIKE_PART * size_db)
            is_gain = alike and _is_steady(over_db[-settled:])
            is_gain = is_gain or (middle_db >= RAIL_STEP_DB and _stays_at_rail(cut))
        return middle_db if is_gain else None

    def _has_moved(self, settled: int) -> bool:
        """Whether the octaves moved at all; nearly every hop ends here, for the price of two sums."""
        means_db = list(self._means_db)[-BEFORE - 1 - settled :]
        return abs(sum(means_db[-settled:]) / settled - sum(means_db[:BEFORE]) / BEFORE) > STEP_DB / 2

    def _is_over(self, octaves: Bands, floor_db: Bands) -> bool:
        """Rules 3 and 4."""
        self._stuck_hops += 1
        if self._rise_db < RAIL_STEP_DB and self._stuck_hops >= ACCEPTED and self._rail_hops == 0:
            return True
        heard = floor_db > 10 * np.log10(SOUNDLESS)
        if not heard.any():
            return False
        if self._rise_db > 0:
            return float(np.median(10 * np.log10(octaves[heard]) - floor_db[heard])) < self._rise_db / 2
        self._since.append(octaves)
        up_db = self._step_db(STAYS, at_rail=False)
        if up_db is not None and up_db > -self._rise_db / 2:
            return True
        if len(self._since) < QUIETEST or self._stuck_hops % BEFORE:
            return False
        quiet_db = 10 * np.log10(np.percentile(self._since, 10, axis=0))
        return float(np.median(quiet_db[heard] - floor_db[heard])) > self._rise_db / 2


def _stays_at_rail(cut: list[float]) -> bool:
    """Whether shares of samples stand at the rail in each hop, and in the later half of the hops hardly fewer."""
    half = len(cut) // 2
    return min(cut) > CUT_LEAST and float(np.median(cut[half:])) > CUT_STAYS * float(np.median(cut[:half]))


def _is_steady(over_db: Bands) -> bool:
    """Whether neither the octaves as a whole nor the highest of them drift, nor jump about: (hops, octaves)."""
    half = len(over_db) // 2
    whole_db, highest_db = np.median(over_db, axis=1), over_db[:, -HIGHEST:].mean(axis=1)
    drifts_db = [abs(float(part[half:].mean() - part[:half].mean())) for part in (whole_db, highest_db)]
    return max(drifts_db) <= STEADY_DB and float(np.ptp(whole_db)) <= 2 * STEADY_DB
