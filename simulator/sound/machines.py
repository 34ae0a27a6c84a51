"""Engines: a helicopter overhead, a heavy diesel."""

from __future__ import annotations

import numpy as np

from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.sound.shaping import (
    band,
    both,
    cycles,
    decay,
    filtered,
    high_pass,
    low_pass,
    noise,
    resonance,
    smeared,
    swell,
    wander,
    wave,
)
from simulator.sound.take import Take
from simulator.world.layout import Floats


def helicopter(take: Take) -> Floats:
    """Blades that slap the air 12 to 26 times a second, the tail rotor's drone, the turbine, and rushing air."""
    nature = take.nature
    blade_hz = float(nature.uniform(12, 26))
    drift = 1 + 0.01 * wander(take.rng, take.count, 2.0, wraps=take.wraps)
    turns = cycles(blade_hz * drift, wraps=take.wraps)
    slap = wave(turns, np.arange(1.0, 40.0) ** 0.3 * np.exp(-np.arange(39) / 9.0))
    gust = 0.35 + np.clip(wave(turns + 0.1, [1.0, 0.5, 0.25]), 0, None)
    rush = noise(take.rng, take.count, both(high_pass(80.0), low_pass(400.0, 1)))
    tail = wave(turns * round(float(nature.uniform(4, 6))), np.arange(1.0, 12.0) ** -0.8)
    turbine = wave(turns * round(float(nature.uniform(120, 220))), [1.0, 0.3])
    swing = 1 + 0.2 * wander(take.rng, take.count, 1.5, wraps=take.wraps)
    heard = swing * (slap / 12 + gust * rush + 0.12 * tail + 0.02 * turbine)
    # From a disc of some ten metres, over the ground far below: without that the slaps are a machine gun's.
    return smeared(nature, heard, 0.7, 0.1, wraps=take.wraps)


def truck(take: Take) -> Floats:
    """Six cylinders, none like the other, 500 to 1500 turns a minute; turbo, fan, and tyres."""
    nature = take.nature
    idles = float(nature.random()) < 0.4
    engine_hz = float(nature.uniform(9.5, 12.5) if idles else nature.uniform(17, 25))
    drift = 1 + (0.01 if idles else 0.04) * wander(take.rng, take.count, 1.0, wraps=take.wraps)
    turns = cycles(engine_hz / 2 * drift, wraps=take.wraps)
    firing = _firing(take)
    diesel = firing[(turns % 1.0 * firing.size).astype(np.intp)]
    strokes = np.repeat(take.rng.normal(1, 0.08, int(turns[-1] * 6) + 2), 1)
    diesel = diesel * strokes[(turns * 6).astype(np.intp)]
    body = both(high_pass(35.0), resonance(float(nature.uniform(90, 160)), 80.0), low_pass(1800.0, 1))
    knock = noise(take.rng, take.count, band(900.0, 4500.0)) * np.clip(wave(turns * 6, [1.0, 0.6]), 0, None)
    road = noise(take.rng, take.count, band(80.0, 1400.0)) * (0.15 if idles else 0.5)
    sound = filtered(diesel, body, wraps=take.wraps)
    whine = wave(turns * round(float(nature.uniform(90, 140))), [1.0])
    sound = sound / np.sqrt(np.mean(np.square(sound))) + 0.18 * knock + road + 0.02 * whine
    hiss = take.canvas()
    if float(nature.random()) < 0.5 and take.lasts_s > 4.0:
        n = round(0.7 * SAMPLE_RATE_HZ)
        puff = noise(take.rng, n, high_pass(1500.0)) * decay(n, 0.2) * swell(n, 0.01, 0.1)
        hiss.lay(int(take.rng.uniform(0.2, 0.7) * take.count), puff, 0.8)
    return smeared(nature, sound + hiss.samples, 0.5, 0.02, wraps=take.wraps)


def _firing(take: Take) -> Floats:
    """The pressure in the exhaust over two turns: shape (6000,), six pulses of their own strengths and widths."""
    along = np.arange(6000) / 1000.0
    pulses = np.zeros(6000)
    for cylinder, strength in enumerate(take.nature.normal(1.0, 0.15, 6)):
        since = (along - cylinder) % 6.0
        pulses += strength * np.exp(-since / float(take.nature.uniform(0.12, 0.2))) * np.sin(2 * np.pi * since / 0.7)
    return pulses
