"""What scenes are made of: recordings and takes by class, each with what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.training import channel
from models.training.labels import (
    BACKGROUNDS,
    CLASSES,
    SYNTHETIC_BACKGROUNDS,
    Label,
    of_recording,
    of_synthesis,
)
from models.training.recordings import Recording, sound
from models.training.takes import Takes
from node.sense.audio.logmel import RATE_HZ

_REAL_SHARE = 0.65
"""Of the events of a class, those from recordings, where there are both. How often they are heard is drawn later."""
SYNTHESIS = "synthesis"
_TEMPTING_REAL_SHARE = 0.6
_BACKGROUND_REAL_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Piece:
    """One sound to be mixed.

    Args:
        samples: at 16 kHz, peak 1: shape (n,).
        label: what is known of it.
        source: the recording that it is of, or "synthesis".
    """

    samples: NDArray[np.float32]
    label: Label
    source: str


Groups = dict[str, list[Piece]]
"""Pieces by source: each source is as likely as the next, however many clips it has."""


class Palette:
    """The sounds of one part of the training.

    Args:
        recordings: real sounds; none for scenes of synthesis alone.
        takes: of the library; none for scenes of recordings alone.
    """

    def __init__(self, recordings: Sequence[Recording], takes: Takes) -> None:
        self._real: dict[str, Groups] = {name: {} for name in CLASSES}
        self._tempting: dict[str, Groups] = {}
        self._backgrounds: dict[str, Groups] = {}
        for one in recordings:
            self._sort_in(one, Piece(sound(one), of_recording(one.label), one.source))
        self._taken: dict[str, list[list[Piece]]] = {name: [] for name in CLASSES}
        self._tempting_takes: list[list[Piece]] = []
        self._background_takes: list[list[Piece]] = []
        for name, many in takes.items():
            label = of_synthesis(name)
            pieces = [Piece(samples, label, SYNTHESIS) for samples in many]
            for heard in label.heard:
                self._taken[heard].append(pieces)
            if not label.heard:
                self._tempting_takes.append(pieces)
            if name in SYNTHETIC_BACKGROUNDS:
                self._background_takes.append(pieces)
        self._classes = [name for name in CLASSES if self._real[name] or self._taken[name]]

    def event(self, rng: np.random.Generator) -> Piece:
        """An example of a class; every class that there are sounds of is as likely."""
        name = self._classes[int(rng.integers(len(self._classes)))]
        real, taken = self._real[name], self._taken[name]
        if real and (not taken or rng.random() < _REAL_SHARE):
            return _of_source(rng, real)
        return _of_takes(rng, taken)

    def tempting(self, rng: np.random.Generator) -> Piece:
        """A sound that is no example of any class; every sort of them is as likely."""
        if self._tempting and (not self._tempting_takes or rng.random() < _TEMPTING_REAL_SHARE):
            return _of_kind(rng, self._tempting)
        return _of_takes(rng, self._tempting_takes)

    def background(self, rng: np.random.Generator) -> Piece:
        """A sound that goes on; noise where there is none."""
        if self._backgrounds and (not self._background_takes or rng.random() < _BACKGROUND_REAL_SHARE):
            return _of_kind(rng, self._backgrounds)
        if self._background_takes:
            return _of_takes(rng, self._background_takes)
        return Piece(channel.self_noise(rng, 4 * RATE_HZ, float(rng.uniform(0.0, 2.0))), Label(), SYNTHESIS)

    def _sort_in(self, recording: Recording, piece: Piece) -> None:
        for name in piece.label.heard:
            self._real[name].setdefault(piece.source, []).append(piece)
        if not piece.label.heard:
            self._tempting.setdefault(recording.label, {}).setdefault(piece.source, []).append(piece)
        if recording.label in BACKGROUNDS:
            self._backgrounds.setdefault(recording.label, {}).setdefault(piece.source, []).append(piece)


def _of_kind(rng: np.random.Generator, kinds: dict[str, Groups]) -> Piece:
    """Each kind by the root of its sources: a kind of one source is not heard as often as one of thirty."""
    names = sorted(kinds)
    weights = np.sqrt([len(kinds[name]) for name in names])
    return _of_source(rng, kinds[names[int(rng.choice(len(names), p=weights / weights.sum()))]])


def _of_source(rng: np.random.Generator, groups: Groups) -> Piece:
    sources = sorted(groups)
    pieces = groups[sources[int(rng.integers(len(sources)))]]
    return pieces[int(rng.integers(len(pieces)))]


def _of_takes(rng: np.random.Generator, sorts: list[list[Piece]]) -> Piece:
    pieces = sorts[int(rng.integers(len(sorts)))]
    return pieces[int(rng.integers(len(pieces)))]
