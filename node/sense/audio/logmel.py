"""What the sound classifier hears with: log-mel windows of one second at 16 kHz, free of gain.

The training makes its windows with this file too, so that a model never meets another front end than its own.
Mel scale: HTK (O'Shaughnessy 1987), 2595 log10(1 + f / 700).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
WINDOW = 16_000
"""Samples of a window: 1 s."""
FRAME, HOP, FFT = 400, 160, 512
"""Samples of a frame (25 ms), from one to the next (10 ms), and of its transform."""
FRAMES = 1 + (WINDOW - FRAME) // HOP
"""Frames of a window."""
BANDS = 64
LOWEST_HZ, HIGHEST_HZ = 60.0, 7600.0
RANGE_DB = 80.0
"""What stays so far under the loudest of a window counts as silence."""
_SILENCE = 1e-10
"""Power that is added everywhere: digital silence is no minus infinity. It lies under the noise of any 16-bit input."""

Floats32 = NDArray[np.float32]


def windows(samples: NDArray[np.float32]) -> Floats32:
    """The network's input for windows of sound.

    Args:
        samples: at 16 kHz, full scale 1: shape (n, 16000).

    Returns:
        Each window's levels in dB without its mean: float32, shape (n, 98, 64).

    Raises:
        ValueError: the shape is another, or a sample is no finite number.
    """
    if samples.ndim != 2 or samples.shape[1] != WINDOW:
        raise ValueError(f"windows have {WINDOW} samples, not shape {samples.shape}")
    if not np.isfinite(samples).all():
        raise ValueError("a sample is no finite number")
    return np.stack([gain_free(levels_db(one)) for one in samples]) if len(samples) else _none()


def levels_db(samples: NDArray[np.float32]) -> Floats32:
    """The level of each band in each whole frame of a stretch of sound, in dB.

    A window's frames are those of the stretch that it is cut from, if it begins at a whole hop.

    Args:
        samples: at 16 kHz, shape (n,), n >= 400.

    Returns:
        float32, shape (1 + (n - 400) // 160, 64).
    """
    return np.asarray(10 * np.log10(powers(samples) + np.float32(_SILENCE)), dtype=np.float32)


def powers(samples: NDArray[np.float32]) -> Floats32:
    """The power in each band of each whole frame; as `levels_db`, but not in dB and without a floor."""
    count = 1 + (samples.size - FRAME) // HOP
    sound = np.ascontiguousarray(samples, dtype=np.float32)
    step = sound.strides[0]
    frames = np.lib.stride_tricks.as_strided(sound, (count, FRAME), (HOP * step, step), writeable=False)
    hann, bank = _tables()
    lines = np.fft.rfft(frames * hann, FFT)
    return np.asarray((np.square(lines.real) + np.square(lines.imag)) @ bank, dtype=np.float32)


def gain_free(levels: Floats32) -> Floats32:
    """The levels of one window in dB, floored 80 dB under the loudest, without their mean: shape as given."""
    floored = np.maximum(levels, levels.max() - np.float32(RANGE_DB))
    return np.asarray(floored - floored.mean(), dtype=np.float32)


def _none() -> Floats32:
    return np.empty((0, FRAMES, BANDS), dtype=np.float32)


@lru_cache(maxsize=1)
def _tables() -> tuple[Floats32, Floats32]:
    """The periodic Hann window, (400,), and the mel triangles, (257, 64), each with a height of 1."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)
    edges_mel = np.linspace(_mel(LOWEST_HZ), _mel(HIGHEST_HZ), BANDS + 2)
    lines_mel = _mel(np.arange(FFT // 2 + 1) * RATE_HZ / FFT)[:, None]
    rises = (lines_mel - edges_mel[:-2]) / (edges_mel[1:-1] - edges_mel[:-2])
    falls = (edges_mel[2:] - lines_mel) / (edges_mel[2:] - edges_mel[1:-1])
    bank = np.maximum(0.0, np.minimum(rises, falls))
    return hann.astype(np.float32), np.ascontiguousarray(bank, dtype=np.float32)


def _mel(f_hz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(2595.0 * np.log10(1.0 + np.asarray(f_hz) / 700.0))
