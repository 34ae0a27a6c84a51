"""One take of a sound: how long it is to be, the chance in it, and a canvas that it is drawn upon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.world.layout import Floats


@dataclass(frozen=True, slots=True)
class Take:
    """What is asked of a recipe.

    Args:
        count: samples at 48 kHz, 1 or more. What rings by itself takes its own time instead.
        rng: the chance of this one sound.
        nature: the chance of what makes it: the same gun, bell or dog for all sounds of one act.
        wraps: its end is to run into its begin, because it is played round and round.
    """

    count: int
    rng: np.random.Generator
    nature: np.random.Generator
    wraps: bool = False

    @property
    def lasts_s(self) -> float:
        """Its length in seconds."""
        return self.count / SAMPLE_RATE_HZ

    def canvas(self) -> Canvas:
        """An empty stretch of its length."""
        return Canvas(self.count, wraps=self.wraps)

    def beats(self, every_s: float, spread: float = 0.0) -> Iterator[int]:
        """Samples at which something happens about every `every_s`, each up to `spread` of that late.

        Where it wraps, a whole number of them fits.
        """
        number = max(1, round(self.lasts_s / every_s)) if self.wraps else max(1, int(self.lasts_s / every_s) + 1)
        step = self.count / number if self.wraps else every_s * SAMPLE_RATE_HZ
        for index in range(number):
            at = int((index + spread * self.rng.random()) * step)
            if at < self.count:
                yield at

    def scattered(self, per_s: float) -> Iterator[int]:
        """Samples at which something happens by chance, `per_s` times a second and at least once."""
        number = max(1, int(self.rng.poisson(per_s * self.lasts_s)))
        yield from np.sort(self.rng.integers(0, self.count, number)).tolist()


class Canvas:
    """A stretch of silence that sounds are laid on.

    Args:
        count: its length in samples.
        wraps: what goes over its end comes in at its begin; else it is lost.
    """

    def __init__(self, count: int, *, wraps: bool = False) -> None:
        self.samples: Floats = np.zeros(count)
        self._wraps = wraps

    def lay(self, at: int, sound: Floats, gain: float = 1.0) -> None:
        """Adds a sound (n,) from sample `at` on."""
        size = self.samples.size
        if not self._wraps:
            begin = max(0, -at)
            end = min(sound.size, size - at)
            if begin < end:
                self.samples[at + begin : at + end] += gain * sound[begin:end]
            return
        done = 0
        while done < sound.size:
            start = (at + done) % size
            part = min(sound.size - done, size - start)
            self.samples[start : start + part] += gain * sound[done : done + part]
            done += part
