"""Which class of IEC 61672-1 the weightings hold, for sound that a device gives at one rate or another.

Above half its rate a device hears nothing, and the resampler fades out a little below. This compares the digital A and
C weighting behind the resampler with the acceptance limits at every nominal third octave from 20 Hz to 20 kHz
(reference: standards, section 5.1). It says nothing of the microphone itself: its data sheet does.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from node.sense.audio import weighting
from node.sense.capture.ports import SAMPLE_RATE_HZ
from node.sense.capture.resample import Resampler

Curve = NDArray[np.float64]

# Nominal frequency in Hz; how many dB above and below class 1 allows; the same for class 2. IEC 61672-1:2013, Table 3.
_LIMITS: Final = (
    *((20, 2, 2, 3, 3), (25, 2, 1.5, 3, 3), (31.5, 1.5, 1.5, 3, 3)),
    *((f_hz, 1, 1, 2, 2) for f_hz in (40, 50, 63, 80)),
    *((f_hz, 1, 1, 1.5, 1.5) for f_hz in (100, 125, 160, 200, 250, 315, 400, 500, 630, 800)),
    *((1000, 0.7, 0.7, 1, 1), (1250, 1, 1, 1.5, 1.5), (1600, 1, 1, 2, 2), (2000, 1, 1, 2, 2)),
    *((2500, 1, 1, 2.5, 2.5), (3150, 1, 1, 2.5, 2.5), (4000, 1, 1, 3, 3), (5000, 1.5, 1.5, 3.5, 3.5)),
    *((6300, 1.5, 2, 4.5, 4.5), (8000, 1.5, 2.5, 5, 5), (10_000, 2, 3, 5, inf)),
    *((12_500, 2, 5, 5, inf), (16_000, 2.5, 16, 5, inf), (20_000, 3, inf, 5, inf)),
)
LOWEST_BAND: Final = -17
"""20 Hz is the 17th third octave below 1 kHz: exactly 1000 * 10^(-1.7) Hz."""


@dataclass(frozen=True, slots=True)
class MeterClass:
    """How far up the weightings stay inside the limits of each class, from 20 Hz.

    Args:
        rate_hz: the rate at which the sound came.
        class_1_to_hz: the highest nominal third octave to which class 1 holds; 20,000 is all of them, 0 is none.
        class_2_to_hz: the same of class 2.
    """

    rate_hz: int
    class_1_to_hz: float
    class_2_to_hz: float

    @property
    def holds(self) -> int | None:
        """The class that holds over the whole range, 1 or 2, or None: a meter is of a class as a whole or of none."""
        return next((n for n, to_hz in ((1, self.class_1_to_hz), (2, self.class_2_to_hz)) if to_hz == 20_000), None)

    def __str__(self) -> str:
        """One line for a person: `44100 Hz: class 1`."""
        if self.holds == 1:
            return f"{self.rate_hz} Hz: class 1"
        named = f"class {self.holds}" if self.holds else "no class"
        return f"{self.rate_hz} Hz: {named}, inside the limits of class 1 up to {self.class_1_to_hz:g} Hz"


def meter_class(rate_hz: int) -> MeterClass:
    """What the A and C weighting hold for sound that comes at `rate_hz`.

    Raises:
        ValueError: the resampler does not take this rate.
    """
    exact_hz = 1000 * 10 ** ((np.arange(len(_LIMITS)) + LOWEST_BAND) / 10)
    resampled_db = Resampler(rate_hz).gain_db(exact_hz)
    curves = (
        (weighting.A_WEIGHTING_SOS, weighting.a_weighting_db),
        (weighting.C_WEIGHTING_SOS, weighting.c_weighting_db),
    )
    errors_db = [_response_db(sos, exact_hz) + resampled_db - curve(exact_hz) for sos, curve in curves]
    above_1, below_1, above_2, below_2 = np.array([row[1:] for row in _LIMITS]).T
    return MeterClass(rate_hz, _holds_to_hz(errors_db, above_1, below_1), _holds_to_hz(errors_db, above_2, below_2))


def _holds_to_hz(errors_db: list[Curve], above_db: Curve, below_db: Curve) -> float:
    """The nominal frequency before the first one at which an error is outside its limits; 0 when the first one is."""
    inside = np.all([(error <= above_db) & (error >= -below_db) for error in errors_db], axis=0)
    held = len(inside) if inside.all() else int(inside.argmin())
    return float(_LIMITS[held - 1][0]) if held else 0.0


def _response_db(sos: Curve, f_hz: Curve) -> Curve:
    """The gain of second-order sections at 48 kHz in dB at each frequency."""
    z = np.exp(-2j * np.pi * f_hz / SAMPLE_RATE_HZ)
    powers = np.stack([np.ones_like(z), z, z * z])
    return np.asarray(sum(20 * np.log10(np.abs((row[:3] @ powers) / (row[3:] @ powers))) for row in sos))
