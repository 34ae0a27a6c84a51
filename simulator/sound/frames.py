"""Any stretch of what is rendered in frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.sound.noise import FRAME

Number = TypeVar("Number", np.float32, np.float64)

_KEPT = 3


class Frames(Generic[Number]):
    """Frames in a row, the nearest ones kept.

    Args:
        frame: makes what belongs to frame `index`, whenever it is asked for, always the same.
    """

    def __init__(self, frame: Callable[[int], NDArray[Number]]) -> None:
        self._frame: Callable[[int], NDArray[Number]] = frame
        self._kept: dict[int, NDArray[Number]] = {}

    def of(self, index: int) -> NDArray[Number]:
        """What belongs to frame `index`; not to be changed."""
        if index not in self._kept:
            self._kept[index] = self._frame(index)
            if len(self._kept) > _KEPT:
                del self._kept[max(self._kept, key=lambda other: abs(other - index))]
        return self._kept[index]

    def samples(self, first: int, count: int) -> NDArray[Number]:
        """Samples `first` to `first + count` of frames of (FRAME,), `count` being above 0; not to be changed."""
        indices = range(first // FRAME, (first + count - 1) // FRAME + 1)
        begin = first - indices[0] * FRAME
        if len(indices) == 1:
            return self.of(indices[0])[begin : begin + count]
        return np.concatenate([self.of(i) for i in indices])[begin : begin + count]
