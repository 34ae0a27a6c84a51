"""A pane that breaks: the blow, the crack, its own ringing, and shards that fall and ring."""

from __future__ import annotations

import numpy as np

from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.sound.shaping import band, decay, noise, ringing, swell
from simulator.sound.take import Take
from simulator.world.layout import Floats


def glass(take: Take) -> Floats:
    """A window or a bottle, by its nature."""
    size = float(take.nature.uniform(0.0, 1.0))
    lasts_s = 1.2 + 1.0 * size
    n = round(lasts_s * SAMPLE_RATE_HZ)
    sound = np.zeros(n)
    blow = noise(take.rng, 4800, band(150.0, 1200.0)) * decay(4800, 0.008)
    sound[:4800] += 0.5 * blow
    crack = noise(take.rng, n, band(2500.0, 14000.0)) * decay(n, float(take.nature.uniform(0.05, 0.12)))
    sound += 0.8 * crack
    modes = int(take.nature.integers(40, 80))
    freqs_hz = np.exp(take.nature.uniform(np.log(1500 - 500 * size), np.log(13000), modes))
    sound += 0.12 * ringing(
        n, freqs_hz, take.nature.uniform(0.01, 0.06, modes), take.nature.uniform(0.2, 1.0, modes),
        take.rng.uniform(0, 2 * np.pi, modes),
    )  # fmt: skip
    _lay_shards(take, sound, size)
    return sound * swell(n, 0.0005, 0.1)


def _lay_shards(take: Take, sound: Floats, size: float) -> None:
    """Shards reach the ground over half a second and more, each with a few high modes of its own, and hop."""
    many = int(take.rng.integers(60, 120) * (1 + 2 * size))
    for late_s in (0.12 + take.rng.gamma(2.0, 0.1 + 0.12 * size, many)).tolist():
        strength = float(take.rng.uniform(0.05, 1.0)) ** 2
        base_hz = float(np.exp(take.rng.uniform(np.log(2500), np.log(9000))))
        freqs_hz = base_hz * np.array([1.0, 1.53, 2.09, 2.71]) * take.rng.uniform(0.97, 1.03, 4)
        freqs_hz = freqs_hz[freqs_hz < 18000]
        decays_s = take.rng.uniform(0.005, 0.03, freqs_hz.size)
        at_s = late_s
        for _hop in range(int(take.rng.integers(1, 4))):
            at, n = int(at_s * SAMPLE_RATE_HZ), 4800
            clink = ringing(n, freqs_hz, decays_s, take.rng.uniform(0.3, 1.0, freqs_hz.size))
            clink[:240] += noise(take.rng, 240, band(3000.0, 15000.0)) * decay(240, 0.0008)
            end = min(sound.size, at + n)
            if at < end:
                sound[at:end] += 0.5 * strength * clink[: end - at]
            strength *= 0.4
            at_s += float(take.rng.uniform(0.03, 0.1))
