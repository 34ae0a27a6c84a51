"""Tries a model as the operator's command does: does it load, do what its entry says, and keep up with the street?"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from node.config.model_entry import Model, OutputKind, SelfTest, Task
from node.errors import ModelError
from node.sense.audio.classifier import Classifier, hold
from node.sense.audio.embedder import Embedder, audio_of, noise
from node.sense.audio.network import load_session

SLOWEST_MS = 125.0
"""A window may take a quarter of the half second to the next one."""
_TOLD = 8
"""How many numbers of an embedding a self-test compares, where the entry does not say."""
_WINDOWS = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """What a model did.

    Args:
        given: for the noise of its self-test: a probability for each of our sounds, or the embedding's first numbers.
        latency_ms: of a window, in the middle; None for a model that does not hear.
    """

    given: tuple[float, ...]
    latency_ms: float | None


def attempt(model: Model, content: bytes, backbone: tuple[Model, bytes] | None, seed: int = 1) -> Trial:
    """Loads a model, runs its self-test, and takes its time.

    Args:
        model: its entry.
        content: its verified bytes.
        backbone: the entry and verified bytes of the model whose embedding it takes, if it takes one.
        seed: of the noise, where the entry has no self-test.

    Raises:
        ModelError: it does not load, is not what its entry says, fails its self-test, or is too slow.
    """
    if model.task is not Task.AUDIO_TAG:
        load_session(model.name, content)
        return Trial((), None)
    expected = model.self_test
    seed = expected.seed if expected else seed
    if audio_of(model).output is OutputKind.EMBEDDING:
        return _attempt_embedder(Embedder(model, content), expected, seed)
    classifier = Classifier(model, content, backbone)
    sound = noise(0, classifier.rate_hz)
    latency_ms = _in_time(model.name, lambda: classifier.score(sound))
    return Trial(tuple(classifier.self_test(seed)), latency_ms)


def _attempt_embedder(embedder: Embedder, expected: SelfTest | None, seed: int) -> Trial:
    sound, output = noise(seed, embedder.rate_hz), embedder.embedding
    told = len(expected.expected) if expected else _TOLD
    given = tuple(float(one) for one in embedder.run(sound, output).reshape(-1)[:told])
    if expected is not None:
        hold(embedder.name, given, expected)
    return Trial(given, _in_time(embedder.name, lambda: embedder.run(sound, output)))


def _in_time(name: str, window: Callable[[], object]) -> float:
    """How long a window takes in the middle, in ms; the first one does not count.

    Raises:
        ModelError: it takes too long for a street.
    """
    window()
    took_ms = []
    for _ in range(_WINDOWS):
        began_s = time.perf_counter()
        window()
        took_ms.append(1000.0 * (time.perf_counter() - began_s))
    if min(took_ms) > SLOWEST_MS:  # the fastest one: what else this machine does now is not the model's fault
        raise ModelError(f"model {name}: takes {min(took_ms):.0f} ms a window here, and may take {SLOWEST_MS:.0f}")
    return statistics.median(took_ms)
