"""What a node knew from half second to half second, for plots and for nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from node.sense.pipeline import Observation

CELL_S = 0.5


@dataclass(slots=True)
class Series:
    """One number a cell of `CELL_S`; NaN where it was not known. Lists of one length.

    Args:
        level_db: greatest A-weighted Fast level of the cell.
        background_db: L50 of the background at its end.
        present: whether something stood or moved before the camera, 0 or 1.
        foreground_share: of the picture that differs from the background, 0..1.
        motion: root mean square speed in the picture, in picture heights a second.
    """

    level_db: list[float] = field(default_factory=list)
    background_db: list[float] = field(default_factory=list)
    present: list[float] = field(default_factory=list)
    foreground_share: list[float] = field(default_factory=list)
    motion: list[float] = field(default_factory=list)

    def take(self, seen: Observation) -> None:
        """Notes what is known at `seen.t_s`; the order of time is that of the calls."""
        cell = max(0, math.ceil(seen.t_s / CELL_S) - 1)
        while len(self.level_db) <= cell:
            for numbers in (self.level_db, self.background_db, self.present, self.foreground_share, self.motion):
                numbers.append(math.nan)
        if seen.level is not None:
            self.level_db[cell] = _larger(self.level_db[cell], seen.level.laf_max_db)
        if seen.background_db is not None:
            self.background_db[cell] = seen.background_db
        if seen.scene is not None and seen.scene.ready:
            self.present[cell] = float(seen.scene.present)
            self.foreground_share[cell] = seen.scene.foreground_share
            self.motion[cell] = math.sqrt(seen.scene.flow_energy)


def _larger(before: float, now: float) -> float:
    return now if math.isnan(before) else max(before, now)
