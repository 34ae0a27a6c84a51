"""Everything of a street that sounds and has a tail: soundings and crowds, each with its way, while it is heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulator.sound.chorus import Chorus, cheers
from simulator.sound.geometry import Moving
from simulator.sound.library import source
from simulator.sound.noise import FRAME, SAMPLE_RATE_HZ
from simulator.sound.propagation import LEAD_S, SPILL, MovingWay, StandingWay, Way
from simulator.sound.source import Source
from simulator.world.layout import SPEED_OF_SOUND_MPS, Floats
from simulator.world.levels import distances_m
from simulator.world.sounding import Sounding
from simulator.world.street import Street

if TYPE_CHECKING:
    from simulator.sound.clips import Clips

_RINGS_S = 20.0
"""No source rings longer than this after its time."""
_CROWD_HEARD_S = 0.5
_PLACES = 101
_FEEDS_KEPT = 40
"""More frames than the longest tail has."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One sounding and the samples within which it can be heard."""

    sounding: Sounding
    first: int
    last: int
    farthest_m: float


class Cast:
    """Who sounds in a street.

    Args:
        street: whose.
        clips: real sounds, used where there are some.
    """

    def __init__(self, street: Street, clips: Clips | None) -> None:
        self._street, self._clips = street, clips
        self._parts = [_part(sounding) for sounding in street.all_soundings()]
        self._cheering: dict[int, list[_Part]] = {}
        self._ends: dict[int, int] = {}
        self._ways: dict[tuple[str, int], Way] = {}
        self._fed: dict[int, dict[int, Floats]] = {}

    def ways(self, index: int) -> list[Way]:
        """What can be heard in frame `index`."""
        begin = index * FRAME
        ways: dict[tuple[str, int], Way] = {}
        for part in [*self._parts, *self._crowds(index, ways)]:
            if part.first < begin + FRAME and begin < part.last:
                self._take(part, begin, ways)
        self._ways = ways
        return list(ways.values())

    def feed(self, reach: int, index: int) -> Floats | None:
        """What of it goes into the tail of a reach in frame `index`, in Pa, shape (FRAME,); None for nothing."""
        if index not in self._fed:
            fed: dict[int, Floats] = {}
            for way in self.ways(index):
                sound = way.feed(index)
                if sound.any():
                    fed[way.reach] = sound + fed[way.reach] if way.reach in fed else sound
            self._fed[index] = fed
            if len(self._fed) > _FEEDS_KEPT:
                del self._fed[next(iter(self._fed))]
        return self._fed[index].get(reach)

    def _take(self, part: _Part, begin: int, ways: dict[tuple[str, int], Way]) -> None:
        """Gives a sounding its way, unless it turns out to be over."""
        number = part.sounding.number
        key = ("sounding", number)
        if begin >= self._ends.get(number, part.last):
            return
        if key in self._ways:
            ways[key] = self._ways[key]
            return
        sound = source(part.sounding, self._street.seed, self._clips)
        after_s = part.sounding.began_s + part.farthest_m / SPEED_OF_SOUND_MPS
        self._ends[number] = round(after_s * SAMPLE_RATE_HZ) + sound.length + SPILL
        if begin < self._ends[number]:
            ways[key] = _way(part.sounding, sound)

    def _crowds(self, index: int, ways: dict[tuple[str, int], Way]) -> list[_Part]:
        """Gives the crowds there are their ways; their cheers, where there are clips."""
        cheering: dict[int, list[_Part]] = {}
        from_s, to_s = index * FRAME / SAMPLE_RATE_HZ, (index + 1) * FRAME / SAMPLE_RATE_HZ
        for moment in self._street.moments(from_s - _CROWD_HEARD_S, to_s):
            key = ("moment", moment.number)
            ways[key] = self._ways.get(key) or Chorus(moment, self._street.seed, roars=self._clips is None)
            if self._clips is not None:
                known = self._cheering.get(moment.number)
                cheering[moment.number] = known or [_part(sounding) for sounding in cheers(moment)]
        self._cheering = cheering
        return [part for parts in cheering.values() for part in parts]


def _part(sounding: Sounding) -> _Part:
    at_s = np.linspace(sounding.began_s, sounding.ended_s, _PLACES if sounding.moves else 2)
    distance_m = distances_m(sounding, at_s)
    nearest_m, farthest_m = float(np.min(distance_m)), float(np.max(distance_m))
    first_s = sounding.began_s + nearest_m / SPEED_OF_SOUND_MPS
    last_s = sounding.ended_s + farthest_m / SPEED_OF_SOUND_MPS + _RINGS_S
    return _Part(sounding, int(first_s * SAMPLE_RATE_HZ) - SPILL, round(last_s * SAMPLE_RATE_HZ), farthest_m)


def _way(sounding: Sounding, sound: Source) -> Way:
    if sounding.moves:
        return MovingWay(sound, Moving(sounding.path, sounding.began_s, sounding.ended_s, LEAD_S))
    place_m: Floats = sounding.path(np.array([sounding.began_s]))[0]
    return StandingWay(sound, place_m, sounding.began_s)
