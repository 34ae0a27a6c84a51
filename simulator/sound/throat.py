"""One voice: glottal pulses through a throat of a vowel, as long and as high as one wants.

Synthetic voices do not convince a listener or a classifier for long: they are what is left without real clips.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.sound.shaping import cycles, fast_length, frequencies_hz, seconds, swell, wander
from simulator.world.layout import Floats

VOWELS: dict[str, tuple[float, float, float, float]] = {
    "a": (730, 1090, 2440, 3500), "o": (570, 840, 2410, 3300), "e": (530, 1840, 2480, 3600),
    "i": (270, 2290, 3010, 3700), "u": (300, 870, 2240, 3200), "y": (660, 1720, 2410, 3500),
}  # fmt: skip
"""Formants of men in Hz (Peterson and Barney 1952)."""
_TIMES = 3
"""A voice has little over 8 kHz: it is made at 16 kHz, which costs a third."""
_WIDTHS_HZ = (80.0, 100.0, 150.0, 220.0)


@dataclass(frozen=True, slots=True)
class Person:
    """A voice: its usual pitch in Hz, how much shorter than a man's its throat is, how breathy and rough it is."""

    pitch_hz: float
    shorter: float = 1.0
    breath: float = 0.05
    rough: float = 0.01


def someone(rng: np.random.Generator, *, child: bool = False) -> Person:
    """A chance man, woman or child."""
    if child:
        return Person(float(rng.uniform(270, 400)), float(rng.uniform(1.3, 1.5)), 0.06, 0.012)
    if rng.random() < 0.5:
        return Person(float(rng.uniform(95, 150)), float(rng.uniform(0.95, 1.05)), 0.05, 0.012)
    return Person(float(rng.uniform(170, 250)), float(rng.uniform(1.12, 1.22)), 0.07, 0.012)


def syllable(
    rng: np.random.Generator, person: Person, vowel: str, lasts_s: float, pitch: tuple[float, float, float]
) -> Floats:
    """One vowel: shape (n,), an effective value of about 1.

    Args:
        rng: of this syllable.
        person: whose voice.
        vowel: one of `VOWELS`.
        lasts_s: how long.
        pitch: at its begin, its middle and its end, as multiples of the person's.
    """
    few = max(320, round(lasts_s * SAMPLE_RATE_HZ / _TIMES))
    n = few * _TIMES
    along = np.linspace(0, 1, few)
    curve = np.interp(along, (0.0, 0.4, 1.0), pitch) * (1 + person.rough * wander(rng, few, 0.012 / _TIMES))
    phase = cycles(_TIMES * person.pitch_hz * curve) % 1.0
    flow = np.where(phase < 0.42, 0.5 - 0.5 * np.cos(np.pi * phase / 0.42), np.cos(np.pi * (phase - 0.42) / 0.32))
    flow = np.where(phase < 0.58, flow, 0.0)
    air = person.breath * rng.standard_normal(few) * (0.4 + flow)
    size = fast_length(few + 800)
    spectrum = np.fft.rfft(flow + air, size) * _throat(vowel, round(person.shorter, 2), size)
    # More bins, all empty: the same sound at three times the rate.
    spoken = np.fft.irfft(spectrum, size * _TIMES)[:n]
    spoken *= swell(n, min(0.03, lasts_s / 4), min(0.06, lasts_s / 3))
    return np.asarray(spoken / max(1e-12, float(np.sqrt(np.mean(np.square(spoken))))))


def hiss(rng: np.random.Generator, lasts_s: float, low_hz: float) -> Floats:
    """A consonant: a breath over teeth or lips, from `low_hz` up; shape (n,)."""
    n = max(480, round(lasts_s * SAMPLE_RATE_HZ))
    size = fast_length(n)
    f = frequencies_hz(size)
    shape = 1 / np.sqrt(1 + (low_hz / np.maximum(f, 1.0)) ** 4) / np.sqrt(1 + (f / 8000) ** 4)
    sound = np.fft.irfft(np.fft.rfft(rng.standard_normal(size)) * shape, size)[:n]
    return np.asarray(sound * np.sin(np.pi * (seconds(n) * SAMPLE_RATE_HZ + 0.5) / n))


@lru_cache(maxsize=128)
def _throat(vowel: str, shorter: float, size: int) -> NDArray[np.complex128]:
    """Four resonances and the lips' rise of 6 dB an octave."""
    f = frequencies_hz(size) / _TIMES
    shape = 1j * f
    for centre_hz, width_hz in zip(VOWELS[vowel], _WIDTHS_HZ, strict=True):
        c = centre_hz * shorter
        shape = shape * c * c / (c * c - f * f + 1j * f * width_hz)
    return np.asarray(shape / np.sqrt(1 + (f / 6000) ** 6))
