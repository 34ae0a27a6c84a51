"""People without clips of people: talk, laughter, children, a baby, a scream."""

from __future__ import annotations

import numpy as np

from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.sound.shaping import band, filtered, noise, seconds, smeared, swell
from simulator.sound.take import Canvas, Take
from simulator.sound.throat import Person, hiss, someone, syllable
from simulator.world.layout import Floats

_VOWELS = tuple("aoeiuy")


def talk(take: Take) -> Floats:
    """Some people in conversation: phrases of syllables and consonants, with pauses for the others."""
    sound = take.canvas()
    for _ in range(int(take.nature.integers(3, 7))):
        _lay_talker(take, sound, someone(take.nature), loud=float(take.nature.uniform(0.4, 1.0)))
    return sound.samples


def _lay_talker(take: Take, sound: Canvas, person: Person, loud: float) -> None:
    at = int(take.rng.uniform(0, 1.5) * SAMPLE_RATE_HZ)
    while at < take.count:
        syllables = int(take.rng.integers(4, 14))
        top = float(take.rng.uniform(1.0, 1.25))
        for index in range(syllables):
            if at >= take.count:
                return
            lasts_s = float(take.rng.uniform(0.1, 0.22))
            level = top - 0.3 * index / syllables
            pitch = (level, level * float(take.rng.uniform(0.95, 1.12)), level * 0.95)
            sound.lay(at, syllable(take.rng, person, str(take.rng.choice(_VOWELS)), lasts_s, pitch), loud)
            at += round(lasts_s * 0.9 * SAMPLE_RATE_HZ)
            if take.rng.random() < 0.5:
                sound.lay(at, hiss(take.rng, 0.06, float(take.rng.choice([1200.0, 2500.0, 4500.0]))), 0.25 * loud)
                at += round(0.04 * SAMPLE_RATE_HZ)
        at += round(float(take.rng.uniform(0.3, 1.8)) * SAMPLE_RATE_HZ)


def laughter(take: Take) -> Floats:
    """Some people who laugh: ha ha ha, falling and fading, and an intake of breath."""
    sound = take.canvas()
    for _ in range(int(take.nature.integers(2, 5))):
        person = someone(take.nature)
        person = Person(1.5 * person.pitch_hz, person.shorter, 0.2, 0.02)
        at = int(take.rng.uniform(0, 0.8) * SAMPLE_RATE_HZ)
        while at < take.count:
            puffs = int(take.rng.integers(4, 10))
            every_s, top = float(take.rng.uniform(0.17, 0.24)), float(take.rng.uniform(0.9, 1.3))
            for puff in range(puffs):
                height = top * (1 - 0.35 * puff / puffs)
                sung = syllable(take.rng, person, "a", 0.55 * every_s, (height * 0.95, height, height * 0.8))
                fades = 1 - 0.6 * puff / puffs
                sound.lay(at, 0.3 * hiss(take.rng, 0.05, 900.0), fades)
                sound.lay(at + round(0.03 * SAMPLE_RATE_HZ), sung, fades)
                at += round(every_s * SAMPLE_RATE_HZ)
            at += round(float(take.rng.uniform(0.3, 1.5)) * SAMPLE_RATE_HZ)
    return smeared(take.nature, sound.samples, 0.5, 0.02, wraps=take.wraps)


def children(take: Take) -> Floats:
    """A school break: many high voices that call, and some that squeal."""
    sound = take.canvas()
    for _ in range(int(take.nature.integers(8, 14))):
        person = someone(take.nature, child=True)
        loud = float(take.nature.uniform(0.3, 1.0))
        for at in take.scattered(0.9):
            lasts_s, height = float(take.rng.uniform(0.15, 0.6)), float(take.rng.uniform(1.1, 2.0))
            vowel = str(take.rng.choice(_VOWELS))
            sound.lay(at, syllable(take.rng, person, vowel, lasts_s, (height * 0.9, height, height * 0.75)), loud)
    for at in take.scattered(0.25):
        sound.lay(at, _shriek(take, float(take.rng.uniform(900, 1500)), float(take.rng.uniform(0.3, 0.8))), 0.7)
    return sound.samples


def baby(take: Take) -> Floats:
    """Cries of about a second that rise and fall, with a breath between."""
    person = Person(float(take.nature.uniform(380, 480)), float(take.nature.uniform(1.6, 1.8)), 0.08, 0.02)
    sound = take.canvas()
    for at in take.beats(float(take.nature.uniform(1.1, 1.6)), spread=0.15):
        lasts_s, height = float(take.rng.uniform(0.6, 1.0)), float(take.rng.uniform(0.95, 1.2))
        sound.lay(at, syllable(take.rng, person, "a", lasts_s, (0.8 * height, height, 0.75 * height)))
        sound.lay(at + round((lasts_s + 0.05) * SAMPLE_RATE_HZ), hiss(take.rng, 0.18, 1500.0), 0.12)
    return sound.samples


def scream(take: Take) -> Floats:
    """One voice as high and rough as it can."""
    sound = take.canvas()
    at = 0
    pitch_hz = float(take.nature.uniform(900, 1500))
    while at < take.count:
        left_s = (take.count - at) / SAMPLE_RATE_HZ
        lasts_s = min(left_s, float(take.rng.uniform(0.9, 1.8)))
        sound.lay(at, _shriek(take, pitch_hz * float(take.rng.uniform(0.9, 1.1)), lasts_s))
        at += round((lasts_s + float(take.rng.uniform(0.15, 0.4))) * SAMPLE_RATE_HZ)
    return sound.samples


def _shriek(take: Take, pitch_hz: float, lasts_s: float) -> Floats:
    person = Person(pitch_hz, 1.25, 0.15, 0.02)
    sung = syllable(take.rng, person, "a", lasts_s, (0.75, 1.0, 0.8))
    # Roughness between 30 and 150 Hz is what makes a scream a scream (Arnal 2015).
    rough = 1 + 0.6 * np.sin(2 * np.pi * float(take.nature.uniform(50, 110)) * seconds(sung.size))
    throat = noise(take.rng, sung.size, band(1500.0, 6000.0)) * swell(sung.size, 0.05, 0.1)
    return filtered(sung * rough + 0.25 * throat, band(600.0, 7000.0))
