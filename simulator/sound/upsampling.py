"""From 16 kHz, where voices are made, to 48 kHz, where they are heard."""

from __future__ import annotations

import numpy as np

from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.world.layout import Floats

TIMES = 3
LOW_RATE_HZ = SAMPLE_RATE_HZ // TIMES
MARGIN = 12
"""Samples at 16 kHz that are needed on either side."""


def upsampled(sound: Floats) -> Floats:
    """The same sound at 48 kHz, without its margins: (n + 2 * MARGIN,) gives (3 * n,).

    A sine below 6 kHz is right to 60 dB; what is above 8 kHz has no more than its image there.
    """
    near = np.lib.stride_tricks.sliding_window_view(sound, 2 * MARGIN)[:-1]
    return np.asarray(near @ _PHASES).reshape(-1)


def _phases() -> Floats:
    """The windowed sinc that interpolates, for each of the three samples between two: (2 * MARGIN, TIMES)."""
    # Window `i` holds samples i - MARGIN to i + MARGIN - 1 around sample i.
    away = np.arange(-MARGIN, MARGIN)[:, None] - np.arange(TIMES) / TIMES
    window = np.i0(8.0 * np.sqrt(np.maximum(0.0, 1 - np.square(away / MARGIN)))) / np.i0(8.0)
    taps = np.sinc(away) * window
    return np.asarray(taps / np.sum(taps, axis=0))


_PHASES = _phases()
