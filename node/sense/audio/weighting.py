"""A and C weighting at 48 kHz, the voice band, and a numpy filter that runs them in blocks.

The curves are those of IEC 61672-1:2013, Annex E (reference: standards, section 5.1). The sections were found
by `models/training/fit_weighting.py` (`--check` compares them) and stay in class 1 from 20 Hz to 20 kHz.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]

POLES_HZ: Final = (20.598997, 107.65265, 737.86223, 12194.217)
"""f1, f2, f3, f4 of IEC 61672-1, in Hz."""

BLOCK: Final = 120
"""Samples that the filter takes at once: 2.5 ms."""

ROWS: Final = 16
"""Blocks in one matrix product: above 262,144 multiplications OpenBLAS starts threads, and those wait for
each other many times longer than the product takes when the cores are busy (measured 2026-11)."""


def a_weighting_db(f_hz: Curve) -> Curve:
    """The A weighting in dB at each frequency in Hz (> 0), 0 dB at 1 kHz."""
    f1, f2, f3, f4 = (pole**2 for pole in POLES_HZ)
    f = np.square(f_hz)
    return np.asarray(20 * np.log10(f4 * f**2 / ((f + f1) * np.sqrt((f + f2) * (f + f3)) * (f + f4))) + 1.99966)


def c_weighting_db(f_hz: Curve) -> Curve:
    """The C weighting in dB at each frequency in Hz (> 0), 0 dB at 1 kHz."""
    f1, _, _, f4 = (pole**2 for pole in POLES_HZ)
    f = np.square(f_hz)
    return np.asarray(20 * np.log10(f4 * f / ((f + f1) * (f + f4))) + 0.06190)


def _sections(*rows: tuple[float, ...]) -> Curve:
    """Second-order sections (n, 6): b0 b1 b2 1 a1 a2, as a read-only array."""
    sos = np.array(rows, dtype=np.float64)
    sos.flags.writeable = False
    return sos


# Printed by models/training/fit_weighting.py: at most 0.01 dB from the curves, 20 Hz to 20 kHz.
A_WEIGHTING_SOS: Final = _sections(
    (0.5920084535464587, 0.0, 0.0, 1.0, -0.22455845805977914, 0.012606625271546396),
    (1.0, -2.0, 1.0, 1.0, -1.8938704947230707, 0.8951597690946617),
    (1.0, -2.0, 1.0, 1.0, -1.9946144559930215, 0.9946217070140843),
    (1.0, 0.5802170881706274, 0.04456903857646819, 1.0, 0.1044736773681291, -0.07760112805843347),
)
C_WEIGHTING_SOS: Final = _sections(
    (0.5001948309494103, 0.0, 0.0, 1.0, -0.22455845805977914, 0.012606625271546396),
    (1.0, -2.0, 1.0, 1.0, -1.9946144559930215, 0.9946217070140843),
    (1.0, 0.5998915327820766, 0.05035930543343966, 1.0, 0.12346237314822431, -0.08061382718098356),
)
VOICE_BAND_SOS: Final = _sections(
    (0.044279708677723024, 0.08855941735544605, 0.044279708677723024, 1.0, -1.339521454465011, 0.5232793161099627),
    (1.0, -2.0, 1.0, 1.0, -1.954353387658586, 0.9555244718038062),
)


class BlockFilter:
    """An infinite impulse response in exact blocks: the same numbers as sample by sample, at numpy's speed.

    The whole cascade is one linear system: over a block, output = T x + O s and the next state = P s + R x.

    Args:
        sos: second-order sections, shape (n, 6), as scipy orders them.
        block: the samples taken at once, 1 or more.
    """

    def __init__(self, sos: Curve, block: int = BLOCK) -> None:
        a, b, c, d = _state_space(sos)
        order = len(b)
        self.block = block
        self._observe = np.empty((block, order))
        reach = np.empty((block, order))
        row, column = c, b
        for n in range(block):
            self._observe[n], reach[block - 1 - n] = row, column
            row, column = row @ a, a @ column
        impulse = np.concatenate(([d], self._observe[:-1] @ b))
        lag = np.arange(block)[:, None] - np.arange(block)[None, :]
        self._through = np.where(lag >= 0, impulse[np.abs(lag)], 0.0).T.copy()
        self._reach = reach
        self._power = np.linalg.matrix_power(a, block)
        self._state = np.zeros(order)

    def reset(self) -> None:
        """Forgets the past: as if silence had come before."""
        self._state = np.zeros_like(self._state)

    def filter(self, samples: NDArray[np.floating]) -> Curve:
        """The filtered samples, shape (n,), float64; n is a multiple of `block`. The state is kept.

        Raises:
            ValueError: n is not a multiple of the block.
        """
        if samples.ndim != 1 or samples.size % self.block:
            raise ValueError(f"the filter takes multiples of {self.block} samples, not {samples.shape}")
        blocks = samples.astype(np.float64).reshape(-1, self.block)
        pushed = blocks @ self._reach
        states = np.empty_like(pushed)
        for n, push in enumerate(pushed):
            states[n] = self._state
            self._state = self._power @ self._state + push
        outputs = states @ self._observe.T
        for row in range(0, len(blocks), ROWS):
            outputs[row : row + ROWS] += blocks[row : row + ROWS] @ self._through
        return outputs.reshape(-1)


def _state_space(sos: Curve) -> tuple[Curve, Curve, Curve, float]:
    """A, B, C, D of the cascade: each section in transposed direct form II, fed by the one before it."""
    a, b, c, d = np.zeros((0, 0)), np.zeros(0), np.zeros(0), 1.0
    for b0, b1, b2, _, a1, a2 in sos:
        own = np.array([[-a1, 1.0], [-a2, 0.0]])
        drive = np.array([b1 - a1 * b0, b2 - a2 * b0])
        a = np.block([[a, np.zeros((len(b), 2))], [np.outer(drive, c), own]])
        b = np.concatenate((b, drive * d))
        c = np.concatenate((b0 * c, [1.0, 0.0]))
        d = b0 * d
    return a, b, c, d
