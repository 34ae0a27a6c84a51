"""Shots and explosions (Maher 2007, standards.md 5.5).

Muzzle blast: Friedlander, p(t) = Pp (1 - t/T) exp(-t/T), no net impulse, with its spectrum's peak at 1/(2 pi T).
"""

from __future__ import annotations

import numpy as np

from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.sound.shaping import band, both, decay, filtered, high_pass, low_pass, noise, ringing, seconds, swell
from simulator.sound.take import Take
from simulator.world.layout import Floats

POSITIVE_PHASE_S = {"pistol": (0.30e-3, 0.42e-3), "rifle": (0.40e-3, 0.60e-3), "shotgun": (0.55e-3, 0.8e-3)}
"""How long the pressure stays above the air's, by weapon."""


def friedlander(n: int, positive_s: float) -> Floats:
    """A blast of peak 1: shape (n,)."""
    along = seconds(n) / positive_s
    return np.asarray((1 - along) * np.exp(-along))


def n_wave(n: int, length_s: float) -> Floats:
    """The shock of a supersonic bullet: from 1 straight to -1 in `length_s`, then nothing; shape (n,)."""
    along = seconds(n) / length_s
    return np.asarray(np.where(along <= 1, 1 - 2 * along, 0.0))


def pistol(take: Take) -> Floats:
    """A muzzle blast, the ground's answer, a slide that runs."""
    sound = _shot(take, "pistol")
    _lay_action(take, sound, after_s=float(take.nature.uniform(0.03, 0.06)))
    return sound


def rifle(take: Take) -> Floats:
    """The same, longer and louder; the bullet's own N-wave comes some milliseconds before it."""
    sound = _shot(take, "rifle")
    before = int(take.nature.uniform(0.004, 0.02) * SAMPLE_RATE_HZ)
    bullet = n_wave(24, float(take.nature.uniform(200e-6, 350e-6))) * 10 ** (-float(take.nature.uniform(14, 20)) / 20)
    whole = np.concatenate([np.zeros(before), sound])
    whole[:24] += bullet
    _lay_action(take, whole, after_s=float(take.nature.uniform(0.06, 0.09)))
    return whole


def shotgun(take: Take) -> Floats:
    """A longer, duller blast."""
    return _shot(take, "shotgun")


def _shot(take: Take, weapon: str) -> Floats:
    n = round(float(take.nature.uniform(0.5, 0.8)) * SAMPLE_RATE_HZ)
    positive_s = float(take.nature.uniform(*POSITIVE_PHASE_S[weapon])) * float(take.rng.uniform(0.96, 1.04))
    blast = friedlander(n, positive_s)
    sound = blast.copy()
    # The ground, the shooter and what stands about answer within some 10 ms: later, weaker, duller.
    for _ in range(5):
        late = int(take.nature.uniform(0.0015, 0.018) * SAMPLE_RATE_HZ)
        dull = filtered(blast, low_pass(float(take.nature.uniform(1500, 5000))))
        sound[late:] += float(take.nature.uniform(0.1, 0.4)) * dull[: n - late]
    # Powder gas that goes on burning and turning: noise that dies within some 20 ms.
    gas = noise(take.rng, n, band(250.0, 6000.0)) * decay(n, float(take.nature.uniform(0.014, 0.022)))
    gas *= np.minimum(1.0, seconds(n) / 0.002)
    # What the air and the ground nearby throw back for some 100 ms.
    near = noise(take.rng, n, band(250.0, 2000.0)) * decay(n, float(take.nature.uniform(0.08, 0.12)))
    strength = float(take.nature.uniform(0.22, 0.3))
    return np.asarray((sound + strength * gas + 0.03 * near * swell(n, 0.01, 0.1)) * swell(n, 0.0, 0.1))


def _lay_action(take: Take, sound: Floats, after_s: float) -> None:
    """The click of the slide or bolt."""
    at, n = int(after_s * SAMPLE_RATE_HZ), 1200
    freqs_hz = take.nature.uniform(2500, 7000, 6)
    sound[at : at + n] += 0.004 * ringing(n, freqs_hz, np.full(6, 0.004), np.full(6, 0.4))


def explosion(take: Take) -> Floats:
    """A long, low blast, a fireball that roars, a rumble of its own, and what falls down afterwards."""
    lasts_s = float(take.nature.uniform(3.0, 5.0))
    n = round(lasts_s * SAMPLE_RATE_HZ)
    positive_s = float(take.nature.uniform(0.005, 0.014))
    blast = friedlander(n, positive_s)
    roar = noise(take.rng, n, both(high_pass(30.0, 2), low_pass(float(take.nature.uniform(180, 350)), 1)))
    roar *= _bumps(take, n) * decay(n, float(take.nature.uniform(0.22, 0.42))) * swell(n, 0.01, 0.3)
    rumble = noise(take.rng, n, both(high_pass(25.0, 2), low_pass(float(take.nature.uniform(70, 130)), 2)))
    rumble *= decay(n, float(take.nature.uniform(0.9, 1.5))) * swell(n, 0.05, 0.6)
    crack = noise(take.rng, n, band(300.0, 4500.0)) * decay(n, float(take.nature.uniform(0.04, 0.11)))
    sound = blast + 0.30 * roar + 0.16 * rumble + 0.35 * crack
    _lay_debris(take, sound)
    return sound * swell(n, 0.0, 0.4)


def _bumps(take: Take, n: int) -> Floats:
    """A fireball roars unevenly."""
    slow = noise(take.rng, n, both(high_pass(1.0), low_pass(14.0, 2)))
    return np.asarray(np.clip(1 + 0.5 * slow, 0.1, 2.2))


def _lay_debris(take: Take, sound: Floats) -> None:
    for _ in range(int(take.rng.integers(15, 40))):
        at = int(take.rng.uniform(0.25, 0.75) * sound.size)
        n = int(take.rng.uniform(0.01, 0.04) * SAMPLE_RATE_HZ)
        low_hz = float(take.rng.uniform(300, 2500))
        part = noise(take.rng, n, band(low_hz, 3 * low_hz)) * decay(n, 0.008)
        sound[at : at + n] += float(take.rng.uniform(0.001, 0.006)) * part[: sound.size - at]
