from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.sense.audio.level import SoundLevel
from node.sense.audio.likeness import FEATURES, Likeness
from node.sense.audio.timbre import STEPS, Timbre

LEVEL = SoundLevel(1.0, 60.0, 60.0, 60.0, 1e-6, 60.0, 3.0, 72.0)
OCTAVES = (0.1, 0.5, 1.0, 1.0, 0.5, 0.2, 0.1)
STEP_S = 0.125 / STEPS


def features(envelope: np.ndarray, octaves: tuple[float, ...] = OCTAVES, lines: float = 0.5) -> dict[str, float]:
    """Of a second with this envelope, (32,)."""
    second = Likeness()
    for steps in envelope.reshape(8, STEPS):
        second.take(Timbre(octaves, lines, tuple(steps.tolist())))
    found = second.features(LEVEL, 12.0)
    assert found is not None
    return dict(zip(FEATURES, found, strict=True))


def swelling(f_hz: float, depth: float) -> np.ndarray:
    return np.asarray(1 + depth * np.sin(2 * np.pi * f_hz * (np.arange(32) + 0.5) * STEP_S))


@given(st.integers(2, 8), st.floats(0.05, 1.0))
@settings(max_examples=20)
def test_syllables_are_the_effective_value_of_a_swelling_between_2_and_8_hz(f_hz: int, depth: float) -> None:
    found = features(swelling(f_hz, depth))

    assert found["syllables"] == pytest.approx(depth / np.sqrt(2), rel=1e-6)
    assert found["rattle"] == pytest.approx(0.0, abs=1e-6)


@given(st.integers(9, 15), st.floats(0.05, 1.0))
@settings(max_examples=20)
def test_rattle_is_that_of_a_faster_one(f_hz: int, depth: float) -> None:
    found = features(swelling(f_hz, depth))

    assert found["rattle"] == pytest.approx(depth / np.sqrt(2), rel=1e-6)
    assert found["syllables"] == pytest.approx(0.0, abs=1e-6)


def test_a_steady_tone_is_all_lines_and_has_no_gaps() -> None:
    found = features(np.ones(32), lines=1.0)

    assert (found["lines"], found["gaps_db"], found["crest_db"]) == (1.0, 0.0, 0.0)


def test_one_bark_in_a_second_is_full_of_gaps() -> None:
    envelope = np.full(32, 1e-4)
    envelope[8:11] = 1.0

    found = features(envelope)

    assert found["gaps_db"] < -20.0
    assert found["crest_db"] == pytest.approx(10 * np.log10(32 / 3), abs=0.1)


def test_octaves_are_told_under_the_sum_from_250_hz_to_4_khz() -> None:
    found = features(np.ones(32))

    assert found["octave_500_db"] == pytest.approx(10 * np.log10(1.0 / 3.2))
    assert found["octave_125_db"] == pytest.approx(10 * np.log10(0.1 / 3.2))


def test_a_sound_whose_octaves_stay_has_no_flux_and_a_sweep_has_some() -> None:
    second = Likeness()
    for hop in range(8):
        octaves = [0.01] * 7
        octaves[1 + hop % 5] = 1.0
        second.take(Timbre(tuple(octaves), 0.5, (1.0,) * STEPS))

    sweep = second.features(LEVEL, 12.0)

    assert sweep is not None
    assert sweep[FEATURES.index("flux_db")] > 5.0
    assert features(np.ones(32))["flux_db"] == 0.0


def test_what_was_there_before_is_taken_off() -> None:
    second = Likeness()
    for _ in range(8):
        second.take(Timbre((9.0, 3.0, 1.0, 0.0, 0.0, 0.0, 0.0), 3.0, (4.0,) * STEPS))
    second.begin(0)
    for _ in range(8):
        second.take(Timbre((9.0, 3.0, 2.0, 1.0, 1.0, 1.0, 0.0), 3.4, (8.0,) * STEPS))

    found = second.features(LEVEL, 12.0)

    assert found is not None
    named = dict(zip(FEATURES, found, strict=True))
    # Of 125 Hz 5 % are left, of 250 Hz too; what came on top is 1 in four octaves, 4 in each step, 0.4 in lines.
    assert named["octave_1k_db"] == pytest.approx(10 * np.log10(1 / 4.15), abs=0.01)
    assert named["octave_125_db"] == pytest.approx(10 * np.log10(0.45 / 4.15), abs=0.01)
    assert named["lines"] == pytest.approx(0.1)


def test_before_is_the_second_before_the_hops_that_rise() -> None:
    second = Likeness()
    for energy in (1.0,) * 8 + (100.0,) * 8:
        second.take(Timbre(tuple(energy * one for one in OCTAVES), 0.5 * energy, (energy,) * STEPS))
    second.begin(8)

    found = second.features(LEVEL, 12.0)

    assert found is not None
    assert found[FEATURES.index("lines")] == pytest.approx(0.5)
    assert found[FEATURES.index("gaps_db")] == pytest.approx(0.0)


def test_less_than_a_second_has_no_features() -> None:
    second = Likeness()
    for _ in range(7):
        second.take(Timbre(OCTAVES, 0.5, (1.0,) * STEPS))

    assert second.features(LEVEL, 12.0) is None


def test_after_forgetting_a_second_has_to_pass_anew() -> None:
    second = Likeness()
    for _ in range(8):
        second.take(Timbre(OCTAVES, 0.5, (1.0,) * STEPS))

    second.forget()

    assert second.features(LEVEL, 12.0) is None


@given(st.lists(st.floats(0.0, 1e3), min_size=96, max_size=96), st.floats(-300, 300), st.floats(-300, 300))
@settings(max_examples=40)
def test_whatever_is_heard_every_feature_is_a_bounded_number(
    values: list[float], rise_db: float, low_db: float
) -> None:
    rows = np.array(values).reshape(8, 12)
    second = Likeness()
    for row in rows:
        second.take(Timbre(tuple(row[:7]), float(row[7]), tuple(row[8:])))

    found = second.features(SoundLevel(1.0, 60.0, 60.0, 60.0, 1e-6, 60.0, low_db, 72.0), rise_db)

    assert found is not None
    assert all(-40.0 <= one <= 40.0 for one in found)
