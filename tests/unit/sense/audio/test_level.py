from __future__ import annotations

import math
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.sense.audio.level import Meter, SoundLevel
from node.sense.capture.hops import HOP, HOP_S
from node.sense.capture.ports import AudioBlock


def measured(samples: np.ndarray, full_scale_db: float = 0.0) -> list[SoundLevel]:
    meter = Meter(full_scale_db)
    hops = samples[: samples.size // HOP * HOP].astype(np.float32).reshape(-1, HOP)
    return [meter.measure(AudioBlock(hop, n * HOP_S)) for n, hop in enumerate(hops)]


def tone(f_hz: float, seconds: float, rms: float = 0.1) -> np.ndarray:
    return rms * math.sqrt(2) * np.sin(2 * np.pi * f_hz * np.arange(round(48_000 * seconds)) / 48_000)


# Reference tone-burst response of the Fast weighting, IEC 61672-1: duration in s, dB under the steady tone.
BURSTS = [(1.0, 0.0), (0.5, -0.1), (0.2, -1.0), (0.1, -2.6), (0.05, -4.8), (0.02, -8.3), (0.01, -11.1), (0.005, -14.1)]
SHORT_BURSTS = [(0.002, -18.0), (0.001, -21.0)]


@pytest.mark.parametrize(("duration_s", "response_db"), BURSTS + SHORT_BURSTS)
@pytest.mark.parametrize("onset_s", [0.25, 0.25 + 0.0613])
def test_fast_answers_a_burst_of_4_khz_as_the_standard_says(duration_s, response_db, onset_s):
    burst = np.zeros(96_000)
    sounding = tone(4000, duration_s)
    burst[round(onset_s * 48_000) :][: sounding.size] = sounding
    steady_db = measured(tone(4000, 2.0))[-1].laf_db

    laf_max_db = max(level.laf_max_db for level in measured(burst))

    assert laf_max_db - steady_db == pytest.approx(response_db, abs=0.3)


@pytest.mark.parametrize(("f_hz", "a_db"), [(1000, 0.0), (100, -19.1), (4000, 1.0), (8000, -1.1)])
def test_laeq_of_a_tone_is_its_level_and_its_weighting(f_hz, a_db):
    last = measured(tone(f_hz, 3.0, rms=0.1))[-1]

    assert last.laeq_1s_db == pytest.approx(-20 + a_db, abs=0.1)


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

    assert all(math.isfinite(value) for value in astuple(last))
    assert last.laeq_1s_db <= -140


@settings(max_examples=25, deadline=None)
@given(gain_db=st.floats(0.1, 40), seed=st.integers(0, 1000))
def test_louder_in_is_not_quieter_out(gain_db, seed):
    noise = np.random.default_rng(seed).normal(0, 1e-3, 4 * HOP)

    quiet, loud = measured(noise)[-1], measured(noise * 10 ** (gain_db / 20))[-1]

    assert loud.laf_db - quiet.laf_db == pytest.approx(gain_db, abs=0.01)
    assert loud.laeq_1s_db > quiet.laeq_1s_db


@pytest.mark.parametrize("samples", [np.zeros(HOP - 1), np.full(HOP, np.nan)], ids=["short", "broken"])
def test_what_is_no_hop_is_refused(samples):
    with pytest.raises(ValueError, match="finite"):
        Meter(0.0).measure(AudioBlock(samples.astype(np.float32), 0.0))
