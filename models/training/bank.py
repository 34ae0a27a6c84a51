"""Banks of scenes in the work folder: their levels, their facts and YAMNet's embeddings, drawn once.

A bank is drawn in shards, each from its own seed: what is there already is not drawn again, and any number of
processes gives the same bank. Only what simulation and credited recordings gave lies in it, never what a node heard.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.training.labels import CLASSES
from models.training.palette import Palette
from models.training.recordings import Recording, read_manifest, split, to_learn_from
from models.training.scenes import FRAMES, INNER, Mixer, Shares
from models.training.takes import Part
from models.training.takes import load as load_takes
from models.training.yamnet import SIZE, Yamnet
from node.sense.audio import logmel

SHARD = 400
"""Scenes of a shard."""
FIRST_FRAMES = (0, 50, 100, 150)
"""Where the windows of a scene begin that are embedded and judged: every half second."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a bank is drawn from.

    Args:
        name: of the bank, and of its folder.
        scenes: how many.
        seed: of the draw.
        fold: of the free recordings in it, or None.
        takes: the part of the library's in it, or None.
        shares: how often what comes.
        non_commercial: whether its recordings are those that a model is only judged on.
    """

    name: str
    scenes: int
    seed: int
    fold: int | None
    takes: Part | None
    shares: Shares
    non_commercial: bool = False


_ROUGH, _NATURAL = Shares(), Shares(rough=0.25)
_CONFUSERS = Shares(event=0.0, tempting=0.85, rough=0.25)
Soft = NDArray[np.float32]
"""A teacher's probabilities for the windows of every scene: (n, 4, 8)."""
LEARN, HEARD, QUIET = "learn", "heard", "quiet"
"""The three banks of a fold: to learn from, to judge by, and of what only tempts."""
SYNTHETIC, NON_COMMERCIAL = "synthetic", "non-commercial"
"""The banks that no fold has."""


def name_of(bank: str, fold: int) -> str:
    """The name of a fold's bank."""
    return f"{bank}-{fold}"


PLANS = {
    one.name: one
    for one in (
        *(Plan(name_of(LEARN, fold), 6000, 10 + fold, fold, Part.TRAIN, _ROUGH) for fold in (1, 2, 3, 0)),
        *(Plan(name_of(HEARD, fold), 1600, 20 + fold, fold, None, _NATURAL) for fold in (1, 2, 3, 0)),
        *(Plan(name_of(QUIET, fold), 1200, 30 + fold, fold, Part.VALIDATION, _CONFUSERS) for fold in (1, 2, 3, 0)),
        Plan(SYNTHETIC, 1200, 5, None, Part.TEST, _NATURAL),
        Plan(NON_COMMERCIAL, 1600, 7, None, None, _NATURAL, non_commercial=True),
    )
}
"""Every bank."""


@dataclass(frozen=True, slots=True)
class Bank:
    """Scenes.

    Args:
        levels_db: of every frame and band: float16, (n, 248, 64).
        fact: bit k says that class k is a fact of a frame: uint8, (n, 248).
        present: the same for what is there without being a fact.
        embeddings: YAMNet's, of the windows at `FIRST_FRAMES`: float16, (n, 4, 1024).
        sources: of what happens in each scene, "" where nothing does.
    """

    levels_db: NDArray[np.float16]
    fact: NDArray[np.uint8]
    present: NDArray[np.uint8]
    embeddings: NDArray[np.float16]
    sources: list[str]

    def targets(self, firsts: NDArray[np.int64]) -> NDArray[np.float32]:
        """The targets of one window of each scene, which begins at its frame of `firsts`: 1, 0, -1; (n, 8)."""
        return targets(self.fact, self.present, firsts)


def targets(fact: NDArray[np.uint8], present: NDArray[np.uint8], firsts: NDArray[np.int64]) -> NDArray[np.float32]:
    """As `scenes.window_targets`, for one window of each of many scenes: (n, 8)."""
    frames = firsts[:, None] + np.arange(logmel.FRAMES)
    facts = np.take_along_axis(fact, frames, axis=1)
    there = np.bitwise_or.reduce(facts | np.take_along_axis(present, frames, axis=1), axis=1)
    inner = np.bitwise_or.reduce(facts[:, INNER[0] : INNER[1]], axis=1)
    bits = 1 << np.arange(len(CLASSES))
    return np.where(inner[:, None] & bits, 1.0, np.where(there[:, None] & bits, -1.0, 0.0)).astype(np.float32)


def draw(plan: Plan, sounds: Path, work: Path, processes: int) -> Iterator[tuple[int, int]]:
    """Draws the shards that are not there yet; yields how many are done, and of how many."""
    folder = work / plan.name
    folder.mkdir(parents=True, exist_ok=True)
    many = -(-plan.scenes // SHARD)
    missing = [number for number in range(many) if not _file(work, plan, number).is_file()]
    done = many - len(missing)
    yield done, many
    if missing:
        with ProcessPoolExecutor(processes, initializer=_begin, initargs=(plan, sounds, work)) as pool:
            for _ in pool.map(_draw, missing):
                done += 1
                yield done, many


def load(plan: Plan, work: Path) -> Bank:
    """A bank that has been drawn."""
    many = -(-plan.scenes // SHARD)
    shards = [_read(_file(work, plan, number)) for number in range(many)]
    joined = [np.concatenate([shard[place] for shard in shards]) for place in range(4)]
    names = [_file(work, plan, number).with_suffix(".json") for number in range(many)]
    sources = [one for name in names for one in json.loads(name.read_text(encoding="utf-8"))]
    return Bank(joined[0], joined[1], joined[2], joined[3], sources)


def joined(parts: list[Bank]) -> Bank:
    """The scenes of several banks, one bank after the other."""
    return Bank(
        np.concatenate([one.levels_db for one in parts]), np.concatenate([one.fact for one in parts]),
        np.concatenate([one.present for one in parts]), np.concatenate([one.embeddings for one in parts]),
        [source for one in parts for source in one.sources],
    )  # fmt: skip


def recordings_of(plan: Plan, sounds: Path) -> list[Recording]:
    """The recordings that a bank is drawn from; what is only judged on shares no source with what is learnt from.

    Raises:
        OperatorError: a bank of a fold would hold one that is not free.
    """
    if plan.fold is None and not plan.non_commercial:
        return []
    found = split(read_manifest(sounds))
    if plan.fold is not None:
        return to_learn_from(found.folds[plan.fold])
    learnt = {one.source for fold in found.folds for one in fold}
    return [one for one in found.refused if one.non_commercial == "yes" and one.source not in learnt]


class _Drawer:
    """What a process needs to draw shards of a plan."""

    def __init__(self, plan: Plan, sounds: Path, work: Path) -> None:
        takes = load_takes(work, plan.takes) if plan.takes is not None else {}
        self.plan, self.work = plan, work
        self.mixer = Mixer(Palette(recordings_of(plan, sounds), takes), plan.shares)
        self.yamnet = Yamnet(sounds.parent / "models" / "yamnet.tflite")

    def draw(self, number: int) -> None:
        """Draws one shard into its file."""
        levels = np.empty((SHARD, FRAMES, logmel.BANDS), dtype="<f2")
        facts = np.empty((2, SHARD, FRAMES), dtype=np.uint8)
        embeddings = np.empty((SHARD, len(FIRST_FRAMES), SIZE), dtype="<f2")
        sources = []
        for place in range(SHARD):
            scene = self.mixer.scene(np.random.default_rng((self.plan.seed, number, place)))
            levels[place] = logmel.levels_db(scene.samples)
            facts[0, place] = np.packbits(scene.fact, axis=1, bitorder="little")[:, 0]
            facts[1, place] = np.packbits(scene.present, axis=1, bitorder="little")[:, 0]
            seconds = [scene.samples[first * logmel.HOP :][: logmel.WINDOW] for first in FIRST_FRAMES]
            embeddings[place] = self.yamnet.embeddings(np.stack(seconds))
            sources.append(scene.sources[0] if scene.sources else "")
        file = _file(self.work, self.plan, number)
        file.with_suffix(".json").write_text(json.dumps(sources), encoding="utf-8")
        unfinished = file.with_suffix(".part")
        unfinished.write_bytes(levels.tobytes() + facts.tobytes() + embeddings.tobytes())
        unfinished.replace(file)


_drawers: list[_Drawer] = []
"""Of this process, once it has begun."""


def _begin(plan: Plan, sounds: Path, work: Path) -> None:
    _drawers.append(_Drawer(plan, sounds, work))


def _draw(number: int) -> None:
    _drawers[-1].draw(number)


def _read(file: Path) -> tuple[NDArray[np.float16], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float16]]:
    content = np.fromfile(file, dtype=np.uint8)
    at_facts = SHARD * FRAMES * logmel.BANDS * 2
    at_embeddings = at_facts + 2 * SHARD * FRAMES
    levels = content[:at_facts].view("<f2").reshape(SHARD, FRAMES, logmel.BANDS)
    facts = content[at_facts:at_embeddings].reshape(2, SHARD, FRAMES)
    embeddings = content[at_embeddings:].view("<f2").reshape(SHARD, len(FIRST_FRAMES), SIZE)
    return levels, facts[0], facts[1], embeddings


def _file(work: Path, plan: Plan, number: int) -> Path:
    return work / plan.name / f"{number:04d}.bank"
