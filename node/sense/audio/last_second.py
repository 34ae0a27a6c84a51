"""The last second of sound at a model's rate, at hand whenever it is asked for, at next to no cost while it is not.

Hops of 48 kHz are only laid by. When the second is asked for, those that are new are decimated, each once: a linear
phase Kaiser filter, flat to 95 % of half the new rate, 70 dB down where what folds back would reach under that. It is
causal: the second lies 2.7 ms (at 16 kHz) before the end of the newest hop.
"""

from __future__ import annotations

from math import ceil, gcd
from typing import Final

import numpy as np
from numpy.typing import NDArray

from node.sense.capture.hops import HOP, HOP_S
from node.sense.capture.ports import SAMPLE_RATE_HZ

HOPS: Final = round(1 / HOP_S)
"""How many hops make the second."""
FLAT: Final = 0.95
REJECTION_DB: Final = 70.0
_BLOCK: Final = 240
"""Inputs of one row of the product that filters. Any divisor of a hop that each ratio divides would do."""

Floats32 = NDArray[np.float32]


class LastSecond:
    """Keeps eight hops of sound and gives them as one second at another rate.

    Args:
        rate_hz: 8000, 16000, 24000, 32000 or 48000.

    Raises:
        ValueError: another rate.
    """

    def __init__(self, rate_hz: int) -> None:
        common = gcd(rate_hz, SAMPLE_RATE_HZ)
        up, down = rate_hz // common, SAMPLE_RATE_HZ // common
        if rate_hz < 8_000 or up > down or _BLOCK % down:
            raise ValueError(f"{rate_hz} Hz is no rate of a model")
        self._filter = _product(up, down) if up != down else None
        self._before = 0 if self._filter is None else self._filter.shape[0] - _BLOCK
        # What is not decimated yet stands at the end, `before` samples of what came before it in front.
        self._raw = np.zeros(self._before + HOPS * HOP, dtype=np.float32)
        self._slow = np.zeros(rate_hz, dtype=np.float32)
        self._new_hops = 0
        self._hops = 0

    @property
    def full(self) -> bool:
        """Whether a whole second has come since the beginning, or since it was forgotten."""
        return self._hops >= HOPS

    def push(self, samples: Floats32) -> None:
        """Lays by one hop: float32 (6000,). It is copied."""
        self._raw[:-HOP] = self._raw[HOP:]
        self._raw[-HOP:] = samples
        if self._hops == 0 and self._before:
            # Before the first hop there is its mirror image: silence would make its beginning an event.
            self._raw[-HOP - self._before : -HOP] = samples[self._before : 0 : -1]
        self._hops = min(self._hops + 1, HOPS)
        self._new_hops = min(self._new_hops + 1, HOPS)

    def take(self) -> Floats32:
        """The second: float32 (rate_hz,), oldest first, overwritten by the next call. Only where it is `full`."""
        if self._filter is None:
            self._slow[:] = self._raw
        elif self._new_hops:
            new = self._new_hops * HOP
            sound = self._raw[self._raw.size - new - self._before :]
            rows = np.lib.stride_tricks.sliding_window_view(sound, self._filter.shape[0])[::_BLOCK]
            slow = (np.ascontiguousarray(rows) @ self._filter).reshape(-1)
            self._slow[: -slow.size] = self._slow[slow.size :]
            self._slow[-slow.size :] = slow
        self._new_hops = 0
        return self._slow

    def forget(self) -> None:
        """Wipes every sample, and begins anew."""
        self._raw.fill(0.0)
        self._slow.fill(0.0)
        self._new_hops = self._hops = 0


def _product(up: int, down: int) -> Floats32:
    """The filter as a matrix: a block of inputs with what came before it, times this, is a block of outputs.

    Output m lies at the input's time m * down / up; the low-pass runs at `up` times the input's rate.
    """
    taps = _low_pass(down)
    before = ceil(taps.size / up)
    inputs = np.arange(-before, _BLOCK)[:, None]
    outputs = np.arange(_BLOCK * up // down)[None, :]
    place = outputs * down - inputs * up
    inside = (place >= 0) & (place < taps.size)
    return np.where(inside, up * taps[np.clip(place, 0, taps.size - 1)], 0.0).astype(np.float32)


def _low_pass(down: int) -> NDArray[np.float64]:
    """Kaiser's design (1974) of a low-pass with a gain of 1, 6 dB down at half the new rate; an odd number of taps.

    It runs at the rate between: of that, half the new rate is a share of 0.5 / down.
    """
    edge = 0.5 / down
    beta = 0.1102 * (REJECTION_DB - 8.7)
    width = 2.0 * (1.0 - FLAT) * edge
    half = ceil((REJECTION_DB - 7.95) / (14.36 * width) / 2.0)
    steps = np.arange(-half, half + 1)
    taps = np.sinc(2.0 * edge * steps) * np.kaiser(steps.size, beta)
    return np.asarray(taps / taps.sum())
