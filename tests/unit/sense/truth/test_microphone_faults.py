"""What is broken for longer than a hop: gain, zero, hearing; and what only sounds like it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.signal import butter, sosfilt

from node.sense.capture.hops import HOP, HOP_S, Hopper
from node.sense.capture.ports import AudioBlock
from node.sense.truth.microphone import MicrophoneState, MicrophoneTruth

OK, CLIPPED, GAPPED = MicrophoneState.OK, MicrophoneState.CLIPPED, MicrophoneState.GAPPED
WINDY, OFFSET = MicrophoneState.WINDY, MicrophoneState.OFFSET
GAIN_STUCK, DEAF, SILENT = MicrophoneState.GAIN_STUCK, MicrophoneState.DEAF, MicrophoneState.SILENT
RATE_HZ = 48_000


def shaped(
    seconds: float, slope: float, rms: float, seed: int, band_hz: tuple[float, float] = (4, 20_000)
) -> np.ndarray:
    """Noise whose power falls with f^slope within a band."""
    count = round(seconds * RATE_HZ)
    f_hz = np.fft.rfftfreq(count, 1 / RATE_HZ)
    inside = (f_hz >= band_hz[0]) & (f_hz <= band_hz[1])
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    noise = np.fft.irfft(np.where(inside, spectrum * np.maximum(f_hz, 1.0) ** (-slope / 2), 0.0), count)
    return np.asarray(rms * noise / np.sqrt(np.mean(noise**2)))


def street(seconds: float, seed: int = 0, rms: float = 0.001) -> np.ndarray:
    """A street from afar, 63 dB of 123, and the microphone's own noise."""
    return shaped(seconds, 1.5, rms, seed) + np.random.default_rng(seed + 1).normal(0, 2e-5, round(seconds * RATE_HZ))


def judged(samples: np.ndarray, truth: MicrophoneTruth | None = None) -> list[MicrophoneState]:
    """The state of each hop, the rail being full scale."""
    truth = truth or MicrophoneTruth()
    hops = np.clip(samples, -1, 1).astype(np.float32)[: samples.size // HOP * HOP].reshape(-1, HOP)
    rails = np.count_nonzero(np.abs(hops) >= 1, axis=1)
    return [truth.judge(AudioBlock(hop, n * HOP_S, clipped_samples=int(rails[n]))) for n, hop in enumerate(hops)]


def bang(samples: np.ndarray, at_s: float, rms: float, echo_s: float, seed: int = 3) -> None:
    """Adds broad noise that begins at once and loses 60 dB in `echo_s`; its high sound is gone three times as soon."""
    tail = samples[round(at_s * RATE_HZ) :]
    t_s = np.arange(tail.size) / RATE_HZ
    low, high = (
        shaped(tail.size / RATE_HZ, 1.0, rms, seed + n, band) for n, band in enumerate([(8, 2000), (2000, 2e4)])
    )
    tail += low[: tail.size] * 10 ** (-3 * t_s / echo_s) + high[: tail.size] * 10 ** (-9 * t_s / echo_s)


@settings(max_examples=12, deadline=None)
@example(seed=52, gain_db=39.0, at=4 * RATE_HZ, rms=0.01)  # the share at the rail goes up and down by half
@example(seed=13, gain_db=56.62, at=203_445, rms=1e-3)  # a tenth of the samples at the rail, more or less
@given(
    seed=st.integers(0, 100),
    gain_db=st.floats(22, 60),
    at=st.integers(4 * RATE_HZ, 5 * RATE_HZ),
    rms=st.sampled_from([3e-4, 1e-3, 1e-2]),
)
def test_gain_that_runs_away_is_told_within_nine_hops_and_for_as_long_as_it_lasts(seed, gain_db, at, rms):
    sound = street(7, seed, rms)
    sound[at:] *= 10 ** (gain_db / 20)

    states = judged(sound)

    stuck_from = at // HOP + 9
    assert GAIN_STUCK not in states[: at // HOP]
    assert set(states[stuck_from:]) == {GAIN_STUCK}


def test_gain_that_runs_away_into_the_rail_is_told_before_a_spike_is_sure():
    sound = street(7)
    sound[4 * RATE_HZ + 1000 :] *= 3000

    states = judged(sound)

    # A spike takes five hops; the one that holds the step is the first of them.
    assert set(states[32 + 4 :]) == {GAIN_STUCK}


def test_gain_that_comes_back_is_believed_again():
    sound = street(14)
    sound[5 * RATE_HZ : 10 * RATE_HZ] *= 100

    states = judged(sound)

    assert set(states[49:80]) == {GAIN_STUCK}
    assert set(states[81:]) == {OK}


@pytest.mark.parametrize("gain_db", [-26, -20, -12, 12, 16])
@pytest.mark.parametrize("seed", range(3))
def test_a_step_of_gain_by_12_db_either_way_is_told_and_over_soon_after_its_return(gain_db, seed):
    sound = street(14, seed, rms=3e-3)
    sound[5 * RATE_HZ : 9 * RATE_HZ] *= 10 ** (gain_db / 20)

    states = judged(sound)

    assert GAIN_STUCK not in states[:40]
    assert set(states[49:72]) == {GAIN_STUCK}
    assert set(states[81:]) == {OK}


def test_a_step_of_gain_down_is_how_the_microphone_is_now_after_a_quarter_of_an_hour():
    hops = street(4, rms=3e-3).astype(np.float32).reshape(-1, HOP)
    truth = MicrophoneTruth()
    gains = [1.0] * 60 + [0.2] * (7200 + 40)

    states = [truth.judge(AudioBlock(gain * hops[n % 32], n * HOP_S)) for n, gain in enumerate(gains)]

    assert set(states[70:7200]) == {GAIN_STUCK}
    assert set(states[-20:]) == {OK}


def test_a_street_that_falls_silent_slowly_is_no_step():
    sound = street(20, rms=3e-3) * np.logspace(0, -1.5, 20 * RATE_HZ)

    assert set(judged(sound)) == {OK}


def test_a_machine_that_stops_beside_the_pole_is_no_step():
    sound = street(14)
    sound[: 8 * RATE_HZ] += shaped(8, 0, 0.02, 4, (50, 20_000))

    assert all(state.is_trusted for state in judged(sound))


def test_faults_of_several_sorts_last_together():
    truth, hops = MicrophoneTruth(), street(10).astype(np.float32).reshape(-1, HOP)
    for n, hop in enumerate(hops):
        dead = n % 8 < 2  # and three hops after them not yet alive
        truth.judge(AudioBlock(np.zeros_like(hop) if dead else hop, n * HOP_S, lost_samples=int(n % 8 == 6)))

    assert truth.lasting is SILENT
    assert truth.is_broken


@pytest.mark.parametrize("from_hop", [8, 17, 40])
def test_a_fault_is_known_to_have_begun_with_its_first_hop(from_hop):
    truth = MicrophoneTruth()
    judged(street(from_hop * HOP_S), truth)
    judged(np.zeros(22 * HOP), truth)

    assert truth.is_broken
    assert truth.broken_s == 22 * HOP_S


def test_a_lorry_at_the_moment_of_the_step_does_not_hide_it_when_it_has_passed():
    sound = street(18)
    passing = np.exp(-0.5 * np.square((np.arange(sound.size) / RATE_HZ - 10) / 2))
    sound += 20 * passing * street(18, seed=5)
    sound[10 * RATE_HZ :] *= 100

    states = judged(sound)

    assert set(states[89:]) == {GAIN_STUCK}


def test_a_microphone_at_the_rail_from_the_start_is_stuck_after_ten_seconds():
    states = judged(street(14) * 1000)

    assert CLIPPED in states[:40]
    assert set(states[84:]) == {GAIN_STUCK}


@pytest.mark.parametrize("crowd_rms", [0.05, 0.2, 0.35])
def test_a_crowd_that_roars_into_the_rail_is_loud_and_trusted(crowd_rms):
    sound = street(20)
    sound[8 * RATE_HZ :] += sosfilt(
        butter(2, (250, 4000), "bandpass", fs=RATE_HZ, output="sos"),
        np.random.default_rng(2).normal(0, crowd_rms * 2.6, 12 * RATE_HZ),
    )

    states = judged(sound)

    assert all(state.is_trusted for state in states)


@pytest.mark.parametrize("rms", [0.1, 0.5, 3.0])
@pytest.mark.parametrize("echo_s", [0.4, 1.5])
def test_a_bang_that_clips_is_trusted(rms, echo_s):
    sound = street(12)
    bang(sound, 8.03, rms, echo_s)

    states = judged(sound)

    assert all(state.is_trusted for state in states)


def test_shots_in_a_row_are_trusted():
    sound = street(10)
    for n in range(8):
        bang(sound, 8.0 + 0.1 * n, 0.5, 0.5, seed=n)

    states = judged(sound)

    assert all(state.is_trusted for state in states)


@pytest.mark.parametrize("slope", [-1, 0, 3])
def test_a_machine_that_starts_beside_the_pole_is_trusted(slope):
    sound = street(14)
    sound[8 * RATE_HZ :] += shaped(6, slope, 0.05, 4, (50, 20_000))

    states = judged(sound)

    assert all(state.is_trusted for state in states)


@pytest.mark.parametrize("seed", range(3))
def test_wind_in_the_microphone_is_weather_that_is_not_trusted(seed):
    sound = street(12, seed)
    sound[4 * RATE_HZ :] += shaped(8, 5 / 3, 0.1, seed, (4, 45))

    states = judged(sound)

    assert set(states[:32]) == {OK}
    assert set(states[36:]) == {WINDY}


@pytest.mark.parametrize("band_hz", [(50, 200), (250, 4000)], ids=["lorry", "crowd"])
def test_what_is_louder_than_the_wind_is_heard(band_hz):
    sound = street(12) + shaped(12, 5 / 3, 0.02, 0, (4, 45))
    sound[6 * RATE_HZ :] += shaped(6, 1, 0.1, 1, band_hz)

    states = judged(sound)

    assert set(states[8:48]) == {WINDY}
    assert set(states[48:]) == {OK}


def test_a_single_gust_of_a_quarter_of_a_second_is_no_wind():
    sound = street(6)
    sound[3 * RATE_HZ : 3 * RATE_HZ + 2 * HOP] += shaped(0.25, 5 / 3, 0.1, 0, (4, 45))

    assert set(judged(sound)) == {OK}


def test_a_zero_that_moved_is_told_after_two_seconds_and_trusted_two_seconds_after_its_return():
    sound = street(12)
    sound[2 * RATE_HZ : 6 * RATE_HZ] += 0.3

    states = judged(sound)

    assert [states.index(OFFSET), states.count(OFFSET), states[-1]] == [16 + 15, 32, OK]


@pytest.mark.parametrize("offset", [-0.2, 0.1, 0.24])
def test_a_small_offset_is_none_of_anybodys_business(offset):
    assert set(judged(street(6) + offset)) == {OK}


def minutes_of(gains: np.ndarray, rms: float, truth: MicrophoneTruth) -> list[MicrophoneState]:
    """The states of a street that is louder by these gains, hop by hop, over the microphone's own noise of 33 dB(A)."""
    chance = np.random.default_rng(9)
    own, heard = chance.normal(0, 4e-5, (16, HOP)), street(2, rms=rms).reshape(-1, HOP)
    hops = ((gain * heard[n % 16] + own[n % 7]).astype(np.float32) for n, gain in enumerate(gains))
    return [truth.judge(AudioBlock(hop, n * HOP_S)) for n, hop in enumerate(hops)]


@pytest.fixture(scope="module")
def deaf() -> tuple[MicrophoneTruth, list[MicrophoneState]]:
    """A microphone whose street fades by 60 dB within a minute and stays away, and what was made of it."""
    truth = MicrophoneTruth()
    return truth, minutes_of(np.logspace(0, -3, 480).tolist() + [0.0] * 11 * 480, 1e-3, truth)


def test_a_microphone_that_went_deaf_by_degrees_is_told_after_ten_minutes(deaf):
    _, states = deaf

    assert set(states[: 10 * 480]) == {OK}
    assert set(states[-300:]) == {DEAF}


def test_a_deaf_microphone_that_hears_again_is_trusted_at_once(deaf):
    truth, _ = deaf

    assert set(judged(street(2), truth)) == {OK}


def test_a_silent_night_with_a_breath_of_wind_in_the_trees_is_not_deaf():
    breath = 1 + np.sin(np.arange(12 * 480) * HOP_S / 17)

    assert set(minutes_of(breath, 4e-5, MicrophoneTruth())) == {OK}


def test_an_even_machine_at_40_db_is_not_taken_for_the_noise_of_a_deaf_microphone():
    # 40 dB(A) of 123, whatever of it lies below 100 Hz.
    assert set(minutes_of(np.ones(12 * 480), 3e-4, MicrophoneTruth())) == {OK}


def test_samples_that_are_lost_now_and_then_do_not_last():
    truth = MicrophoneTruth()
    for n, hop in enumerate(street(10).astype(np.float32).reshape(-1, HOP)):
        truth.judge(AudioBlock(hop, n * HOP_S, lost_samples=int(n % 3 == 0)))

    assert truth.lasting is OK


def test_samples_that_are_lost_nearly_always_are_a_lasting_fault():
    truth = MicrophoneTruth()
    for n, hop in enumerate(street(10).astype(np.float32).reshape(-1, HOP)):
        truth.judge(AudioBlock(hop, n * HOP_S, lost_samples=int(n % 3 != 0)))

    assert truth.lasting is GAPPED


def test_a_second_of_silence_does_not_last_and_five_do():
    truth = MicrophoneTruth()
    judged(street(5), truth)

    lasting = [(judged(np.zeros(RATE_HZ), truth), truth.lasting)[1] for _ in range(5)]

    assert [lasting[0], lasting[-1]] == [OK, SILENT]


def test_nothing_lasts_before_anything_was_heard():
    assert MicrophoneTruth().lasting is OK


@settings(max_examples=60, deadline=None)
@given(
    content=st.binary(max_size=64),
    repeats=st.integers(1, 4000),
    cuts=st.lists(st.integers(0, 30_000), max_size=4),
    lost=st.integers(0, 10**9),
    rails=st.floats(0, 1),
)
def test_no_bytes_in_a_block_are_more_than_the_truth_can_take(content, repeats, cuts, lost, rails):
    samples = np.frombuffer(content[: len(content) // 4 * 4] * repeats, dtype=np.float32)
    truth, hopper, seen = MicrophoneTruth(), Hopper(), []
    bounds = sorted([0, samples.size, *(cut for cut in cuts if cut < samples.size)])

    for begin, end in pairwise(bounds):
        part = samples[begin:end]
        block = AudioBlock(part, begin / RATE_HZ, lost_samples=lost, clipped_samples=int(rails * part.size))
        seen += [truth.judge(hop) for hop in hopper.push(block)]

    assert all(state in MicrophoneState for state in seen)
    assert truth.lasting in MicrophoneState
