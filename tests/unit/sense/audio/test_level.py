from __future__ import annotations

import itertools
import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import sosfilt

from node.sense.audio.level import Meter, MeterReading
from node.sense.audio.weighting import A_WEIGHTING_SOS, C_WEIGHTING_SOS
from node.sense.capture.hops import HOP, HOP_S, Hopper
from node.sense.capture.ports import AudioBlock
from tests.unit.sense.audio.iec_tables import (
    A_DB,
    ABOVE_1_DB,
    BELOW_1_DB,
    C_DB,
    EXACT_HZ,
    FAST_BURSTS,
    NOMINAL_HZ,
    SLOW_BURSTS,
)


def measured(samples: np.ndarray, full_scale_db: float = 0.0) -> list[MeterReading]:
    meter = Meter(full_scale_db)
    hops = samples[: samples.size // HOP * HOP].astype(np.float32).reshape(-1, HOP)
    return [meter.measure(AudioBlock(hop, n * HOP_S)) for n, hop in enumerate(hops)]


def numbers(level: MeterReading) -> dict[str, float]:
    """Every level of a hop by its name."""
    return {field.name: getattr(level, field.name) for field in fields(level) if field.name.endswith("_db")}


def tone(f_hz: float, seconds: float, rms: float = 0.1) -> np.ndarray:
    return rms * math.sqrt(2) * np.sin(2 * np.pi * f_hz * np.arange(round(48_000 * seconds)) / 48_000)


def burst(duration_s: float, onset_s: float) -> np.ndarray:
    samples, sounding = np.zeros(120_000), tone(4000, duration_s)
    samples[round(onset_s * 48_000) :][: sounding.size] = sounding
    return samples


@pytest.mark.parametrize(("duration_s", "response_db", "above_db", "below_db"), FAST_BURSTS)
@pytest.mark.parametrize("onset_s", [0.25, 0.25 + 0.0613])
def test_fast_answers_a_burst_of_4_khz_as_the_standard_says(duration_s, response_db, above_db, below_db, onset_s):
    steady_db = measured(tone(4000, 2.0))[-1].laf_db

    error_db = max(level.laf_max_db for level in measured(burst(duration_s, onset_s))) - steady_db - response_db

    assert -min(below_db, 0.3) <= error_db <= min(above_db, 0.3)


@pytest.mark.parametrize(("duration_s", "response_db", "above_db", "below_db"), SLOW_BURSTS)
@pytest.mark.parametrize("onset_s", [0.25, 0.25 + 0.0613])
def test_slow_answers_a_burst_of_4_khz_as_the_standard_says(duration_s, response_db, above_db, below_db, onset_s):
    steady_db = measured(tone(4000, 12.0))[-1].las_db

    error_db = max(level.las_max_db for level in measured(burst(duration_s, onset_s))) - steady_db - response_db

    assert -min(below_db, 0.1) <= error_db <= min(above_db, 0.1)


@pytest.mark.parametrize(("duration_s", "_response_db", "above_db", "below_db"), FAST_BURSTS)
def test_the_energy_of_a_burst_is_that_of_its_duration(duration_s, _response_db, above_db, below_db):
    steady = measured(tone(4000, 2.0))[-1].a_energy

    energy_s = HOP_S * sum(level.a_energy for level in measured(burst(duration_s, 0.25)))

    error_db = 10 * math.log10(energy_s / steady / duration_s)
    assert -below_db <= error_db <= above_db


@pytest.mark.parametrize(("f_hz", "a_db"), [(1000, 0.0), (100, -19.1), (4000, 1.0), (8000, -1.1)])
def test_laeq_of_a_tone_is_its_level_and_its_weighting(f_hz, a_db):
    last = measured(tone(f_hz, 3.0, rms=0.1))[-1]

    assert last.laeq_1s_db == pytest.approx(-20 + a_db, abs=0.1)


@pytest.mark.parametrize("band", range(len(EXACT_HZ)), ids=[f"{f_hz:g} Hz" for f_hz in NOMINAL_HZ])
def test_the_whole_meter_is_class_1_in_a_c_and_z_at_every_third_octave(band):
    last = measured(tone(EXACT_HZ[band], 3.0, rms=0.1))[-1]

    errors_db = [
        last.laeq_1s_db + 20 - A_DB[band],
        last.lceq_1s_db + 20 - C_DB[band],
        last.lzeq_1s_db + 20,
    ]
    assert all(-BELOW_1_DB[band] <= error_db <= ABOVE_1_DB[band] for error_db in errors_db)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000),
    rms=st.floats(1e-4, 0.2),
    cuts=st.lists(st.integers(0, 6 * HOP), max_size=12),
)
def test_how_sound_is_cut_into_blocks_makes_no_difference(seed, rms, cuts):
    noise = np.random.default_rng(seed).normal(0, rms, 6 * HOP).astype(np.float32)
    bounds = [0, *sorted(cuts), noise.size]
    hopper, meter = Hopper(), Meter(0.0)

    levels = []
    for begin, end in itertools.pairwise(bounds):
        hops = hopper.push(AudioBlock(noise[begin:end], begin / 48_000))
        levels += [numbers(meter.measure(hop)) for hop in hops]

    assert levels == [pytest.approx(numbers(level), rel=1e-12) for level in measured(noise)]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), rms=st.floats(1e-4, 0.2), full_scale_db=st.floats(0, 130))
def test_laeq_and_lceq_of_noise_are_those_of_its_samples_filtered_one_by_one(seed, rms, full_scale_db):
    noise = np.random.default_rng(seed).normal(0, rms, 10 * HOP).astype(np.float32)
    a, c = (sosfilt(sos.copy(), noise.astype(float))[-8 * HOP :] for sos in (A_WEIGHTING_SOS, C_WEIGHTING_SOS))

    last = measured(noise, full_scale_db)[-1]

    assert last.laeq_1s_db == pytest.approx(full_scale_db + 10 * np.log10(np.mean(a**2)), abs=1e-6)
    assert last.lceq_1s_db == pytest.approx(full_scale_db + 10 * np.log10(np.mean(c**2)), abs=1e-6)
    assert last.lcpeak_db == pytest.approx(full_scale_db + 20 * np.log10(np.abs(c[-HOP:]).max()), abs=1e-6)


@pytest.mark.parametrize("offset", [-0.3, 0.05])
def test_the_offset_of_a_converter_is_no_sound(offset):
    last = measured(tone(1000, 4.0, rms=0.01) + offset)[-1]

    assert [last.laeq_1s_db, last.lceq_1s_db, last.lzeq_1s_db] == pytest.approx([-40] * 3, abs=0.05)


def test_slow_falls_by_4_3_db_in_a_second_after_a_sudden_stop():
    levels = measured(np.concatenate((tone(1000, 8.0), np.zeros(96_000))))

    assert levels[67].las_db - levels[75].las_db == pytest.approx(4.3, abs=0.1)


def test_a_calibrated_meter_reads_94_db_from_a_calibrator():
    last = measured(tone(1000, 3.0, rms=10 ** (-29.01 / 20)), full_scale_db=123.01)[-1]

    assert last.laeq_1s_db == pytest.approx(94.0, abs=0.1)


def test_fast_falls_by_35_db_in_a_second_after_a_sudden_stop():
    levels = measured(np.concatenate((tone(1000, 1.0), np.zeros(48_000))))

    assert levels[9].laf_db - levels[13].laf_db == pytest.approx(34.7 / 2, abs=0.2)


def test_a_low_tone_has_more_c_than_a():
    assert measured(tone(63, 3.0))[-1].c_minus_a_db == pytest.approx(26.2 - 0.8, abs=0.2)


def test_the_voice_band_hears_1_khz_and_not_50_hz():
    loud, low = measured(tone(1000, 2.0))[-1], measured(tone(50, 2.0))[-1]

    assert loud.voice_db == pytest.approx(-20, abs=0.1)
    assert low.voice_db < loud.voice_db - 25


def test_the_peak_is_3_db_over_the_mean_of_a_sine():
    last = measured(tone(1000, 1.0))[-1]

    assert last.lcpeak_db == pytest.approx(-17, abs=0.1)


def test_time_is_the_end_of_the_hop():
    assert [level.t_s for level in measured(np.zeros(2 * HOP))] == pytest.approx([0.125, 0.25])


def test_digital_silence_has_finite_levels_under_any_converter():
    last = measured(np.zeros(8 * HOP))[-1]

    assert all(math.isfinite(value) for value in numbers(last).values())
    assert last.laeq_1s_db <= -140


@settings(max_examples=25, deadline=None)
@given(gain_db=st.floats(0.1, 40), seed=st.integers(0, 1000))
def test_louder_in_is_not_quieter_out(gain_db, seed):
    noise = np.random.default_rng(seed).normal(0, 1e-3, 4 * HOP)

    quiet, loud = measured(noise)[-1], measured(noise * 10 ** (gain_db / 20))[-1]

    assert loud.laf_db - quiet.laf_db == pytest.approx(gain_db, abs=0.01)
    assert loud.laeq_1s_db > quiet.laeq_1s_db


@pytest.mark.parametrize(
    "samples",
    [np.zeros(0), np.zeros(HOP - 1), np.full(HOP, np.nan), np.full(HOP, -np.inf)],
    ids=["empty", "short", "broken", "endless"],
)
def test_what_is_no_hop_is_refused(samples):
    with pytest.raises(ValueError, match="finite"):
        Meter(0.0).measure(AudioBlock(samples.astype(np.float32), 0.0))


def test_a_hop_that_was_refused_leaves_no_trace():
    meter = Meter(0.0)
    with pytest.raises(ValueError, match="finite"):
        meter.measure(AudioBlock(np.full(HOP, np.inf, dtype=np.float32), 0.0))

    level = meter.measure(AudioBlock(tone(1000, HOP_S).astype(np.float32), 0.0))

    assert level == measured(tone(1000, HOP_S))[0]


def test_a_meter_that_forgot_its_last_hop_measures_on_as_if_it_had_not():
    noise = np.random.default_rng(5).normal(0, 0.01, 2 * HOP).astype(np.float32)
    meter = Meter(0.0)
    meter.measure(AudioBlock(noise[:HOP], 0.0))
    meter.forget()

    level = meter.measure(AudioBlock(noise[HOP:], HOP_S))

    assert level == measured(noise)[1]


def test_a_hop_that_was_not_to_be_believed_leaves_nothing_in_the_levels_of_the_next_ones():
    street = tone(1000, 3.0, rms=0.01).reshape(-1, HOP).astype(np.float32)
    garbage = np.random.default_rng(0).uniform(-1, 1, HOP).astype(np.float32)
    meter = Meter(0.0)
    for n in range(12):
        meter.measure(AudioBlock(street[n], n * HOP_S))
    meter.measure(AudioBlock(garbage, 12 * HOP_S))

    meter.distrust()

    for n in range(13, 24):
        level = meter.measure(AudioBlock(street[n], n * HOP_S))
        assert level.laf_max_db == pytest.approx(-40.0, abs=0.1)
        assert level.las_max_db == pytest.approx(-40.0, abs=0.1)
        assert level.laeq_1s_db == pytest.approx(-40.0, abs=0.1)


def test_after_a_long_stretch_without_trust_the_mean_level_is_that_of_what_came_after_it():
    meter = Meter(0.0)
    loud, quiet = (tone(1000, 1.0, rms).reshape(-1, HOP).astype(np.float32) for rms in (0.1, 0.01))
    for n in range(24):
        meter.measure(AudioBlock(loud[n % 8], n * HOP_S))
        if n >= 8:
            meter.distrust()

    level = meter.measure(AudioBlock(quiet[0], 3.0))

    assert level.laeq_1s_db == pytest.approx(-40.0, abs=0.5)
    assert level.laf_db == pytest.approx(-40.0, abs=0.5)
