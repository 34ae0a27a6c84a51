"""Real recordings: which of them a shipped model may learn from, and which are kept to judge it.

What may be learnt from is decided by the licence of each file alone: CC0, CC BY and the public domain. A recording
that is non-commercial, or whose licence nobody states, is refused. The split is by source, the recording that a clip
was cut from: two clips of one source are never on two sides.
"""

from __future__ import annotations

import csv
import hashlib
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy import signal

from models.training.labels import of_recording
from node.errors import OperatorError, UnreadableInputError
from node.sense.audio.logmel import RATE_HZ

SETS = ("cc", "esc10")
"""The sets of the material that a model may learn from, file by file."""
_FREE = re.compile(r"^(CC0|CC BY(?!-)|CC-BY(?!-(NC|ND|SA))|public domain|Unlicense)", re.IGNORECASE)
_NUMBER = re.compile(r"(?:sounds/|freesound:)(\d+)")
FOLDS = 4
"""Into so many parts the free sources are split; each net that is judged learns from all but one."""
_LONGEST_S = 30
_SILENT = 10 ** (-45 / 20)
_STEP = RATE_HZ // 50


@dataclass(frozen=True, slots=True)
class Recording:
    """One file of the material.

    Args:
        path: where it lies.
        label: of the manifest.
        source: the recording that it was cut from.
        author: as the manifest credits it.
        licence: of the manifest.
        non_commercial: of the manifest: no, yes or unknown.
        sha256: of the file.
    """

    path: Path
    label: str
    source: str
    author: str
    licence: str
    non_commercial: str
    sha256: str

    @property
    def is_free(self) -> bool:
        """Whether a model that learns from it may be shipped."""
        return self.non_commercial == "no" and _FREE.match(self.licence) is not None


def read_manifest(sounds: Path) -> list[Recording]:
    """Every sound of the material, free or not.

    Args:
        sounds: the folder `audio`, with `manifest.csv` one level up.

    Raises:
        OperatorError: there is no manifest.
        UnreadableInputError: it has no such columns.
    """
    manifest = sounds.parent / "manifest.csv"
    if not manifest.is_file():
        raise OperatorError(f"--sounds {sounds}: there is no {manifest.name} one level up")
    try:
        with manifest.open(encoding="utf-8", newline="") as file:
            return [_recording(manifest, row) for row in csv.DictReader(file) if row["media"] == "audio"]
    except (KeyError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableInputError(f"{manifest}: is not the manifest of the material ({error!r})") from error


def to_learn_from(recordings: Iterable[Recording]) -> list[Recording]:
    """The same recordings, if a shipped model may learn from each.

    Raises:
        OperatorError: one of them is not free.
    """
    checked = list(recordings)
    for one in checked:
        if not one.is_free:
            raise OperatorError(f"{one.path.name}: licence {one.licence!r}: no shipped model may learn from it")
    return checked


@dataclass(frozen=True, slots=True)
class Split:
    """The material, sorted.

    Args:
        folds: the free recordings, by fold.
        refused: the rest.
    """

    folds: list[list[Recording]]
    refused: list[Recording]


def split(recordings: Iterable[Recording]) -> Split:
    """The free recordings of the sets by fold, by a hash of their sources; the rest is refused.

    Of the sources of each kind a quarter is in the first fold; the others take the rest in turn.
    """
    free: list[Recording] = []
    refused: list[Recording] = []
    for one in recordings:
        is_in_sets = one.path.parent.parent.name in SETS
        (free if is_in_sets and one.is_free else refused).append(one)
    fold_of = _folds(free)
    folds: list[list[Recording]] = [[] for _ in range(FOLDS)]
    for one in free:
        folds[fold_of[one.source]].append(one)
    return Split(folds, refused)


def classes_of(recordings: Iterable[Recording]) -> dict[str, set[str]]:
    """The classes that each source has examples of."""
    found: dict[str, set[str]] = {}
    for one in recordings:
        found.setdefault(one.source, set()).update(of_recording(one.label).heard)
    return found


def sound(recording: Recording) -> NDArray[np.float32]:
    """A recording at 16 kHz, mono, without silence at its ends, peak 1: shape (n,), 30 s at most.

    Raises:
        UnreadableInputError: it is not the file of the manifest, or no sound.
    """
    try:
        if hashlib.sha256(recording.path.read_bytes()).hexdigest() != recording.sha256:
            raise UnreadableInputError(f"{recording.path}: is not the file of the manifest: its sha256 differs")
        with soundfile.SoundFile(recording.path) as file:
            rate_hz = int(file.samplerate)
            channels = file.read(_LONGEST_S * rate_hz, dtype="float64", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise UnreadableInputError(f"{recording.path}: is no readable sound") from error
    shared = int(np.gcd(rate_hz, RATE_HZ))
    slow = signal.resample_poly(np.mean(channels, axis=1), RATE_HZ // shared, rate_hz // shared)
    return trimmed(slow)


def trimmed(sound_in: NDArray[np.float64]) -> NDArray[np.float32]:
    """A sound without its mean, without silence at its ends, peak 1: shape (n,)."""
    centred = sound_in - np.mean(sound_in)
    blocks = np.pad(np.abs(centred), (0, -centred.size % _STEP)).reshape(-1, _STEP).max(axis=1)
    loud = np.flatnonzero(blocks >= blocks.max() * _SILENT)
    cut = centred[loud[0] * _STEP : (loud[-1] + 1) * _STEP]
    return np.asarray(cut / max(1e-9, float(np.abs(cut).max())), dtype=np.float32)


def _recording(manifest: Path, row: dict[str, str]) -> Recording:
    number = _NUMBER.search(row["source_id"])
    source = f"freesound:{number[1]}" if number else row["source_id"]
    path = manifest.parent / row["path"]
    return Recording(path, row["label"], source, row["source_id"], row["licence"], row["non_commercial"], row["sha256"])


def _folds(free: list[Recording]) -> dict[str, int]:
    """Each source's fold. Kinds with the fewest sources choose first: a source has one fold in all its kinds."""
    sources_of: dict[str, set[str]] = {}
    for one in free:
        heard = of_recording(one.label).heard
        sources_of.setdefault(heard[0] if heard else one.label, set()).add(one.source)
    fold_of: dict[str, int] = {}
    for kind, sources in sorted(sources_of.items(), key=lambda item: (len(item[1]), item[0])):
        ranked = sorted(sources, key=lambda source: hashlib.sha256(source.encode()).digest())
        first = max(1, round(len(ranked) / FOLDS)) if len(ranked) > 1 else 0
        turn = zlib.crc32(kind.encode())
        for place, source in enumerate(ranked):
            fold_of.setdefault(source, 0 if place < first else 1 + (turn + place) % (FOLDS - 1))
    return fold_of
