"""Something like music: chords that go somewhere, a tune that knows them, and a beat."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.sound.shaping import band, cycles, decay, filtered, high_pass, low_pass, noise, seconds, swell, wave
from simulator.sound.take import Take
from simulator.world.layout import Floats

_PROGRESSIONS = ((0, 5, 7, 0), (0, 9, 5, 7), (9, 5, 0, 7), (0, 7, 9, 5), (0, 5, 9, 7))
"""Roots of four chords, in half tones over the key."""
_MINOR = frozenset({2, 4, 9})
_SCALE = (0, 2, 4, 7, 9, 12, 14, 16)


def street_music(take: Take) -> Floats:
    """One player: a plucked or a bowed instrument that plays a tune over its own chords."""
    nature = take.nature
    beat_s, key = float(nature.uniform(0.42, 0.62)), int(nature.integers(52, 62))
    plucked = float(nature.random()) < 0.6
    where, apart = float(nature.uniform(0.12, 0.3)), float(nature.uniform(1.003, 1.008))

    def play(note: int, lasts_s: float) -> Floats:
        return _pluck(note, 1.3, where) if plucked else _reed(note, lasts_s, apart)

    sound = take.canvas()
    for bar, chord, start in _bars(take, 4 * beat_s):
        for step in range(8):
            at = start + round(step * beat_s / 2 * SAMPLE_RATE_HZ)
            sound.lay(at, play(key + chord[(step * 2 + bar) % 3] + 12 * (step % 2), 0.45 * beat_s), 0.35)
            if take.rng.random() < 0.6:
                tune = key + 12 + int(take.rng.choice(_SCALE)) if step % 4 else key + 12 + chord[0]
                sound.lay(at, play(tune, beat_s * float(take.rng.choice([0.5, 1.0]))), 0.6)
    return sound.samples


def concert_music(take: Take) -> Floats:
    """A band on a stage: drums, bass, chords of distorted strings and a lead, through loudspeakers."""
    nature = take.nature
    beat_s, key = 60 / float(nature.uniform(100, 138)), int(nature.integers(40, 50))
    drums, strings = take.canvas(), take.canvas()
    kick, snare, hat = _kick(), _snare(take), _hat(take)
    for bar, chord, start in _bars(take, 4 * beat_s):
        for step in range(8):
            at = start + round(step * beat_s / 2 * SAMPLE_RATE_HZ)
            drums.lay(at, hat, 0.25 + 0.1 * (step % 2))
            if step % 4 == 0 or (step == 5 and bar % 2):
                drums.lay(at, kick, 1.0)
            if step % 4 == 2:
                drums.lay(at, snare, 0.7)
            strings.lay(at, _saw(key - 12 + chord[0] % 12, beat_s * 0.45), 0.5)
            if take.rng.random() < 0.5:
                lead = key + 24 + int(take.rng.choice(_SCALE))
                strings.lay(at, _saw(lead, beat_s * float(take.rng.choice([0.5, 1.0]))), 0.3)
        for note in chord:
            strings.lay(start, _saw(key + 12 + note, 4 * beat_s * 0.97), 0.16)
    warm = filtered(np.tanh(1.5 * strings.samples), low_pass(4500.0, 2), wraps=take.wraps)
    return filtered(drums.samples + 0.8 * warm, band(45.0, 12000.0), wraps=take.wraps)


def _bars(take: Take, bar_s: float) -> list[tuple[int, tuple[int, int, int], int]]:
    """Number, chord in half tones over the key, and first sample of each bar."""
    roots = _PROGRESSIONS[int(take.nature.integers(len(_PROGRESSIONS)))]
    bars = []
    for bar, start in enumerate(take.beats(bar_s)):
        root = roots[bar % 4]
        bars.append((bar, (root, root + (3 if root in _MINOR else 4), root + 7), start))
    return bars


def _hz(note: int) -> float:
    return float(440.0 * 2 ** ((note - 69) / 12))


@lru_cache(maxsize=64)
def _pluck(note: int, lasts_s: float, where: float) -> Floats:
    """A string that is plucked `where` of its length: high harmonics die first."""
    n = round(lasts_s * SAMPLE_RATE_HZ)
    pitch_hz, t_s = _hz(note), seconds(n)
    sound = np.zeros(n)
    for k in range(1, 13):
        if k * pitch_hz > 12_000:
            break
        strength = abs(np.sin(np.pi * k * where)) / k
        sound += strength * np.exp(-t_s * (1.6 + 0.9 * k)) * np.sin(2 * np.pi * k * pitch_hz * (1 + 2e-4 * k * k) * t_s)
    return np.asarray(sound * swell(n, 0.002, 0.1))


@lru_cache(maxsize=64)
def _reed(note: int, lasts_s: float, apart: float) -> Floats:
    """An accordion: two reeds a little `apart`."""
    n = max(2400, round(lasts_s * SAMPLE_RATE_HZ))
    amplitudes = np.arange(1.0, 20.0) ** -0.8
    turns = cycles(np.full(n, _hz(note)))
    sound = wave(turns, amplitudes) + wave(turns * apart, amplitudes)
    return np.asarray(0.3 * sound * swell(n, 0.03, 0.05))


@lru_cache(maxsize=64)
def _saw(note: int, lasts_s: float) -> Floats:
    n = max(2400, round(lasts_s * SAMPLE_RATE_HZ))
    turns = cycles(np.full(n, _hz(note)))
    harmonics = np.arange(1.0, max(2, min(40, int(9000 / _hz(note)))))
    return np.asarray((wave(turns, 1 / harmonics) + wave(turns * 1.004, 1 / harmonics)) * swell(n, 0.005, 0.03))


def _kick() -> Floats:
    n = 14_400
    t_s = seconds(n)
    return np.asarray(np.sin(2 * np.pi * (48 * t_s + 3.2 * (1 - np.exp(-t_s / 0.025)))) * decay(n, 0.09))


def _snare(take: Take) -> Floats:
    n = 9600
    skin = np.sin(2 * np.pi * 190 * seconds(n)) * decay(n, 0.04)
    return np.asarray(0.6 * skin + 0.6 * noise(take.nature, n, high_pass(1500.0)) * decay(n, 0.06))


def _hat(take: Take) -> Floats:
    n = 4800
    return np.asarray(0.5 * noise(take.nature, n, high_pass(6000.0, 2)) * decay(n, 0.02))
