"""A sound at 1 m from what makes it, of any length, any stretch of it at any time."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.world.layout import Floats


class Source(Protocol):
    """Sound pressure at 1 m, in Pa at 48 kHz."""

    @property
    def length(self) -> int:
        """How many samples there are."""

    def samples(self, first: int, count: int) -> Floats:
        """Samples `first` to `first + count`: float64, shape (count,); zeros outside [0, length).

        The same samples however they are cut.
        """


class Whole:
    """A short sound, all of it at hand.

    Args:
        sound_pa: shape (n,).
    """

    def __init__(self, sound_pa: Floats) -> None:
        self._sound = sound_pa
        self.length = sound_pa.size

    def samples(self, first: int, count: int) -> Floats:
        """See `Source`."""
        cut = np.zeros(max(0, count))
        begin, end = max(0, first), min(self.length, first + count)
        if begin < end:
            cut[begin - first : end - first] = self._sound[begin:end]
        return cut


class Round:
    """A long sound: one stretch played round and round, faded in and out.

    Args:
        stretch_pa: shape (n,); its end runs into its begin.
        length: how many samples there are in all.
        fade_s: how long it takes to come and to go.
    """

    def __init__(self, stretch_pa: Floats, length: int, fade_s: float = 0.05) -> None:
        self._stretch = stretch_pa
        self._fade = max(1, round(fade_s * SAMPLE_RATE_HZ))
        self.length = length

    def samples(self, first: int, count: int) -> Floats:
        """See `Source`."""
        cut = np.zeros(max(0, count))
        begin, end = max(0, first), min(self.length, first + count)
        at = begin
        while at < end:
            start = at % self._stretch.size
            part = min(end - at, self._stretch.size - start)
            cut[at - first : at - first + part] = self._stretch[start : start + part]
            at += part
        if begin < min(end, self._fade) or max(begin, self.length - self._fade) < end:
            position = np.arange(first, first + cut.size)
            near = np.minimum(position + 0.5, self.length - position - 0.5) / self._fade
            cut *= 0.5 - 0.5 * np.cos(np.pi * np.clip(near, 0, 1))
        return cut
