"""What a model's probabilities are worth: log odds, and how far they lie above the threshold of their class."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from node.config.sound_classes import SoundClass

LEAST: Final = 1e-6
NEVER: Final = -math.inf
CLEAR_ODDS: Final = 2.0
"""So far above its threshold a class is clear."""


def log_odds(probability: float) -> float:
    """ln(p / (1 - p)) of a probability, kept finite: 0 and 1 count as one in a million away."""
    p = min(max(probability, LEAST), 1 - LEAST)
    return math.log(p / (1 - p))


class Thresholds:
    """The threshold of each class of a model.

    Args:
        probabilities: by class; a class without one is never sure.
    """

    def __init__(self, probabilities: Mapping[SoundClass, float]) -> None:
        self._odds = {name: log_odds(p) for name, p in probabilities.items()}

    def __bool__(self) -> bool:
        """Whether there is any: without a model there is none."""
        return bool(self._odds)

    def margin(self, name: SoundClass, odds: float) -> float:
        """How far log odds lie above the threshold of a class; minus infinity for a class without one."""
        return odds - self._odds[name] if name in self._odds else NEVER
