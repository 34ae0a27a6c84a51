"""Crowd moments: people come together before the bar, talk, roar for some seconds, and go.

A moment holds every member's way and every word they voice. The picture draws the ways and the raised
arms, the soundscape voices the words, and the truth is read off the same words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulator.world.chance import Stream, chance
from simulator.world.layout import DOORS_X_M, FACADE_Y_M, GATHERING_XY_M
from simulator.world.people import Looks, Pose, drawn_speed_mps

VOWELS = "aoeiu"
MOUTH_HEIGHT = 0.9
"""Height of the mouth as a share of the person's height."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One voiced sound of one member.

    Args:
        number: which one of its moment; its breath noise is drawn from it.
        began_s: when it leaves the mouth.
        lasts_s: how long, in seconds.
        pitch_hz: the voice's fundamental at its begin, top and end.
        vowels: the two vowels it moves between.
        tract: the speaker's formants as a multiple of a grown man's.
        level_db: A-weighted level over its length at 1 m, in dB re 20 µPa.
        loud: it belongs to the roar, not to the talk before.
    """

    number: int
    began_s: float
    lasts_s: float
    pitch_hz: tuple[float, float, float]
    vowels: tuple[str, str]
    tract: float
    level_db: float
    loud: bool

    @property
    def ended_s(self) -> float:
        """When it ends at the mouth."""
        return self.began_s + self.lasts_s


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who comes out of a door, stands with the others, shouts, and goes in again."""

    looks: Looks
    door_x_m: float
    spot_xy_m: tuple[float, float]
    speed_mps: float
    arrives_s: float
    leaves_s: float
    bounce_hz: float
    words: tuple[Utterance, ...]

    @property
    def way_s(self) -> float:
        """How long the walk between door and spot takes."""
        return self._way_m / self.speed_mps

    @property
    def _way_m(self) -> float:
        return math.hypot(self.spot_xy_m[0] - self.door_x_m, self.spot_xy_m[1] - FACADE_Y_M)

    def at(self, t_s: float) -> Pose | None:
        """Where they are at `t_s`, or None while they are indoors."""
        if not self.arrives_s - self.way_s <= t_s <= self.leaves_s + self.way_s:
            return None
        if self.arrives_s <= t_s <= self.leaves_s:
            return self._standing(t_s)
        coming = t_s < self.arrives_s
        left_s = self.arrives_s - t_s if coming else t_s - self.leaves_s
        share = left_s / self.way_s
        x_m = self.spot_xy_m[0] + share * (self.door_x_m - self.spot_xy_m[0])
        y_m = self.spot_xy_m[1] + share * (FACADE_Y_M - self.spot_xy_m[1])
        out = math.atan2(self.spot_xy_m[1] - FACADE_Y_M, self.spot_xy_m[0] - self.door_x_m)
        heading = out if coming else out + math.pi
        return Pose(x_m, y_m, heading, walked_m=left_s * self.speed_mps, walking=True)

    def _standing(self, t_s: float) -> Pose:
        cheer = self.cheer(t_s)
        bounce_m = 0.12 * cheer * abs(math.sin(math.pi * self.bounce_hz * t_s))
        away = math.atan2(GATHERING_XY_M[1] - self.spot_xy_m[1], GATHERING_XY_M[0] - self.spot_xy_m[0])
        # They face each other until they roar; then most of them turn to the street.
        heading = away + cheer * math.remainder(-2.2 - away, 2 * math.pi)
        return Pose(*self.spot_xy_m, heading, walked_m=0.0, walking=False, cheer=cheer, bounce_m=bounce_m)

    def cheer(self, t_s: float) -> float:
        """How far the arms are up, 0..1: up with the first shout, down after the last."""
        loud = [word for word in self.words if word.loud]
        if not loud:
            return 0.0
        up = (t_s - loud[0].began_s) / 0.4 + 0.5
        down = (max(word.ended_s for word in loud) - t_s) / 0.6 + 0.5
        return min(1.0, max(0.0, min(up, down)))


@dataclass(frozen=True, slots=True)
class Moment:
    """One crowd moment, from the first who comes to the last who is gone."""

    number: int
    members: tuple[Member, ...]
    gathers_s: float
    began_s: float
    ended_s: float
    gone_s: float

    @classmethod
    def drawn(cls, seed: int, number: int, roar_s: float) -> Moment:
        """A moment whose roar begins within the second after `roar_s`."""
        rng = chance(seed, Stream.MEMBERS, number)
        lasts_s = float(rng.uniform(5.5, 11.0))
        effort_db = float(rng.uniform(86.0, 91.0))
        count = int(rng.integers(10, 17))
        spots = _spots(rng, count)
        members = tuple(_member(rng, i, spots[i], (roar_s, lasts_s, effort_db)) for i in range(count))
        loud = [word for member in members for word in member.words if word.loud]
        return cls(
            number=number,
            members=members,
            gathers_s=min(m.arrives_s - m.way_s for m in members),
            began_s=min(word.began_s for word in loud),
            ended_s=max(word.ended_s for word in loud),
            gone_s=max(m.leaves_s + m.way_s for m in members),
        )


def _spots(rng: np.random.Generator, count: int) -> list[tuple[float, float]]:
    """Places to stand, at least an arm's length apart where there is room."""
    spots: list[tuple[float, float]] = []
    tries = 0
    while len(spots) < count:
        tries += 1
        x_m = GATHERING_XY_M[0] + float(rng.uniform(-3.0, 3.0))
        y_m = GATHERING_XY_M[1] + float(rng.uniform(-1.4, 1.2))
        if tries > 30 * count or all(math.hypot(x_m - x, y_m - y) >= 0.62 for x, y in spots):
            spots.append((x_m, y_m))
    return spots


def _member(
    rng: np.random.Generator, index: int, spot_xy_m: tuple[float, float], roar: tuple[float, float, float]
) -> Member:
    roar_s, lasts_s, effort_db = roar
    arrives_s = roar_s - float(rng.uniform(1.5, 12.0))
    woman = rng.random() < 0.5
    voice = (float(rng.normal(205 if woman else 120, 18)), 1.16 if woman else 1.0)
    talk = _words(rng, (index, 0), voice, (arrives_s, roar_s, 62.0))
    starts_s = roar_s + float(rng.uniform(0.0, 0.9)) if index else roar_s
    shouts = _words(rng, (index, 1), voice, (starts_s, roar_s + lasts_s, effort_db + float(rng.normal(0, 2))))
    return Member(
        looks=Looks.drawn(rng),
        door_x_m=float(rng.choice(DOORS_X_M[:3])),
        spot_xy_m=spot_xy_m,
        speed_mps=drawn_speed_mps(rng),
        arrives_s=arrives_s,
        leaves_s=roar_s + lasts_s + float(rng.uniform(1.5, 11.0)),
        bounce_hz=float(rng.uniform(1.6, 2.4)),
        words=(*talk, *shouts),
    )


def _words(
    rng: np.random.Generator,
    key: tuple[int, int],
    voice: tuple[float, float],
    span: tuple[float, float, float],
) -> list[Utterance]:
    """Syllables of 3 to 6 a second while talking; long calls between them while roaring."""
    index, loud = key
    t_s, until_s, level_db = span
    words: list[Utterance] = []
    while t_s < until_s - 0.15:
        long_call = loud and rng.random() < 0.45
        lasts_s = float(rng.uniform(0.5, 1.3) if long_call else rng.uniform(0.13, 0.24))
        lasts_s = min(lasts_s, until_s - t_s)
        base_hz = voice[0] * float(rng.uniform(1.5, 2.1) if loud else rng.uniform(0.92, 1.12))
        vowels = (VOWELS[int(rng.integers(2 if loud else 5))], VOWELS[int(rng.integers(5))])
        words.append(
            Utterance(
                number=index * 1000 + loud * 500 + len(words),
                began_s=t_s,
                lasts_s=lasts_s,
                pitch_hz=(base_hz * 0.9, base_hz * float(rng.uniform(1.02, 1.2)), base_hz * 0.82),
                vowels=vowels,
                tract=voice[1],
                level_db=level_db + float(rng.normal(0, 1.5)),
                loud=bool(loud),
            )
        )
        pause_s = rng.uniform(0.03, 0.09) if rng.random() < 0.8 else rng.uniform(0.15, 0.5 if loud else 1.5)
        t_s += lasts_s + float(pause_s)
    return words
