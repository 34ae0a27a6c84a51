"""What a vehicle sounds like as it passes: rolling noise and the engine's firing, at 1 m and on its way.

A car's level is told as a pass-by level (ISO 362): A-weighted, 7.5 m abreast, 1.2 m high, over hard ground. What it
would be at 1 m without a ground, which is what a source gives, follows from that by distance and `ground.gain`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simulator.sound.frames import Frames
from simulator.sound.geometry import Moving
from simulator.sound.ground import detour_m, gain
from simulator.sound.noise import FRAME, SAMPLE_RATE_HZ, ShapedNoise, a_weighting, pressure_pa, tyre_shape
from simulator.sound.propagation import LEAD_S, SPILL, MovingWay, overlapped, piece
from simulator.world.chance import Stream
from simulator.world.layout import Floats
from simulator.world.sounding import Path
from simulator.world.street import Street
from simulator.world.traffic import REFERENCE_DISTANCE_M, Body, Car

SOURCE_HEIGHT_M = 0.05
"""Where vehicles sound: tyres on the road (CNOSSOS-EU has all of a vehicle's sound there)."""
REFERENCE_HEIGHT_M = 1.2
_HEARD_WITHIN_S = 0.5
"""What left a vehicle longer ago than this is not heard at the pole (170 m)."""
_TO_HZ = 10_000.0
"""At 10 kHz rolling noise is 65 dB below its maximum."""
_SILENCE: Floats = np.zeros(2 * FRAME + SPILL)
_COMES_S = 1.0
"""It fades in and out over this at the ends of the road."""


@dataclass(frozen=True, slots=True)
class _Voice:
    """What a kind of vehicle sounds like.

    Args:
        orders: amplitudes of the firing frequency and its multiples against rolling noise of 1 (A-weighted).
        rolling_hz: where rolling noise is strongest.
        low: as in `tyre_shape`.
    """

    orders: tuple[float, ...]
    rolling_hz: float
    low: float


_VOICES = {
    Body.CAR: _Voice((3.5, 2.1, 1.2, 1.0, 0.5), 800.0, 1.0),
    Body.AMBULANCE: _Voice((4.0, 2.6, 1.6, 1.2, 0.7, 0.4), 700.0, 1.4),
    Body.TRUCK: _Voice((5.0, 3.6, 2.6, 1.8, 1.4, 1.0, 0.7), 550.0, 2.0),
}


class VehicleSound:
    """The sound of one vehicle from when it enters the road, at 1 m without a ground: a `Source`.

    Args:
        car: the vehicle.
        seed: of the street.
    """

    def __init__(self, car: Car, seed: int) -> None:
        voice = _VOICES[car.body]
        self.length = int((car.left_s - car.entered_s) * SAMPLE_RATE_HZ)
        self._tyres = ShapedNoise(tyre_shape(voice.rolling_hz, voice.low), seed, Stream.TYRE_NOISE, car.number)
        orders = np.array(voice.orders)
        turns: Floats = car.firing_hz * np.arange(1.0, orders.size + 1)
        self._turns_hz = turns
        angles = 2 * np.pi * np.multiply.outer(turns, np.arange(FRAME) / SAMPLE_RATE_HZ)
        self._waves = np.vstack([np.sin(angles), np.cos(angles)])
        self._orders = orders
        power = 1.0 + float(np.sum(np.square(orders * a_weighting(turns)) / 2))
        self._gain = _at_1_m_pa(car.level_db, car.body) / np.sqrt(power)
        self._frames = Frames(self._frame)

    def samples(self, first: int, count: int) -> Floats:
        """See `Source`."""
        return self._frames.samples(first, count)

    def _frame(self, index: int) -> Floats:
        # sin(a + b) by sines and cosines of a and b: a frame of the engine is one small matrix product.
        angles = 2 * np.pi * self._turns_hz * (index * FRAME / SAMPLE_RATE_HZ)
        parts = np.concatenate([self._orders * np.cos(angles), self._orders * np.sin(angles)])
        sound = self._tyres.frame(index) + parts @ self._waves
        sound *= self._gain
        first, last = index * FRAME, (index + 1) * FRAME
        if first < _COMES_S * SAMPLE_RATE_HZ or last > self.length - _COMES_S * SAMPLE_RATE_HZ:
            position = np.arange(first, last)
            near = np.minimum(position, self.length - position) / (_COMES_S * SAMPLE_RATE_HZ)
            sound *= np.clip(near, 0.0, 1.0)
        return np.asarray(sound)


class Traffic:
    """Every vehicle of a street as it is heard at the microphone.

    Their spectra are added up before they are made sound: one transform back for all of them.

    Args:
        street: whose.
    """

    def __init__(self, street: Street) -> None:
        self._street = street
        self._ways: dict[int, MovingWay] = {}
        self._pieces = Frames(self._piece)

    def frame(self, index: int) -> Floats:
        """Frame `index`: Pa, float64, shape (FRAME,)."""
        return overlapped(self._pieces, index)

    def _piece(self, index: int) -> Floats:
        from_s, to_s = index * FRAME / SAMPLE_RATE_HZ - _HEARD_WITHIN_S, (index + 2) * FRAME / SAMPLE_RATE_HZ
        cars = self._street.cars(from_s, to_s)
        self._ways = {car.number: self._ways.get(car.number) or self._way(car) for car in cars}
        if not cars:
            return _SILENCE
        return piece(np.sum([way.spectrum(index) for way in self._ways.values()], axis=0))

    def _way(self, car: Car) -> MovingWay:
        track = Moving(_path(car), car.entered_s, car.left_s, LEAD_S)
        return MovingWay(VehicleSound(car, self._street.seed), track, _TO_HZ)


def _path(car: Car) -> Path:
    def places(t_s: Floats) -> Floats:
        found = np.empty((t_s.size, 3))
        found[:, 0] = car.x_m(t_s)
        found[:, 1:] = car.y_m, SOURCE_HEIGHT_M
        return found

    return places


def _at_1_m_pa(level_db: float, body: Body) -> float:
    """The effective A-weighted pressure at 1 m without a ground, in Pa, of a pass-by level."""
    straight_m = float(np.hypot(REFERENCE_DISTANCE_M, REFERENCE_HEIGHT_M - SOURCE_HEIGHT_M))
    return float(pressure_pa(level_db)) * straight_m / _ground_gain(body)


@lru_cache
def _ground_gain(body: Body) -> float:
    """How much the ground adds to the A-weighted pressure of rolling noise where pass-by levels are measured."""
    voice = _VOICES[body]
    f_hz: Floats = np.linspace(0.0, SAMPLE_RATE_HZ / 2, FRAME + 1)
    straight_m = float(np.hypot(REFERENCE_DISTANCE_M, REFERENCE_HEIGHT_M - SOURCE_HEIGHT_M))
    longer_m = detour_m(REFERENCE_DISTANCE_M, SOURCE_HEIGHT_M, REFERENCE_HEIGHT_M)
    power = np.square(tyre_shape(voice.rolling_hz, voice.low) * a_weighting(f_hz))
    return float(np.sqrt(np.sum(power * np.square(gain(f_hz, straight_m, longer_m))) / np.sum(power)))
