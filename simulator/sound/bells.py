"""Church bells: the five partials that a founder tunes, those above them, and the clapper's blow."""

from __future__ import annotations

import numpy as np

from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.sound.shaping import band, decay, noise, ringing, smeared
from simulator.sound.take import Take
from simulator.world.layout import Floats

PARTIALS = np.array([0.5, 1.0, 1.2, 1.5, 2.0, 2.5, 2.66, 3.0, 4.0, 5.33, 6.6, 8.0])
"""Hum, prime, tierce, quint, nominal and the rest, as multiples of the prime."""
_STRENGTHS = np.array([0.5, 0.6, 0.9, 0.25, 1.0, 0.3, 0.25, 0.5, 0.35, 0.2, 0.12, 0.08])
_RINGS_S = 9.0


def bells(take: Take) -> Floats:
    """One to three bells, each swinging at its own pace."""
    nature = take.nature
    sound = take.canvas()
    prime_hz = float(nature.uniform(220, 420))
    for ratio in (1.0, 1.189, 1.335)[: int(nature.integers(1, 4))]:
        strike = _strike(take, prime_hz * ratio)
        swing_s = float(nature.uniform(1.1, 1.5)) / ratio**0.5
        for at in take.beats(swing_s, spread=0.06):
            sound.lay(at, strike, float(take.rng.uniform(0.7, 1.0)))
    # The belfry answers: beams, louvres and the other bells.
    return smeared(nature, sound.samples, 0.7, 0.1, wraps=take.wraps)


def _strike(take: Take, prime_hz: float) -> Floats:
    n = min(round(_RINGS_S * SAMPLE_RATE_HZ), max(take.count, 4800))
    rng = take.nature
    # No bell is quite round: each partial is a pair that beats slowly.
    freqs_hz = prime_hz * PARTIALS * rng.uniform(0.994, 1.006, PARTIALS.size)
    pair_hz = freqs_hz + rng.uniform(0.3, 1.5, PARTIALS.size)
    decays_s = 3.2 / PARTIALS**0.9 * rng.uniform(0.8, 1.2, PARTIALS.size)
    both_hz, twice = np.concatenate([freqs_hz, pair_hz]), np.concatenate([_STRENGTHS, 0.3 * _STRENGTHS])
    ring = ringing(n, both_hz, np.tile(decays_s, 2), twice, rng.uniform(0, 2 * np.pi, twice.size))
    blow = noise(rng, 2400, band(1500.0, 6000.0)) * decay(2400, 0.006)
    ring[:2400] += 0.5 * blow
    return ring
