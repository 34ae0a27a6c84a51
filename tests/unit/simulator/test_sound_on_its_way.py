"""The way of a sound to the microphone, against formulas."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from simulator.sound.geometry import Moving
from simulator.sound.noise import FRAME, SAMPLE_RATE_HZ, pressure_pa
from simulator.sound.propagation import LEAD_S, MovingWay, StandingWay, Way
from simulator.sound.source import Source, Whole
from simulator.world.levels import MICROPHONE_XYZ_M

Floats = NDArray[np.float64]
C_MPS = 343.0
RATE = SAMPLE_RATE_HZ


class Tone:
    """A sine of 1 Pa at 1 m, of any length."""

    def __init__(self, f_hz: float, length_s: float = 3600.0) -> None:
        self._f_hz = f_hz
        self.length = round(length_s * RATE)

    def samples(self, first: int, count: int) -> Floats:
        position = np.arange(first, first + count)
        sounds = (position >= 0) & (position < self.length)
        return np.asarray(np.where(sounds, np.sin(2 * np.pi * self._f_hz * position / RATE), 0.0), dtype=np.float64)


def above(distance_m: float) -> Floats:
    """A place straight above the microphone."""
    return np.asarray(MICROPHONE_XYZ_M + np.array([0.0, 0.0, distance_m]))


def beside(flat_m: float, height_m: float) -> Floats:
    """A place `flat_m` along the street from the microphone's."""
    return np.array([MICROPHONE_XYZ_M[0] + flat_m, MICROPHONE_XYZ_M[1], height_m])


def heard(way: Way, first: int, count: int) -> Floats:
    """Frames `first` on."""
    return np.concatenate([way.frame(index) for index in range(first, first + count)])


def amplitude(sound: Floats, f_hz: float) -> float:
    """Of a sine of this frequency in it."""
    window = np.hanning(sound.size)
    turns = np.exp(-2j * np.pi * f_hz * np.arange(sound.size) / RATE)
    return float(2 * np.abs(np.sum(sound * window * turns)) / np.sum(window))


def click() -> Whole:
    return Whole(np.array([1.0]))


def direct_click(distance_m: float) -> Floats:
    """A click from a source so far above the ground that its reflection comes outside the frame."""
    way = StandingWay(click(), above(distance_m), 1.0)
    at = round((1.0 + distance_m / C_MPS) * RATE)
    whole = heard(way, at // FRAME - 1, 3)
    return whole[at - (at // FRAME - 1) * FRAME - 200 :][:400]


def spectrum_db(sound: Floats, f_hz: float) -> float:
    turns = np.exp(-2j * np.pi * f_hz * np.arange(sound.size) / RATE)
    return float(20 * np.log10(np.abs(np.sum(sound * turns))))


@given(st.floats(2.0, 200.0))
@settings(max_examples=20, deadline=None)
def test_every_doubling_of_the_distance_takes_6_db(distance_m: float) -> None:
    near, far = (spectrum_db(direct_click(d), 200.0) for d in (distance_m, 2 * distance_m))

    assert near - far == pytest.approx(20 * np.log10(2), abs=0.3)


def test_4_khz_over_200_m_lose_what_iso_9613_tells() -> None:
    sound = direct_click(200.0)

    lost_db = -20 * np.log10(200.0) - spectrum_db(sound, 4000.0)

    assert lost_db == pytest.approx(22.9 * 0.2, abs=0.1)


@given(st.floats(3.0, 300.0), st.floats(0.0, 1.0))
@settings(max_examples=20, deadline=None)
def test_sound_arrives_by_the_speed_of_sound(distance_m: float, began_s: float) -> None:
    way = StandingWay(click(), above(distance_m), began_s)
    due = (began_s + distance_m / C_MPS) * RATE

    whole = heard(way, int(due // FRAME) - 1, 3)

    first = (int(due // FRAME) - 1) * FRAME
    energy = np.square(whole[: round(due) - first + 300])
    assert first + np.sum(np.arange(energy.size) * energy) / np.sum(energy) == pytest.approx(due, abs=3)


@pytest.mark.parametrize(("flat_m", "height_m"), [(20.0, 1.5), (40.0, 2.0), (15.0, 0.5)])
def test_the_first_notch_of_the_ground_is_where_the_detour_is_half_a_wave(flat_m: float, height_m: float) -> None:
    place = beside(flat_m, height_m)
    straight_m = float(np.linalg.norm(place - MICROPHONE_XYZ_M))
    image_m = float(np.linalg.norm(place * (1, 1, -1) - MICROPHONE_XYZ_M))
    notch_hz = C_MPS / (2 * (image_m - straight_m))

    sound = heard(StandingWay(click(), place, 0.0), 0, 4)
    f_hz = np.arange(0.6, 1.4, 0.005) * notch_hz
    told = [spectrum_db(sound, f) + 20 * np.log10(straight_m) for f in f_hz]

    assert f_hz[int(np.argmin(told))] == pytest.approx(notch_hz, rel=0.01)
    assert min(told) < -15.0


def test_low_tones_are_doubled_by_the_ground() -> None:
    place = beside(50.0, 0.5)
    sound = heard(StandingWay(click(), place, 0.0), 0, 4)

    gain_db = spectrum_db(sound, 100.0) + 20 * np.log10(float(np.linalg.norm(place - MICROPHONE_XYZ_M)))

    assert gain_db == pytest.approx(20 * np.log10(1.95), abs=0.15)


@pytest.mark.parametrize("speed_mps", [-30.0, -10.0, 12.0, 40.0])
def test_a_tone_that_moves_straight_away_falls_by_doppler(speed_mps: float) -> None:
    def path(t_s: Floats) -> Floats:
        return MICROPHONE_XYZ_M + np.stack([0 * t_s, 0 * t_s, 300.0 + speed_mps * t_s], axis=1)

    way = MovingWay(Tone(1000.0), Moving(path, 0.0, 100.0, LEAD_S))
    sound = heard(way, 20, 10)
    f_hz = 1000.0 * C_MPS / (C_MPS + speed_mps)

    found = f_hz + np.arange(-5.0, 5.0, 0.05)
    assert found[int(np.argmax([amplitude(sound, f) for f in found]))] == pytest.approx(f_hz, abs=0.1)


def test_noise_is_shifted_too() -> None:
    rng = np.random.default_rng(1)
    spectrum = np.zeros(RATE * 2 + 1, dtype=complex)
    spectrum[3600:4401] = rng.standard_normal(801) + 1j * rng.standard_normal(801)
    noise = Whole(np.fft.irfft(spectrum, RATE * 4))

    def path(t_s: Floats) -> Floats:
        return MICROPHONE_XYZ_M + np.stack([0 * t_s, 0 * t_s, 400.0 - 34.3 * t_s], axis=1)

    sound = heard(MovingWay(noise, Moving(path, 0.0, 4.0, LEAD_S)), 15, 20)
    power = np.square(np.abs(np.fft.rfft(sound * np.hanning(sound.size))))
    f_hz = np.fft.rfftfreq(sound.size, 1 / RATE)
    within = f_hz < 3000

    assert np.sum((f_hz * power)[within]) / np.sum(power[within]) == pytest.approx(1000 / 0.9, rel=0.005)


def test_what_passes_is_as_loud_as_its_distance_tells() -> None:
    def path(t_s: Floats) -> Floats:
        return MICROPHONE_XYZ_M + np.stack([-60.0 + 12.0 * t_s, 0 * t_s + 10.0, 0 * t_s + 50.0], axis=1)

    way = MovingWay(Tone(500.0), Moving(path, 0.0, 10.0, LEAD_S))
    for index in (10, 50, 80):
        sound = heard(way, index, 1)
        t_s = (index + 0.5) * FRAME / RATE
        left_s = t_s
        for _ in range(20):
            left_s = t_s - float(np.linalg.norm(path(np.array([left_s]))[0] - MICROPHONE_XYZ_M)) / C_MPS
        distance_m = float(np.linalg.norm(path(np.array([left_s]))[0] - MICROPHONE_XYZ_M))
        # Straight and from the ground: between the sum of both and their difference.
        image_m = float(np.linalg.norm(path(np.array([left_s]))[0] * (1, 1, -1) - MICROPHONE_XYZ_M))
        peak = float(np.sqrt(2 * np.mean(np.square(sound))))

        assert 1 / distance_m - 1 / image_m <= peak <= 1 / distance_m + 1 / image_m


def friedlander(peak_pa: float, positive_s: float) -> Source:
    t_s = np.arange(round(8 * positive_s * RATE)) / RATE
    return Whole(peak_pa * (1 - t_s / positive_s) * np.exp(-t_s / positive_s))


@pytest.mark.parametrize("positive_s", [0.35e-3, 0.6e-3])
def test_a_muzzle_blast_has_its_spectrum_peak_at_the_microphone(positive_s: float) -> None:
    way = StandingWay(friedlander(1000.0, positive_s), above(50.0), 0.0)
    at = round(50.0 / C_MPS * RATE)

    blast = heard(way, 0, 3)[at - 100 : at + 900]
    f_hz = np.arange(100.0, 1000.0, 2.0)
    told = [spectrum_db(blast, f) for f in f_hz]

    assert f_hz[int(np.argmax(told))] == pytest.approx(1 / (2 * np.pi * positive_s), rel=0.06)


def test_a_muzzle_blast_keeps_its_peak_and_length_at_50_m() -> None:
    peak_pa = float(pressure_pa(157.0))
    way = StandingWay(friedlander(peak_pa, 0.6e-3), above(50.0), 0.0)

    sound = heard(way, 0, 4)
    top = int(np.argmax(sound))
    crosses = int(np.argmax(sound[top:] <= 0))

    assert 20 * np.log10(sound[top] / 20e-6) == pytest.approx(157 - 20 * np.log10(50), abs=1.5)
    assert crosses / RATE == pytest.approx(0.6e-3, abs=0.1e-3)


@given(st.permutations(range(6)))
@settings(max_examples=10, deadline=None)
def test_frames_of_what_moves_do_not_depend_on_the_order(order: list[int]) -> None:
    def path(t_s: Floats) -> Floats:
        return np.stack([-60.0 + 15.0 * t_s, 0 * t_s + 5.0, 0 * t_s + 0.5], axis=1)

    def way() -> MovingWay:
        return MovingWay(Tone(700.0), Moving(path, 0.0, 10.0, LEAD_S))

    asked, in_a_row = way(), way()
    told = {index: asked.frame(14 + index).tobytes() for index in order}

    assert [told[index] for index in range(6)] == [in_a_row.frame(14 + index).tobytes() for index in range(6)]


def test_nothing_clicks_between_the_frames_of_what_moves() -> None:
    def path(t_s: Floats) -> Floats:
        return np.stack([-40.0 + 15.0 * t_s, 0 * t_s + 5.0, 0 * t_s + 1.8], axis=1)

    sound = heard(MovingWay(Tone(1000.0), Moving(path, 0.0, 8.0, LEAD_S)), 5, 40)
    # What is left of a 1 kHz tone above 5 kHz is clicks.
    spectrum = np.fft.rfft(sound * np.hanning(sound.size))
    f_hz = np.fft.rfftfreq(sound.size, 1 / RATE)

    assert np.max(np.abs(spectrum[f_hz > 5000])) < 1e-4 * np.max(np.abs(spectrum))
