from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.sense.capture.hops import HOP
from node.sense.capture.ports import AudioBlock
from node.sense.capture.resample import Resampler
from node.sense.truth.microphone import MicrophoneState, MicrophoneTruth

LSB = 1 / 32768
OK, SILENT, CLIPPED, GAPPED = list(MicrophoneState)[:4]


def hop(samples: np.ndarray, lost: int = 0, clipped: int = 0) -> AudioBlock:
    return AudioBlock(samples.astype(np.float32), 0.0, lost_samples=lost, clipped_samples=clipped)


def noise(rms: float = 0.01, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, rms, HOP)


def quantized(samples: np.ndarray) -> np.ndarray:
    return np.round(samples / LSB) * LSB


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(HOP),
        np.full(HOP, 0.3),
        np.full(HOP, -1.0),
        np.random.default_rng(0).integers(-1, 2, HOP) * LSB,
        0.1 + np.random.default_rng(0).integers(-1, 2, HOP) * LSB,
        np.repeat(np.random.default_rng(0).uniform(-0.5, 0.5, HOP // 100), 100),
    ],
    ids=["zeros", "offset", "rail", "dither", "dither on an offset", "repeated values"],
)
def test_a_dead_microphone_is_silent(samples):
    assert MicrophoneTruth().judge(hop(samples)) is SILENT


@pytest.mark.parametrize("rate_hz", [16_000, 32_000, 44_100])
def test_the_dither_of_a_dead_converter_is_silent_after_resampling(rate_hz):
    dither = np.random.default_rng(0).integers(-1, 2, 4 * rate_hz).astype(np.float32) * np.float32(LSB)

    hops = Resampler(rate_hz).push(dither)[: 24 * HOP].reshape(-1, HOP)

    assert {MicrophoneTruth().judge(hop(samples)) for samples in hops} == {SILENT}


@pytest.mark.parametrize("seed", range(20))
def test_the_self_noise_of_a_mems_microphone_in_a_silent_night_is_ok(seed):
    # 30 dBA of white noise are about 32 dB unweighted, where full scale is 123 dB.
    night = quantized(noise(10 ** ((32 - 123) / 20), seed))

    assert MicrophoneTruth().judge(hop(night)) is OK


def test_a_microphone_that_comes_back_is_believed_after_half_a_second():
    truth = MicrophoneTruth()
    truth.judge(hop(np.zeros(HOP)))

    states = [truth.judge(hop(noise(seed=n))) for n in range(5)]

    assert states == [SILENT, SILENT, SILENT, OK, OK]


def test_lost_samples_make_a_hop_gapped_and_the_next_one_not():
    truth = MicrophoneTruth()

    assert [truth.judge(hop(noise(), lost=1)), truth.judge(hop(noise()))] == [GAPPED, OK]


def test_one_sample_of_a_thousand_at_the_rail_is_not_yet_clipped():
    assert MicrophoneTruth().judge(hop(noise(), clipped=6)) is OK
    assert MicrophoneTruth().judge(hop(noise(), clipped=7)) is CLIPPED


def test_a_sound_that_is_far_too_loud_is_clipped_and_not_dead():
    square = np.sign(np.sin(2 * np.pi * 40 * np.arange(HOP) / 48_000 + 0.1))

    assert MicrophoneTruth().judge(hop(square, clipped=HOP)) is CLIPPED


def test_only_ok_and_clipped_are_trusted():
    assert [state for state in MicrophoneState if state.is_trusted] == [OK, CLIPPED]


def test_what_somebody_has_to_mend_is_neither_loudness_nor_weather():
    healthy = {MicrophoneState.OK, MicrophoneState.CLIPPED, MicrophoneState.WINDY}

    assert {state for state in MicrophoneState if not state.is_fault} == healthy


@settings(max_examples=50, deadline=None)
@given(offset=st.floats(-1, 1), rms=st.floats(1e-4, 0.2))
def test_noise_is_alive_whatever_the_offset(offset, rms):
    assert MicrophoneTruth().judge(hop(quantized(noise(rms) + offset))) is OK
