"""Every sound by its name, 1 m from what makes it and as loud as it is to be; for streets and for training.

Sounds of up to 16 s are made whole; longer ones are a stretch of 16 s, drawn on a circle and played round and round.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from simulator.sound import (
    animals,
    bells,
    blasts,
    construction,
    crowds,
    fireworks,
    glass,
    horns,
    machines,
    music,
    people,
    sirens,
    thunder,
)
from simulator.sound.loudness import at_level
from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.sound.shaping import swell
from simulator.sound.source import Round, Source, Whole
from simulator.sound.take import Take
from simulator.world.act import usual_lasts_s
from simulator.world.chance import Stream, chance
from simulator.world.layout import Floats
from simulator.world.plays.voices import SOUNDINGS_OF_AN_ACT
from simulator.world.sounding import STRENGTHS, Sounding, SoundName, stands

if TYPE_CHECKING:
    from simulator.sound.clips import Clips

ROUND_S = 16.0
"""How long the stretch of a long sound is."""
_ROUND = round(ROUND_S * SAMPLE_RATE_HZ)
_LONGEST_S = 86_400.0
_SHORT = 2 * SAMPLE_RATE_HZ
_FILLS = {SoundName.BOO: round(2.5 * SAMPLE_RATE_HZ)}
"""How long it takes until as many voices sound as later: it begins with them, not with the first."""

Recipe = Callable[[Take], Floats]

RECIPES: dict[SoundName, Recipe] = {
    SoundName.SIREN_WAIL: sirens.wail,
    SoundName.SIREN_YELP: sirens.yelp,
    SoundName.SIREN_HILO: sirens.hilo,
    SoundName.HORN: horns.horn,
    SoundName.ALARM: horns.alarm,
    SoundName.GUNSHOT_PISTOL: blasts.pistol,
    SoundName.GUNSHOT_RIFLE: blasts.rifle,
    SoundName.GUNSHOT_SHOTGUN: blasts.shotgun,
    SoundName.EXPLOSION: blasts.explosion,
    SoundName.FIREWORK: fireworks.firework,
    SoundName.GLASS: glass.glass,
    SoundName.SCREAM: people.scream,
    SoundName.CHEER: crowds.cheer,
    SoundName.BOO: crowds.boo,
    SoundName.CHANT: crowds.chant,
    SoundName.TALK: people.talk,
    SoundName.LAUGHTER: people.laughter,
    SoundName.APPLAUSE: crowds.applause,
    SoundName.CHILDREN: people.children,
    SoundName.BELLS: bells.bells,
    SoundName.THUNDER: thunder.thunder,
    SoundName.JACKHAMMER: construction.jackhammer,
    SoundName.DRILL: construction.drill,
    SoundName.HAMMER: construction.hammer,
    SoundName.MUSIC_STREET: music.street_music,
    SoundName.MUSIC_CONCERT: music.concert_music,
    SoundName.DOG: animals.dog,
    SoundName.BABY: people.baby,
    SoundName.BIRDS: animals.birds,
    SoundName.DOOR: construction.door,
    SoundName.HELICOPTER: machines.helicopter,
    SoundName.TRUCK: machines.truck,
}

RINGS = frozenset({
    SoundName.GUNSHOT_PISTOL, SoundName.GUNSHOT_RIFLE, SoundName.GUNSHOT_SHOTGUN, SoundName.EXPLOSION,
    SoundName.FIREWORK, SoundName.GLASS, SoundName.THUNDER, SoundName.DOOR,
})  # fmt: skip
"""What rings by itself: it takes its own time, whatever is asked."""


SPARSE = frozenset({
    SoundName.CHEER, SoundName.BOO, SoundName.CHANT, SoundName.TALK, SoundName.LAUGHTER, SoundName.APPLAUSE,
    SoundName.CHILDREN, SoundName.BABY, SoundName.DOG, SoundName.BIRDS, SoundName.BELLS, SoundName.HAMMER,
    SoundName.MUSIC_STREET, SoundName.MUSIC_CONCERT,
})  # fmt: skip
"""What has pauses: of a short one, the loudest stretch is taken."""


def source(sounding: Sounding, seed: int, clips: Clips | None = None) -> Source:
    """The sound of one sounding, 1 m from its source: its Fast maximum (or its peak) is `sounding.level_db`.

    Args:
        sounding: which one.
        seed: of the street.
        clips: real sounds, for names where they are better than ours.

    Raises:
        UnreadableInputError: a clip cannot be read, or is not the one of the manifest.
    """
    asked = max(1, round(min(sounding.lasts_s, _LONGEST_S) * SAMPLE_RATE_HZ))
    rings = sounding.name in RINGS
    wraps = asked > _ROUND and not rings
    made = _ROUND if wraps else max(asked, _SHORT) if sounding.name in SPARSE else asked
    fills = 0 if wraps else _FILLS.get(sounding.name, 0)
    take = _take(sounding, seed, made + fills, wraps=wraps)
    sound = None if clips is None else _of_clips(sounding, seed, clips, take)
    if sound is None:
        sound = RECIPES[sounding.name](take)[fills:]
    if not wraps and not rings:
        sound = _loudest(sound, asked)
        sound = sound * swell(sound.size, 0.004, 0.04)
    sound = at_level(sound, sounding.level_db, is_peak=STRENGTHS[sounding.name].is_peak, wraps=wraps)
    return Round(sound, asked) if wraps else Whole(sound)


def example(name: SoundName, seed: int, lasts_s: float | None = None, clips: Clips | None = None) -> Floats:
    """One clean sound at its usual strength, in Pa at 1 m: float64, shape (n,). Another seed is another sound.

    Args:
        name: of the sound.
        seed: 0 or more.
        lasts_s: how long, at most an hour; what is usual for it. What rings by itself takes its own time.
        clips: as for `source`.
    """
    long_s = usual_lasts_s(name) if lasts_s is None else min(lasts_s, 3600.0)
    whole = source(Sounding(name, 0, 0.0, long_s, STRENGTHS[name].level_db, stands(0.0, 0.0, 0.0)), seed, clips)
    return whole.samples(0, whole.length)


def _take(sounding: Sounding, seed: int, count: int, *, wraps: bool) -> Take:
    act, one = divmod(sounding.number, SOUNDINGS_OF_AN_ACT)
    name = zlib.crc32(sounding.name.encode())
    rng = chance(seed, Stream.SOUNDS, name, act, one)
    return Take(count, rng, chance(seed, Stream.SOUNDS, name, act), wraps)


def _of_clips(sounding: Sounding, seed: int, clips: Clips, take: Take) -> Floats | None:
    """Clips one after the other, each running into the next, or None where there are none of this name."""
    name = zlib.crc32(sounding.name.encode())
    rng = chance(seed, Stream.CLIPS, name, *divmod(sounding.number, SOUNDINGS_OF_AN_ACT))
    clip = clips.pick(sounding.name, rng)
    if clip is None or sounding.name in RINGS:
        return clip
    sound = take.canvas()
    across = min(2400, take.count)
    at = 0
    while clip is not None and at < take.count:
        part = _even(_loudest(clip, take.count - at + across))
        sound.lay(at, part * np.sqrt(swell(part.size, across / SAMPLE_RATE_HZ, across / SAMPLE_RATE_HZ)))
        at += max(across, part.size - across)
        clip = clips.pick(sounding.name, rng)
    return sound.samples


def _loudest(sound: Floats, count: int) -> Floats:
    """The `count` samples with the most power, if there are more."""
    if sound.size <= count:
        return sound
    power = np.concatenate([[0.0], np.cumsum(np.square(sound))])
    begin = int(np.argmax(power[count:] - power[:-count]))
    return sound[begin : begin + count]


def _even(part: Floats) -> Floats:
    return part / max(1e-9, float(np.sqrt(np.mean(np.square(part)))))
