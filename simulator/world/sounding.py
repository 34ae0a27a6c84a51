"""What sounds in the street, by name: how loud it is, where it is, and which kind of event it makes true.

A sounding is data. `simulator.sound` gives it a waveform, `simulator.world.truth` reads the truth off it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from simulator.world.layout import Floats


class SoundName(StrEnum):
    """Every sound there is, besides cars that pass and the words of a crowd moment."""

    SIREN_WAIL = "siren.wail"
    SIREN_YELP = "siren.yelp"
    SIREN_HILO = "siren.hilo"
    HORN = "horn"
    ALARM = "alarm"
    GUNSHOT_PISTOL = "gunshot.pistol"
    GUNSHOT_RIFLE = "gunshot.rifle"
    GUNSHOT_SHOTGUN = "gunshot.shotgun"
    EXPLOSION = "explosion"
    FIREWORK = "firework"
    GLASS = "glass"
    SCREAM = "scream"
    CHEER = "cheer"
    BOO = "boo"
    CHANT = "chant"
    TALK = "talk"
    LAUGHTER = "laughter"
    APPLAUSE = "applause"
    CHILDREN = "children"
    BELLS = "bells"
    THUNDER = "thunder"
    JACKHAMMER = "jackhammer"
    DRILL = "drill"
    HAMMER = "hammer"
    MUSIC_STREET = "music.street"
    MUSIC_CONCERT = "music.concert"
    DOG = "dog"
    BABY = "baby"
    BIRDS = "birds"
    DOOR = "door"
    HELICOPTER = "helicopter"
    TRUCK = "truck"


@dataclass(frozen=True, slots=True)
class Strength:
    """How loud a sound is 1 m from its source, in dB re 20 µPa.

    Args:
        level_db: its greatest A-weighted Fast level, or, for a blast, its unweighted peak.
        is_peak: it is a peak.
        height_m: how high its source usually is.
        fast_under_peak_db: how far the A-weighted Fast maximum of a blast lies under its peak.
    """

    level_db: float
    height_m: float = 1.6
    is_peak: bool = False
    fast_under_peak_db: float = 24.0

    @property
    def audible_db(self) -> float:
        """About its greatest A-weighted Fast level."""
        return self.fast_db(self.level_db)

    def fast_db(self, level_db: float) -> float:
        """The same for a sound of this sort that is as loud as `level_db` says."""
        return level_db - self.fast_under_peak_db if self.is_peak else level_db


STRENGTHS: dict[SoundName, Strength] = {
    SoundName.SIREN_WAIL: Strength(118.0, 1.8),
    SoundName.SIREN_YELP: Strength(118.0, 1.8),
    SoundName.SIREN_HILO: Strength(116.0, 1.8),
    SoundName.HORN: Strength(108.0, 0.6),
    SoundName.ALARM: Strength(105.0, 0.6),
    SoundName.GUNSHOT_PISTOL: Strength(157.0, 1.4, is_peak=True),
    SoundName.GUNSHOT_RIFLE: Strength(163.0, 1.4, is_peak=True),
    SoundName.GUNSHOT_SHOTGUN: Strength(160.0, 1.4, is_peak=True),
    SoundName.EXPLOSION: Strength(170.0, 0.5, is_peak=True, fast_under_peak_db=19.0),
    SoundName.FIREWORK: Strength(150.0, 40.0, is_peak=True),
    SoundName.GLASS: Strength(100.0, 1.2),
    SoundName.SCREAM: Strength(105.0, 1.6),
    SoundName.CHEER: Strength(103.0),
    SoundName.BOO: Strength(98.0),
    SoundName.CHANT: Strength(96.0),
    SoundName.TALK: Strength(78.0),
    SoundName.LAUGHTER: Strength(85.0),
    SoundName.APPLAUSE: Strength(92.0),
    SoundName.CHILDREN: Strength(92.0, 1.2),
    SoundName.BELLS: Strength(112.0, 25.0),
    SoundName.THUNDER: Strength(178.0, 500.0, is_peak=True, fast_under_peak_db=22.5),
    SoundName.JACKHAMMER: Strength(108.0, 0.5),
    SoundName.DRILL: Strength(100.0, 1.2),
    SoundName.HAMMER: Strength(105.0, 1.0),
    SoundName.MUSIC_STREET: Strength(88.0),
    SoundName.MUSIC_CONCERT: Strength(118.0, 4.0),
    SoundName.DOG: Strength(100.0, 0.5),
    SoundName.BABY: Strength(92.0, 0.9),
    SoundName.BIRDS: Strength(78.0, 6.0),
    SoundName.DOOR: Strength(95.0, 1.0),
    SoundName.HELICOPTER: Strength(125.0, 200.0),
    SoundName.TRUCK: Strength(93.0, 0.8),
}
"""Typical strengths. Blasts: Maher 2007; sirens: 118 dB(A) at 1 m is 98 dB(A) at 10 m, as SAE J1849 asks roughly."""

KINDS: dict[SoundName, str] = {
    SoundName.SIREN_WAIL: "sound.siren",
    SoundName.SIREN_YELP: "sound.siren",
    SoundName.SIREN_HILO: "sound.siren",
    SoundName.HORN: "sound.horn_or_alarm",
    SoundName.ALARM: "sound.horn_or_alarm",
    SoundName.GUNSHOT_PISTOL: "sound.gunshot",
    SoundName.GUNSHOT_RIFLE: "sound.gunshot",
    SoundName.GUNSHOT_SHOTGUN: "sound.gunshot",
    SoundName.EXPLOSION: "sound.explosion",
    SoundName.FIREWORK: "sound.fireworks",
    SoundName.GLASS: "sound.glass_break",
    SoundName.SCREAM: "sound.scream",
    SoundName.CHEER: "noise.spike",
    SoundName.BOO: "noise.spike",
}
"""The kind of event that a sound makes true where it is audible; the others make none: they are there to tempt."""

BANGS = frozenset({
    SoundName.GUNSHOT_PISTOL, SoundName.GUNSHOT_RIFLE, SoundName.GUNSHOT_SHOTGUN, SoundName.EXPLOSION,
    SoundName.FIREWORK, SoundName.GLASS, SoundName.THUNDER, SoundName.DOOR, SoundName.HAMMER,
})  # fmt: skip
"""What is a bang: who tells of an impulse there is right, and who does not misses nothing."""


@dataclass(frozen=True, slots=True)
class Prelude:
    """What comes of a sound before the loud part of it.

    Args:
        lasts_s: how long, about.
        under_db: how far it lies under the loudest.
    """

    lasts_s: float
    under_db: float


PRELUDES: dict[SoundName, Prelude] = {SoundName.FIREWORK: Prelude(1.0, 15.0)}
"""A rocket is lifted and whistles for 0.7 to 1.3 s before it bursts."""

Path = Callable[[Floats], Floats]
"""From instants (n,) in street seconds to places (n, 3) in metres."""


def stands(x_m: float, y_m: float, z_m: float) -> Path:
    """The path of what does not move."""
    place = np.array([x_m, y_m, z_m], dtype=np.float64)
    return lambda t_s: np.broadcast_to(place, (np.asarray(t_s).size, 3))


@dataclass(frozen=True, slots=True)
class Sounding:
    """One sound of the street.

    Args:
        name: what it is.
        number: which one of its street; what chance there is in it is drawn from it.
        began_s: when it begins at its source, in street seconds.
        lasts_s: how long the source sounds, in seconds. What rings by itself (a shot, a pane) takes its own time.
        level_db: as `Strength.level_db`.
        path: where the source is while it sounds.
        moves: whether that changes.
    """

    name: SoundName
    number: int
    began_s: float
    lasts_s: float
    level_db: float
    path: Path
    moves: bool = False

    @property
    def ended_s(self) -> float:
        """When it is over at its source, in street seconds."""
        return self.began_s + self.lasts_s

    @property
    def audible_db(self) -> float:
        """About its greatest A-weighted Fast level 1 m from the source, in dB."""
        return STRENGTHS[self.name].fast_db(self.level_db)
