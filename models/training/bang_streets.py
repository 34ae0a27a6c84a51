"""Streets in which something bangs, or tempts to think so: of training seeds, with recordings or with synthesis.

A street has one sort of sound in it, twice, or five times where it only tempts, at a distance by chance, after fifteen
seconds in which the background is learnt. A recording is laid into the street as a sounding of its own: the air,
the ground and the echoes of the street are put to it as to every other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from models.training.recordings import Recording, read_manifest, split
from simulator.sound.clips import Clips, resampled, trimmed
from simulator.sound.noise import SAMPLE_RATE_HZ
from simulator.trials.seeds import training_seed
from simulator.world.act import Act, usual_lasts_s
from simulator.world.sounding import SoundName as N
from simulator.world.street import Street, Traits

if TYPE_CHECKING:
    from simulator.world.layout import Floats

FIRST_SEED = 40_000_000
LENGTH_S = 50
REAL_SHARE = 0.5
TEMPTS = "none"
TEMPTING_FROM = 2000
"""From this number on streets only tempt."""

SYNTHESIS = "synthesis"
_TWICE_S, _OFTEN_S = (14.0, 32.0), (13.0, 20.0, 27.0, 34.0, 41.0)
_LONGEST_S, _MOST_S = 10.0, 30
_NEAR_M = 20.0
_OFTEN, _SELDOM = 0.6, 0.3


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of sound.

    Args:
        truth: the class of its bangs, or `TEMPTS`.
        share: how many of fifty streets have it.
        as_name: as what a recording of it is laid into the street.
        labels: what the manifest calls it.
        names: what the library calls it.
        away_m: from, to; drawn evenly in its logarithm.
    """

    truth: str
    share: int
    as_name: N
    labels: tuple[str, ...]
    names: tuple[N, ...]
    away_m: tuple[float, float] = (6.0, 40.0)


SORTS = {
    "shot": Sort(
        "gunshot", 9, N.GUNSHOT_PISTOL, ("gunshot",), (N.GUNSHOT_PISTOL, N.GUNSHOT_RIFLE, N.GUNSHOT_SHOTGUN),
        (9.0, 350.0),
    ),
    "explosion": Sort("explosion", 4, N.EXPLOSION, ("explosion",), (N.EXPLOSION,), (9.0, 450.0)),
    "firework": Sort("fireworks", 9, N.FIREWORK, ("fireworks",), (N.FIREWORK,)),
    "glass": Sort("glass_break", 3, N.GLASS, ("glass_break",), (N.GLASS,)),
    "scream": Sort(TEMPTS, 5, N.SCREAM, ("scream", "crowd_scream"), (N.SCREAM,)),
    "siren": Sort(TEMPTS, 2, N.SIREN_WAIL, ("siren",), (N.SIREN_HILO, N.SIREN_WAIL, N.SIREN_YELP)),
    "horn": Sort(TEMPTS, 2, N.HORN, ("car_horn", "air_horn", "alarm"), (N.HORN, N.ALARM)),
    "bang": Sort(
        TEMPTS, 8, N.DOOR,
        ("door_bang", "door_knock", "metal_bang", "hand_clap", "balloon_pop", "whip_crack", "ceramic_smash", "thunder",
         "construction", "tree_fall"),
        (N.DOOR, N.HAMMER, N.THUNDER, N.JACKHAMMER, N.DRILL),
    ),
    "tone": Sort(
        TEMPTS, 8, N.DOG,
        ("dog_bark", "baby_cry", "animal_cry", "whistle", "train_whistle", "glass_clink", "birds", "rooster",
         "church_bells", "shout", "crowd_cheer", "crowd_laughter", "applause", "prayer_call", "fire_crackling",
         "chainsaw"),
        (N.DOG, N.BABY, N.CHILDREN, N.CHEER, N.BELLS, N.LAUGHTER, N.APPLAUSE, N.MUSIC_STREET, N.CHANT, N.BIRDS,
         N.TRUCK),
    ),
}  # fmt: skip
_DRAWN = tuple(name for name, sort in SORTS.items() for _ in range(sort.share))
_TEMPTING = ("bang", "bang", "bang", "tone")
_BY_ITSELF = {N.DOOR, N.FIREWORK, N.EXPLOSION, N.GLASS}
"""What lasts as long as it is usual; other recordings are heard as long as they are."""


@dataclass(frozen=True, slots=True)
class BangStreet:
    """One street.

    Args:
        street: itself.
        truth: the class of its bangs, or `TEMPTS`.
        source: the recording in it, or `SYNTHESIS`.
        clips: that recording, or None.
    """

    street: Street
    truth: str
    source: str
    clips: Clips | None


class OneClip(Clips):
    """One recording as every sounding of a name."""

    def __init__(self, name: N, clip: Floats) -> None:
        super().__init__([])
        self._name, self._clip = name, clip

    def pick(self, name: N, rng: np.random.Generator) -> Floats | None:  # noqa: ARG002 - there is no choice
        """It, for its own name."""
        return self._clip if name is self._name else None


class BangStreets:
    """Draws streets by their number.

    Args:
        sounds: the folder `audio` of the material.

    Raises:
        OperatorError: there is no manifest.
        UnreadableInputError: the manifest cannot be used.
    """

    def __init__(self, sounds: Path) -> None:
        found = split(read_manifest(sounds))
        self._recordings = [one for fold in found.folds[1:] for one in fold]

    def street(self, number: int) -> BangStreet:
        """Street `number`, 0 or more: the same for every model. No recording of the first fold is in one."""
        rng = np.random.default_rng(training_seed(FIRST_SEED + number))
        name = _DRAWN[int(rng.integers(len(_DRAWN)))] if number < TEMPTING_FROM else _TEMPTING[number % 4]
        sort, clip, source = SORTS[name], None, SYNTHESIS
        real = [one for one in self._recordings if one.label in sort.labels]
        if real and rng.random() < REAL_SHARE:
            recording = _drawn(rng, real)
            source, sounds_as = recording.source, sort.as_name
            clip = _read(recording)
        else:
            sounds_as = sort.names[int(rng.integers(len(sort.names)))]
        traits = Traits(
            roars=False,
            walkers=0.5,
            cars=float(rng.choice([0, 0.3, 1.0, 1.5])),
            city_db=float(rng.uniform(40, 56)),
            rain_mm_per_h=float(rng.choice([0, 0, 0, 0, 10.0])),
        )
        instants_s = _TWICE_S if number < TEMPTING_FROM else _OFTEN_S
        clip_s = None if clip is None else min(clip.size / SAMPLE_RATE_HZ, _LONGEST_S)
        acts = [_act(rng, name, sounds_as, place, at_s, clip_s) for place, at_s in enumerate(instants_s)]
        if name == "bang" and clip is not None:
            level_db = float(rng.uniform(88, 112))
            acts = [replace(act, level_db=level_db) for act in acts]
        clips = None if clip is None else OneClip(sounds_as, clip)
        street = Street(FIRST_SEED + number, float(LENGTH_S), traits, acts)
        return BangStreet(street, sort.truth, source, clips)


def _drawn(rng: np.random.Generator, real: list[Recording]) -> Recording:
    """Each source is as likely as the next, however many clips it has."""
    pairs = sorted({(one.label, one.source) for one in real})
    pair = pairs[int(rng.integers(len(pairs)))]
    same = [one for one in real if (one.label, one.source) == pair]
    return same[int(rng.integers(len(same)))]


def _read(recording: Recording) -> Floats:
    """A recording at 48 kHz, mono, without silence at its ends, peak 1, 30 s at most: shape (n,)."""
    with soundfile.SoundFile(recording.path) as file:
        rate_hz = int(file.samplerate)
        channels = file.read(_MOST_S * rate_hz, dtype="float64", always_2d=True)
    return trimmed(resampled(np.asarray(channels.mean(axis=1)), rate_hz))


def _act(rng: np.random.Generator, sort: str, name: N, place: int, from_s: float, clip_s: float | None) -> Act:
    """One sounding of a sort, or several of them in a row, at a place by chance.

    Args:
        rng: the chance of the street.
        sort: by its name.
        name: of the sound.
        place: which of the street's acts.
        from_s: it begins up to 3 s later.
        clip_s: how long the recording is, or None for synthesis.
    """
    at_s = from_s + float(rng.uniform(0, 3))
    z_m: float | None = None
    if sort == "firework":
        away_m, z_m = float(rng.uniform(15, 180)), float(rng.uniform(20, 80))
    elif name is N.THUNDER:
        away_m = float(rng.uniform(300, 1500))
    elif sort == "siren":
        away_m = float(rng.uniform(8, 200))
    else:
        away_m = float(np.exp(rng.uniform(*np.log(SORTS[sort].away_m))))
    count, every_s = _row(rng, sort, name, is_real=clip_s is not None)
    aside = 0.6 * rng.uniform(0, 1)
    y_m = max(4.0, away_m * float(np.sin(aside))) if away_m > _NEAR_M else 8.0
    lasts_s = usual_lasts_s(name) if clip_s is None or name in _BY_ITSELF else max(0.3, clip_s)
    return Act(name, place, at_s, lasts_s, away_m * float(np.cos(aside)), y_m, z_m, count=count, every_s=every_s)


def _row(rng: np.random.Generator, sort: str, name: N, *, is_real: bool) -> tuple[int, float | None]:
    """How many, and from one to the next in seconds: mostly shots and rockets in a row, now and then doors."""
    if sort == "shot" and rng.random() < _OFTEN:
        return int(rng.integers(2, 8)), float(rng.choice([0.1, 0.15, 0.3, 0.6, 1.0, 1.5]))
    if sort == "firework" and rng.random() < _OFTEN:
        return int(rng.integers(2, 9)), float(rng.choice([0.4, 0.8, 1.5, 3.0]))
    if sort == "bang" and rng.random() < _SELDOM and (is_real or name is N.DOOR):
        return int(rng.integers(2, 6)), float(rng.uniform(0.4, 3))
    return 1, None
