"""What a sound meets between its source and a sample: speed, air, walls, a microphone, a limiter.

All of it is drawn anew for every scene and alike for every class, so that none of it betrays a class.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from node.sense.audio.logmel import RATE_HZ
from simulator.sound.shaping import fast_length

Floats32 = NDArray[np.float32]
Gains = NDArray[np.float32]

_KNOTS_HZ = np.array([60.0, 150.0, 350.0, 800.0, 1700.0, 3200.0, 5200.0, 8000.0])


def faster(sound: Floats32, ratio: float) -> Floats32:
    """A sound played faster and higher by about `ratio` (0.5 to 2), by its spectrum.

    Its length is one that a transform is quick at: up to a fifth longer than was asked.
    """
    steps = fast_length(sound.size + 256)
    wanted = fast_length(max(2, round(steps / ratio)))
    spectrum = np.fft.rfft(sound, steps)
    kept = np.zeros(wanted // 2 + 1, dtype=spectrum.dtype)
    shared = min(kept.size, spectrum.size)
    kept[:shared] = spectrum[:shared]
    played = np.fft.irfft(kept, wanted) * (wanted / steps)
    return played[: max(1, sound.size * wanted // steps)].astype(np.float32)


def echoes(rng: np.random.Generator) -> Floats32:
    """An impulse response: what comes straight, a few walls, and a tail that decays over 0.15 to 1.6 s."""
    n = round(RATE_HZ * 0.9)
    response = np.zeros(n, dtype=np.float32)
    response[0] = 1.0
    for at_s in rng.uniform(0.003, 0.12, int(rng.integers(0, 7))).tolist():
        response[round(at_s * RATE_HZ)] += float(rng.uniform(-0.6, 0.6) * np.exp(-at_s / 0.08))
    decay_s = float(np.exp(rng.uniform(np.log(0.15), np.log(1.6))))
    tail = rng.standard_normal(n, dtype=np.float32) * np.exp(
        np.float32(-6.9 / decay_s) * np.arange(n, dtype=np.float32) / np.float32(RATE_HZ)
    )
    late = round(float(rng.uniform(0.002, 0.03)) * RATE_HZ)
    tail[:late] = 0.0
    strength = 10 ** (float(rng.uniform(-26.0, -2.0)) / 20)
    response += strength * tail / np.float32(max(1e-6, float(np.sqrt(np.sum(np.square(tail))))))
    return response


def tone(rng: np.random.Generator, bins: int, spread_db: float) -> Gains:
    """A smooth equaliser curve as factors of amplitude at `bins` lines from 0 Hz to 8 kHz."""
    levels_db = rng.normal(0.0, spread_db, _KNOTS_HZ.size)
    f_hz = np.linspace(0.0, RATE_HZ / 2, bins)
    curve_db = np.interp(np.log(f_hz + 20.0), np.log(_KNOTS_HZ + 20.0), levels_db)
    return (10 ** (curve_db / 20)).astype(np.float32)


def air(rng: np.random.Generator, bins: int, most_db: float) -> Gains:
    """What distance takes from the highs: up to `most_db` at 8 kHz, as the square of the frequency (ISO 9613-1)."""
    f = np.linspace(0.0, 1.0, bins)
    return (10 ** (-(float(rng.uniform(0.0, 1.0)) ** 2) * most_db * np.square(f) / 20)).astype(np.float32)


def band_limit(rng: np.random.Generator, bins: int, often: float) -> Gains:
    """A microphone's or a codec's edges: often none, else a low-pass from 3 kHz, a high-pass up to 300 Hz."""
    f_hz = np.linspace(0.0, RATE_HZ / 2, bins)
    gains = np.ones(bins)
    if rng.random() < 0.3 * often:
        gains /= np.sqrt(1 + (f_hz / float(rng.uniform(3000.0, 7800.0))) ** (2 * int(rng.integers(1, 9))))
    if rng.random() < 0.5 * often:
        edge = float(rng.uniform(20.0, 300.0))
        gains *= (f_hz / edge) ** 2 / np.sqrt(1 + (f_hz / edge) ** 4)
    return gains.astype(np.float32)


def self_noise(rng: np.random.Generator, count: int, slope: float) -> Floats32:
    """Noise whose power falls with the frequency to the power of `slope`, effective value 1: shape (count,)."""
    steps = fast_length(count)
    f_hz = np.fft.rfftfreq(steps, 1 / RATE_HZ)
    shape = (np.maximum(f_hz, 30.0) ** (-slope / 2)).astype(np.float32) * tone(rng, f_hz.size, 4.0)
    spectrum = shape * rng.standard_normal(2 * f_hz.size, dtype=np.float32).view(np.complex64)
    sound = np.fft.irfft(spectrum, steps)[:count]
    return np.asarray(sound / max(1e-12, float(np.sqrt(np.mean(np.square(sound))))), dtype=np.float32)


def clipped(rng: np.random.Generator, sound: Floats32) -> Floats32:
    """Hard or soft, up to 15 dB over full scale; a peak of 1 comes out as a peak of 1 or less."""
    driven = sound * np.float32(10 ** (float(rng.uniform(0.0, 15.0)) / 20))
    return np.asarray(np.tanh(driven) if rng.random() < 0.5 else np.clip(driven, -1.0, 1.0), dtype=np.float32)
