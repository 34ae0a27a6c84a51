"""A quiet street in which something bangs, and its way through the meter to the impulse detector."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from node.config.settings import Settings
from node.sense.audio.background import Background
from node.sense.audio.impulse import Impulse, ImpulseDetector
from node.sense.audio.level import Meter
from node.sense.capture.hops import Hopper
from node.sense.capture.ports import AudioBlock

RATE_HZ = 48_000
SETTINGS = Settings.model_validate({"node": {"id": "pole-1"}})


def hum(seconds: float, seed: int = 1) -> NDArray[np.float32]:
    """Steady noise, 60 dB below a full-scale square wave: about 62 dB(A) by the nominal scale."""
    return (0.001 * np.random.default_rng(seed).standard_normal(round(seconds * RATE_HZ))).astype(np.float32)


def bang(decay_s: float = 0.01, strength: float = 0.5, seed: int = 2) -> NDArray[np.float32]:
    """Noise that begins at once and decays: its energy falls by e in `decay_s`."""
    n = round(8 * decay_s * RATE_HZ)
    shape = np.exp(-np.arange(n) / RATE_HZ / decay_s / 2)
    noise = np.random.default_rng(seed).standard_normal(n)
    noise[0] = 3.0
    return np.clip(strength / 3 * noise * shape, -1, 1).astype(np.float32)


def at(street: NDArray[np.float32], sound: NDArray[np.float32], *instants_s: float) -> NDArray[np.float32]:
    """The street with the sound at each instant; what would sound after the end is left out."""
    mixed = street.copy()
    for instant_s in instants_s:
        first = round(instant_s * RATE_HZ)
        part = sound[: mixed.size - first]
        mixed[first : first + part.size] += part
    return mixed


class Post:
    """A meter, a background and an impulse detector, fed with blocks of any size."""

    def __init__(self) -> None:
        full_scale_db = SETTINGS.microphone.full_scale_db
        self._hopper = Hopper()
        self._meter = Meter(full_scale_db)
        self._background = Background()
        self.detector = ImpulseDetector(SETTINGS.impulse, full_scale_db)
        self.found: list[Impulse] = []

    def hear(self, samples: NDArray[np.float32], from_s: float = 0.0, *, trusted: bool = True) -> list[Impulse]:
        """Takes a block, and gives all impulses so far."""
        for hop in self._hopper.push(AudioBlock(samples, from_s)):
            level = self._meter.measure(hop)
            self.found += self.detector.step(hop, level, self._background, trusted=trusted)
            if trusted:
                self._background.update(level.laf_db, absorb=True)
        return self.found


def impulses(samples: NDArray[np.float32]) -> list[Impulse]:
    """What a fresh post finds in a whole sound."""
    return Post().hear(samples)
