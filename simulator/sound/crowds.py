"""Crowds without clips of crowds: cheers, boos, chants, applause."""

from __future__ import annotations

import numpy as np

from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.sound.shaping import band, cycles, decay, noise, smeared, swell, wander, wave
from simulator.sound.take import Take
from simulator.sound.throat import Person, someone, syllable
from simulator.world.layout import Floats

_FEW_CLAPS = 12
_HANDS = 96
_CLAP = 2400
"""Samples of a clap."""
_WAYS = 2
"""In which somebody says one syllable of a chant."""
_SHOUTS = 16
"""Different words of a crowd; each is said by several people, and nobody hears that among so many."""


def cheer(take: Take) -> Floats:
    """Many voices that rise to "yeah" and "woo", a whistle here and there, and claps."""
    sound = take.canvas()
    shouts = [_shout(take, "aaey", (1.5, 2.3), (0.6, 1.6)) for _ in range(_SHOUTS)]
    for at in take.scattered(11.0):
        sound.lay(at, shouts[int(take.rng.integers(_SHOUTS))], float(take.rng.uniform(0.3, 1.0)))
    for at in take.scattered(0.3):
        sound.lay(at, _whistle(take), 0.8)
    uneven = 1 + 0.2 * wander(take.rng, take.count, 0.4, wraps=take.wraps)
    breath = noise(take.rng, take.count, band(500.0, 3000.0)) * uneven
    return np.asarray(sound.samples + 0.8 * breath + 0.7 * applause(take))


def boo(take: Take) -> Floats:
    """Many low, long "oo"."""
    sound = take.canvas()
    shouts = [_shout(take, "uuo", (0.9, 1.3), (1.0, 2.4)) for _ in range(_SHOUTS)]
    for at in take.scattered(9.0):
        sound.lay(at, shouts[int(take.rng.integers(_SHOUTS))], float(take.rng.uniform(0.3, 1.0)))
    return np.asarray(sound.samples + 0.3 * noise(take.rng, take.count, band(250.0, 1200.0)))


def _shout(take: Take, vowels: str, heights: tuple[float, float], lengths_s: tuple[float, float]) -> Floats:
    """One word of one of the crowd."""
    height, vowel = float(take.rng.uniform(*heights)), str(take.rng.choice(list(vowels)))
    lasts_s = float(take.rng.uniform(*lengths_s))
    return syllable(take.rng, someone(take.nature), vowel, lasts_s, (0.85 * height, height, 0.72 * height))


def chant(take: Take) -> Floats:
    """Many voices that say the same few syllables together, over and over."""
    nature = take.nature
    beat_s = float(nature.uniform(0.32, 0.5))
    text = [(str(nature.choice(list("aoei"))), float(nature.choice([1.0, 1.0, 1.19, 1.33]))) for _ in range(4)]
    people = [someone(nature) for _ in range(16)]
    sound = take.canvas()
    said: list[tuple[int, list[Floats]]] = []
    for person in people:
        higher = Person(1.4 * person.pitch_hz, person.shorter, 0.08, 0.015)
        for place, (vowel, height) in enumerate(text):
            pitch = (height, height, 0.9 * height)
            said.append((place, [syllable(take.rng, higher, vowel, 0.75 * beat_s, pitch) for _ in range(_WAYS)]))
    for at in take.beats(beat_s * (len(text) + int(nature.integers(0, 3)))):
        for place, ways in said:
            late = round((place * beat_s + abs(float(take.rng.normal(0, 0.03)))) * SAMPLE_RATE_HZ)
            sound.lay(at + late, ways[int(take.rng.integers(_WAYS))], float(take.rng.uniform(0.4, 1.0)))
    return sound.samples


def applause(take: Take) -> Floats:
    """A hundred pairs of hands, each pair with its own pace and its own hollow."""
    paces_s = take.nature.uniform(0.2, 0.36, _HANDS)
    strengths = take.nature.gamma(1.0, 1.0, _HANDS)
    sound = np.zeros(take.count + _CLAP)
    for few in np.array_split(np.arange(_HANDS), _FEW_CLAPS):
        struck: list[tuple[int, float]] = []
        for person in few:
            at = list(take.beats(float(paces_s[person]), spread=0.5))
            strong = strengths[person] * take.rng.uniform(0.6, 1.0, len(at))
            struck += zip(at, strong.tolist(), strict=True)
        clap = _clap(take)
        # Laid one by one: they are short and far apart, a transform of the whole would cost ten times as much.
        for begin, strength in struck:
            sound[begin : begin + _CLAP] += strength * clap
    # The claps of the end come in at the begin, as far as there is one: nobody hears that of applause.
    over = min(_CLAP, take.count)
    sound[:over] += sound[take.count : take.count + over]
    return smeared(take.nature, sound[: take.count], 0.8, 0.06, wraps=take.wraps)


def _clap(take: Take) -> Floats:
    n = _CLAP
    hollow_hz = float(take.nature.uniform(700, 1900))
    return np.asarray(noise(take.rng, n, band(hollow_hz * 0.6, hollow_hz * 2.2, 1)) * decay(n, 0.006))


def _whistle(take: Take) -> Floats:
    n = round(float(take.rng.uniform(0.3, 0.8)) * SAMPLE_RATE_HZ)
    along = np.linspace(0, 1, n)
    pitch_hz = float(take.rng.uniform(1800, 2800)) * np.interp(along, [0, 0.3, 0.6, 1], [0.8, 1.2, 1.0, 1.3])
    return wave(cycles(pitch_hz), [1.0, 0.1]) * swell(n, 0.03, 0.05)
