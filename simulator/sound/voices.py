"""One voiced sound: glottal pulses through the formants of two vowels, with breath in it.

Synthetic voices do not convince a listener or a classifier (audio-recipe: 0 % for crowds). They have what a
level detector needs: the voice band, harmonics, syllables. A folder of real clips takes their place.
They are made at 16 kHz, which holds all of a vowel.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.sound.noise import a_weighting, pressure_pa
from simulator.sound.upsampling import LOW_RATE_HZ
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
_KEPT = 64
"""Spectra kept of each kind: some 3 MB, and four of five are found (300 s of street 7). More only grows for hours."""
_BREATH = 0.02
ANSWER = LOW_RATE_HZ // 100
"""Samples at 16 kHz by which a way may make an utterance longer: 10 ms."""
_LENGTHS = (2400, 3200, 4000, 4800, 6000, 7200, 8000, 9600, 12_000, 14_400, 16_000, 19_200, 24_000)
"""Quick ones for a Fourier transform."""

Response = Callable[[int], NDArray[np.complex128]]
"""A filter: from a number of frequencies, evenly from 0 to 8 kHz, to factors."""


def voice(seed: int, moment: int, word: Utterance, way: Response | None = None) -> Floats:
    """The sound pressure of one utterance at 1 m from the mouth, in Pa at 16 kHz: float64, shape (n,).

    Args:
        seed: of the street.
        moment: number of the moment.
        word: the utterance; its level is that of what is returned.
        way: a filter it goes through, with an answer of at most 10 ms; n is so much longer then.
    """
    n = max(1, round(word.lasts_s * LOW_RATE_HZ))
    least = n + 2 * ANSWER
    padded = next((length for length in _LENGTHS if length >= least), least + least % 2)
    rng = chance(seed, Stream.BREATH, moment, word.number)
    source = np.zeros(padded)
    breath = _white(seed)
    place = np.arange(n) + rng.integers(breath.size)
    source[:n] = _pulses(word, n, rng) + _BREATH * breath.take(place, mode="wrap")
    spectrum = np.fft.rfft(source)
    first, second = (np.fft.irfft(spectrum * _tract(vowel, word.tract, padded), padded)[:n] for vowel in word.vowels)
    sound = np.zeros(padded)
    sound[:n] = (first + (second - first) * np.linspace(0.0, 1.0, n)) * _envelope(n)
    whole = np.fft.rfft(sound) if way is None else np.fft.rfft(sound) * way(padded // 2 + 1)
    power = 2 * np.sum((np.square(whole.real) + np.square(whole.imag)) * _weights(padded)) / padded / n
    whole *= pressure_pa(word.level_db) / np.sqrt(max(power, 1e-30))
    return np.fft.irfft(whole, padded)[: n if way is None else n + ANSWER]


def _pulses(word: Utterance, n: int, rng: np.random.Generator) -> Floats:
    """Rosenberg's glottal pulse along a pitch that rises and falls, with jitter and a slight tremolo."""
    knots = np.arange(n // _STEP + 2) * _STEP
    begin, top, end = word.pitch_hz
    pitch_hz = np.interp(knots / max(1, n - 1), (0.0, 0.35, 1.0), (begin, top, end))
    pitch_hz *= 1 + rng.normal(0, 0.012, knots.size)
    tremolo = 1 + 0.15 * np.sin(2 * np.pi * (4.5 + rng.random()) * knots / LOW_RATE_HZ)
    phase = np.cumsum(_between(pitch_hz)[:n]) * (_TABLE / LOW_RATE_HZ)
    return np.asarray(_FLOW.take(phase.astype(np.intp) % _TABLE) * _between(tremolo)[:n])


def _between(knots: Floats) -> Floats:
    """Straight lines between knots that are `_STEP` apart."""
    return np.asarray(knots[:-1, None] + np.diff(knots)[:, None] * _ALONG).reshape(-1)


_STEP = LOW_RATE_HZ // 100
_ALONG: Floats = np.arange(_STEP) / _STEP
_TABLE = 4096
_PHASES: Floats = np.arange(_TABLE) / _TABLE
_FLOW: Floats = np.where(
    _PHASES < 0.4,
    0.5 * (1 - np.cos(np.pi * _PHASES / 0.4)),
    np.where(_PHASES < 0.56, np.cos(np.pi * (_PHASES - 0.4) / 0.32), 0.0),
)
"""The flow of air through the glottis over one period."""


@lru_cache(maxsize=_KEPT)
def _weights(padded: int) -> Floats:
    return np.square(a_weighting(np.linspace(0.0, LOW_RATE_HZ / 2, padded // 2 + 1)))


@lru_cache(maxsize=2)
def _white(seed: int) -> Floats:
    """Noise to breathe with, in a voice's own place of it: 8 s."""
    return chance(seed, Stream.BREATH).standard_normal(8 * LOW_RATE_HZ)


def _envelope(n: int) -> Floats:
    """25 ms in, 50 ms out, so that nothing clicks."""
    envelope = np.ones(n)
    envelope[: _RISE.size] *= _RISE[:n]
    envelope[-_FALL.size :] *= _FALL[-n:]
    return envelope


def _half_cosine(n: int) -> Floats:
    return np.asarray(0.5 * (1 - np.cos(np.pi * np.arange(n) / n)))


_RISE = _half_cosine(LOW_RATE_HZ // 40)
_FALL = _half_cosine(LOW_RATE_HZ // 20)[::-1]


@lru_cache(maxsize=_KEPT)
def _tract(vowel: str, tract: float, padded: int) -> np.ndarray:
    """The throat and the lips: four resonances, and the lips' rise of 6 dB an octave."""
    f = np.fft.rfftfreq(padded, 1 / LOW_RATE_HZ)
    shape = 1j * f
    for centre_hz, width_hz in zip((*_FORMANTS_HZ[vowel], _FOURTH_HZ), _BANDWIDTHS_HZ, strict=True):
        c = centre_hz * tract
        shape = shape * c * c / (c * c - f * f + 1j * f * width_hz)
    shape[-1] = 0.0
    return shape
