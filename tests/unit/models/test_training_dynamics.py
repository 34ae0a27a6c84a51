"""What changes a sound as it goes: repetition, a source that passes, a recorder's gain."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.training import dynamics

RATE_HZ = 16_000
SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS)
@settings(max_examples=25)
def test_a_short_sound_comes_again_and_stays_within_its_time(seed: int) -> None:
    click = np.zeros(800, dtype=np.float32)
    click[0] = 1.0

    again = dynamics.repeated(np.random.default_rng(seed), click, 40_000)

    assert again.size <= 40_000
    assert 2 <= np.count_nonzero(again) <= 5


def test_a_long_sound_does_not_come_again() -> None:
    sound = np.ones(20_000, dtype=np.float32)

    assert dynamics.repeated(np.random.default_rng(1), sound, 40_000) is sound


@given(SEEDS)
@settings(max_examples=25)
def test_a_tone_that_passes_is_shifted_by_no_more_than_its_speed_gives(seed: int) -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(40_000) / RATE_HZ).astype(np.float32)

    heard = dynamics.passing(np.random.default_rng(seed), tone)

    lines = np.square(np.abs(np.fft.rfft(heard * np.hanning(heard.size))))
    f_hz = np.fft.rfftfreq(heard.size, 1 / RATE_HZ)
    # Doppler: f c / (c +- v), at most 25 m/s at 343 m/s.
    within = (f_hz > 1000 * (1 - 25 / 343) - 5) & (f_hz < 1000 / (1 - 25 / 343) + 5)
    assert lines[within].sum() > 0.99 * lines.sum()
    assert float(np.abs(heard).max()) <= 1.0


@given(SEEDS)
@settings(max_examples=25)
def test_a_recorder_brings_loud_and_quiet_parts_nearer_to_each_other(seed: int) -> None:
    tone = np.sin(2 * np.pi * 500 * np.arange(32_000) / RATE_HZ).astype(np.float32)
    tone[:16_000] *= 0.01

    turned = dynamics.compressed(np.random.default_rng(seed), tone)

    def ratio(sound: np.ndarray[tuple[int], np.dtype[np.float32]]) -> float:
        return float(np.std(sound[24_000:]) / np.std(sound[4_000:12_000]))

    assert ratio(turned) <= ratio(tone) * 1.001
    assert float(np.abs(turned).max()) == pytest.approx(1.0, abs=1e-5)
