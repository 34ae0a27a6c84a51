"""A jump that nothing answers is a loose contact; a bang outdoors is answered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from node.sense.capture.hops import HOP
from node.sense.capture.ports import AudioBlock
from node.sense.truth.crackle import CrackleWatch
from node.sense.truth.microphone import MicrophoneState, MicrophoneTruth

RATE_HZ = 48_000
Samples = NDArray[np.float32]


def street(rms: float = 0.0001, seed: int = 0) -> Samples:
    return np.random.default_rng(seed).normal(0, rms, HOP).astype(np.float32)


def jump(at: int, count: int, height: float, seed: int = 0) -> Samples:
    """A hop of a street with a jump of so many samples in it."""
    samples = street(seed=seed)
    samples[at : at + count] = height
    return samples


def crackled(watch: CrackleWatch, samples: Samples) -> bool:
    return watch.crackles(samples, float(samples.mean()))


@pytest.mark.parametrize("sign", [-1, 1])
@given(at=st.integers(1, HOP - 600), count=st.integers(1, 96), height=st.floats(0.2, 1.0))
def test_a_jump_of_up_to_two_milliseconds_is_a_crackle(sign: int, at: int, count: int, height: float) -> None:
    assert crackled(CrackleWatch(), jump(at, count, sign * height))


@pytest.mark.parametrize("echo_db", [10, 20, 30, 40])
def test_a_shot_that_the_houses_answer_is_none(echo_db: int) -> None:
    samples = jump(2000, 20, 0.8)
    t_s = np.arange(HOP - 2000) / RATE_HZ
    tail = np.random.default_rng(3).normal(0, 0.8 * 10 ** (-echo_db / 20), t_s.size) * 10 ** (-3 * t_s / 0.5)
    samples[2000:] += tail.astype(np.float32)

    assert not crackled(CrackleWatch(), samples)


def test_what_is_too_quiet_to_begin_an_incident_is_none() -> None:
    assert not crackled(CrackleWatch(), jump(2000, 20, 0.04))


def test_at_the_end_of_a_hop_it_is_one_only_where_there_was_another_within_the_last_minute() -> None:
    late, watch = jump(HOP - 100, 20, 0.5), CrackleWatch()
    before = crackled(watch, late)
    crackled(watch, jump(2000, 20, 0.5))
    soon = crackled(watch, late)
    for n in range(480):
        crackled(watch, street(seed=n % 7))

    assert (before, soon, crackled(watch, late)) == (False, True, False)


def test_one_crackle_upon_another_hides_neither() -> None:
    samples = jump(2000, 20, 0.5)
    samples[2400:2430] = -0.5

    assert crackled(CrackleWatch(), samples)


@pytest.mark.parametrize("f_hz", [25, 40, 900])
def test_a_sound_that_is_cut_at_the_rail_is_none(f_hz: int) -> None:
    square = np.sign(np.sin(2 * np.pi * f_hz * np.arange(HOP) / RATE_HZ + 0.1)).astype(np.float32)

    assert not crackled(CrackleWatch(), square)


def test_an_offset_is_no_crackle() -> None:
    assert not crackled(CrackleWatch(), street(0.00005) + np.float32(0.2))


def test_a_hop_with_a_crackle_in_it_is_not_trusted_and_the_next_one_is() -> None:
    truth = MicrophoneTruth()

    states = [truth.judge(AudioBlock(samples, 0.0)) for samples in (street(), jump(2000, 20, 0.5), street(seed=1))]

    assert states == [MicrophoneState.OK, MicrophoneState.GAPPED, MicrophoneState.OK]
