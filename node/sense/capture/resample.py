"""From any sample rate to 48 kHz: a polyphase filter in numpy, fed in blocks of any size.

Output m lies at the input's time m * down / up, exactly: the ratio is rational and counted in integers, so
an hour of sound drifts by nothing. The filter is a Kaiser-windowed sinc, centred: no delay in time, only a
look-ahead of `half` input samples that are held until more comes.
"""

from __future__ import annotations

from math import gcd
from typing import Final

import numpy as np
from numpy.typing import NDArray

from node.sense.capture.ports import SAMPLE_RATE_HZ

LOWEST_HZ: Final = 8_000
HIGHEST_HZ: Final = 192_000

HALF: Final = 32
"""Zero crossings of the sinc on each side."""

KAISER_BETA: Final = 8.0
"""About 80 dB of rejection."""

ROLL_OFF: Final = 0.92
"""Where the filter is 6 dB down, as a share of the lower one of the two half sample rates."""

LARGEST_TABLE: Final = 4_000_000
"""Coefficients, 32 MB. Every rate of the field needs less than 50,000; only primes come near."""

CHUNK: Final = 8_192
"""Outputs computed at once, so that a long block needs no more memory than a short one."""


class Resampler:
    """Turns mono float32 samples at `rate_hz` into 48 kHz. How they are cut into blocks makes no difference.

    Args:
        rate_hz: the input's rate, 8000..192000.

    Raises:
        ValueError: the rate is out of range, or needs more coefficients than is reasonable. The caller
            says whose problem it is.
    """

    def __init__(self, rate_hz: int) -> None:
        if not LOWEST_HZ <= rate_hz <= HIGHEST_HZ:
            raise ValueError(f"{rate_hz} Hz is outside {LOWEST_HZ}..{HIGHEST_HZ} Hz")
        common = gcd(rate_hz, SAMPLE_RATE_HZ)
        self._up, self._down = SAMPLE_RATE_HZ // common, rate_hz // common
        self.rate_hz = rate_hz
        self._half = 0 if self._up == self._down else -(-HALF * max(self._up, self._down) // self._up)
        if 2 * self._half * self._up > LARGEST_TABLE:
            raise ValueError(f"{rate_hz} Hz has no simple ratio to {SAMPLE_RATE_HZ} Hz")
        self._table = _phases(self._up, self._down, self._half) if self._half else np.ones((1, 1))
        self._kept = np.zeros(max(self._half - 1, 0))
        self._kept_from = -self._kept.size
        self._next = 0

    @property
    def held_s(self) -> float:
        """How much of what was pushed has not come out yet, in seconds."""
        return (self._kept_from + self._kept.size) / self.rate_hz - self._next / SAMPLE_RATE_HZ

    def gain_db(self, f_hz: NDArray[np.float64]) -> NDArray[np.float64]:
        """How much louder a tone is that comes out, in dB, with all that the conversion makes of it.

        Args:
            f_hz: the tones, in Hz, shape (n,). At half the input's rate and above there are none: -240 dB.
        """
        lag = np.arange(self._table.shape[1])
        turns = np.exp(-2j * np.pi * np.outer(lag, f_hz) / self.rate_hz)
        power = np.square(np.abs(self._table @ turns)).mean(axis=0)
        return np.asarray(10 * np.log10(np.where(2 * f_hz < self.rate_hz, np.maximum(power, 1e-24), 1e-24)))

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """The outputs, float32 (m,), that these samples (n,) make possible; m may be 0.

        Samples that are not finite make the outputs around them not finite.
        """
        if not self._half:
            self._kept_from += samples.size
            self._next += samples.size
            return samples
        # An infinity would give warnings and nan alike: nan at once says the same, quietly.
        finite = np.where(np.isfinite(samples), samples, np.nan)
        self._kept = np.concatenate((self._kept, finite))
        last = self._kept_from + self._kept.size - 1
        outputs = self._convolve(until=((last - self._half + 1) * self._up - 1) // self._down + 1)
        self._forget()
        return outputs

    def finish(self) -> NDArray[np.float32]:
        """The outputs that were waiting for more, as if silence followed. Call it once, at the end."""
        end = -(-(self._kept_from + self._kept.size) * self._up // self._down)
        tail = self.push(np.zeros(self._half + self._down // self._up + 1, dtype=np.float32))
        surplus = self._next - end
        return tail[: tail.size - surplus] if surplus > 0 else tail

    def _convolve(self, until: int) -> NDArray[np.float32]:
        parts = [np.empty(0, dtype=np.float32)]
        while self._next < until:
            position = np.arange(self._next, min(until, self._next + CHUNK), dtype=np.int64) * self._down
            first = position // self._up - (self._half - 1) - self._kept_from
            windows = np.lib.stride_tricks.sliding_window_view(self._kept, 2 * self._half)[first]
            parts.append(np.einsum("ij,ij->i", windows, self._table[position % self._up]).astype(np.float32))
            self._next += position.size
        return np.concatenate(parts)

    def _forget(self) -> None:
        needed_from = self._next * self._down // self._up - (self._half - 1)
        done = min(max(needed_from - self._kept_from, 0), self._kept.size)
        self._kept = self._kept[done:].copy()
        self._kept_from += done


def _phases(up: int, down: int, half: int) -> NDArray[np.float64]:
    """The filter, shape (up, 2 * half): row p weighs the inputs around a point p / up behind an input."""
    offset = np.arange(up)[:, None] / up - np.arange(-half + 1, half + 1)[None, :]
    width = ROLL_OFF * min(1.0, up / down)
    window = np.i0(KAISER_BETA * np.sqrt(np.maximum(0.0, 1.0 - np.square(offset / half))))
    table = np.sinc(width * offset) * window
    return np.asarray(table / table.sum(axis=1, keepdims=True))
