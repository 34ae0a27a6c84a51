"""What changes a sound as it goes: it comes again, its source moves, a recorder turns its gain.

Drawn alike for every class, as all of the channel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from node.sense.audio.logmel import RATE_HZ

Floats32 = NDArray[np.float32]
_BLOCK = 80
"""Samples of a block of the compressor's envelope: 5 ms."""
_SHORT = RATE_HZ
_SPEED_OF_SOUND_M_S = 343.0


def repeated(rng: np.random.Generator, sound: Floats32, most: int) -> Floats32:
    """A short sound two to five times, at even or uneven distances and not equally loud; a longer one as it is.

    Args:
        rng: that draws it.
        sound: shape (n,).
        most: samples that come out at most.
    """
    if sound.size > _SHORT:
        return sound
    times, apart = int(rng.integers(2, 6)), round(RATE_HZ * float(np.exp(rng.uniform(np.log(0.09), np.log(0.8)))))
    uneven = float(rng.choice([0.0, 0.1, 0.5]))
    again = np.zeros(most, dtype=np.float32)
    at = 0
    for _ in range(times):
        part = sound[: max(0, most - at)]
        again[at : at + part.size] += part * np.float32(10 ** (float(rng.normal(0.0, 2.0)) / 20))
        at += max(1, round(apart * (1 + uneven * float(rng.uniform(-1.0, 1.0)))))
        if at >= most:
            break
    return again[: min(most, at + sound.size)]


def passing(rng: np.random.Generator, sound: Floats32) -> Floats32:
    """A sound whose source goes by at up to 25 m/s: shape as given.

    Its pitch falls by Doppler's effect and its level swells as the inverse of the distance.
    """
    speed_m_s, nearest_m = float(rng.uniform(3.0, 25.0)), float(np.exp(rng.uniform(np.log(4.0), np.log(60.0))))
    t_s = np.arange(sound.size) / RATE_HZ
    past_m = speed_m_s * (t_s - float(rng.uniform(-0.5, 1.5)) * sound.size / RATE_HZ)
    distance_m = np.hypot(past_m, nearest_m)
    late_s = (distance_m - distance_m[0]) / _SPEED_OF_SOUND_M_S
    heard = np.interp(t_s - late_s, t_s, sound)
    return np.asarray(heard * (distance_m.min() / distance_m), dtype=np.float32)


def compressed(rng: np.random.Generator, sound: Floats32) -> Floats32:
    """What a recorder with automatic gain makes of a sound: its loud parts are turned down, and it comes back slowly.

    Args:
        rng: that draws how strongly and how fast.
        sound: shape (n,), full scale 1.
    """
    peaks = np.abs(np.pad(sound, (0, -sound.size % _BLOCK))).reshape(-1, _BLOCK).max(axis=1)
    back = float(np.exp(-_BLOCK / RATE_HZ / np.exp(rng.uniform(np.log(0.05), np.log(0.8)))))
    slow = signal.lfilter([1 - back], [1, -back], peaks)
    envelope = np.maximum(peaks if rng.random() < 0.5 else 0.5 * peaks, slow)
    threshold = float(peaks.max()) * 10 ** (float(rng.uniform(-30.0, -6.0)) / 20)
    over_db = 20 * np.log10(np.maximum(envelope / max(1e-9, threshold), 1.0))
    gain_db = -over_db * (1 - 1 / float(rng.uniform(1.5, 8.0)))
    at = np.arange(sound.size) / _BLOCK
    turned = sound * (10 ** (np.interp(at, np.arange(gain_db.size), gain_db) / 20))
    return np.asarray(turned / max(1e-9, float(np.abs(turned).max())), dtype=np.float32)
