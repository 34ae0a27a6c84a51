"""What a hop sounds like besides how loud it is: octave bands, lines of the spectrum, the envelope of the voice band.

Everything is a mean square (full scale is 1), so what two sources give adds up. From power spectra of four steps a hop,
each of 2048 samples under a Hann window, 23.4 Hz apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from node.sense.capture.hops import HOP
from node.sense.capture.ports import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from node.sense.capture.ports import AudioBlock

STEPS: Final = 4
"""Steps of the envelope in a hop: 32 a second, enough for the 2-8 Hz of syllables and the 8-16 Hz of machines."""

STEP_S: Final = HOP / STEPS / SAMPLE_RATE_HZ
OCTAVES_HZ: Final = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
VOICE_HZ: Final = (250.0, 4000.0)

LINE: Final = 4.0
"""A line of the spectrum stands this many times over the middle of its surroundings. Of noise, averaged over a hop,
0.2 % of the energy does."""

_STRIDE = HOP // STEPS
_FRAME = 2048
_KEPT = _FRAME - _STRIDE
_AROUND = 16
"""Bins of a stretch of the spectrum in which lines are looked for: 375 Hz, wider than most formants."""


@dataclass(frozen=True, slots=True)
class Timbre:
    """The timbre of one hop, in mean squares; full scale is 1.

    Args:
        octaves: by octave band, 125 Hz to 8 kHz.
        lines: what narrow lines hold of the voice band, 250-4000 Hz.
        steps: of the voice band, by step of 31.25 ms.
    """

    octaves: tuple[float, ...]
    lines: float
    steps: tuple[float, ...]


class TimbreMeter:
    """Measures hop after hop. Holds the last 11 ms of sound, because windows overlap."""

    def __init__(self) -> None:
        window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FRAME) / _FRAME)
        # One-sided: every bin but the first and the last stands for two.
        self._window = window * np.sqrt(2 / (_FRAME * np.sum(np.square(window))))
        f_hz = np.fft.rfftfreq(_FRAME, 1 / SAMPLE_RATE_HZ)
        centres_hz = np.array(OCTAVES_HZ)
        edges = np.searchsorted(f_hz, np.append(centres_hz / np.sqrt(2), centres_hz[-1] * np.sqrt(2)))
        self._octaves = edges
        low, high = np.searchsorted(f_hz, VOICE_HZ)
        self._voice = slice(int(low), int(low) + int(high - low) // _AROUND * _AROUND)
        self._kept: NDArray[np.floating] = np.zeros(_KEPT)

    def measure(self, hop: AudioBlock) -> Timbre:
        """The timbre of the next hop.

        Raises:
            ValueError: the block is not one hop of finite samples.
        """
        if hop.samples.size != HOP or not np.isfinite(hop.samples).all():
            raise ValueError(f"the timbre is measured of hops of {HOP} finite samples")
        sound = np.concatenate((self._kept, hop.samples))
        self._kept[:] = sound[-_KEPT:]
        frames = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[::_STRIDE]
        spectra = np.fft.rfft(frames * self._window)
        power = np.square(spectra.real) + np.square(spectra.imag)
        mean = power.mean(axis=0)
        octaves = np.add.reduceat(mean, self._octaves)[:-1]
        steps = power[:, self._voice].sum(axis=1)
        return Timbre(tuple(octaves.tolist()), _lines(mean[self._voice]), tuple(steps.tolist()))

    def forget(self) -> None:
        """Wipes the sound it holds: as if silence had come before."""
        self._kept.fill(0.0)


def _lines(power: NDArray[np.float64]) -> float:
    """What of a power spectrum (n,) stands in lines over its surroundings."""
    rows = power.reshape(-1, _AROUND)
    middle = np.sort(rows, axis=1)[:, _AROUND // 2 - 1 : _AROUND // 2]
    return float(np.sum(rows, where=rows > LINE * middle))
