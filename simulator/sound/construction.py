"""A building site: a jackhammer, a drill in a wall, a hammer."""

from __future__ import annotations

import numpy as np

from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.sound.shaping import (
    band,
    cycles,
    decay,
    filtered,
    high_pass,
    low_pass,
    noise,
    ringing,
    smeared,
    swell,
    wander,
    wave,
)
from simulator.sound.take import Canvas, Take
from simulator.world.layout import Floats

_VARIANTS = 7


def jackhammer(take: Take) -> Floats:
    """A chisel driven 18 to 30 times a second: steel, stone and the exhaust air; it is set down at times."""
    nature = take.nature
    blows = [_blow(take) for _ in range(_VARIANTS)]
    sound = take.canvas()
    for at in take.beats(1 / float(nature.uniform(18, 30)), spread=0.06):
        sound.lay(at, blows[int(take.rng.integers(_VARIANTS))], float(take.rng.uniform(0.75, 1.1)))
    air = noise(take.rng, take.count, band(300.0, 5000.0))
    return (sound.samples + 0.08 * air) * _work(take, on_s=5.0, off_s=1.2)


def _blow(take: Take) -> Floats:
    n = 4800
    steel_hz = take.nature.uniform(900, 5200, 9)
    steel = ringing(n, steel_hz, take.nature.uniform(0.004, 0.02, 9), take.rng.uniform(0.2, 0.6, 9))
    stone = noise(take.rng, n, band(400.0, 7000.0)) * decay(n, 0.006)
    thud = ringing(n, np.array([70.0, 130.0]), np.array([0.02, 0.015]), np.array([1.2, 0.8]))
    puff = noise(take.rng, n, band(200.0, 2500.0)) * decay(n, 0.015) * swell(n, 0.008, 0.02)
    return np.asarray(steel + 1.2 * stone + thud + 0.7 * puff)


def drill(take: Take) -> Floats:
    """A motor and its gears that slow down under load, and a bit that hammers in the wall."""
    nature = take.nature
    load = np.clip(0.6 + 0.35 * wander(take.rng, take.count, 0.8, wraps=take.wraps), 0.0, 1.0)
    work = _work(take, on_s=3.0, off_s=0.8)
    motor_hz = float(nature.uniform(330, 480)) * (1.25 - 0.3 * load) * (0.35 + 0.65 * work)
    turns = cycles(motor_hz, wraps=take.wraps)
    whine = wave(turns, np.arange(1.0, 16.0) ** -0.7 * nature.uniform(0.3, 1.0, 15))
    gear = wave(turns * round(float(nature.uniform(5, 9))), [1.0, 0.5, 0.3])
    grit = noise(take.rng, take.count, band(1200.0, 9000.0))
    bit_hz = float(nature.uniform(35, 60))
    knocks = np.clip(wave(cycles(np.full(take.count, bit_hz), wraps=take.wraps), [1.0, 0.6, 0.4]), 0, None)
    sound = whine + 0.4 * gear + load * grit * (0.35 + 1.1 * knocks)
    through = filtered(sound * work, band(180.0, 9000.0), wraps=take.wraps)
    return smeared(nature, through, 0.5, 0.02, wraps=take.wraps)


def hammer(take: Take) -> Floats:
    """Blows on wood or steel, about two a second, with rests."""
    nature = take.nature
    on_steel = float(nature.random()) < 0.4
    modes = 12
    freqs_hz = nature.uniform(600, 6000, modes) if on_steel else nature.uniform(150, 1800, modes)
    decays_s = nature.uniform(0.03, 0.15, modes) if on_steel else nature.uniform(0.008, 0.03, modes)
    sound = take.canvas()
    every_s = float(nature.uniform(0.4, 0.65))
    rests = float(nature.uniform(0.1, 0.25))
    n = 19_200
    for at in take.beats(every_s, spread=0.15):
        if at and take.rng.random() < rests:
            continue
        hit = ringing(n, freqs_hz, decays_s, take.rng.uniform(0.3, 1.0, modes))
        click = noise(take.rng, 960, band(800.0, 9000.0)) * decay(960, 0.0015)
        hit[:960] += 2.0 * click
        hit += 0.6 * noise(take.rng, n, band(100.0, 900.0)) * decay(n, 0.02)
        sound.lay(at, hit, float(take.rng.uniform(0.6, 1.0)))
    return sound.samples


def _work(take: Take, on_s: float, off_s: float) -> Floats:
    """1 while the tool works, 0 while it rests; a short take is work from end to end."""
    if take.lasts_s < 2 * on_s:
        return swell(take.count, 0.05, 0.08)
    rests: Canvas = take.canvas()
    for at in take.beats(on_s + off_s, spread=0.3):
        n = round(float(take.rng.uniform(0.5, 1.3)) * off_s * SAMPLE_RATE_HZ)
        rests.lay(at, swell(n, 0.08, 0.08))
    softened = filtered(np.clip(1 - rests.samples, 0, 1), low_pass(20.0), wraps=take.wraps)
    return np.asarray(np.clip(softened, 0, 1))


def door(take: Take) -> Floats:
    """A heavy house door that falls shut: the blow, the panel, the latch; it takes its own time."""
    n = round(0.6 * SAMPLE_RATE_HZ)
    nature = take.nature
    sound = np.zeros(n)
    panel_hz = nature.uniform(55, 420, 10)
    at = round(0.06 * SAMPLE_RATE_HZ)
    latch = noise(take.rng, 1200, high_pass(1500.0)) * decay(1200, 0.002)
    sound[:1200] += 0.15 * latch
    blow = ringing(n - at, panel_hz, nature.uniform(0.02, 0.09, 10), nature.uniform(0.3, 1.0, 10))
    blow += 1.5 * noise(take.rng, n - at, band(80.0, 1200.0)) * decay(n - at, 0.02)
    sound[at:] += blow
    rattle = at + round(float(nature.uniform(0.03, 0.09)) * SAMPLE_RATE_HZ)
    sound[rattle : rattle + 1200] += 0.4 * latch
    return sound * swell(n, 0.001, 0.05)
