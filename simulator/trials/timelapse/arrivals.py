"""When and how strongly each source of a street arrives at the microphone, hop by hop, by distance and level alone.

Energies are over that of 0 dB re 20 µPa. A cut is a stretch of whole hops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from node.sense.capture.hops import HOP_S
from simulator.trials.timelapse.signature import Signature
from simulator.world.crowd import Moment
from simulator.world.layout import SPEED_OF_SOUND_MPS, Floats, distance_to_microphone_m
from simulator.world.levels import distances_m, mouth_distance_m
from simulator.world.sounding import Sounding
from simulator.world.traffic import REFERENCE_DISTANCE_M, Car

SOURCE_HEIGHT_M = 0.05
_TAIL_HOPS = 16


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of a street's time.

    Args:
        from_s: when it begins, in street seconds.
        hops: how many hops it lasts.
    """

    from_s: float
    hops: int

    @property
    def to_s(self) -> float:
        """When it is over."""
        return self.from_s + self.hops * HOP_S

    def middles_s(self) -> Floats:
        """The middle of each hop, (hops,)."""
        return np.asarray(self.from_s + (np.arange(self.hops) + 0.5) * HOP_S)

    def within(self, begin_s: float, end_s: float) -> tuple[int, int]:
        """The hops that a stretch touches: the first, and one after the last."""
        first = int(np.floor((begin_s - self.from_s) / HOP_S))
        last = int(np.ceil((end_s - self.from_s) / HOP_S))
        return max(0, first), min(self.hops, last)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What arrives of one source: nominal energy (n,) and distance in metres (n,) from hop `first` on."""

    first: int
    energy: Floats
    distance_m: Floats


def of_car(cut: Cut, car: Car) -> Arrival | None:
    """A car that passes; it fades in and out within a second at the ends of the road."""
    first, last = cut.within(car.entered_s, car.left_s)
    if first >= last:
        return None
    t_s = cut.from_s + (np.arange(first, last) + 0.5) * HOP_S
    distance_m = distance_to_microphone_m(car.x_m(t_s), car.y_m, SOURCE_HEIGHT_M)
    on_the_road = np.asarray(np.clip(np.minimum(t_s - car.entered_s, car.left_s - t_s), 0.0, 1.0))
    gain = 10 ** (car.level_db / 10) * REFERENCE_DISTANCE_M**2
    return Arrival(first, np.asarray(gain * np.square(on_the_road / distance_m)), distance_m)


def of_sounding(cut: Cut, sounding: Sounding, signature: Signature) -> Arrival | None:
    """A sounding: steady while it sounds with a tail after it, or ringing by itself."""
    ends = np.array([sounding.began_s, sounding.ended_s])
    late_s = distances_m(sounding, ends) / SPEED_OF_SOUND_MPS
    begin_s = float(ends[0] + late_s[0])
    if signature.rings:
        sounds_s, course = signature.shape_db.size * HOP_S, _ringing(signature)
    else:
        sounds_s = max(HOP_S / 8, float(ends[1] + late_s[1]) - begin_s)
        course = _steady(sounds_s, signature)
    first, last = cut.within(begin_s, begin_s + sounds_s + (0 if signature.rings else _TAIL_HOPS * HOP_S))
    if first >= last:
        return None
    edges_s = np.asarray(cut.from_s + np.arange(first, last + 1) * HOP_S - begin_s, dtype=np.float64)
    left_s = np.clip(edges_s[:-1] + HOP_S / 2 + begin_s - late_s[0], sounding.began_s, sounding.ended_s)
    distance_m = distances_m(sounding, left_s)
    spread = float(10 ** (sounding.audible_db / 10)) * np.diff(course(edges_s))
    return Arrival(first, np.asarray(spread / np.square(distance_m)), distance_m)


def _ringing(signature: Signature) -> Callable[[Floats], Floats]:
    """Energy since the begin, in hops of the nominal energy, at instants after it."""
    knots_s = np.arange(signature.shape_db.size + 1) * HOP_S
    total = np.concatenate(([0.0], np.cumsum(10 ** (signature.shape_db / 10))))
    return lambda t_s: np.asarray(np.interp(t_s, knots_s, total))


def _steady(sounds_s: float, signature: Signature) -> Callable[[Floats], Floats]:
    """The same for a sound of one strength, and the tail that the street adds."""
    hop = np.arange(_TAIL_HOPS + 1)
    rate = signature.tail_db_per_s * HOP_S
    tail = np.concatenate(([0.0], np.cumsum(10 ** ((signature.tail_db - rate * hop[:-1]) / 10))))

    def course(t_s: Floats) -> Floats:
        ringing = np.interp(t_s - sounds_s, hop * HOP_S, tail)
        return np.asarray(np.clip(t_s, 0.0, sounds_s) / HOP_S + ringing)

    return course


def of_words(cut: Cut, moment: Moment) -> Iterator[tuple[bool, Arrival]]:
    """The talk and the roar of a crowd moment, each as a whole: whether it is the roar, and what arrives."""
    words = [(word, mouth_distance_m(member)) for member in moment.members for word in member.words]
    for loud in (False, True):
        own = [(word, distance_m) for word, distance_m in words if word.loud is loud]
        if not own:
            continue
        distance_m = np.array([distance_m for _, distance_m in own])
        begin_s = np.array([word.began_s for word, _ in own]) + distance_m / SPEED_OF_SOUND_MPS
        end_s = begin_s + np.array([word.lasts_s for word, _ in own])
        energy = 10 ** (np.array([word.level_db for word, _ in own]) / 10) / np.square(distance_m)
        first, last = cut.within(float(begin_s.min()), float(end_s.max()))
        if first >= last:
            continue
        edges_s = cut.from_s + np.arange(first, last + 1) * HOP_S
        spoken_s = np.clip(edges_s[:, None], begin_s, end_s)
        arrived = np.diff(spoken_s, axis=0) @ energy / HOP_S
        yield loud, Arrival(first, np.asarray(arrived), np.full(last - first, float(distance_m.mean())))
