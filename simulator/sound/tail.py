"""What a street of houses adds to a sound: a tail that dies away, longer and stronger the farther it came.

The tail is noise that falls exponentially, high tones first, after a short gap. Everything that comes from
about as far shares one; it is convolved in blocks of a frame, so any frame can be asked for at any time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.sound.noise import FRAME, SAMPLE_RATE_HZ
from simulator.world.chance import Stream, chance
from simulator.world.layout import Floats

_GAP_S, _RISE_S = 0.008, 0.04
_BANDS_HZ = (0.0, 500.0, 2000.0, 6000.0, SAMPLE_RATE_HZ / 2)
_SHARES = (1.1, 1.0, 0.75, 0.45)
"""How long each band takes to die away, as a share of T60 in the middle."""
_LARGEST = 1 << 17


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a group of sounds comes from.

    Args:
        to_m: up to here.
        t60_s: how long its tail takes to fall by 60 dB, in an ordinary street.
    """

    to_m: float
    t60_s: float


REACHES = (Reach(60.0, 0.5), Reach(200.0, 0.9), Reach(float("inf"), 1.3))


def reach_of(distance_m: float) -> int:
    """Which of `REACHES` a distance belongs to."""
    return next(i for i, reach in enumerate(REACHES) if distance_m <= reach.to_m)


def t60_s(seed: int, reach: int) -> float:
    """The reverberation time of a street in the middle frequencies, in seconds: up to a fifth off the usual."""
    return REACHES[reach].t60_s * float(chance(seed, Stream.TAIL, 0).uniform(0.85, 1.15))


def taps(seed: int, reach: int) -> Floats:
    """The tail of a click of 1 at sample 0: float64, shape (n,); around 1 kHz as much energy as the click."""
    middle_s = t60_s(seed, reach)
    t_s = np.arange(_length(middle_s)) / SAMPLE_RATE_HZ
    spectrum = np.fft.rfft(chance(seed, Stream.TAIL, 1, reach).standard_normal(_LARGEST))
    f_hz = np.fft.rfftfreq(_LARGEST, 1 / SAMPLE_RATE_HZ)
    rise = np.square(np.sin(np.pi / 2 * np.clip((t_s - _GAP_S) / _RISE_S, 0, 1)))
    bands = []
    for low_hz, high_hz, share in zip(_BANDS_HZ[:-1], _BANDS_HZ[1:], _SHARES, strict=True):
        band = np.fft.irfft(np.where((f_hz >= low_hz) & (f_hz < high_hz), spectrum, 0), _LARGEST)[: t_s.size]
        bands.append(band * rise * 10 ** (-3 * t_s / (share * middle_s)))
    of_click = (_BANDS_HZ[2] - _BANDS_HZ[1]) / _BANDS_HZ[-1]
    return np.asarray(np.sum(bands, axis=0) * np.sqrt(of_click / np.sum(np.square(bands[1]))))


class Tail:
    """The tail of everything from one reach.

    Args:
        seed: of the street.
        reach: which of `REACHES`.
        feed: what goes into it in frame `index`, float64 (FRAME,), or None for silence.
    """

    def __init__(self, seed: int, reach: int, feed: Callable[[int], Floats | None]) -> None:
        self._key = (seed, reach)
        self._reaches_back = -(-_length(t60_s(seed, reach)) // FRAME)
        self._feed = feed
        self._fed: dict[int, Floats | None] = {}
        self._heard: dict[int, NDArray[np.complex128] | None] = {}

    def frame(self, index: int) -> Floats | None:
        """Frame `index` of it: float64, shape (FRAME,), or None for silence."""
        spectra = [self._spectrum(index - k) for k in reversed(range(self._reaches_back))][::-1]
        if all(spectrum is None for spectrum in spectra):
            return None
        whole = np.zeros(FRAME + 1, dtype=np.complex128)
        for part, spectrum in zip(_parts(*self._key), spectra, strict=True):
            if spectrum is not None:
                whole += part * spectrum
        return np.fft.irfft(whole, 2 * FRAME)[FRAME:]

    def _spectrum(self, index: int) -> NDArray[np.complex128] | None:
        """Of what went in in the frame before and in this one."""
        if index not in self._heard:
            before, now = self._of(index - 1), self._of(index)
            silent = before is None and now is None
            pair = [np.zeros(FRAME) if one is None else one for one in (before, now)]
            self._heard[index] = None if silent else np.fft.rfft(np.concatenate(pair))
            _forget(self._heard, self._reaches_back + 2)
        return self._heard[index]

    def _of(self, index: int) -> Floats | None:
        if index not in self._fed:
            self._fed[index] = self._feed(index)
            _forget(self._fed, self._reaches_back + 2)
        return self._fed[index]


def _length(middle_s: float) -> int:
    """Samples until the slowest band has died away."""
    return round(max(_SHARES) * middle_s * SAMPLE_RATE_HZ)


@lru_cache(maxsize=len(REACHES))
def _parts(seed: int, reach: int) -> NDArray[np.complex128]:
    """The spectra of a tail's frames: (frames, FRAME + 1)."""
    answer = taps(seed, reach)
    padded = np.zeros(-(-answer.size // FRAME) * FRAME)
    padded[: answer.size] = answer
    return np.asarray(np.fft.rfft(padded.reshape(-1, FRAME), 2 * FRAME))


def _forget(kept: dict[int, Any], most: int) -> None:
    while len(kept) > most:
        del kept[next(iter(kept))]
