"""What was sensed in one summary window: levels and exposure, and nothing that could be played or looked at."""

from __future__ import annotations

import math
from collections import Counter

from node.airlock.record import MAX_LEVEL_DDB, WindowSensed
from node.sense.audio.level import SoundLevel

_LONGEST_FRAME_GAP_S = 1.0
_LONGEST_S = 3600


class Window:
    """Sums up a window.

    LN is the Fast level exceeded N per cent of the time, from LAF at the end of each 125 ms hop, to 0.1 dB.

    Args:
        opened_s: when it began, on the clock of the pipeline.
        full_scale_db: the level of a root mean square of 1.0, as the meter has it.
        calibration: 0 none, 1 nominal, 2 calibrator.
    """

    def __init__(self, opened_s: float, full_scale_db: float, calibration: int) -> None:
        self.opened_s = opened_s
        self._full_scale_db = full_scale_db
        self._calibration = calibration
        self._energy = 0.0
        self._hops = 0
        self._greatest_db = -math.inf
        self._fast_ddb: Counter[int] = Counter()
        self._sound_s = 0.0
        self._sight_s = 0.0
        self._seen_s: float | None = None

    def hear(self, level: SoundLevel, hop_s: float) -> None:
        """Takes in a hop of trusted sound."""
        self._energy += level.a_energy
        self._hops += 1
        self._greatest_db = max(self._greatest_db, level.laf_max_db)
        self._fast_ddb[round(level.laf_db * 10)] += 1
        self._sound_s += hop_s

    def see(self, t_s: float) -> None:
        """Takes in the instant of a trusted frame; the time since the one before counts, up to a second."""
        if self._seen_s is not None:
            self._sight_s += min(max(t_s - self._seen_s, 0.0), _LONGEST_FRAME_GAP_S)
        self._seen_s = t_s

    def go_blind(self) -> None:
        """A frame was not to be trusted: the time around it does not count."""
        self._seen_s = None

    def close(self, closed_s: float) -> WindowSensed:
        """The record of the window."""
        span_s = min(max(math.ceil(closed_s - self.opened_s), 1), _LONGEST_S)
        sound_s = min(round(self._sound_s), span_s)
        levels = self._levels() if sound_s else (0, 0, 0, 0, 0)
        return WindowSensed(span_s, sound_s, min(round(self._sight_s), span_s), self._calibration, *levels)

    def _levels(self) -> tuple[int, int, int, int, int]:
        """LAeq, LAFmax, L10, L50, L90 in tenths of a dB."""
        laeq_db = 10 * math.log10(max(self._energy / self._hops, 1e-15)) + self._full_scale_db
        return (
            _bounded(laeq_db * 10),
            _bounded(self._greatest_db * 10),
            *(_bounded(self._exceeded(share)) for share in (0.10, 0.50, 0.90)),
        )  # type: ignore[return-value]  # two and three are five

    def _exceeded(self, share: float) -> int:
        """The level exceeded for this share of the time."""
        left = share * self._hops
        for level_ddb in sorted(self._fast_ddb, reverse=True):
            left -= self._fast_ddb[level_ddb]
            if left < 0:
                return level_ddb
        return min(self._fast_ddb)


def _bounded(level_ddb: float) -> int:
    """A level inside the record's range."""
    return min(max(round(level_ddb), -MAX_LEVEL_DDB), MAX_LEVEL_DDB)
