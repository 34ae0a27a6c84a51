"""What each fault of a microphone does to sound."""

from __future__ import annotations

import numpy as np
import pytest

from node.errors import MicrophoneError
from node.sense.capture.ports import SAMPLE_RATE_HZ
from simulator.pole.faults import Fault, FaultyMicrophone
from simulator.pole.spoilt_sound import LSB
from tests.unit.simulator.faulty_street import (
    FROM_S,
    HUM,
    TO_S,
    Samples,
    Steady,
    blocks,
    faulty,
    parts,
    sound,
)

# What each fault of a microphone is


def during(name: str) -> Samples:
    return sound(faulty(name))[int(FROM_S * SAMPLE_RATE_HZ) : int(TO_S * SAMPLE_RATE_HZ)]


def test_a_deaf_microphone_gives_digital_zero() -> None:
    assert not during("microphone.deaf").any()


def test_dither_is_the_last_bit_and_nothing_else() -> None:
    assert np.array_equal(np.unique(during("microphone.dither")), [-LSB, 0, LSB])


def test_a_stuck_converter_repeats_one_value() -> None:
    assert np.unique(during("microphone.stuck")).size == 1


def test_too_much_gain_is_40_db_as_long_as_it_does_not_clip() -> None:
    gain = during("microphone.clipped") / HUM[int(FROM_S * SAMPLE_RATE_HZ) : int(TO_S * SAMPLE_RATE_HZ)]

    assert 20 * np.log10(gain[np.isfinite(gain)]) == pytest.approx(40.0, abs=1e-3)


def test_what_too_much_gain_cuts_at_the_rail_is_counted() -> None:
    found = blocks(FaultyMicrophone(Steady(10 * HUM), [Fault("microphone.clipped", 20, 40)]))
    whole = np.concatenate([block.samples for block in found])

    assert np.abs(whole).max() == 1.0
    assert sum(block.clipped_samples for block in found) == np.count_nonzero(np.abs(10 * HUM[960_000:1_920_000]) > 0.01)


def test_a_tenth_of_the_sound_drops_out() -> None:
    assert np.mean(np.isnan(during("microphone.dropouts"))) == pytest.approx(0.1, abs=0.05)


def test_a_lost_microphone_raises_during_the_fault_and_comes_back() -> None:
    found = parts(faulty("microphone.lost", 20.0, 21.0))

    assert [i for i, block in enumerate(found) if block is None] == list(range(200, 210))
    back = found[210]
    assert back is not None
    assert back.captured_s == pytest.approx(21.0)
    assert back.lost_samples == SAMPLE_RATE_HZ


def test_a_lost_microphone_stays_lost_while_nothing_comes() -> None:
    inner = Steady(HUM)
    microphone = FaultyMicrophone(inner, [Fault("microphone.lost", 0, 10)])
    with pytest.raises(MicrophoneError):
        microphone.read(1.0)
    inner.holds_back = True

    with pytest.raises(MicrophoneError, match=r"microphone\.lost"):
        microphone.read(1.0)


def test_a_sound_microphone_that_has_nothing_gives_nothing() -> None:
    inner = Steady(HUM)
    inner.holds_back = True

    assert FaultyMicrophone(inner, [Fault("microphone.lost", 0, 10)]).read(1.0) is None


def test_wind_is_strong_and_under_50_hz() -> None:
    wind = during("microphone.wind") - HUM[int(FROM_S * SAMPLE_RATE_HZ) : int(TO_S * SAMPLE_RATE_HZ)]
    power = np.square(np.abs(np.fft.rfft(wind * np.hanning(wind.size))))
    f_hz = np.fft.rfftfreq(wind.size, 1 / SAMPLE_RATE_HZ)

    assert power[f_hz < 50].sum() > 0.999 * power.sum()
    assert 20 * np.log10(np.std(wind) / np.std(HUM)) > 30
