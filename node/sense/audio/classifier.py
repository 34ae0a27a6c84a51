"""From a second of sound to the probability of each of our sounds, by the model that the manifest names.

    samples -> Embedder or Headed -> probabilities -> our sounds

Whatever the manifest says is held against what the model does, with one known noise, before it may judge a street.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from node.config.model_entry import Model, OutputKind, SelfTest
from node.config.sound_classes import SoundClass
from node.errors import ModelError
from node.sense.audio.audioset import Groups
from node.sense.audio.embedder import Embedder, Headed, audio_of, noise

Floats32 = NDArray[np.float32]

_SLACK = 1e-3
"""How far a probability may lie outside 0..1 for rounding."""
_STEEPEST = 60.0
"""A logit further from 0 is a certainty, and its exponential no number any more."""


class Classifier:
    """A sound model that is ready to judge.

    Args:
        model: its entry, of the task audio-tag.
        content: its verified bytes.
        backbone: the entry and the verified bytes of the model whose embedding it takes, if it takes one.

    Raises:
        ModelError: a model cannot be loaded, does not take or give what the manifest says, or fails its self-test.
    """

    def __init__(self, model: Model, content: bytes, backbone: tuple[Model, bytes] | None = None) -> None:
        audio = audio_of(model)
        if audio.output is OutputKind.EMBEDDING:
            raise ModelError(f"model {model.name}: gives an embedding and no probabilities; it is for a head to take")
        self.name = model.name
        self.thresholds: Mapping[SoundClass, float] = dict(audio.thresholds)
        """From which probability on a sound counts as detected. A sound without one is never detected."""
        self._logits = audio.output is OutputKind.LOGITS
        self._sounds = tuple(SoundClass(one) for one in model.classes)
        self._groups = None if self._sounds else _groups(model.name, audio.labels)
        self._width = len(model.classes) or len(audio.labels)
        self._net = Headed(model, content, backbone) if audio.backbone else Embedder(model, content)
        self._output = self._find_output()
        given = self.self_test(model.self_test.seed if model.self_test else 0)
        if model.self_test is not None:
            hold(self.name, given, model.self_test)

    @property
    def rate_hz(self) -> int:
        """What it wants its sound at."""
        return self._net.rate_hz

    @property
    def classes(self) -> tuple[SoundClass, ...]:
        """The sounds that it tells."""
        return self._groups.classes if self._groups is not None else self._sounds

    def score(self, samples: Floats32) -> dict[SoundClass, float]:
        """The probability of each of its sounds in one second of sound, 0..1.

        Args:
            samples: float32, shape (rate_hz,), full scale 1, finite.

        Raises:
            ModelError: the model fails, or gives what is no probability. Only the sort of fault is said, and no number:
                what a model makes of a street does not belong into a log.
        """
        given = self._net.run(samples, self._output).reshape(-1)
        if self._fault(given):
            raise ModelError(f"model {self.name}: gives what are no probabilities of its sounds")
        return self._read(given)

    def self_test(self, seed: int) -> list[float]:
        """The probabilities of its sounds for the known noise, in the order of `classes`.

        Raises:
            ModelError: as `score`, and with the number that is wrong: no street is in the known noise.
        """
        given = self._net.run(noise(seed, self.rate_hz), self._output).reshape(-1)
        if fault := self._fault(given):
            raise ModelError(f"model {self.name}: {fault}")
        return list(self._read(given).values())

    def _read(self, given: Floats32) -> dict[SoundClass, float]:
        """Our sounds, from numbers without a fault."""
        probabilities = _sigmoid(given) if self._logits else np.clip(given, 0.0, 1.0)
        if self._groups is not None:
            return self._groups.read(probabilities)
        return {sound: float(one) for sound, one in zip(self._sounds, probabilities, strict=True)}

    def _fault(self, given: Floats32) -> str:
        """Why these are not the numbers that the manifest promises; empty where they are."""
        if given.size != self._width:
            return f"gives {given.size} numbers, and the manifest names {self._width}"
        low, high = float(given.min()), float(given.max())
        if not self._logits and (low < -_SLACK or high > 1.0 + _SLACK):
            return f"gives {low if low < -_SLACK else high:.2f} for a probability; are its outputs logits?"
        return ""

    def _find_output(self) -> str:
        """The output with one number for each name of the manifest: the first, where several have as many."""
        samples = noise(0, self.rate_hz)
        shapes = {output: self._net.run(samples, output).shape for output in self._net.outputs}
        for output, shape in shapes.items():
            if shape in {(self._width,), (1, self._width)}:
                return output
        told = ", ".join(str(shape) for shape in shapes.values())[:120]
        raise ModelError(f"model {self.name}: gives {told}, and the manifest names {self._width} classes or labels")


def hold(name: str, given: Sequence[float], expected: SelfTest) -> float:
    """How far what a model gave for the known noise is from what it should have given, at most.

    Raises:
        ModelError: it is further than the tolerance, or there are not as many numbers.
    """
    if len(given) != len(expected.expected):
        raise ModelError(
            f"model {name}: gives {len(given)} numbers in its self-test, and self_test.expected has"
            f" {len(expected.expected)}"
        )
    off = max(abs(one - other) for one, other in zip(given, expected.expected, strict=True))
    if off > expected.tolerance:
        raise ModelError(
            f"model {name}: its self-test is off by {off:.4f} (allowed: {expected.tolerance}):"
            " this is another file, backbone or runtime than the one it was made with"
        )
    return off


def _sigmoid(logits: Floats32) -> Floats32:
    steep = np.clip(logits, -_STEEPEST, _STEEPEST)
    return np.asarray(1.0 / (1.0 + np.exp(-steep)), dtype=np.float32)


def _groups(name: str, labels: list[str]) -> Groups:
    try:
        return Groups(labels)
    except ValueError as error:
        raise ModelError(f"model {name}: {error}") from error
