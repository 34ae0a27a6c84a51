from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import freqs_zpk

from simulator.sound.noise import FRAME, ShapedNoise, a_weighting, pressure_pa, tyre_shape, white_shape
from simulator.sound.soundscape import FULL_SCALE_PER_PA, SELF_NOISE_DB, Capsule, Soundscape
from simulator.sound.voices import voice
from simulator.world.chance import Stream
from simulator.world.street import Street
from simulator.world.truth import expected, level_db

RATE = 48_000
VOICE_RATE = 16_000
SEED = 7
Floats = NDArray[np.float64]


def weighted(kind: str, sound: Floats, rate: int = RATE) -> Floats:
    """A and C by the poles of IEC 61672-1, over the whole signal at once: independent of the simulator's own."""
    w1, w2, w3, w4 = (2 * np.pi * f for f in (20.598997, 107.65265, 737.86223, 12194.217))
    gain = w4**2 * 10 ** ((1.99966 if kind == "A" else 0.0619) / 20)
    poles = [-w1, -w1, -w4, -w4, *([-w2, -w3] if kind == "A" else [])]
    zeros = [0.0] * (4 if kind == "A" else 2)
    _, response = freqs_zpk(zeros, poles, gain, 2 * np.pi * np.fft.rfftfreq(sound.size, 1 / rate))
    return np.asarray(np.fft.irfft(np.fft.rfft(sound) * response, sound.size))


def db(pressure: Floats) -> float:
    return float(10 * np.log10(np.mean(np.square(pressure)) / (20e-6) ** 2))


def laeq_db(sound: Floats) -> float:
    return db(weighted("A", sound))


def heard(street: Street, from_s: float, to_s: float) -> Floats:
    scape = Soundscape(street)
    return np.concatenate([scape.frame_pa(i) for i in range(round(from_s * 10), round(to_s * 10))])


@pytest.mark.parametrize("seed", [1, 7, 12])
def test_a_roar_is_at_least_14_db_above_the_ordinary_street(seed: int) -> None:
    street = Street(seed)
    roar = expected(street, 0.0, 60.0)[0]
    seconds = [laeq_db(heard(street, t, t + 1.0)) for t in range(12)]

    loud = laeq_db(heard(street, roar.began_s + 1.0, roar.ended_s - 1.0))

    assert loud - float(np.median(seconds)) >= 14.0


def test_a_car_that_passes_is_heavy_in_the_low_frequencies() -> None:
    car = ShapedNoise(tyre_shape(), SEED, Stream.TYRE_NOISE)
    sound = np.concatenate([car.frame(i) for i in range(40)])

    assert db(weighted("C", sound)) - db(weighted("A", sound)) >= 6.0


def test_the_loudest_car_of_a_minute_has_c_minus_a_of_at_least_6_db() -> None:
    street = Street(SEED)
    calm = [t for t in range(20) if not street.moments(t, t + 1.0)]
    loudest = max(calm, key=lambda t: level_db(street, t + 0.5))
    sound = heard(street, loudest, loudest + 1.0)

    assert level_db(street, loudest + 0.5) > 58.0
    assert db(weighted("C", sound)) - db(weighted("A", sound)) >= 6.0


def test_a_roar_lies_in_the_voice_band() -> None:
    street = Street(SEED)
    roar = expected(street, 0.0, 60.0)[0]

    sound = heard(street, roar.began_s + 1.0, roar.ended_s - 1.0)
    power = np.square(np.abs(np.fft.rfft(sound)))
    f_hz = np.fft.rfftfreq(sound.size, 1 / RATE)
    in_band = power[(f_hz >= 250) & (f_hz <= 4000)].sum() / power[f_hz >= 60].sum()

    assert in_band >= 0.7
    assert db(weighted("C", sound)) - db(weighted("A", sound)) <= 4.0


@pytest.mark.parametrize("seed", [2, 7])
def test_the_truth_agrees_with_the_rendered_level(seed: int) -> None:
    street = Street(seed)
    roar = expected(street, 0.0, 60.0)[0]
    instants = np.arange(0.05, 1.0, 0.1)

    for begin in (5.0, 12.0, round(roar.began_s) + 2.0):
        told = 10 * np.log10(np.mean([10 ** (level_db(street, begin + t) / 10) for t in instants]))

        assert laeq_db(heard(street, begin, begin + 1.0)) == pytest.approx(told, abs=1.5)


@given(st.integers(0, 40 * RATE), st.lists(st.integers(1, 7000), min_size=1, max_size=5))
@settings(max_examples=15, deadline=None)
def test_any_block_size_gives_the_same_samples(first: int, sizes: list[int]) -> None:
    whole = Capsule(Street(SEED)).samples(first, sum(sizes))
    cut, starts = Capsule(Street(SEED)), np.cumsum([0, *sizes[:-1]])

    pieces = [cut.samples(first + int(start), size) for start, size in zip(starts, sizes, strict=True)]

    assert np.concatenate(pieces).tobytes() == whole.tobytes()


def test_two_runs_of_a_roar_are_byte_identical() -> None:
    roar = expected(Street(SEED), 0.0, 60.0)[0]
    first = round(roar.began_s * RATE)

    runs = [Capsule(Street(SEED)).samples(first, 2 * RATE).tobytes() for _ in range(2)]

    assert runs[0] == runs[1]


def test_a_frame_does_not_depend_on_what_was_heard_before() -> None:
    in_a_row = Soundscape(Street(SEED))
    for index in range(330, 340):
        last = in_a_row.frame_pa(index)

    assert Soundscape(Street(SEED)).frame_pa(339).tobytes() == last.tobytes()


@given(st.integers(0, 10_000), st.integers(0, 1000))
@settings(max_examples=10, deadline=None)
def test_shaped_noise_has_an_a_weighted_value_of_one(seed: int, first: int) -> None:
    noise = ShapedNoise(white_shape(), seed, Stream.SELF_NOISE)

    sound = np.concatenate([noise.frame(first + i) for i in range(20)])

    assert 20 * np.log10(np.sqrt(np.mean(np.square(weighted("A", sound))))) == pytest.approx(0.0, abs=0.3)


def test_a_weighting_agrees_with_the_table_of_the_standard() -> None:
    table = {-15: -39.4, -12: -26.2, -9: -16.1, -6: -8.6, 0: 0.0, 6: 1.0, 9: -1.1}

    told = 20 * np.log10(a_weighting(1000.0 * 10.0 ** (np.array(list(table)) / 10)))

    assert told == pytest.approx(list(table.values()), abs=0.06)


def test_94_db_is_26_db_below_a_full_scale_sine() -> None:
    peak = np.sqrt(2) * float(pressure_pa(94.0)) * FULL_SCALE_PER_PA

    assert 20 * np.log10(peak) == pytest.approx(-26.0, abs=0.03)


def test_a_sine_of_120_db_reaches_the_rail() -> None:
    peak = np.sqrt(2) * float(pressure_pa(120.0)) * FULL_SCALE_PER_PA

    assert peak == pytest.approx(1.0, abs=0.01)


def test_the_self_noise_of_the_microphone_is_30_db() -> None:
    own = ShapedNoise(white_shape(), SEED, Stream.SELF_NOISE)
    sound = np.concatenate([own.frame(i) for i in range(20)]) * pressure_pa(SELF_NOISE_DB)

    assert laeq_db(sound) == pytest.approx(30.0, abs=0.3)


def test_an_utterance_has_the_level_that_it_names() -> None:
    moment = Street(SEED).moments(0.0, 60.0)[0]
    words = [word for member in moment.members for word in member.words if word.lasts_s > 0.4][:10]

    for word in words:
        sound = np.concatenate([voice(SEED, moment.number, word), np.zeros(VOICE_RATE // 10)])
        energy = float(np.sum(np.square(weighted("A", sound, VOICE_RATE)))) / (word.lasts_s * VOICE_RATE)

        assert 10 * np.log10(energy / (20e-6) ** 2) == pytest.approx(word.level_db, abs=0.5)


def test_many_voices_are_not_kept_in_memory() -> None:
    word = Street(SEED).moments(0.0, 60.0)[0].members[0].words[0]
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(150):
        voice(SEED, 0, replace(word, number=number, lasts_s=0.5, tract=1 + number / 1000))
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert after - before < 12e6


def test_a_shout_has_harmonics_of_its_pitch() -> None:
    moment = Street(SEED).moments(0.0, 60.0)[0]
    word = max((w for m in moment.members for w in m.words if w.loud), key=lambda w: w.lasts_s)
    sound = voice(SEED, 0, word)
    middle = sound[sound.size // 3 : sound.size // 3 + VOICE_RATE // 5]

    likeness = np.correlate(middle, middle, "full")[middle.size :]
    shortest = VOICE_RATE // 700
    period = int(np.argmax(likeness[shortest : VOICE_RATE // 110])) + shortest + 1

    assert min(word.pitch_hz) * 0.95 <= VOICE_RATE / period <= max(word.pitch_hz) * 1.05


def test_frames_are_a_tenth_of_a_second() -> None:
    assert Soundscape(Street(SEED)).frame_pa(0).shape == (FRAME,)
    assert FRAME == RATE // 10
