"""What can be heard at the pole, in Pa at 48 kHz, and what a microphone makes of it.

The soundscape is the sum of the city far away, every car and every voice, each with its distance. It is
rendered in frames of 0.1 s that do not depend on each other: any block size gives the same samples.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.sound.noise import (
    FRAME,
    SAMPLE_RATE_HZ,
    ShapedNoise,
    a_weighting,
    city_shape,
    pressure_pa,
    tyre_shape,
    white_shape,
)
from simulator.sound.voices import voice
from simulator.world.chance import Stream
from simulator.world.crowd import Member, Moment, Utterance
from simulator.world.layout import SPEED_OF_SOUND_MPS, Floats, distance_to_microphone_m
from simulator.world.levels import city_db, mouth_distance_m
from simulator.world.street import Street
from simulator.world.traffic import REFERENCE_DISTANCE_M, Car

SELF_NOISE_DB = 30.0
SENSITIVITY_DBFS = -26.0
"""A sine of 94 dB SPL gives this, where a sine from rail to rail is 0 dBFS (MEMS data sheets)."""
FULL_SCALE_PER_PA = 10 ** (SENSITIVITY_DBFS / 20) / np.sqrt(2)
"""1 Pa is 94 dB: the rail stands for a sine of 120 dB, where such a microphone overloads."""

_ENGINE_ORDERS = (3.5, 2.1, 1.2, 1.0, 0.5)
"""Amplitudes of the firing frequency and its multiples against rolling noise of 1 (A-weighted)."""
_SOURCE_HEIGHT_M = 0.4
_HEARD_WITHIN_S = 0.5
"""Sound that left its source longer ago than this is not heard at the pole (170 m)."""


class Soundscape:
    """The sound of a street at the microphone's place.

    Args:
        street: what makes the sound.
    """

    def __init__(self, street: Street) -> None:
        self._street = street
        self._city = ShapedNoise(city_shape(), street.seed, Stream.CITY_NOISE, 1)
        self._tyres: dict[int, ShapedNoise] = {}
        self._spoken: dict[tuple[int, int], Floats] = {}

    def frame_pa(self, index: int) -> Floats:
        """Frame `index` of it, from `index * FRAME`: sound pressure in Pa, float64, shape (FRAME,)."""
        t_s = (index * FRAME + np.arange(FRAME)) / SAMPLE_RATE_HZ
        from_s, to_s = float(t_s[0]), float(t_s[-1])
        ends_db = city_db(self._street.seed, self._street.traits.city_db, np.array([from_s, to_s]))
        sound = self._city.frame(index) * pressure_pa(np.linspace(ends_db[0], ends_db[1], FRAME))
        cars = self._street.cars(from_s - _HEARD_WITHIN_S, to_s)
        self._tyres = {car.number: self._tyres.get(car.number) or self._tyre(car) for car in cars}
        for car in cars:
            sound += self._car_pa(car, index, t_s)
        heard: dict[tuple[int, int], Floats] = {}
        for moment in self._street.moments(from_s - _HEARD_WITHIN_S, to_s):
            for member in moment.members:
                for word in member.words:
                    if word.began_s <= to_s and word.ended_s + _HEARD_WITHIN_S >= from_s:
                        key = (moment.number, word.number)
                        heard[key] = self._spoken[key] if key in self._spoken else self._say(moment, word)
                        _add(sound, index * FRAME, heard[key], word, member)
        self._spoken = heard
        return sound

    def _tyre(self, car: Car) -> ShapedNoise:
        return ShapedNoise(tyre_shape(), self._street.seed, Stream.TYRE_NOISE, car.number)

    def _say(self, moment: Moment, word: Utterance) -> Floats:
        return voice(self._street.seed, moment.number, word)

    def _car_pa(self, car: Car, index: int, t_s: Floats) -> Floats:
        distance_m = distance_to_microphone_m(car.x_m(t_s), car.y_m, _SOURCE_HEIGHT_M)
        # The engine is heard as it was when the sound left it: the Doppler shift is in the phase.
        revolution = 2 * np.pi * car.firing_hz * (t_s - distance_m / SPEED_OF_SOUND_MPS)
        engine = sum(a * np.sin(k * revolution) for k, a in enumerate(_ENGINE_ORDERS, start=1))
        on_the_road = np.clip((t_s - car.entered_s) / 1.0, 0, 1) * np.clip((car.left_s - t_s) / 1.0, 0, 1)
        gain = pressure_pa(car.level_db) * REFERENCE_DISTANCE_M / distance_m * on_the_road
        whole = np.sqrt(1.0 + _engine_power(car.firing_hz))
        return np.asarray(gain / whole * (self._tyres[car.number].frame(index) + engine))


def _engine_power(firing_hz: float) -> float:
    """The A-weighted power of an engine against rolling noise of 1."""
    orders_hz: Floats = firing_hz * np.arange(1.0, len(_ENGINE_ORDERS) + 1)
    return float(np.sum(np.square(np.array(_ENGINE_ORDERS) * a_weighting(orders_hz)) / 2))


def _add(sound: Floats, first: int, spoken: Floats, word: Utterance, member: Member) -> None:
    """Adds what of a spoken sound falls into the frame that begins at sample `first`."""
    distance_m = mouth_distance_m(member)
    at = round((word.began_s + distance_m / SPEED_OF_SOUND_MPS) * SAMPLE_RATE_HZ) - first
    begin, end = max(0, at), min(FRAME, at + spoken.size)
    if begin < end:
        sound[begin:end] += spoken[begin - at : end - at] / distance_m


class Capsule:
    """A MEMS microphone in a street: sensitivity, self-noise and rails. Frames like the soundscape's.

    Args:
        street: where it hangs.
    """

    def __init__(self, street: Street) -> None:
        self._scape = Soundscape(street)
        self._self_noise = ShapedNoise(white_shape(), street.seed, Stream.SELF_NOISE)
        self._kept: dict[int, NDArray[np.float32]] = {}

    def samples(self, first: int, count: int) -> NDArray[np.float32]:
        """Samples `first` to `first + count`: float32, shape (count,), full scale -1..1."""
        if count <= 0:
            return np.zeros(0, dtype=np.float32)
        indices = range(first // FRAME, (first + count - 1) // FRAME + 1)
        self._kept = {i: self._kept[i] if i in self._kept else self._frame(i) for i in indices}
        whole = np.concatenate([self._kept[i] for i in indices])
        begin = first - indices[0] * FRAME
        return np.asarray(whole[begin : begin + count], dtype=np.float32)

    def _frame(self, index: int) -> NDArray[np.float32]:
        own = self._self_noise.frame(index) * pressure_pa(SELF_NOISE_DB)
        signal = (self._scape.frame_pa(index) + own) * FULL_SCALE_PER_PA
        return np.asarray(np.clip(signal, -1.0, 1.0), dtype=np.float32)
