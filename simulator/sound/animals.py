"""Dogs and birds."""

from __future__ import annotations

import numpy as np

from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.sound.shaping import band, both, cycles, filtered, high_pass, low_pass, noise, resonance, swell, wave
from simulator.sound.take import Take
from simulator.world.layout import Floats


def dog(take: Take) -> Floats:
    """Barks, in bouts of a few."""
    nature = take.nature
    sound = take.canvas()
    every_s = float(nature.uniform(0.45, 0.8))
    quiet = float(nature.uniform(0.1, 0.3))
    for at in take.beats(every_s, spread=0.25):
        if at and take.rng.random() < quiet:
            continue
        sound.lay(at, _bark(take), float(take.rng.uniform(0.6, 1.0)))
    return sound.samples


def _bark(take: Take) -> Floats:
    n = round(float(take.nature.uniform(0.13, 0.22)) * float(take.rng.uniform(0.9, 1.15)) * SAMPLE_RATE_HZ)
    along = np.linspace(0, 1, n)
    top_hz = float(take.nature.uniform(380, 750)) * float(take.rng.uniform(0.94, 1.06))
    pitch_hz = top_hz * np.interp(along, [0, 0.2, 1], [0.7, 1.0, 0.55])
    pitch_hz = pitch_hz * (1 + 0.03 * noise(take.rng, n, low_pass(150.0, 2)))
    voice = wave(cycles(pitch_hz), np.arange(1.0, 16.0) ** -0.8)
    rough = noise(take.rng, n, band(400.0, 4500.0))
    mouth = both(resonance(float(take.nature.uniform(800, 1100)), 300.0), resonance(2100.0, 500.0), high_pass(300.0))
    return filtered((voice + 0.5 * rough) * swell(n, 0.015, 0.09), mouth)


def birds(take: Take) -> Floats:
    """Three or four singers, each with a few phrases of its own."""
    nature = take.nature
    sound = take.canvas()
    for _ in range(int(nature.integers(3, 6))):
        phrases = [_phrase(take) for _ in range(3)]
        loud = float(nature.uniform(0.3, 1.0))
        for at in take.beats(float(nature.uniform(1.2, 2.6)), spread=0.6):
            sound.lay(at, phrases[int(take.rng.integers(3))], loud * float(take.rng.uniform(0.7, 1.0)))
    return sound.samples


def _phrase(take: Take) -> Floats:
    """Some chirps, most of them the same, each a quick slide of a nearly pure tone."""
    nature = take.nature
    chirps, parts = int(nature.integers(2, 9)), []
    base_hz = float(nature.uniform(2600, 5500))
    bend, trill_hz = float(nature.uniform(-0.35, 0.5)), float(nature.choice([0.0, 0.0, 30.0, 55.0]))
    n = round(float(nature.uniform(0.04, 0.16)) * SAMPLE_RATE_HZ)
    along = np.linspace(0, 1, n)
    for chirp in range(chirps):
        curve = 1 + bend * along * (1 if chirp % 3 else -0.6) + 0.06 * np.sin(2 * np.pi * trill_hz * along * n / 48_000)
        tone = wave(cycles(base_hz * float(nature.uniform(0.93, 1.07)) * curve), [1.0, 0.12, 0.04])
        parts += [tone * swell(n, 0.008, 0.015), np.zeros(round(float(nature.uniform(0.02, 0.07)) * SAMPLE_RATE_HZ))]
    return np.concatenate(parts)
