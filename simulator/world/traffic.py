"""Cars in the street: where one is at an instant, how loud it is, what it looks like."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from simulator.world.layout import LANES_Y_M, ROAD_X_M
from simulator.world.people import Bgr

REFERENCE_DISTANCE_M = 7.5
"""Pass-by levels are told at this distance (ISO 362)."""

_PAINTS: tuple[Bgr, ...] = (
    (200, 200, 200), (60, 60, 62), (140, 60, 40), (50, 50, 150), (150, 150, 145), (110, 130, 90), (235, 235, 235),
)  # fmt: skip


class Body(StrEnum):
    """What a vehicle is."""

    CAR = "car"
    TRUCK = "truck"
    AMBULANCE = "ambulance"


@dataclass(frozen=True, slots=True)
class Car:
    """A car that drives through the street at one speed.

    Args:
        number: which car of the street it is; its noise is drawn from it.
        lane: 0 drives along +x on the near lane, 1 along -x on the far lane.
        entered_s: when it passes its end of the road.
        speed_mps: in m/s.
        level_db: A-weighted level at 7.5 m abreast of it, in dB re 20 µPa.
        firing_hz: the engine's firing frequency, standing beside it.
        paint: its colour, blue-green-red.
        size_m: length, width, height.
        body: what it is; an ambulance has lamps that turn.
    """

    number: int
    lane: int
    entered_s: float
    speed_mps: float
    level_db: float
    firing_hz: float
    paint: Bgr
    size_m: tuple[float, float, float]
    body: Body = Body.CAR

    @classmethod
    def drawn(cls, rng: np.random.Generator, number: int, lane: int, entered_s: float) -> Car:
        """A car that enters the road at `entered_s`."""
        speed_mps = float(rng.uniform(9.5, 12.5))
        return cls(
            number=number,
            lane=lane,
            entered_s=entered_s,
            speed_mps=speed_mps,
            # 25 dB per tenfold speed: rolling noise at town speeds.
            level_db=float(rng.normal(62.0, 1.5)) + 25.0 * float(np.log10(speed_mps / 11.0)),
            firing_hz=float(rng.uniform(52.0, 78.0)),
            paint=_PAINTS[rng.integers(len(_PAINTS))],
            size_m=(float(rng.uniform(3.8, 4.7)), 1.8, float(rng.uniform(1.42, 1.62))),
        )

    @property
    def y_m(self) -> float:
        """The lane it keeps to."""
        return LANES_Y_M[self.lane]

    @property
    def direction(self) -> int:
        """+1 along the street, -1 back."""
        return 1 if self.lane == 0 else -1

    @property
    def left_s(self) -> float:
        """When it has left the road."""
        return self.entered_s + (ROAD_X_M[1] - ROAD_X_M[0]) / self.speed_mps

    def passes_s(self, x_m: float) -> float:
        """When it passes a place along the road."""
        start_m = ROAD_X_M[0] if self.direction > 0 else ROAD_X_M[1]
        return self.entered_s + self.direction * (x_m - start_m) / self.speed_mps

    def x_m(self, t_s: np.ndarray | float) -> np.ndarray:
        """Where it is along the road at `t_s`, in metres; as many as there are instants."""
        start_m = ROAD_X_M[0] if self.direction > 0 else ROAD_X_M[1]
        return np.asarray(start_m + self.direction * self.speed_mps * (np.asarray(t_s) - self.entered_s))
