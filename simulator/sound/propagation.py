"""The way of a sound from its source to the microphone: 1/r, the air, the ground, and the instant it left.

A frame is one piece of the source as it arrives, filtered by air and ground. What moves is cut in pieces of two
frames under a Hann window, each filtered for the place it came from: no seam is heard, and memory is bounded.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simulator.sound.air import AIR, Air
from simulator.sound.frames import Frames
from simulator.sound.geometry import NEAREST_M, Moving, Ray
from simulator.sound.ground import reflection
from simulator.sound.noise import FRAME, SAMPLE_RATE_HZ
from simulator.sound.source import Source
from simulator.sound.tail import reach_of
from simulator.world.layout import MICROPHONE_HEIGHT_M, SPEED_OF_SOUND_MPS, Floats
from simulator.world.levels import MICROPHONE_XYZ_M, tail_share

Complex = NDArray[np.complex128]

LEAD = 96
LEAD_S = LEAD / SAMPLE_RATE_HZ
"""How far a source is read ahead, in samples and seconds: the filters reach as far before a sound as after it."""
_LONGEST_DETOUR = round(2 * MICROPHONE_HEIGHT_M / SPEED_OF_SOUND_MPS * SAMPLE_RATE_HZ)
SPILL = _LONGEST_DETOUR + 2 * LEAD
"""Samples that a filter can add after a piece's end."""
_PIECE = 2 * FRAME
_STANDING_SIZE, _MOVING_SIZE = 6144, 11_520
"""Lengths of Fourier transforms, quick ones, that hold a piece and its spill."""
_HANN: Floats = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(_PIECE) + 0.5) / _PIECE)
_TURNED_TOGETHER = 76


class Way(Protocol):
    """A source as it is heard at the microphone."""

    reach: int
    """Which of the street's tails it has: an index of `REACHES`."""

    def frame(self, index: int) -> Floats:
        """What arrives in frame `index`, straight and by the ground: Pa, float64, shape (FRAME,)."""

    def feed(self, index: int) -> Floats:
        """What of it the street's tail is made of, in Pa: float64, shape (FRAME,)."""


class _Filter:
    """What air and ground do, for pieces that are transformed at one length."""

    def __init__(self, size: int, air: Air, to_hz: float = SAMPLE_RATE_HZ / 2) -> None:
        self.size = size
        f_hz: Floats = np.linspace(0.0, SAMPLE_RATE_HZ / 2, size // 2 + 1)
        f_hz = f_hz[f_hz <= to_hz]
        self._nepers_per_m = air.absorption_db_per_m(f_hz) / 8.685889638
        self._back = reflection(f_hz)
        self._lead = np.exp(-2j * np.pi * f_hz * LEAD / SAMPLE_RATE_HZ)

    def response(self, distance_m: float, detour_m: float, later: float = 0.0) -> Complex:
        """The filter of a way, without its 1/r.

        Args:
            distance_m: the straight way.
            detour_m: how much farther it is by way of the ground.
            later: by how many samples it is to delay besides `LEAD`.
        """
        both = self._turned(detour_m / SPEED_OF_SOUND_MPS * SAMPLE_RATE_HZ)
        both *= self._back * (distance_m / (distance_m + detour_m))
        both += 1.0
        both *= self._lead
        both *= np.exp(-distance_m * self._nepers_per_m)
        return both * self._turned(later) if later else both

    def _turned(self, samples: float) -> Complex:
        """The spectrum of a delay. Powers of one turn: far quicker than so many sines."""
        turn = -2j * np.pi * samples / self.size
        rows = -(-self._back.size // _TURNED_TOGETHER)
        steps = np.exp(turn * _TURNED_TOGETHER * np.arange(rows))
        fine = np.exp(turn * np.arange(_TURNED_TOGETHER))
        return np.asarray(np.multiply.outer(steps, fine).reshape(-1)[: self._back.size])


_STANDING = _Filter(_STANDING_SIZE, AIR)


@lru_cache
def _moving(to_hz: float) -> _Filter:
    return _Filter(_MOVING_SIZE, AIR, to_hz)


class StandingWay:
    """The way from what does not move.

    Args:
        source: the sound at 1 m.
        place_m: where it is, (3,).
        began_s: when it begins, in street seconds.
    """

    def __init__(self, source: Source, place_m: Floats, began_s: float) -> None:
        self._source = source
        self.distance_m = max(NEAREST_M, float(np.linalg.norm(place_m - MICROPHONE_XYZ_M)))
        image_m = float(np.linalg.norm(place_m * (1, 1, -1) - MICROPHONE_XYZ_M))
        delay = (began_s + self.distance_m / SPEED_OF_SOUND_MPS) * SAMPLE_RATE_HZ
        self._delay = int(delay // 1)
        self.reach = reach_of(self.distance_m)
        detour_m = max(0.0, image_m - self.distance_m)
        self._response = _STANDING.response(self.distance_m, detour_m, delay - self._delay) / self.distance_m
        self._pieces = Frames(self._piece)

    def frame(self, index: int) -> Floats:
        """See `Way`."""
        sound = self._pieces.of(index)[:FRAME].copy()
        sound[:SPILL] += self._pieces.of(index - 1)[FRAME : FRAME + SPILL]
        return sound

    def feed(self, index: int) -> Floats:
        """See `Way`."""
        return self._source.samples(index * FRAME - self._delay, FRAME) * (
            np.sqrt(tail_share(self.distance_m)) / self.distance_m
        )

    def _piece(self, index: int) -> Floats:
        """What arrives of frame `index`, and its spill."""
        dry = self._source.samples(index * FRAME - self._delay + LEAD, FRAME)
        return np.fft.irfft(np.fft.rfft(dry, _STANDING_SIZE) * self._response, _STANDING_SIZE)


class MovingWay:
    """The way from what moves.

    Args:
        source: the sound at 1 m.
        track: where it is heard from, told `LEAD_S` ahead.
        to_hz: it has nothing above this.
    """

    def __init__(self, source: Source, track: Moving, to_hz: float = SAMPLE_RATE_HZ / 2) -> None:
        self._filter = _moving(to_hz)
        self._source = source
        self._track = track
        self.reach = reach_of(track.usual_m)
        self._rays: dict[int, Ray] = {}
        self._arriving = Frames(self._arrives)
        self._pieces = Frames(lambda index: piece(self.spectrum(index)))

    def frame(self, index: int) -> Floats:
        """See `Way`."""
        return overlapped(self._pieces, index)

    def feed(self, index: int) -> Floats:
        """See `Way`."""
        return self._arriving.of(index) * np.sqrt(tail_share(self._ray(index).distance_m))

    def _ray(self, index: int) -> Ray:
        if index not in self._rays:
            self._rays[index] = self._track.ray(index)
            if len(self._rays) > 4:
                del self._rays[max(self._rays, key=lambda other: abs(other - index))]
        return self._rays[index]

    def _arrives(self, index: int) -> Floats:
        """The source as it arrives in frame `index`, spread by 1/r, before air and ground."""
        ray = self._ray(index)
        return read_at(self._source, ray.left_s * SAMPLE_RATE_HZ) / ray.distance_m

    def spectrum(self, index: int) -> Complex:
        """Of what arrives of frames `index` and the next under a window: as far up as the source reaches."""
        dry = np.concatenate([self._arriving.of(index), self._arriving.of(index + 1)])
        dry *= _HANN
        middle = self._ray(index)
        response = self._filter.response(float(middle.distance_m[-1]), middle.detour_m)
        response *= np.fft.rfft(dry, _MOVING_SIZE)[: response.size]
        return response


def piece(spectrum: Complex) -> Floats:
    """The two frames and their spill of a spectrum as `MovingWay.spectrum` gives it, or of a sum of such."""
    return np.fft.irfft(spectrum, _MOVING_SIZE)


def overlapped(pieces: Frames[np.float64], index: int) -> Floats:
    """Frame `index` out of the pieces that reach into it."""
    sound = pieces.of(index)[:FRAME] + pieces.of(index - 1)[FRAME:_PIECE]
    sound[:SPILL] += pieces.of(index - 2)[_PIECE : _PIECE + SPILL]
    return sound


def read_at(source: Source, positions: Floats) -> Floats:
    """A source between its samples, by Lagrange's cubic.

    Args:
        source: what is read.
        positions: where, in samples from its begin, float64 (n,), rising.
    """
    below = np.floor(positions)
    x = positions - below
    first = int(below[0]) - 1
    at = below.astype(np.intp) - first
    sound = source.samples(first, int(at[-1]) + 3)
    a, b, c, d = (sound.take(at + k) for k in (-1, 0, 1, 2))
    # The polynomial through -1, 0, 1 and 2, in Horner's form.
    third = (d - a) / 6 + (b - c) / 2
    second = (a + c) / 2 - b
    slope = c - a / 3 - b / 2 - d / 6
    return np.asarray(((third * x + second) * x + slope) * x + b)
