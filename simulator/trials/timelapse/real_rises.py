"""Real sounds laid into simulated streets, as the node's spike detector sees them when it decides.

What is synthesised is smoother than the world. So the score of crowds is fitted on real clips as well: those of a
folder with a manifest that are free to use. They are split by source, never by clip: half of them is held out.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from node.sense.capture.files import AudioFile
from node.sense.capture.hops import HOP, HOP_S, Hopper
from node.sense.capture.ports import EndOfMedia
from simulator.trials.seeds import training_seed
from simulator.trials.timelapse.arrivals import Cut
from simulator.trials.timelapse.hearing import energies, levels
from simulator.trials.timelapse.risings import Risings, of_hops
from simulator.trials.timelapse.signature import VOICE
from simulator.trials.timelapse.spectra import energies_of
from simulator.trials.timelapse.table import table
from simulator.world.layout import Floats
from simulator.world.street import Street, Traits

SEED = 4000
ROUNDS = 3
CROWDS = ("applause", "crowd_ambience", "crowd_boo", "crowd_cheer", "crowd_laughter", "crowd_scream", "crowd_shout")
LOUDER_DB = (9.0, 22.0)
MOST_OF_A_LABEL = 4
_LONGEST_HOPS = 40
_APART_HOPS = 1000
"""Far apart: what a street reaches in 5 % of five minutes is its own, and no rise."""

_LEAD_HOPS = 240
_LEAST_HOPS = 8


@dataclass(frozen=True, slots=True)
class Clip:
    """A real sound.

    Args:
        path: its file.
        crowd: whether it is one of a crowd.
        held_out: whether its source is of the half that is not fitted on.
    """

    path: Path
    crowd: bool
    held_out: bool


def clips(manifest: Path) -> list[Clip]:
    """The sounds of a manifest that are free to use, in its order; of crowds all, of others a few of each label."""
    with manifest.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["media"] == "audio" and row["non_commercial"] == "no"]
    taken: Counter[tuple[str, bool]] = Counter()
    found = []
    for row in rows:
        crowd, held_out = row["label"] in CROWDS, _is_held_out(row["source_id"] or row["path"])
        taken[row["label"], held_out] += 1
        if crowd or taken[row["label"], held_out] <= MOST_OF_A_LABEL:
            found.append(Clip(manifest.parent / row["path"], crowd, held_out))
    return found


def _is_held_out(source: str) -> bool:
    """A half of all sources, by chance that is the same for ever."""
    return hashlib.sha256(source.encode()).digest()[0] % 2 == 1


def of_clips(found: list[Clip]) -> Risings:
    """The rises of sounds that are laid into training streets, one after the other, in several rounds."""
    heard = [(clip, one) for clip in found if len(one := _energies(clip.path)) >= _LEAST_HOPS]
    return Risings.joined(_round(heard, number) for number in range(ROUNDS))


def _round(heard: list[tuple[Clip, Floats]], number: int) -> Risings:
    """All of them in one street, each over its background by as much as chance says."""
    chance = np.random.default_rng([SEED, number])
    street = Street(training_seed(SEED + number), None, Traits(roars=False, cars=(0.1, 0.4, 1.0)[number % 3]))
    hops = _LEAD_HOPS + _APART_HOPS * len(heard)
    whole = energies(street, Cut(30.0, hops), table())
    crowds: list[tuple[float, float]] = []
    others: list[tuple[float, float]] = []
    for n, (clip, one) in enumerate(heard):
        first = _LEAD_HOPS + n * _APART_HOPS
        street_db = 10 * np.log10(np.median(whole[first - _LEAD_HOPS : first, VOICE]))
        # As loud as its louder half: what is silent between two barks says nothing of how loud they are.
        gain_db = street_db + chance.uniform(*LOUDER_DB) - 10 * np.log10(np.quantile(one[:, VOICE], 0.75) + 1e-12)
        whole[first : first + len(one)] += one * 10 ** (gain_db / 10)
        span = (first * HOP_S, (first + len(one)) * HOP_S)
        (crowds if clip.crowd else others).append(span)
    return of_hops(levels(whole, 0.0), crowds, others)


def _energies(path: Path) -> Floats:
    """What a file is to a meter, (hops, COLUMNS), its first seconds."""
    hops = [hop for hop, _ in zip(_hops(path), range(_LONGEST_HOPS), strict=False)]
    return energies_of(np.concatenate(hops).astype(np.float64)) if hops else np.zeros((0, 1))


def _hops(path: Path) -> Iterator[Floats]:
    """The whole hops of a file, as the node cuts them."""
    file, hopper = AudioFile(path), Hopper()
    while True:
        try:
            block = file.read(0.0)
        except EndOfMedia:
            return
        for hop in hopper.push(block):
            if hop.samples.size == HOP:
                yield np.asarray(hop.samples, dtype=np.float64)
