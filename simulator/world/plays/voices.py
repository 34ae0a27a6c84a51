"""What a crowd sounds like as a whole: one sound of many voices, where the people are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from node.errors import OperatorError
from simulator.world.act import Act
from simulator.world.layout import Floats
from simulator.world.sounding import STRENGTHS, Path, Sounding, SoundName, stands

SOUNDINGS_OF_AN_ACT = 40_000
"""The numbers of an act's sounds begin at its own number times this, and do not reach those of the next."""

ONE_VOICE_DB: dict[SoundName, float] = {
    SoundName.TALK: 62.0,
    SoundName.LAUGHTER: 75.0,
    SoundName.CHEER: 88.0,
    SoundName.BOO: 83.0,
    SoundName.CHANT: 81.0,
    SoundName.CHILDREN: 80.0,
    SoundName.SCREAM: 103.0,
}
"""A-weighted level of one of them 1 m from the mouth, in dB re 20 µPa: from raised talk to a scream."""


def of_many(name: SoundName, voices: int) -> float:
    """The level of so many voices that do not keep time, as if at one place, 1 m away: 10 log10 n over one, in dB."""
    return ONE_VOICE_DB[name] + 10 * math.log10(max(1, voices))


class Numbers:
    """The numbers of an act's sounds, one after the other."""

    def __init__(self, act: Act) -> None:
        first = act.number * SOUNDINGS_OF_AN_ACT
        self._name = act.name
        self._numbers: Iterator[int] = iter(range(first, first + SOUNDINGS_OF_AN_ACT))

    def sounding(self, name: SoundName, span: tuple[float, float], level_db: float, path: Path | complex) -> Sounding:
        """The act's next sound, from and to an instant; what stands is given its place, x + iy in metres.

        Raises:
            OperatorError: it has so many that their numbers would be those of the next act.
        """
        number = next(self._numbers, None)
        if number is None:
            raise OperatorError(f"act {self._name}: lasts too long: it has more than {SOUNDINGS_OF_AN_ACT} sounds")
        moves = not isinstance(path, complex)
        if isinstance(path, complex):
            path = stands(path.real, path.imag, STRENGTHS[name].height_m)
        return Sounding(name, number, span[0], span[1] - span[0], level_db, path, moves)


def along(points: Iterable[tuple[float, complex]], z_m: float) -> Path:
    """The path of what goes straight from one point to the next, each with its instant, and stands before and after."""
    instants, places = zip(*points, strict=True)
    t_points, z_points = np.array(instants, dtype=np.float64), np.array(places, dtype=np.complex128)

    def path(t_s: Floats) -> Floats:
        x_m = np.interp(t_s, t_points, z_points.real)
        y_m = np.interp(t_s, t_points, z_points.imag)
        return np.column_stack([x_m, y_m, np.full(np.size(x_m), z_m)])

    return path
