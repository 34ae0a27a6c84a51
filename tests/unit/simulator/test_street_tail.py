from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, sosfilt

from simulator.sound.noise import FRAME
from simulator.sound.tail import REACHES, Tail, reach_of, t60_s, taps
from simulator.world.levels import tail_share

Floats = NDArray[np.float64]
RATE = 48_000


def measured_t60_s(tail: Floats, low_hz: float, high_hz: float) -> float:
    """By Schroeder's backward integration, from -5 to -25 dB (ISO 3382's T20)."""
    band = sosfilt(butter(4, [low_hz, high_hz], "band", fs=RATE, output="sos"), tail)
    left = np.cumsum(np.square(band)[::-1])[::-1]
    left_db = 10 * np.log10(left / left[0] + 1e-12)
    begin, end = (int(np.argmax(left_db <= level)) for level in (-5, -25))
    slope = np.polyfit(np.arange(begin, end) / RATE, left_db[begin:end], 1)[0]
    return float(-60 / slope)


@pytest.mark.parametrize("reach", range(len(REACHES)))
@pytest.mark.parametrize("seed", [1, 7])
def test_a_tail_dies_away_in_its_time(seed: int, reach: int) -> None:
    told = measured_t60_s(taps(seed, reach), 600, 1900)

    assert told == pytest.approx(t60_s(seed, reach), rel=0.12)
    assert 0.2 <= told <= 1.6


def test_high_tones_die_first() -> None:
    tail = taps(7, 1)

    assert measured_t60_s(tail, 7000, 12_000) < 0.7 * measured_t60_s(tail, 600, 1900)


def test_around_1_khz_a_tail_has_the_energy_of_its_click() -> None:
    sos = butter(4, [550, 1800], "band", fs=RATE, output="sos")
    click = np.zeros(RATE)
    click[0] = 1.0

    told = np.sum(np.square(sosfilt(sos, taps(7, 1)))) / np.sum(np.square(sosfilt(sos, click)))

    assert 10 * np.log10(told) == pytest.approx(0.0, abs=0.7)


def test_what_comes_from_farther_has_more_and_longer_tail() -> None:
    shares = tail_share(np.array([10.0, 50.0, 150.0, 290.0]))

    assert np.all(np.diff(shares) > 0)
    assert shares[2] == pytest.approx(1.0)
    assert [reach_of(d) for d in (10.0, 100.0, 1000.0)] == [0, 1, 2]


def test_a_tail_in_frames_is_the_convolution() -> None:
    rng = np.random.default_rng(3)
    dry = rng.standard_normal((4, FRAME))

    def feed(index: int) -> Floats | None:
        return dry[index] if 0 <= index < 4 else None

    tail = Tail(7, 0, feed)
    frames = [tail.frame(index) for index in range(8)]
    told = np.concatenate([np.zeros(FRAME) if frame is None else frame for frame in frames])

    exact = fftconvolve(dry.reshape(-1), taps(7, 0))[: told.size]
    assert np.max(np.abs(told - exact)) < 1e-9 * np.max(np.abs(exact))


def test_after_a_tail_there_is_silence() -> None:
    tail = Tail(7, 0, lambda index: np.ones(FRAME) if index == 0 else None)

    assert tail.frame(-1) is None
    assert tail.frame(4) is not None
    assert tail.frame(30) is None


@given(st.permutations(range(10)))
@settings(max_examples=10, deadline=None)
def test_a_tail_does_not_depend_on_the_order(order: list[int]) -> None:
    dry = np.random.default_rng(3).standard_normal((3, FRAME))

    def made() -> Tail:
        return Tail(7, 0, lambda index: dry[index] if 0 <= index < 3 else None)

    asked, in_a_row = made(), made()
    told = {index: asked.frame(index) for index in order}

    for index in range(10):
        one, other = told[index], in_a_row.frame(index)
        assert (one is None) == (other is None)
        assert one is None or other is None or one.tobytes() == other.tobytes()
