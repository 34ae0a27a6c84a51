"""What air takes from a sound on its way, by ISO 9613-1: high tones die first.

The standard's clause 6.2: two relaxations, of oxygen and of nitrogen, and the classical losses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.world.layout import Floats

_REFERENCE_KPA = 101.325
_REFERENCE_K = 293.15
_TRIPLE_POINT_K = 273.16


@dataclass(frozen=True, slots=True)
class Air:
    """The air of a street.

    Args:
        temperature_c: in °C, -20 to 50; at 20 sound travels at 343 m/s.
        humidity_percent: relative, above 0 to 100.
        pressure_kpa: below 200.
    """

    temperature_c: float = 20.0
    humidity_percent: float = 70.0
    pressure_kpa: float = _REFERENCE_KPA

    def absorption_db_per_m(self, f_hz: Floats) -> Floats:
        """The attenuation coefficient of pure tones, in dB/m; shape of `f_hz`, which is in Hz."""
        kelvin = self.temperature_c + 273.15
        warmth, pressure = kelvin / _REFERENCE_K, self.pressure_kpa / _REFERENCE_KPA
        oxygen_hz, nitrogen_hz = self._relaxations_hz(warmth, pressure)
        f2 = np.square(np.asarray(f_hz, dtype=np.float64))
        oxygen = 0.01275 * np.exp(-2239.1 / kelvin) * oxygen_hz / (oxygen_hz**2 + f2)
        nitrogen = 0.1068 * np.exp(-3352.0 / kelvin) * nitrogen_hz / (nitrogen_hz**2 + f2)
        classical = 1.84e-11 / pressure * np.sqrt(warmth)
        return np.asarray(8.686 * f2 * (classical + warmth**-2.5 * (oxygen + nitrogen)))

    def transmission(self, f_hz: Floats, distance_m: float) -> Floats:
        """What is left of a pressure after a distance, 0..1; shape of `f_hz`."""
        return np.asarray(10 ** (-self.absorption_db_per_m(f_hz) * distance_m / 20))

    def _relaxations_hz(self, warmth: float, pressure: float) -> tuple[float, float]:
        """The relaxation frequencies of oxygen and nitrogen (equations 3 and 4)."""
        kelvin = warmth * _REFERENCE_K
        saturated = 10 ** (-6.8346 * (_TRIPLE_POINT_K / kelvin) ** 1.261 + 4.6151)
        h = self.humidity_percent * saturated / pressure
        oxygen_hz = pressure * (24 + 4.04e4 * h * (0.02 + h) / (0.391 + h))
        cold = np.exp(-4.170 * (warmth ** (-1 / 3) - 1))
        nitrogen_hz = pressure / np.sqrt(warmth) * (9 + 280 * h * cold)
        return float(oxygen_hz), float(nitrogen_hz)


AIR = Air()
"""A mild day."""
