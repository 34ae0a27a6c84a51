from __future__ import annotations

import numpy as np
import pytest

from node.sense.audio.level import Meter
from node.sense.audio.meter_class import meter_class
from node.sense.capture.hops import Hopper
from node.sense.capture.ports import AudioBlock
from node.sense.capture.resample import Resampler
from tests.unit.sense.audio.iec_tables import (
    A_DB,
    ABOVE_1_DB,
    ABOVE_2_DB,
    BELOW_1_DB,
    BELOW_2_DB,
    C_DB,
    EXACT_HZ,
    NOMINAL_HZ,
)

RATES_HZ = (8_000, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000)


def measured_db(rate_hz: int, f_hz: float) -> tuple[float, float]:
    """A and C of a tone of 0 dB that a device gives at its rate, through the real resampler and the real meter."""
    if 2 * f_hz >= rate_hz:
        return -np.inf, -np.inf
    sound = np.sqrt(2) * np.sin(2 * np.pi * f_hz * np.arange(round(1.5 * rate_hz)) / rate_hz)
    hopper, meter = Hopper(), Meter(0.0)
    block = AudioBlock(Resampler(rate_hz).push(sound.astype(np.float32)), 0.0)
    last = [meter.measure(hop) for hop in hopper.push(block)][-1]
    return last.laeq_1s_db, last.lceq_1s_db


def held_to_hz(levels_db: np.ndarray, above_db: np.ndarray, below_db: np.ndarray) -> float:
    errors_db = levels_db - np.stack([A_DB, C_DB], axis=1)
    outside = ((errors_db > above_db[:, None]) | (errors_db < -below_db[:, None])).any(axis=1)
    held = int(outside.argmax()) if outside.any() else len(outside)
    return float(NOMINAL_HZ[held - 1]) if held else 0.0


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_class_holds_as_far_as_tones_through_the_resampler_and_the_meter_measure_it(rate_hz):
    levels_db = np.array([measured_db(rate_hz, f_hz) for f_hz in EXACT_HZ])

    told = meter_class(rate_hz)

    assert told.class_1_to_hz == held_to_hz(levels_db, ABOVE_1_DB, BELOW_1_DB)
    assert told.class_2_to_hz == held_to_hz(levels_db, ABOVE_2_DB, BELOW_2_DB)


@pytest.mark.parametrize(
    ("rate_hz", "line"),
    [
        (48_000, "48000 Hz: class 1"),
        (44_100, "44100 Hz: class 1"),
        (32_000, "32000 Hz: class 2, inside the limits of class 1 up to 12500 Hz"),
        (16_000, "16000 Hz: no class, inside the limits of class 1 up to 6300 Hz"),
    ],
)
def test_one_line_says_what_holds(rate_hz, line):
    assert str(meter_class(rate_hz)) == line


def test_a_meter_at_16_khz_is_of_no_class():
    assert meter_class(16_000).holds is None


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_tone_of_1_khz_passes_the_resampler_unchanged(rate_hz):
    assert Resampler(rate_hz).gain_db(np.array([1000.0])) == pytest.approx(0.0, abs=0.001)


def test_a_rate_that_cannot_be_used_is_refused():
    with pytest.raises(ValueError, match="outside"):
        meter_class(4_000)
