"""A rocket: it is lifted, whistles, bursts, and crackles."""

from __future__ import annotations

import numpy as np

from simulator.sound.blasts import friedlander
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
    seconds,
    swell,
    wander,
    wave,
)
from simulator.sound.take import Take
from simulator.world.layout import Floats


def firework(take: Take) -> Floats:
    """One rocket or shell; its burst is its peak. Some have no whistle, some do not crackle."""
    nature = take.nature
    rise_s = float(nature.uniform(0.7, 1.3))
    burst_at = round(rise_s * SAMPLE_RATE_HZ)
    n = burst_at + round(float(nature.uniform(2.2, 3.0)) * SAMPLE_RATE_HZ)
    sound = np.zeros(n)
    lift = _lift(take)
    sound[: lift.size] += 0.05 * lift
    kind = float(nature.random())
    if kind < 0.75:
        whistle = _whistle(take, burst_at)
        sound[:burst_at] += float(nature.uniform(0.01, 0.03)) * whistle
    burst = _burst(take, n - burst_at)
    sound[burst_at:] += burst
    if kind > 0.15:
        late = round(float(nature.uniform(0.25, 0.6)) * SAMPLE_RATE_HZ)
        crackle = _crackle(take, n - burst_at - late)
        sound[burst_at + late :] += float(nature.uniform(0.10, 0.25)) * crackle
    return sound * swell(n, 0.001, 0.2)


def _lift(take: Take) -> Floats:
    """The mortar's thump."""
    n = 9600
    thump = friedlander(n, 0.004)
    gas = noise(take.rng, n, low_pass(400.0, 2)) * decay(n, 0.03)
    return thump + 0.4 * gas


def _whistle(take: Take, n: int) -> Floats:
    """A burning column of composition: 1.5 to 4 kHz, falling as it empties, with the hiss of its gas."""
    nature = take.nature
    begin_hz, end_hz = float(nature.uniform(2600, 4200)), float(nature.uniform(1300, 2200))
    along = np.linspace(0, 1, n)
    pitch_hz = begin_hz * (end_hz / begin_hz) ** along * (1 + 0.01 * wander(take.rng, n, 0.03))
    tone = wave(cycles(pitch_hz), [1.0, 0.35, 0.2, 0.1, 0.05])
    hiss = noise(take.rng, n, band(1500.0, 9000.0))
    return np.asarray((tone + 0.5 * hiss) * np.minimum(1.0, 4 * along) * swell(n, 0.05, 0.08))


def _burst(take: Take, n: int) -> Floats:
    """A report in the open, and its answers from the houses around."""
    positive_s = float(take.nature.uniform(0.0015, 0.004))
    report = friedlander(n, positive_s)
    sound = report.copy()
    gas = noise(take.rng, n, band(100.0, 3000.0)) * decay(n, float(take.nature.uniform(0.02, 0.05)))
    sound += 0.25 * gas
    for _ in range(int(take.nature.integers(6, 12))):
        late_s = float(take.nature.uniform(0.03, 0.7))
        late = int(late_s * SAMPLE_RATE_HZ)
        dull = filtered(report[: n - late], low_pass(float(take.nature.uniform(500, 2000))))
        sound[late:] += float(take.nature.uniform(0.05, 0.25)) * np.exp(-late_s / 0.35) * dull
    boom = noise(take.rng, n, both(high_pass(50.0), low_pass(700.0, 1))) * decay(
        n, float(take.nature.uniform(0.2, 0.45))
    )
    return np.asarray(sound + 0.08 * boom)


def _crackle(take: Take, n: int) -> Floats:
    """Some hundred stars that burst one by one, most of them early."""
    sound = np.zeros(n)
    stars = int(take.nature.integers(60, 220))
    spread_s = float(take.nature.uniform(0.35, 0.7))
    shots = [_star(take) for _ in range(8)]
    for late_s in take.rng.gamma(2.0, spread_s / 2, stars).tolist():
        at = int(late_s * SAMPLE_RATE_HZ)
        shot = shots[int(take.rng.integers(len(shots)))]
        end = min(n, at + shot.size)
        if at < end:
            sound[at:end] += float(take.rng.uniform(0.2, 1.0)) * shot[: end - at]
    return sound


def _star(take: Take) -> Floats:
    n = 2400
    positive_s = float(take.rng.uniform(0.08e-3, 0.25e-3))
    spit = noise(take.rng, n, band(1500.0, 9000.0)) * np.exp(-seconds(n) / 0.004)
    return np.asarray(friedlander(n, positive_s) + 0.25 * spit)
