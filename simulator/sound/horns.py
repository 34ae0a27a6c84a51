"""Horns and alarms of cars."""

from __future__ import annotations

import numpy as np

from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.sound.shaping import both, cycles, filtered, high_pass, low_pass, resonance, seconds, swell, wave
from simulator.sound.take import Take
from simulator.world.layout import Floats


def horn(take: Take) -> Floats:
    """Two discs a third apart, pressed once, or several times where there is time."""
    sound = take.canvas()
    blown = _blown(take, take.count)
    at = 0
    while at < take.count:
        left = take.count - at
        n = left if left < 0.5 * SAMPLE_RATE_HZ else min(left, int(take.rng.uniform(0.25, 1.6) * SAMPLE_RATE_HZ))
        if take.lasts_s < 2.0 and at == 0:
            n = take.count if take.rng.random() < 0.6 else n
        sound.lay(at, blown[at : at + n] * swell(n, 0.012, 0.03))
        at += n + int(take.rng.uniform(0.1, 0.5) * SAMPLE_RATE_HZ)
    return sound.samples


def _blown(take: Take, n: int) -> Floats:
    low_hz = float(take.nature.uniform(340, 440))
    sound = np.zeros(n)
    harmonics = np.arange(1.0, 30.0)
    # A steel disc hits its stop in every cycle: the spectrum stays high up to 4 kHz.
    amplitudes = harmonics**-0.35 / np.sqrt(1 + (harmonics / 9.0) ** 5)
    phases = take.nature.uniform(0, 2 * np.pi, harmonics.size)
    for pitch_hz in (low_hz, low_hz * float(take.nature.uniform(1.18, 1.27))):
        settle = 1 - 0.02 * np.exp(-seconds(n) / 0.03)
        sound += wave(cycles(pitch_hz * settle, wraps=take.wraps), amplitudes, phases)
    bell = both(
        high_pass(250.0, 2),
        resonance(float(take.nature.uniform(1900, 2600)), 900.0),
        low_pass(6000.0, 2),
    )
    return filtered(sound, bell, wraps=take.wraps)


def alarm(take: Take) -> Floats:
    """A car's alarm: the horn in beats, a piezo siren's sweeps, two notes or beeps, a few seconds of each or one."""
    patterns = (_beaten_horn, _sweeps, _two_notes, _beeps)
    chosen = take.nature.permutation(len(patterns))[: int(take.nature.integers(1, 4))]
    part = take.count // chosen.size + 1
    sound = take.canvas()
    for place, index in enumerate(chosen.tolist()):
        n = min(part, take.count - place * part)
        if n > 0:
            drawn = patterns[index](Take(n, take.rng, take.nature))
            strength = float(np.sqrt(np.mean(np.square(drawn))))
            sound.lay(place * part, drawn * swell(n, 0.005, 0.01) / max(strength, 1e-9))
    return sound.samples


def _beaten_horn(take: Take) -> Floats:
    every_s = float(take.nature.uniform(0.7, 1.1))
    on = (seconds(take.count) / every_s % 1.0) < 0.5
    return _blown(take, take.count) * _softened(on)


def _sweeps(take: Take) -> Floats:
    every_s, low_hz = float(take.nature.choice([0.18, 0.35, 0.6])), float(take.nature.uniform(1300, 1900))
    turn = seconds(take.count) / every_s % 1.0
    return _piezo(take, low_hz * float(take.nature.uniform(1.5, 2.0)) ** turn)


def _two_notes(take: Take) -> Floats:
    every_s, low_hz = float(take.nature.uniform(0.2, 0.5)), float(take.nature.uniform(1400, 2200))
    return _piezo(take, np.where(seconds(take.count) / every_s % 1.0 < 0.5, low_hz, low_hz * 1.3))


def _beeps(take: Take) -> Floats:
    every_s, pitch_hz = float(take.nature.uniform(0.2, 0.45)), float(take.nature.uniform(1800, 2900))
    on = (seconds(take.count) / every_s % 1.0) < 0.5
    return _piezo(take, np.full(take.count, pitch_hz)) * _softened(on)


def _piezo(take: Take, pitch_hz: Floats) -> Floats:
    sound = wave(cycles(pitch_hz), [1.0, 0.2, 0.45, 0.1, 0.2])
    return filtered(sound, both(high_pass(900.0, 2), resonance(float(take.nature.uniform(2600, 3400)), 1200.0)))


def _softened(on: np.ndarray) -> Floats:
    """On and off without clicks: 4 ms from one to the other."""
    width = 192
    ramp = np.convolve(on.astype(np.float64), np.hanning(width) / np.sum(np.hanning(width)), mode="same")
    return np.asarray(ramp)
