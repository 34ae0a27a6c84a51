"""The last second of sound at a model's rate: what the filter keeps, and that how it is asked makes no difference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.sense.audio.last_second import HOPS, LastSecond

RATES_HZ = [8_000, 16_000, 24_000, 32_000]


def tone(f_hz: float, hops: int) -> list[np.ndarray]:
    samples = np.sin(2 * np.pi * f_hz / 48_000 * np.arange(hops * 6000)).astype(np.float32)
    return list(samples.reshape(hops, 6000))


def noise(hops: int) -> list[np.ndarray]:
    return list(np.random.default_rng(4).standard_normal((hops, 6000)).astype(np.float32))


def second_of(hops: list[np.ndarray], rate_hz: int) -> np.ndarray:
    second = LastSecond(rate_hz)
    for hop in hops:
        second.push(hop)
    return second.take().copy()


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("share", [0.01, 0.3, 0.7, 0.94])
def test_a_tone_below_95_percent_of_half_the_rate_stays_as_it_is(rate_hz: int, share: float) -> None:
    f_hz = share * rate_hz / 2
    taken = second_of(tone(f_hz, 9), rate_hz)
    t_s = np.arange(rate_hz) / rate_hz
    waves = np.stack((np.sin(2 * np.pi * f_hz * t_s), np.cos(2 * np.pi * f_hz * t_s)))
    parts = 2 * waves @ taken / rate_hz

    assert np.hypot(*parts) == pytest.approx(1.0, abs=0.01)
    assert np.std(taken - parts @ waves) < 0.01


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("share", [1.05, 1.4, 1.99])
def test_a_tone_that_would_fold_back_is_70_db_down(rate_hz: int, share: float) -> None:
    f_hz = min(share * rate_hz / 2, 23_900)
    taken = second_of(tone(f_hz, 9), rate_hz)

    assert np.std(taken) < np.sqrt(0.5) * 10 ** (-68 / 20)


def test_the_filter_delays_by_2_7_ms_at_16_khz() -> None:
    hops = noise(9)
    slow = second_of(hops, 16_000).astype(np.float64)
    spectrum = np.fft.rfft(np.concatenate(hops)[-48_000:])
    ideal = np.fft.irfft(spectrum[:8001], 16_000) / 3
    lag = int(np.argmax(np.fft.irfft(np.fft.rfft(slow) * np.conj(np.fft.rfft(ideal)), 16_000)))

    assert lag / 16_000 == pytest.approx(0.0027, abs=0.00004)


def test_at_48_khz_the_second_is_the_sound_itself() -> None:
    hops = noise(9)

    np.testing.assert_array_equal(second_of(hops, 48_000), np.concatenate(hops[1:]))


@given(st.lists(st.booleans(), min_size=HOPS, max_size=24), st.sampled_from(RATES_HZ))
def test_how_often_it_is_asked_for_makes_no_difference(asked: list[bool], rate_hz: int) -> None:
    hops = noise(len(asked))
    second = LastSecond(rate_hz)
    for hop, ask in zip(hops, asked, strict=True):
        second.push(hop)
        if ask:
            second.take()

    np.testing.assert_allclose(second.take(), second_of(hops, rate_hz), atol=1e-5)


def test_it_is_full_after_eight_hops() -> None:
    second = LastSecond(16_000)
    full = []
    for hop in noise(9):
        full.append(second.full)
        second.push(hop)

    assert full == [False] * 8 + [True]


def test_what_is_forgotten_leaves_no_sample() -> None:
    second = LastSecond(16_000)
    for hop in noise(9):
        second.push(hop)
    second.take()
    second.forget()

    assert not second.full
    assert not any(np.any(one) for one in (second._raw, second._slow))


def test_a_steady_tone_begins_without_a_click() -> None:
    taken = second_of(tone(440.0, 8), 16_000)

    assert np.abs(np.diff(taken[:200])).max() < 1.2 * np.abs(np.diff(taken[200:])).max()


@pytest.mark.parametrize("rate_hz", [4_000, 44_100, 96_000])
def test_a_rate_of_no_model_is_refused(rate_hz: int) -> None:
    with pytest.raises(ValueError, match="no rate of a model"):
        LastSecond(rate_hz)
