"""Scenes of 2.5 s: a background, mostly something that happens in it, and one microphone for the whole.

An event is a fact of a window by its energy alone: it has to come near its own peak in it and to stand over the rest.
What is there but weaker is no fact either way (`unknown`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.training import channel, dynamics
from models.training.labels import CLASSES, Label
from models.training.palette import Palette, Piece
from node.sense.audio import logmel
from simulator.sound.shaping import fast_length

Floats32 = NDArray[np.float32]
LENGTH = 40_000
"""Samples of a scene at 16 kHz."""
INNER = 3, logmel.FRAMES - 12
"""Between which frames of a window something has to happen to be a fact of it."""
FRAMES = 1 + (LENGTH - logmel.FRAME) // logmel.HOP
_NEAR_PEAK, _STANDS_OUT = 0.4**2, 10 ** (6 / 10)
"""Of power: what is a fact is within 8 dB of the event's peak and 6 dB over the rest."""
_GONE, _INAUDIBLE = 0.05**2, 10 ** (-6 / 10)
"""Of power: under these an event is not there."""
_GROUPS = 8
_TAIL = 16_000
_LONGEST = 2 * LENGTH


@dataclass(frozen=True, slots=True)
class Shares:
    """How often what comes in a scene.

    Args:
        event: a scene has an event of a class; the others have one that tempts, or nothing.
        tempting: of the scenes without an event, those with something that tempts.
        second: of the scenes with an event, those with another sound besides.
        loud: of the events, those far over the background.
        rough: how far speed, room, air and tone are changed; what is judged on is left nearly as it is.
    """

    event: float = 0.7
    tempting: float = 0.75
    second: float = 0.2
    loud: float = 0.25
    rough: float = 1.0


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene.

    Args:
        samples: at 16 kHz, shape (40000,).
        fact: whether a class is a fact of a frame: bool, (248, 8).
        present: whether a class is there at all, or nobody knows: bool, (248, 8).
        sources: of the recordings in it, for people; "synthesis" for a take.
    """

    samples: Floats32
    fact: NDArray[np.bool_]
    present: NDArray[np.bool_]
    sources: tuple[str, ...]


class Mixer:
    """Draws scenes.

    Args:
        palette: what it may use.
        shares: how often what comes.
    """

    def __init__(self, palette: Palette, shares: Shares) -> None:
        self._palette = palette
        self._shares = shares

    def scene(self, rng: np.random.Generator) -> Scene:
        """One scene; the same generator state gives the same scene."""
        pieces = self._happenings(rng)
        stems = [self._placed(rng, piece) for piece in pieces]
        ground, under = self._ground(rng)
        gains = [self._gain(rng, stem, ground) for stem in stems]
        stems = [stem * np.float32(gain) for stem, gain in zip(stems, gains, strict=True)]
        samples, stems, rest = _recorded(rng, stems, ground, self._shares.rough)
        fact, present = _facts(pieces, stems, rest)
        for label in under:
            _set_unknown(present, (*label.heard, *label.unknown))
        return Scene(samples, fact, present & ~fact, tuple(piece.source for piece in pieces))

    def _happenings(self, rng: np.random.Generator) -> list[Piece]:
        shares = self._shares
        if rng.random() < shares.event:
            pieces = [self._palette.event(rng)]
            if rng.random() < shares.second:
                pieces.append(self._palette.event(rng) if rng.random() < 0.4 else self._palette.tempting(rng))
            return pieces
        return [self._palette.tempting(rng)] if rng.random() < shares.tempting else []

    def _placed(self, rng: np.random.Generator, piece: Piece) -> Floats32:
        """A piece at a place in the scene, with its own speed, room, air and tone: shape (40000,)."""
        rough = self._shares.rough
        sound = _cut(rng, piece.samples, from_anywhere=rng.random() < 0.6)
        if rng.random() < 0.25 * rough:
            sound = dynamics.repeated(rng, sound, LENGTH)
        if rng.random() < 0.75:
            sound = channel.faster(sound, 2 ** float(np.clip(rng.normal(0.0, 0.17 * rough), -0.6, 0.6)))
        sound = sound[:LENGTH]
        if rng.random() < 0.2 * rough:
            sound = dynamics.passing(rng, sound)
        steps = fast_length(sound.size + _TAIL)
        spectrum = np.fft.rfft(sound, steps)
        if rng.random() < 0.6 * rough:
            spectrum = spectrum * np.fft.rfft(channel.echoes(rng), steps)
        spectrum = (
            spectrum * channel.tone(rng, spectrum.size, 2.5 * rough) * channel.air(rng, spectrum.size, 20.0 * rough)
        )
        wet = np.fft.irfft(spectrum, steps)[: sound.size + _TAIL].astype(np.float32)
        at = int(rng.integers(-min(sound.size // 3, 8000), max(1, min(LENGTH - 4000, LENGTH - sound.size // 3))))
        stem = np.zeros(LENGTH, dtype=np.float32)
        part = wet[max(0, -at) : LENGTH - at]
        stem[max(0, at) : max(0, at) + part.size] = part
        return stem

    def _ground(self, rng: np.random.Generator) -> tuple[Floats32, list[Label]]:
        """What lies under the scene, and what in it nobody knows: one to three sounds that go on, and noise."""
        noise = channel.self_noise(rng, LENGTH, float(rng.uniform(-0.3, 2.2)))
        if rng.random() < 0.5:
            noise = noise * _waves(rng)
        if rng.random() < 0.15:
            return noise, []
        ground, labels = noise * np.float32(10 ** (float(rng.uniform(-35.0, 5.0)) / 20)), []
        for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
            piece = self._palette.background(rng)
            sound = channel.faster(_cut(rng, piece.samples, from_anywhere=True), 2 ** float(rng.uniform(-0.25, 0.25)))
            lasting = _lasting(rng, sound)
            level = max(1e-6, float(np.sqrt(np.mean(np.square(lasting)))))
            ground = ground + lasting * np.float32(10 ** (float(rng.uniform(-12.0, 3.0)) / 20) / level)
            labels.append(piece.label)
        return ground, labels

    def _gain(self, rng: np.random.Generator, stem: Floats32, ground: Floats32) -> float:
        """What brings a stem to its level over the ground: -5 to 25 dB, some 20 to 55 dB."""
        is_loud = rng.random() < self._shares.loud
        over_db = float(rng.uniform(20.0, 55.0) if is_loud else rng.uniform(-5.0, 25.0))
        return 10 ** (over_db / 20) * _strength(ground) / max(1e-9, _active_strength(stem))


def window_targets(scene_fact: NDArray[np.bool_], scene_present: NDArray[np.bool_], first: int) -> NDArray[np.float32]:
    """The targets of the window that begins at frame `first`: 1, 0, or -1 where it is no fact: shape (8,).

    What happens only in the first 30 ms or the last 120 ms is no fact of the window: nobody could tell it.
    """
    inner = scene_fact[first + INNER[0] : first + INNER[1]].any(axis=0)
    window = slice(first, first + logmel.FRAMES)
    there = (scene_fact[window] | scene_present[window]).any(axis=0)
    return np.where(inner, 1.0, np.where(there, -1.0, 0.0)).astype(np.float32)


def _recorded(
    rng: np.random.Generator, stems: list[Floats32], ground: Floats32, rough: float
) -> tuple[Floats32, list[Floats32], Floats32]:
    """The scene as a microphone gives it, and each stem and the ground behind the same edges and tone."""
    steps = fast_length(LENGTH)
    bins = steps // 2 + 1
    gains = channel.tone(rng, bins, 2.5 * rough) * channel.band_limit(rng, bins, rough)
    filtered = np.fft.irfft(np.fft.rfft(np.stack([*stems, ground]), steps) * gains, steps)[:, :LENGTH]
    parts = [part.astype(np.float32) for part in filtered]
    mix = np.sum(parts, axis=0)
    loudness = max(1e-9, float(np.sqrt(np.mean(np.square(mix)))))
    floor = channel.self_noise(rng, LENGTH, 0.0) * np.float32(loudness * 10 ** (float(rng.uniform(-75.0, -25.0)) / 20))
    mix = (mix + floor) / np.float32(max(1e-9, float(np.abs(mix).max())))
    if rng.random() < 0.25 * rough:
        mix = dynamics.compressed(rng, mix)
    if rng.random() < 0.15:
        mix = channel.clipped(rng, mix)
    mix = mix * np.float32(10 ** (float(rng.uniform(-40.0, 0.0)) / 20))
    if rng.random() < 0.5:
        mix = np.round(mix * 32768.0) / np.float32(32768.0)
    return mix.astype(np.float32), parts[:-1], parts[-1] + floor


def _facts(pieces: list[Piece], stems: list[Floats32], ground: Floats32) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which class is a fact of which frame, and which is there at all: (248, 8) each."""
    fact = np.zeros((FRAMES, len(CLASSES)), dtype=bool)
    present = np.zeros_like(fact)
    total = np.sum([*stems, ground], axis=0)
    for piece, stem in zip(pieces, stems, strict=True):
        own, rest = logmel.powers(stem), logmel.powers(total - stem)
        whole = own.sum(axis=1)
        near = whole / max(1e-20, float(whole.max()))
        stands = whole > _STANDS_OUT * rest.sum(axis=1)
        grouped = own.reshape(FRAMES, _GROUPS, -1).sum(axis=2), rest.reshape(FRAMES, _GROUPS, -1).sum(axis=2)
        heard = (grouped[0] > _INAUDIBLE * grouped[1]).any(axis=1) & (near > _GONE)
        for name in piece.label.heard:
            fact[:, CLASSES.index(name)] |= (near > _NEAR_PEAK) & stands
            present[:, CLASSES.index(name)] |= heard
        for name in piece.label.unknown:
            present[:, CLASSES.index(name)] |= heard
    return fact, present


def _set_unknown(present: NDArray[np.bool_], names: tuple[str, ...]) -> None:
    for name in names:
        present[:, CLASSES.index(name)] = True


def _cut(rng: np.random.Generator, sound: Floats32, *, from_anywhere: bool) -> Floats32:
    """A stretch that is long enough for a scene at any speed."""
    begin = int(rng.integers(max(1, sound.size - _LONGEST + 1))) if from_anywhere else 0
    return sound[begin : begin + _LONGEST]


def _lasting(rng: np.random.Generator, sound: Floats32) -> Floats32:
    """A stretch of a scene's length: from anywhere, or a short sound over and over, each running into the next."""
    if sound.size >= LENGTH:
        begin = int(rng.integers(sound.size - LENGTH + 1))
        return sound[begin : begin + LENGTH]
    across = max(1, min(800, sound.size // 4))
    ramp = np.sin(np.linspace(0, np.pi / 2, across, dtype=np.float32))
    looped = sound.copy()
    looped[:across] = looped[:across] * ramp + looped[-across:] * ramp[::-1]
    looped = looped[: sound.size - across]
    return np.resize(np.roll(looped, int(rng.integers(looped.size))), LENGTH)


def _waves(rng: np.random.Generator) -> Floats32:
    """A slow swell of up to 12 dB either way, as of cars that pass: shape (40000,)."""
    knots_db = rng.uniform(-1.0, 1.0, 6) * float(rng.uniform(0.0, 12.0))
    return (10 ** (np.interp(np.linspace(0, 5, LENGTH), np.arange(6), knots_db) / 20)).astype(np.float32)


def _strength(sound: Floats32) -> float:
    """The effective value of a sound with its lows taken down, as hearing does: pre-emphasis of 0.9."""
    return max(1e-9, float(np.sqrt(np.mean(np.square(sound[1:] - np.float32(0.9) * sound[:-1])))))


def _active_strength(stem: Floats32) -> float:
    """The same over the 20 ms blocks that come within 20 dB of the loudest."""
    blocks = (
        np.square(stem[1:] - np.float32(0.9) * stem[:-1])[: (LENGTH - 1) // 320 * 320].reshape(-1, 320).mean(axis=1)
    )
    return float(np.sqrt(np.mean(blocks[blocks >= 0.01 * blocks.max()])))
