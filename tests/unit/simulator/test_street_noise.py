"""Noise out of a bank: as even, as random and as unrepeated as noise that is drawn afresh."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import freqs_zpk, welch
from scipy.stats import kurtosis

from simulator.sound.noise import FRAME, ShapedNoise, a_share_db, city_shape, white_shape, wind_shape
from simulator.world.chance import Stream

Floats = NDArray[np.float64]
RATE = 48_000


def noise(shape: Floats, frames: int, number: int = 0) -> Floats:
    made = ShapedNoise(shape, 7, Stream.SELF_NOISE, number)
    return np.concatenate([made.frame(index) for index in range(frames)])


def test_noise_comes_back_at_no_distance_in_time() -> None:
    sound = noise(white_shape(), 600)
    power = np.square(np.abs(np.fft.rfft(sound, 2 * sound.size)))

    likeness = np.fft.irfft(power)[1 : sound.size // 2] / np.sum(np.square(sound))

    assert np.max(np.abs(likeness)) < 0.015


def test_two_noises_of_one_spectrum_are_not_alike() -> None:
    one, other = noise(white_shape(), 100, 1), noise(white_shape(), 100, 2)
    spectra = [np.fft.rfft(sound, 2 * sound.size) for sound in (one, other)]

    likeness = np.fft.irfft(spectra[0] * np.conj(spectra[1])) / np.sum(np.square(one))

    assert np.max(np.abs(likeness)) < 0.05


def test_noise_is_gaussian() -> None:
    sound = noise(white_shape(), 300)

    assert kurtosis(sound) == pytest.approx(0.0, abs=0.03)
    assert np.max(np.abs(sound)) / np.std(sound) > 4.5


def test_the_levels_of_its_frames_spread_like_chi_square() -> None:
    band = np.where(np.abs(np.linspace(0, 24_000, FRAME + 1) - 1000) < 50, 1.0, 0.0)
    powers = np.mean(np.square(noise(band, 1200).reshape(-1, FRAME)), axis=1)

    # 100 Hz wide and 0.1 s long: some 20 degrees of freedom, so a spread of sqrt(2 / 20).
    assert np.std(powers) / np.mean(powers) == pytest.approx(np.sqrt(2 / 20), rel=0.15)


@pytest.mark.parametrize("shape", [white_shape(), city_shape()], ids=["white", "city"])
def test_noise_has_the_spectrum_it_is_asked_for(shape: Floats) -> None:
    f_hz, density = welch(noise(shape, 300), RATE, nperseg=4800)
    asked = np.interp(f_hz, np.linspace(0, 24_000, FRAME + 1), np.square(shape))
    told_db = 10 * np.log10(density / asked)
    middle = (f_hz >= 100) & (f_hz <= 20_000)

    assert np.std(told_db[middle]) < 0.35


def test_the_noise_of_wind_falls_with_five_thirds() -> None:
    f_hz, density = welch(noise(wind_shape(), 600), RATE, nperseg=19_200)
    within = (f_hz >= 10) & (f_hz <= 50)

    slope = np.polyfit(np.log(f_hz[within]), np.log(density[within]), 1)[0]

    assert slope == pytest.approx(-5 / 3, abs=0.15)


def test_white_noise_has_the_a_weighted_share_of_the_curve() -> None:
    w1, w2, w3, w4 = (2 * np.pi * f for f in (20.598997, 107.65265, 737.86223, 12194.217))
    gain = w4**2 * 10 ** (1.99966 / 20)
    _, curve = freqs_zpk([0.0] * 4, [-w1, -w1, -w4, -w4, -w2, -w3], gain, 2 * np.pi * np.arange(1.0, 24_000.0))

    assert a_share_db(white_shape()) == pytest.approx(10 * np.log10(np.mean(np.abs(curve) ** 2)), abs=0.02)


@given(st.lists(st.integers(-2000, 40_000), min_size=2, max_size=6))
@settings(max_examples=15, deadline=None)
def test_a_frame_of_noise_is_the_same_whenever_it_is_asked_for(indices: list[int]) -> None:
    asked = ShapedNoise(city_shape(), 3, Stream.CITY_NOISE)

    frames = [asked.frame(index).tobytes() for index in indices]

    assert frames == [ShapedNoise(city_shape(), 3, Stream.CITY_NOISE).frame(index).tobytes() for index in indices]
