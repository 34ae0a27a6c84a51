"""From several channels to one: one broken or wrongly wired channel must not deafen the node."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

CANCELLED: Final = 0.1
"""A mean with less than this share of the strongest channel's energy (10 dB) has lost it. Channels that have
nothing in common lose 3 dB, and one of two that is silent loses 6 dB."""

STRONGER: Final = 4.0
"""Another channel is taken when it has this much more energy (6 dB): to change over makes a small click."""


class Mono:
    """Makes one channel of several: the mean of those that work, or the strongest where they cancel each other.

    Once channels have cancelled each other there is no way back to their mean: a wrong wire stays wrong, and a level
    that jumps between the two would look like a spike.
    """

    def __init__(self) -> None:
        self._channel: int | None = None

    def mix(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        """One channel, float32 (n,), of a stretch of sound.

        Args:
            frames: float32, shape (n, channels), full scale is -1..1; what is not finite is broken.

        Returns:
            The samples; nan where no channel is finite.
        """
        finite = np.isfinite(frames)
        if frames.shape[1] == 1 or not finite.any():
            return np.where(finite, frames, np.float32(np.nan))[:, 0]
        sound = np.where(finite, frames, np.float32(0)).astype(np.float64)
        working = finite.sum(axis=1)
        mean = np.where(working > 0, sound.sum(axis=1) / np.maximum(working, 1), np.nan)
        energy = np.square(sound).sum(axis=0)
        strongest = int(energy.argmax())
        if self._channel is None and np.square(np.nan_to_num(mean)).sum() < CANCELLED * energy[strongest]:
            self._channel = strongest
        if self._channel is not None:
            if energy[strongest] > STRONGER * energy[self._channel]:
                self._channel = strongest
            mean = np.where(finite[:, self._channel], sound[:, self._channel], mean)
        return mean.astype(np.float32)
