"""Where sound that arrives now came from: the instant it left, how far it came, and how much longer by the ground.

What moves is heard where it was: an instant is solved from t = t_left + r(t_left) / c, and the Doppler shift of
everything, noise included, is in reading the source at that instant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.sound.noise import FRAME, SAMPLE_RATE_HZ
from simulator.world.layout import SPEED_OF_SOUND_MPS, Floats
from simulator.world.levels import MICROPHONE_XYZ_M
from simulator.world.sounding import Path

NEAREST_M = 1.0
"""Nothing is heard from nearer: levels are told at 1 m."""
_KNOT = 480
"""The instants are solved every 10 ms and are cubic between: at 30 m/s, 7 m away, that is right to 0.01 samples."""
_KNOTS = FRAME // _KNOT
_TOGETHER = 16
"""Frames whose instants are solved at once: small arrays cost as much as large ones."""
_TURNS = 30
_EXACT_S = 1e-8
_BELOW_GROUND: Floats = np.array([1.0, 1.0, -1.0])


@dataclass(frozen=True, slots=True)
class Ray:
    """What arrives in one frame.

    Args:
        left_s: when it left the source, float64 (FRAME,), in seconds from the source's begin.
        distance_m: how far it came straight, float64 (FRAME,).
        detour_m: how much farther by way of the ground what arrives at the frame's end came.
    """

    left_s: Floats
    distance_m: Floats
    detour_m: float


class Moving:
    """The track of what moves, slower than sound.

    Args:
        path: where it is.
        began_s: when it begins to sound at its source.
        ended_s: when it has come to its end: from then on it stands.
        ahead_s: by how much earlier than it is heard everything is told.
    """

    def __init__(self, path: Path, began_s: float, ended_s: float, ahead_s: float = 0.0) -> None:
        self._path = path
        self._began_s = began_s
        self._ended_s = ended_s
        self._ahead_s = ahead_s
        self._solved: dict[int, tuple[Floats, Floats, Floats]] = {}

    @property
    def usual_m(self) -> float:
        """How far it is away halfway through its time, in metres."""
        middle_s = np.array([(self._began_s + self._ended_s) / 2])
        return float(_length_m(self._path(middle_s) - MICROPHONE_XYZ_M)[0])

    def ray(self, index: int) -> Ray:
        """What arrives in frame `index`, `ahead_s` later."""
        block, within = divmod(index, _TOGETHER)
        if block not in self._solved:
            self._solved[block] = self._solve(block)
            if len(self._solved) > 2:
                del self._solved[max(self._solved, key=lambda other: abs(other - block))]
        left_s, straight_m, detour_m = self._solved[block]
        fours = _FOURS + within * _KNOTS
        left, straight = left_s[fours] @ _CUBIC, straight_m[fours] @ _CUBIC
        return Ray(left.reshape(FRAME), straight.reshape(FRAME), float(detour_m[(within + 1) * _KNOTS + 1]))

    def _solve(self, block: int) -> tuple[Floats, Floats, Floats]:
        """At the knots of a block: when sound left, how far it came, how much farther by way of the ground."""
        # One knot more on either side: a cubic needs four.
        knots = block * _TOGETHER * _KNOTS + np.arange(-1, _TOGETHER * _KNOTS + 2)
        heard_s = np.asarray(knots * (_KNOT / SAMPLE_RATE_HZ) + self._ahead_s, dtype=np.float64)
        left_s, straight_m = self._leaving(heard_s)
        by_ground_m = _length_m(self._places(left_s) * _BELOW_GROUND - MICROPHONE_XYZ_M)
        return left_s - self._began_s, straight_m, np.maximum(0.0, by_ground_m - straight_m)

    def _places(self, t_s: Floats) -> Floats:
        return np.asarray(self._path(np.clip(t_s, self._began_s, self._ended_s)))

    def _leaving(self, heard_s: Floats) -> tuple[Floats, Floats]:
        """When sound left that arrives at `heard_s`, and how far it came."""
        here_m = self._distance_m(heard_s)
        back_s = here_m / SPEED_OF_SOUND_MPS
        # As if it came straight at us or went straight away; then nearer with every turn.
        closing = (here_m - self._distance_m(heard_s - back_s)) / back_s
        left_s = heard_s - back_s / (1 + closing / SPEED_OF_SOUND_MPS)
        for _ in range(_TURNS):
            distance_m = self._distance_m(left_s)
            before_s, left_s = left_s, heard_s - distance_m / SPEED_OF_SOUND_MPS
            if np.abs(left_s - before_s).max() < _EXACT_S:
                break
        return left_s, distance_m

    def _distance_m(self, t_s: Floats) -> Floats:
        return np.maximum(NEAREST_M, _length_m(self._places(t_s) - MICROPHONE_XYZ_M))


def _length_m(arrows: Floats) -> Floats:
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", arrows, arrows)))


_FOURS = np.arange(_KNOTS)[:, None] + np.arange(4)
_ALONG: Floats = np.arange(_KNOT) / _KNOT
_CUBIC: Floats = np.array(
    [
        -_ALONG * (_ALONG - 1) * (_ALONG - 2) / 6,
        (_ALONG + 1) * (_ALONG - 1) * (_ALONG - 2) / 2,
        -(_ALONG + 1) * _ALONG * (_ALONG - 2) / 2,
        (_ALONG + 1) * _ALONG * (_ALONG - 1) / 6,
    ]
)
