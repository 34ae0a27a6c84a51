"""Bands of hearing: triangles on a mel scale, and the spectra that they weigh.

HTK's scale (O'Shaughnessy 1987): 2595 log10(1 + f / 700), triangles straight in mel. Slaney's (Auditory Toolbox, 1998):
linear to 1 kHz, then logarithmic, triangles straight in Hz, each with an area of 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats32 = NDArray[np.float32]

_SLANEY_HZ_PER_MEL = 200.0 / 3.0
_SLANEY_KNEE_HZ = 1000.0
_SLANEY_STEP = np.log(6.4) / 27.0


def htk_bank(bands: int, lines_hz: NDArray[np.float64], lowest_hz: float, highest_hz: float) -> Floats32:
    """Triangles with a height of 1, straight in HTK's mel: float32, shape (len(lines_hz), bands).

    Args:
        bands: how many.
        lines_hz: of the spectrum, shape (lines,).
        lowest_hz: where the first one begins.
        highest_hz: where the last one ends.
    """
    edges = np.linspace(_htk(lowest_hz), _htk(highest_hz), bands + 2)
    return _triangles(_htk(lines_hz), edges).astype(np.float32)


def slaney_bank(bands: int, lines_hz: NDArray[np.float64], lowest_hz: float, highest_hz: float) -> Floats32:
    """Triangles with an area of 1, straight in Hz, on Slaney's scale; else as `htk_bank`."""
    edges_hz = _slaney_hz(np.linspace(_slaney(lowest_hz), _slaney(highest_hz), bands + 2))
    return (_triangles(lines_hz, edges_hz) * (2.0 / (edges_hz[2:] - edges_hz[:-2]))).astype(np.float32)


def frames(samples: Floats32, length: int, hop: int) -> Floats32:
    """The whole frames of a stretch of sound, one a row: shape (1 + (n - length) // hop, length). A view."""
    return np.lib.stride_tricks.sliding_window_view(samples, length)[::hop]


def hann(length: int, *, periodic: bool) -> Floats32:
    """The Hann window, float32 (length,)."""
    steps = length if periodic else length - 1
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / steps)).astype(np.float32)


def power(spectrum: NDArray[np.complexfloating]) -> Floats32:
    """The power of each line: float32, shape as given."""
    return np.asarray(np.square(spectrum.real) + np.square(spectrum.imag), dtype=np.float32)


def _triangles(lines: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    low, peak, high = edges[:-2], edges[1:-1], edges[2:]
    rises = (lines[:, None] - low) / (peak - low)
    falls = (high - lines[:, None]) / (high - peak)
    return np.maximum(0.0, np.minimum(rises, falls))


def _htk(f_hz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(2595.0 * np.log10(1.0 + np.asarray(f_hz) / 700.0))


def _slaney(f_hz: float) -> float:
    if f_hz < _SLANEY_KNEE_HZ:
        return f_hz / _SLANEY_HZ_PER_MEL
    return float(_SLANEY_KNEE_HZ / _SLANEY_HZ_PER_MEL + np.log(f_hz / _SLANEY_KNEE_HZ) / _SLANEY_STEP)


def _slaney_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = _SLANEY_KNEE_HZ / _SLANEY_HZ_PER_MEL
    above = _SLANEY_KNEE_HZ * np.exp(_SLANEY_STEP * np.maximum(mel - knee, 0.0))
    return np.where(mel < knee, mel * _SLANEY_HZ_PER_MEL, above)
