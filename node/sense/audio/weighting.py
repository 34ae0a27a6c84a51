"""A and C weighting at 48 kHz, and the voice band, as second-order sections.

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
