"""One voiced sound: glottal pulses through the formants of two vowels, with breath in it.

Synthetic voices do not convince a listener or a classifier (audio-recipe: 0 % for crowds). They have what a
level detector needs: the voice band, harmonics, syllables. Real clips take their place as sources later.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from simulator.sound.noise import SAMPLE_RATE_HZ, a_weighting, pressure_pa
from simulator.world.chance import Stream, chance
from simulator.world.crowd import Utterance
from simulator.world.layout import Floats

_FORMANTS_HZ = {
    "a": (730, 1090, 2440),
    "o": (570, 840, 2410),
    "e": (530, 1840, 2480),
    "i": (270, 2290, 3010),
    "u": (300, 870, 2240),
}
"""First three formants of men's vowels (Peterson and Barney 1952)."""
_BANDWIDTHS_HZ = (90.0, 110.0, 170.0, 250.0)
_FOURTH_HZ = 3500.0
_KEPT = 32
"""Spectra kept of each kind: some 10 MB, and four of five are found (300 s of street 7). More only grows for hours."""
_BREATH = 0.02
_SLOT = 2400


def voice(seed: int, moment: int, word: Utterance) -> Floats:
    """The sound pressure of one utterance at 1 m from the mouth, in Pa: float64, shape (n,)."""
    n = max(1, round(word.lasts_s * SAMPLE_RATE_HZ))
    padded = -(-n // _SLOT) * _SLOT + _SLOT
    rng = chance(seed, Stream.BREATH, moment, word.number)
    source = np.zeros(padded)
    source[:n] = _pulses(word, n, rng) + _BREATH * rng.standard_normal(n)
    spectrum = np.fft.rfft(source)
    spoken = [np.fft.irfft(spectrum * _tract(vowel, word.tract, padded), padded)[:n] for vowel in word.vowels]
    glide = np.linspace(0.0, 1.0, n)
    sound = (spoken[0] * (1 - glide) + spoken[1] * glide) * _envelope(n)
    weighted = np.fft.rfft(sound, padded) * _weights(padded)
    power = 2 * np.sum(np.square(np.abs(weighted))) / padded / n
    return np.asarray(sound * (pressure_pa(word.level_db) / np.sqrt(max(power, 1e-30))))


def _pulses(word: Utterance, n: int, rng: np.random.Generator) -> Floats:
    """Rosenberg's glottal pulse along a pitch that rises and falls, with jitter and a slight tremolo."""
    begin, top, end = word.pitch_hz
    along = np.linspace(0, 1, n)
    pitch_hz = np.interp(along, (0.0, 0.35, 1.0), (begin, top, end))
    wobble = np.interp(along * n, np.arange(0, n + 960, 480), rng.normal(0, 0.012, len(range(0, n + 960, 480))))
    phase = np.cumsum(pitch_hz * (1 + wobble)) / SAMPLE_RATE_HZ % 1.0
    opening = 0.5 * (1 - np.cos(np.pi * phase / 0.4))
    closing = np.cos(np.pi * (phase - 0.4) / 0.32)
    flow = np.where(phase < 0.4, opening, np.where(phase < 0.56, closing, 0.0))
    tremolo = 1 + 0.15 * np.sin(2 * np.pi * (4.5 + rng.random()) * np.arange(n) / SAMPLE_RATE_HZ)
    return np.asarray(flow * tremolo)


@lru_cache(maxsize=_KEPT)
def _weights(padded: int) -> Floats:
    return a_weighting(np.linspace(0.0, SAMPLE_RATE_HZ / 2, padded // 2 + 1))


def _envelope(n: int) -> Floats:
    """25 ms in, 50 ms out, so that nothing clicks."""
    t = np.arange(n) / SAMPLE_RATE_HZ
    rise = np.clip(t / 0.025, 0, 1)
    fall = np.clip((n / SAMPLE_RATE_HZ - t) / 0.05, 0, 1)
    return np.asarray(0.5 * (1 - np.cos(np.pi * np.minimum(rise, fall))))


@lru_cache(maxsize=_KEPT)
def _tract(vowel: str, tract: float, padded: int) -> np.ndarray:
    """The throat and the lips: four resonances, and the lips' rise of 6 dB an octave."""
    f = np.fft.rfftfreq(padded, 1 / SAMPLE_RATE_HZ)
    shape = 1j * f
    for centre_hz, width_hz in zip((*_FORMANTS_HZ[vowel], _FOURTH_HZ), _BANDWIDTHS_HZ, strict=True):
        c = centre_hz * tract
        shape = shape * c * c / (c * c - f * f + 1j * f * width_hz)
    return shape
