"""Sirens of emergency vehicles: wail, yelp and hi-lo, through a horn loudspeaker (SAE J1849; DIN 14610 for hi-lo)."""

from __future__ import annotations

import numpy as np

from simulator.sound.shaping import (
    Response,
    both,
    cycles,
    filtered,
    high_pass,
    low_pass,
    resonance,
    seconds,
    smeared,
    wave,
)
from simulator.sound.take import Take
from simulator.world.layout import Floats


def wail(take: Take) -> Floats:
    """A slow sweep up and down, some 10 to 20 a minute."""
    return _swept(take, every_s=float(take.nature.uniform(3.0, 5.5)), rising=float(take.nature.uniform(0.3, 0.5)))


def yelp(take: Take) -> Floats:
    """A quick sweep, about 180 a minute."""
    return _swept(take, every_s=float(take.nature.uniform(0.25, 0.4)), rising=float(take.nature.uniform(0.5, 0.75)))


def hilo(take: Take) -> Floats:
    """Two notes a fourth apart, in turn."""
    low_hz = float(take.nature.uniform(400, 480))
    high_hz = low_hz * float(take.nature.uniform(1.30, 1.36))
    note_s = float(take.nature.uniform(0.4, 0.75))
    turn = _turn(take, 2 * note_s)
    # An electronic horn needs some 10 ms from one note to the other.
    edge = 0.5 + 0.5 * np.tanh(np.sin(2 * np.pi * turn) / (0.02 / note_s))
    return _spoken(take, low_hz + (high_hz - low_hz) * edge, falls=(0.1, 0.4))


def _swept(take: Take, every_s: float, rising: float) -> Floats:
    low_hz, high_hz = float(take.nature.uniform(480, 700)), float(take.nature.uniform(1250, 1650))
    turn = _turn(take, every_s) % 1.0
    up = np.where(turn < rising, turn / rising, (1 - turn) / (1 - rising))
    return _spoken(take, low_hz * (high_hz / low_hz) ** (0.5 - 0.5 * np.cos(np.pi * up)))


def _turn(take: Take, every_s: float) -> Floats:
    """How many sweeps have gone by; a whole number of them where it wraps."""
    number = max(1, round(take.lasts_s / every_s)) if take.wraps else take.lasts_s / every_s
    return seconds(take.count) / take.lasts_s * number + (0.0 if take.wraps else float(take.rng.random()))


def _spoken(take: Take, pitch_hz: Floats, falls: tuple[float, float] = (0.5, 0.9)) -> Floats:
    """A wave rich in harmonics, as an amplifier near its limit gives, through the loudspeaker's horn."""
    harmonics = np.arange(1.0, 14.0)
    odd_only = float(take.nature.uniform(0.3, 1.0))
    amplitudes = harmonics ** -float(take.nature.uniform(*falls)) * np.where(harmonics % 2 == 0, odd_only, 1.0)
    sound = wave(cycles(pitch_hz, wraps=take.wraps), amplitudes)
    spoken = filtered(sound, _loudspeaker(take.nature), wraps=take.wraps)
    # The roof, the bonnet and the road beside it: without them the critic hears a synthesiser.
    return smeared(take.nature, spoken, 0.5, 0.02, wraps=take.wraps)


def _loudspeaker(rng: np.random.Generator) -> Response:
    """A horn of 100 W: nothing below its cut-off, two humps of its own, little above 5 kHz."""
    humps = both(*(resonance(float(rng.uniform(*at_hz)), 900.0) for at_hz in ((900.0, 1400.0), (2400.0, 3400.0))))
    return both(high_pass(float(rng.uniform(350, 500)), 2), low_pass(5500.0, 1), humps)
