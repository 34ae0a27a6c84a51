"""How sound is shaped: filters, noise, slow wandering, waves of a pitch, struck things that ring.

Lengths are in samples at 48 kHz. What `wraps` is drawn on a circle: its end runs into its begin without a seam.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.world.layout import Floats

Response = Callable[[Floats], NDArray[np.complex128]]
"""From frequencies (n,) in Hz to complex factors (n,)."""

_TABLE = 4096


def seconds(n: int) -> Floats:
    """The instants of `n` samples, in seconds from the first."""
    return np.arange(n) / SAMPLE_RATE_HZ


def fast_length(n: int) -> int:
    """The smallest length from `n` on that a Fourier transform is quick at."""
    return min(base << max(0, -(-max(1, n) // base) - 1).bit_length() for base in (1, 3, 5, 9, 15, 25, 27))


def _is_smooth(n: int) -> bool:
    """Whether it has no prime factor above 5."""
    for factor in (2, 3, 5):
        while n % factor == 0:
            n //= factor
    return n == 1


def frequencies_hz(size: int) -> Floats:
    """The frequencies of a real Fourier transform of `size` samples: shape (size // 2 + 1,)."""
    return np.asarray(np.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ), dtype=np.float64)


def low_pass(corner_hz: float, order: int = 1) -> Response:
    """Falls by 6 dB an octave and order above the corner; causal."""
    return lambda f: np.asarray((1 + 1j * f / corner_hz) ** -order)


def high_pass(corner_hz: float, order: int = 1) -> Response:
    """Falls by 6 dB an octave and order below the corner; causal."""
    return lambda f: np.asarray((1j * f / corner_hz / (1 + 1j * f / corner_hz)) ** order)


def band(low_hz: float, high_hz: float, order: int = 1) -> Response:
    """What lies between two corners."""
    return both(high_pass(low_hz, order), low_pass(high_hz, order))


def resonance(centre_hz: float, width_hz: float) -> Response:
    """One resonance, 1 far below it; causal."""
    return lambda f: np.asarray(centre_hz**2 / (centre_hz**2 - f * f + 1j * f * width_hz))


def both(*responses: Response) -> Response:
    """One filter after the other."""

    def product(f: Floats) -> NDArray[np.complex128]:
        whole = np.ones(f.shape, dtype=np.complex128)
        for one in responses:
            whole *= one(f)
        return whole

    return product


def either(*parts: tuple[float, Response]) -> Response:
    """Filters side by side, each with its weight."""
    return lambda f: np.asarray(sum(weight * response(f) for weight, response in parts))


def filtered(sound: Floats, response: Response, *, wraps: bool = False) -> Floats:
    """The same sound through a filter: shape (n,) again; what rings on after the end is lost, or wraps."""
    n = sound.size
    size = n if wraps else fast_length(n + min(n, SAMPLE_RATE_HZ))
    f = frequencies_hz(size)
    return np.asarray(np.fft.irfft(np.fft.rfft(sound, size) * response(f), size)[:n])


def noise(rng: np.random.Generator, n: int, response: Response) -> Floats:
    """Noise through a filter, with an effective value of 1; it wraps where a transform of its length is quick."""
    size = n if _is_smooth(n) else fast_length(n)
    sound = filtered(rng.standard_normal(size), response, wraps=True)[:n]
    return sound / max(1e-12, float(np.sqrt(np.mean(np.square(sound)))))


def wander(rng: np.random.Generator, n: int, step_s: float, *, wraps: bool = False) -> Floats:
    """A slow, smooth chance curve of `n` samples with a deviation of about 1; a new aim every `step_s`."""
    knots = max(2, round(n / SAMPLE_RATE_HZ / step_s))
    aims = rng.standard_normal(knots + 1)
    if wraps:
        aims[-1] = aims[0]
    at = np.linspace(0, knots, n, endpoint=False)
    below = at.astype(np.intp)
    ease = 0.5 - 0.5 * np.cos(np.pi * (at - below))
    return np.asarray(aims[below] + (aims[below + 1] - aims[below]) * ease)


def cycles(pitch_hz: Floats, *, wraps: bool = False) -> Floats:
    """How many cycles a pitch (n,) has gone through at each sample; whole ones in all where it wraps."""
    turns = np.concatenate([[0.0], np.cumsum(pitch_hz / SAMPLE_RATE_HZ)])
    if wraps:
        turns *= max(1.0, round(float(turns[-1]))) / max(1e-9, float(turns[-1]))
    return np.asarray(turns[:-1])


def wave(turns: Floats, amplitudes: Sequence[float] | Floats, phases: Sequence[float] | Floats | None = None) -> Floats:
    """A periodic wave: harmonic `k` (from 1) has `amplitudes[k - 1]`; shape of `turns`, which counts cycles."""
    across = np.arange(_TABLE) / _TABLE * 2 * np.pi
    table = np.zeros(_TABLE + 1)
    for k, amplitude in enumerate(amplitudes, start=1):
        table[:-1] += amplitude * np.sin(k * across + (0.0 if phases is None else phases[k - 1]))
    table[-1] = table[0]
    at = (turns % 1.0) * _TABLE
    below = np.minimum(at.astype(np.intp), _TABLE - 1)
    return np.asarray(table[below] + (table[below + 1] - table[below]) * (at - below))


def ringing(n: int, freqs_hz: Floats, decays_s: Floats, amplitudes: Floats, phases: Floats | None = None) -> Floats:
    """Damped sines that begin together: shape (n,); a decay is the time to 1/e."""
    t_s = seconds(n)
    sound = np.zeros(n)
    turns = np.zeros(freqs_hz.size) if phases is None else phases
    for f_hz, decay_s, amplitude, phase in zip(freqs_hz, decays_s, amplitudes, turns, strict=True):
        last = min(n, int(8 * decay_s * SAMPLE_RATE_HZ) + 1)
        t = t_s[:last]
        sound[:last] += amplitude * np.exp(-t / decay_s) * np.sin(2 * np.pi * f_hz * t + phase)
    return sound


def swell(n: int, rise_s: float, fall_s: float) -> Floats:
    """An envelope (n,) that rises and falls in half cosines and is 1 between, so that nothing clicks."""
    t_s = seconds(n) + 0.5 / SAMPLE_RATE_HZ
    rise = np.clip(t_s / max(rise_s, 1e-6), 0, 1)
    fall = np.clip((n / SAMPLE_RATE_HZ - t_s) / max(fall_s, 1e-6), 0, 1)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.minimum(rise, fall)))


def decay(n: int, time_s: float) -> Floats:
    """An envelope (n,) that falls to 1/e in `time_s`."""
    return np.asarray(np.exp(-seconds(n) / time_s))


def smeared(rng: np.random.Generator, sound: Floats, share: float, time_s: float, *, wraps: bool = False) -> Floats:
    """A sound and what the things right beside its source throw back: diffuse, e times weaker every `time_s`.

    Args:
        rng: of the place.
        sound: shape (n,).
        share: effective value of what comes back, as a multiple of the sound's.
        time_s: how long it lasts.
        wraps: the sound does.
    """
    answer = noise(rng, round(5 * time_s * SAMPLE_RATE_HZ), band(200.0, 5000.0))
    answer *= decay(answer.size, time_s)
    size = sound.size if wraps else fast_length(sound.size + answer.size)
    back = share * np.fft.rfft(answer, size) / np.sqrt(np.sum(np.square(answer)))
    return np.asarray(np.fft.irfft(np.fft.rfft(sound, size) * (1 + back), size)[: sound.size])
