"""Thunder: a crooked channel some kilometres long, every piece of which cracks at the same moment (Few 1969).

Stretches that lie across the line of sight are heard at once, as a clap; the others one piece after the other, as a
roll. What is farther comes later, weaker and duller. Every piece gives an N-wave.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.sound.blasts import n_wave
from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.sound.shaping import (
    both,
    fast_length,
    frequencies_hz,
    high_pass,
    low_pass,
    noise,
    seconds,
    swell,
    wander,
)
from simulator.sound.take import Take
from simulator.world.layout import Floats

_REACHES = ((0.002, 4000.0), (0.004, 1200.0), (0.008, 400.0))
"""Near, farther and far pieces: how long their N-waves are in s, and where the air cuts them off in Hz."""
_PIECES_PER_S = 1200
_FADES_S = 4.5
"""Claps that come so much later are e times weaker."""


@dataclass(frozen=True, slots=True)
class _Clap:
    """One stretch of the channel: when it is heard, how strong, how sudden, how long."""

    at_s: float
    strength: float
    rise_s: float
    fall_s: float


def thunder(take: Take) -> Floats:
    """One stroke of 6 to 9 s."""
    n = round(float(take.nature.uniform(6.0, 9.0)) * SAMPLE_RATE_HZ)
    claps = _claps(take)
    crack = _crack(take, claps, n)
    rumble = noise(take.rng, n, both(high_pass(28.0, 2), low_pass(float(take.nature.uniform(150, 190)), 2)))
    rumble *= _envelope(claps, n) * np.exp(0.4 * wander(take.rng, n, 0.08))
    heavy = float(take.nature.uniform(1.0, 1.4))
    return np.asarray((_even(crack) + heavy * _even(rumble)) * swell(n, 0.001, 1.5))


def _even(sound: Floats) -> Floats:
    return sound / float(np.sqrt(np.mean(np.square(sound))))


def _claps(take: Take) -> list[_Clap]:
    """The first and loudest at once, the others over some seconds."""
    nature = take.nature
    first = _Clap(0.0, 1.0, float(nature.uniform(0.004, 0.03)), float(nature.uniform(0.25, 0.6)))
    late_s = np.sort(nature.gamma(1.3, 1.7, int(nature.integers(8, 17))))
    return [first] + [
        _Clap(
            float(at_s) + 0.08,
            float(nature.uniform(0.2, 0.9) * np.exp(-at_s / _FADES_S)),
            float(nature.uniform(0.02, 0.12)),
            float(nature.uniform(0.15, 0.6)),
        )
        for at_s in late_s
    ]


def _crack(take: Take, claps: list[_Clap], n: int) -> Floats:
    """Every piece's N-wave: strong and sharp at the begin of a clap, weak and dull at its end."""
    struck = np.zeros((len(_REACHES), n))
    for clap in claps:
        pieces = int(take.rng.poisson(2 * _PIECES_PER_S * clap.fall_s))
        since_s = take.rng.gamma(1.2, 0.6 * clap.fall_s, pieces)
        strengths = take.rng.gamma(0.3, 1 / 0.3, pieces) * np.exp(-0.5 * since_s / clap.fall_s) * clap.strength
        strengths *= take.rng.choice([-1.0, 1.0], pieces)
        reach = np.minimum(2, 1.2 * take.rng.random(pieces) + clap.at_s / 1.5 + 1.25 * since_s).astype(np.intp)
        at = ((clap.at_s + since_s) * SAMPLE_RATE_HZ).astype(np.intp)
        heard = at < n
        np.add.at(struck, (reach[heard], at[heard]), strengths[heard])
    size = fast_length(n + SAMPLE_RATE_HZ // 4)
    f = frequencies_hz(size)
    whole = np.zeros(f.size, dtype=np.complex128)
    for row, (length_s, corner_hz) in zip(struck, _REACHES, strict=True):
        shock = n_wave(round(1.2 * length_s * SAMPLE_RATE_HZ), length_s)
        whole += np.fft.rfft(row, size) * np.fft.rfft(shock, size) * low_pass(corner_hz)(f) / np.sqrt(length_s)
    return np.asarray(np.fft.irfft(whole * both(low_pass(260.0), high_pass(30.0, 2))(f), size)[:n])


def _envelope(claps: list[_Clap], n: int) -> Floats:
    """How strong the rumble is: it outlasts its clap."""
    t_s = np.arange(0.0, n / SAMPLE_RATE_HZ + 0.001, 0.001)
    whole = np.zeros(t_s.size)
    for clap in claps:
        since = np.maximum(0.0, t_s - clap.at_s)
        begun = np.minimum(1.0, since / clap.rise_s)
        whole += clap.strength * begun * np.exp(-since / (1.8 * clap.fall_s))
    return np.asarray(np.interp(seconds(n), t_s, whole))
