"""What the small classifier hears: log-mel levels of one second, without its gain."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import signal

from node.sense.audio import logmel


def noise(seed: int, count: int = logmel.WINDOW) -> NDArray[np.float32]:
    return (np.random.default_rng(seed).standard_normal(count) * 0.05).astype(np.float32)


def tone(f_hz: float) -> NDArray[np.float32]:
    return np.sin(2 * np.pi * f_hz * np.arange(logmel.WINDOW) / logmel.RATE_HZ).astype(np.float32)


def htk_centre_hz(band: int) -> float:
    """The centre of a band by the formula of the HTK book: even steps of 2595 log10(1 + f / 700)."""
    low, high = (2595 * np.log10(1 + f_hz / 700) for f_hz in (60.0, 7600.0))
    return float(700 * (10 ** ((low + (band + 1) * (high - low) / 65) / 2595) - 1))


def test_a_second_has_98_frames_of_64_bands() -> None:
    levels = logmel.windows(noise(1)[None])

    assert levels.shape == (1, 98, 64)
    assert levels.dtype == np.float32


@given(st.integers(0, 2**32 - 1), st.floats(-40.0, 20.0))
def test_the_level_of_a_sound_makes_no_difference(seed: int, gain_db: float) -> None:
    sound = noise(seed)[None]

    louder = logmel.windows((sound * 10 ** (gain_db / 20)).astype(np.float32))

    assert np.abs(louder - logmel.windows(sound)).max() < 0.01


def test_the_levels_of_a_window_have_a_mean_of_nothing() -> None:
    assert abs(float(logmel.windows(noise(2)[None]).mean())) < 1e-3


def test_nothing_lies_more_than_80_db_under_the_loudest() -> None:
    levels = logmel.windows(tone(1000.0)[None])

    assert float(levels.max() - levels.min()) == pytest.approx(80.0, abs=1e-3)


def test_digital_silence_is_even_and_no_infinity() -> None:
    levels = logmel.windows(np.zeros((1, logmel.WINDOW), dtype=np.float32))

    assert np.all(levels == 0.0)


@pytest.mark.parametrize("band", [5, 20, 40, 60])
def test_a_tone_is_loudest_in_the_band_that_is_centred_on_it(band: int) -> None:
    levels = logmel.windows(tone(htk_centre_hz(band))[None])[0]

    assert np.all(levels.argmax(axis=1) == band)


def test_the_powers_are_those_of_a_periodogram_under_htk_triangles() -> None:
    sound = noise(3)
    edges_hz = [60.0, *(htk_centre_hz(band) for band in range(64)), 7600.0]
    mel = 2595 * np.log10(1 + np.array(edges_hz) / 700)
    lines_hz, _, power = signal.stft(
        sound.astype(np.float64), 16_000, signal.get_window("hann", 400), 400, 240, 512, boundary=None, padded=False
    )
    power = np.abs(power * signal.get_window("hann", 400).sum()) ** 2
    at = 2595 * np.log10(1 + lines_hz / 700)
    wanted = np.array([np.interp(at, mel[band : band + 3], [0, 1, 0]) @ power for band in range(64)]).T

    assert np.allclose(logmel.powers(sound), wanted, rtol=1e-3)


@given(st.integers(0, 100))
def test_a_window_cut_at_a_whole_hop_has_the_frames_of_the_whole(hops: int) -> None:
    sound = noise(4, 2 * logmel.WINDOW)
    begin = hops * logmel.HOP

    cut = logmel.levels_db(sound[begin : begin + logmel.WINDOW])

    assert np.allclose(cut, logmel.levels_db(sound)[hops : hops + logmel.FRAMES], atol=1e-4)


@pytest.mark.parametrize("shape", [(16_000,), (1, 15_999), (1, 16_001), (1, 1, 16_000)])
def test_a_window_of_another_length_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="16000 samples"):
        logmel.windows(np.zeros(shape, dtype=np.float32))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_sample_that_is_no_number_is_refused(bad: float) -> None:
    sound = noise(5)[None]
    sound[0, 77] = bad

    with pytest.raises(ValueError, match="no finite number"):
        logmel.windows(sound)


def test_no_window_gives_no_levels() -> None:
    assert logmel.windows(np.zeros((0, logmel.WINDOW), dtype=np.float32)).shape == (0, 98, 64)
