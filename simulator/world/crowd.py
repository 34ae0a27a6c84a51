"""Crowd moments: people come together before the bar, talk, roar for some seconds, and go.

A moment holds every member's way and every word they voice. The picture draws the ways and the raised
arms, the soundscape voices the words, and the truth is read off the same words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from simulator.world.chance import Stream, chance
from simulator.world.company import Company
from simulator.world.ground import DOORSTEP_Y_M, PAVEMENTS
from simulator.world.itinerary import Itinerary, Leg, Person
from simulator.world.layout import DOORS_X_M, FACADE_Y_M, GATHERING_XY_M
from simulator.world.people import Looks, Pose, drawn_speed_mps

VOWELS = "aoeiu"
_KEEPS_DOORS_FREE_M = 1.7
_SHORTEST_ROAR_S = 0.5
"""A call takes as long."""
_DOORS_FROM_M = 7.3
"""Who stands to the left of this has the first three doors nearest."""
_A_DOOR_TAKES_S = 0.25
"""Each one more than usual keeps the last at the doors by as much; among others the way takes longer besides."""
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
    words: tuple[Utterance, ...]

    @property
    def way_s(self) -> float:
        """How long the walk between door and spot takes with nobody in the way."""
        return math.hypot(self.spot_xy_m[0] - self.door_x_m, self.spot_xy_m[1] - FACADE_Y_M) / self.speed_mps

    def person(self) -> Person:
        """What they have in mind."""
        door, spot = complex(self.door_x_m, DOORSTEP_Y_M), complex(*self.spot_xy_m)
        step = complex(self.door_x_m, FACADE_Y_M - 0.8)
        legs = (
            Leg(step, self.speed_mps, self.arrives_s - self.way_s, within_m=0.6),
            Leg(spot, self.speed_mps, within_m=0.2),
            Leg(step, self.speed_mps, self.leaves_s, within_m=0.6),
            Leg(door, self.speed_mps, within_m=0.4),
        )
        loud = [word for word in self.words if word.loud]
        shouts = ((loud[0].began_s, max(word.ended_s for word in loud)),) if loud else ()
        return Person(self.looks, door, legs, faces=complex(*GATHERING_XY_M), cheers_s=shouts)


@dataclass(frozen=True, slots=True)
class Moment:
    """One crowd moment, from the first who comes to the last who is gone."""

    number: int
    members: tuple[Member, ...]
    gathers_s: float
    began_s: float
    ended_s: float
    gone_s: float
    company: Company = field(compare=False, repr=False)

    @classmethod
    def drawn(cls, seed: int, number: int, roar_s: float, count: int | None = None, tempo: float = 1.0) -> Moment:
        """A moment whose roar begins within the second after `roar_s`.

        Args:
            seed: of the street.
            number: which moment of it.
            roar_s: in street seconds.
            count: how many come, or None for 10 to 16.
            tempo: how much longer than usual all of it takes.
        """
        rng = chance(seed, Stream.MEMBERS, number)
        lasts_s = max(_SHORTEST_ROAR_S, tempo * float(rng.uniform(5.5, 11.0)))
        effort_db = float(rng.uniform(86.0, 91.0))
        usual = int(rng.integers(10, 17))
        # The first to come stand farthest from the houses and are the last to go: nobody has to climb over others.
        spots = sorted(_spots(rng, usual if count is None else count), key=lambda spot: spot[1])
        comes_s = roar_s - tempo * np.sort(rng.uniform(1.5, 12.0, len(spots)))[::-1]
        goes_s = roar_s + lasts_s + tempo * np.sort(rng.uniform(1.5, 11.0, len(spots)))[::-1]
        roar = (roar_s, lasts_s, effort_db)
        members = tuple(
            _member(rng, i, spot, roar, (float(comes_s[i]), float(goes_s[i]))) for i, spot in enumerate(spots)
        )
        loud = [word for member in members for word in member.words if word.loud]
        return cls(
            number=number,
            members=members,
            gathers_s=min(m.arrives_s - m.way_s for m in members),
            began_s=min(word.began_s for word in loud),
            ended_s=max(word.ended_s for word in loud),
            gone_s=max(m.leaves_s + 2 * m.way_s for m in members) + 4.0 + _A_DOOR_TAKES_S * max(0, len(members) - 16),
            company=Company(Itinerary([member.person() for member in members]), PAVEMENTS),
        )

    def people(self, t_s: float) -> list[tuple[Pose, Looks]]:
        """Who of them is in the street at `t_s`."""
        return self.company.people(t_s)


def _spots(rng: np.random.Generator, count: int) -> list[tuple[float, float]]:
    """Places to stand, at least an arm's length apart where there is room; more people take more of the pavement."""
    half_m = 3.0 * max(1.0, count / 16)
    spots: list[tuple[float, float]] = []
    tries = 0
    while len(spots) < count:
        tries += 1
        x_m = GATHERING_XY_M[0] + float(rng.uniform(-half_m, half_m))
        y_m = GATHERING_XY_M[1] + float(rng.uniform(-1.4, 1.2))
        if min(math.hypot(x_m - door_m, y_m - FACADE_Y_M) for door_m in DOORS_X_M) < _KEEPS_DOORS_FREE_M:
            continue
        if tries > 30 * count or all(math.hypot(x_m - x, y_m - y) >= 0.62 for x, y in spots):
            spots.append((x_m, y_m))
    return spots


def _doors_near(spot_x_m: float) -> list[float]:
    """The three nearest, from left to right: at only a few, a large gathering jams for ever."""
    return sorted(sorted(DOORS_X_M, key=lambda x_m: abs(x_m - max(spot_x_m, _DOORS_FROM_M)))[:3])


def _member(
    rng: np.random.Generator,
    index: int,
    spot_xy_m: tuple[float, float],
    roar: tuple[float, float, float],
    stays_s: tuple[float, float],
) -> Member:
    roar_s, lasts_s, effort_db = roar
    woman = rng.random() < 0.5
    voice = (float(rng.normal(205 if woman else 120, 18)), 1.16 if woman else 1.0)
    talk = _words(rng, (index, 0), voice, (stays_s[0], roar_s, 62.0))
    starts_s = roar_s + float(rng.uniform(0.0, 0.9)) if index else roar_s
    shouts = _words(rng, (index, 1), voice, (starts_s, roar_s + lasts_s, effort_db + float(rng.normal(0, 2))))
    return Member(
        looks=Looks.drawn(rng),
        door_x_m=float(rng.choice(_doors_near(spot_xy_m[0]))),
        spot_xy_m=spot_xy_m,
        speed_mps=drawn_speed_mps(rng),
        arrives_s=stays_s[0],
        leaves_s=stays_s[1],
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
