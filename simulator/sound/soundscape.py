"""What can be heard at the pole, in Pa at 48 kHz, and what a microphone makes of it.

The soundscape is the sum of the city far away, the weather, every vehicle, every sounding and every voice, each by
its own way. It is rendered in frames of 0.1 s that do not depend on each other: any block size gives the same samples.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.sound.cast import Cast
from simulator.sound.frames import Frames
from simulator.sound.noise import FRAME, SAMPLE_RATE_HZ, ShapedNoise, city_shape, pressure_pa, white_shape
from simulator.sound.tail import REACHES, Tail
from simulator.sound.vehicles import Traffic
from simulator.sound.weather import Rain, Wind
from simulator.world.chance import Stream
from simulator.world.layout import Floats
from simulator.world.levels import city_db
from simulator.world.street import Street

if TYPE_CHECKING:
    from simulator.sound.clips import Clips

SELF_NOISE_DB = 30.0
SENSITIVITY_DBFS = -26.0
"""A sine of 94 dB SPL gives this, where a sine from rail to rail is 0 dBFS (MEMS data sheets)."""
FULL_SCALE_PER_PA = 10 ** (SENSITIVITY_DBFS / 20) / np.sqrt(2)
"""1 Pa is 94 dB: the rail stands for a sine of 120 dB, where such a microphone overloads."""

_CITY_KNOTS = 64
_ALONG = np.arange(FRAME) / FRAME


class Soundscape:
    """The sound of a street at the microphone's place.

    Args:
        street: what makes the sound.
        clips: real sounds, used where there are some; None for synthesis alone.
    """

    def __init__(self, street: Street, clips: Clips | None = None) -> None:
        self._street = street
        self._city = ShapedNoise(city_shape(), street.seed, Stream.CITY_NOISE, 1)
        self._city_pa: tuple[int, Floats] | None = None
        rain_mm_per_h, wind_mps = street.traits.rain_mm_per_h, street.traits.wind_mps
        self._weather: list[Rain | Wind] = [
            *([Rain(rain_mm_per_h, street.seed)] if rain_mm_per_h > 0 else []),
            *([Wind(wind_mps, street.seed)] if wind_mps > 0 else []),
        ]
        self._cast = Cast(street, clips)
        self._traffic = Traffic(street)
        self._tails = [Tail(street.seed, reach, partial(self._cast.feed, reach)) for reach in range(len(REACHES))]

    def frame_pa(self, index: int) -> Floats:
        """Frame `index` of it, from `index * FRAME`: sound pressure in Pa, float64, shape (FRAME,)."""
        begins_pa, ends_pa = self._city_level_pa(index)
        sound = self._city.frame(index) * (begins_pa + (ends_pa - begins_pa) * _ALONG)
        for weather in self._weather:
            sound += weather.frame(index)
        sound += self._traffic.frame(index)
        for way in self._cast.ways(index):
            sound += way.frame(index)
        for tail in self._tails:
            ringing = tail.frame(index)
            if ringing is not None:
                sound += ringing
        return sound

    def _city_level_pa(self, index: int) -> tuple[float, float]:
        """The city's effective pressure at a frame's begin and end."""
        block, within = divmod(index, _CITY_KNOTS)
        if self._city_pa is None or self._city_pa[0] != block:
            t_s: Floats = (block * _CITY_KNOTS + np.arange(_CITY_KNOTS + 1.0)) * (FRAME / SAMPLE_RATE_HZ)
            self._city_pa = block, pressure_pa(city_db(self._street.seed, self._street.traits.city_db, t_s))
        return float(self._city_pa[1][within]), float(self._city_pa[1][within + 1])


class Capsule:
    """A MEMS microphone in a street: sensitivity, self-noise and rails. Frames like the soundscape's.

    Args:
        street: where it hangs.
        clips: as in `Soundscape`.
    """

    def __init__(self, street: Street, clips: Clips | None = None) -> None:
        self._scape = Soundscape(street, clips)
        self._self_noise = ShapedNoise(white_shape(), street.seed, Stream.SELF_NOISE)
        self._frames = Frames(self._frame)

    def samples(self, first: int, count: int) -> NDArray[np.float32]:
        """Samples `first` to `first + count`: float32, shape (count,), full scale -1..1."""
        if count <= 0:
            return np.zeros(0, dtype=np.float32)
        return self._frames.samples(first, count).copy()

    def _frame(self, index: int) -> NDArray[np.float32]:
        own = self._self_noise.frame(index) * pressure_pa(SELF_NOISE_DB)
        signal = (self._scape.frame_pa(index) + own) * FULL_SCALE_PER_PA
        return np.asarray(np.clip(signal, -1.0, 1.0), dtype=np.float32)
