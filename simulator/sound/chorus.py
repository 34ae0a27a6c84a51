"""The words of a crowd moment as they arrive at the pole, or real cheers in place of its roar.

A word's level is told over the street's hard ground: what comes straight and what the ground gives back add up to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.sound.air import AIR
from simulator.sound.frames import Frames
from simulator.sound.ground import HARD, detour_m, reflection
from simulator.sound.noise import FRAME
from simulator.sound.tail import reach_of
from simulator.sound.upsampling import LOW_RATE_HZ, MARGIN, TIMES, upsampled
from simulator.sound.voices import ANSWER, Response, voice
from simulator.world.crowd import MOUTH_HEIGHT, Member, Moment, Utterance
from simulator.world.layout import GATHERING_XY_M, MICROPHONE_HEIGHT_M, POLE_XY_M, SPEED_OF_SOUND_MPS, Floats
from simulator.world.levels import mouth_distance_m, tail_share
from simulator.world.sounding import Sounding, SoundName, stands

_LOW_FRAME = FRAME // TIMES
_CHEERS = 3
_CHEERS_FROM = 10_000_000
"""Numbers of soundings that are cheers of moments: no act's sounds come so far."""
_MOUTH_M = 1.55
_STEP_S = 0.1


@dataclass(frozen=True, slots=True)
class _Said:
    """One word as it arrives: at which sample (of 16 kHz), how much weaker, and through what."""

    word: Utterance
    first: int
    gain: float
    way: Response


class Chorus:
    """The words of one moment: a `Way`.

    Args:
        moment: who speaks.
        seed: of the street.
        roars: voice the roar too, not only the talk before it.
    """

    def __init__(self, moment: Moment, seed: int, *, roars: bool = True) -> None:
        self._moment, self._seed = moment, seed
        self._said = [
            _said(member, way, word)
            for member, way in ((member, _way(member)) for member in moment.members)
            for word in member.words
            if roars or not word.loud
        ]
        self._first = np.array([said.first for said in self._said], dtype=np.int64)
        lasts = [round(said.word.lasts_s * LOW_RATE_HZ) + ANSWER + 1 for said in self._said]
        self._last = self._first + np.array(lasts, dtype=np.int64)
        self._spoken: dict[int, Floats] = {}
        self._frames = Frames(self._frame)
        distance_m = float(np.mean([mouth_distance_m(member) for member in moment.members]))
        self.reach = reach_of(distance_m)
        self._tail_gain = float(np.sqrt(tail_share(distance_m)))

    def frame(self, index: int) -> Floats:
        """See `Way`."""
        return self._frames.of(index)

    def feed(self, index: int) -> Floats:
        """See `Way`."""
        return self._frames.of(index) * self._tail_gain

    def _frame(self, index: int) -> Floats:
        begin, end = index * _LOW_FRAME - MARGIN, (index + 1) * _LOW_FRAME + MARGIN
        now = np.flatnonzero((self._first < end) & (self._last > begin)).tolist()
        sound = np.zeros(end - begin)
        spoken = {i: self._spoken[i] if i in self._spoken else self._voiced(i) for i in now}
        for i, heard in spoken.items():
            said = self._said[i]
            _add(sound, said.first - begin, heard, said.gain)
        self._spoken = spoken
        return upsampled(sound) if now else np.zeros(FRAME)

    def _voiced(self, i: int) -> Floats:
        return voice(self._seed, self._moment.number, self._said[i].word, self._said[i].way)


def cheers(moment: Moment) -> list[Sounding]:
    """The roar of a moment as cheers of its crowd: together as loud as its loud words were to be, and as long."""
    loud = [word for member in moment.members for word in member.words if word.loud]
    at_s = np.arange(moment.began_s, moment.ended_s, _STEP_S)
    power = np.zeros(at_s.size)
    for word in loud:
        power[(at_s >= word.began_s) & (at_s <= word.ended_s)] += 10 ** (word.level_db / 10)
    level_db = 10 * np.log10(np.max(power) / _CHEERS / (1 + HARD**2))
    return [
        Sounding(
            name=SoundName.CHEER,
            number=_CHEERS_FROM + moment.number * _CHEERS + i,
            began_s=moment.began_s,
            lasts_s=moment.ended_s - moment.began_s,
            level_db=float(level_db),
            path=stands(GATHERING_XY_M[0] + 1.5 * (i - 1), GATHERING_XY_M[1], _MOUTH_M),
        )
        for i in range(_CHEERS)
    ]


def _said(member: Member, way: Response, word: Utterance) -> _Said:
    distance_m = mouth_distance_m(member)
    first = round((word.began_s + distance_m / SPEED_OF_SOUND_MPS) * LOW_RATE_HZ)
    return _Said(word, first, 1 / distance_m, way)


def _way(member: Member) -> Response:
    """What air and ground do to a member's voice."""
    distance_m = mouth_distance_m(member)
    flat_m = float(np.hypot(member.spot_xy_m[0] - POLE_XY_M[0], member.spot_xy_m[1] - POLE_XY_M[1]))
    longer_m = detour_m(flat_m, MOUTH_HEIGHT * member.looks.height_m, MICROPHONE_HEIGHT_M)

    @lru_cache(maxsize=8)
    def response(count: int) -> NDArray[np.complex128]:
        f_hz: Floats = np.linspace(0.0, LOW_RATE_HZ / 2, count)
        back = reflection(f_hz) * (distance_m / (distance_m + longer_m))
        later = np.exp(-2j * np.pi * f_hz * (longer_m / SPEED_OF_SOUND_MPS))
        return np.asarray((1 + back * later) * AIR.transmission(f_hz, distance_m))

    return response


def _add(sound: Floats, at: int, heard: Floats, gain: float) -> None:
    """Adds what of a spoken sound falls into a stretch, in which it begins at sample `at`."""
    begin, end = max(0, at), min(sound.size, at + heard.size)
    if begin < end:
        sound[begin:end] += gain * heard[begin - at : end - at]
