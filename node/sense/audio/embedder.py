"""From a second of sound to the numbers that networks give for it, whatever they mean.

Embedder    samples -> front end -> network
Headed      samples -> front end -> backbone -> its embedding -> network
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from node.config.model_entry import AudioInput, Model, OutputKind, Task
from node.errors import ModelError
from node.sense.audio.frontends import FrontEnd, front_end
from node.sense.audio.network import Network

Floats32 = NDArray[np.float32]

EMBEDDING = "embedding"
"""The output of a backbone that a head takes; a backbone with one output may call it anything."""
_NOISE = 0.05


class Embedder:
    """A front end and a network.

    Args:
        model: its entry.
        content: its verified bytes.

    Raises:
        ModelError: it is no model of sound, cannot be loaded, or does not take what its front end gives.
    """

    def __init__(self, model: Model, content: bytes) -> None:
        self.name = model.name
        self.audio = audio_of(model)
        self._front = front_end(self.audio)
        self._network = Network(model.name, content)
        self._shape = _fitted(model.name, self._network.input_shape, self._front)

    @property
    def rate_hz(self) -> int:
        """What it wants its sound at."""
        return self._front.rate_hz

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of what it gives."""
        return self._network.outputs

    @property
    def embedding(self) -> str:
        """The output that a head takes.

        Raises:
            ModelError: it has none.
        """
        if EMBEDDING in self.outputs:
            return EMBEDDING
        if len(self.outputs) == 1 and self.audio.output is OutputKind.EMBEDDING:
            return self.outputs[0]
        raise ModelError(f"model {self.name}: has no output named {EMBEDDING!r} for a head to take")

    def run(self, samples: Floats32, output: str) -> Floats32:
        """One output for one second of sound.

        Args:
            samples: float32, shape (rate_hz,), full scale 1, finite.
            output: its name, one of `outputs`.

        Raises:
            ModelError: the model fails, or gives a number that is not finite.
        """
        values = self._front.apply(samples)
        if values.ndim == 1:
            values = values[values.size - self._shape[-1] :]  # a network of short waveforms hears the newest part
        return _finite(self.name, self._network.run(values.reshape(self._shape), [output])[0])


class Headed:
    """A small network on the embedding of another model.

    Args:
        model: its entry.
        content: its verified bytes.
        backbone: the other model's entry and verified bytes, or None where it is not installed.

    Raises:
        ModelError: the backbone is not the one that the entry names, hears otherwise, or has no embedding; or a
            model cannot be loaded.
    """

    def __init__(self, model: Model, content: bytes, backbone: tuple[Model, bytes] | None) -> None:
        audio = audio_of(model)
        if backbone is None or backbone[0].name != audio.backbone:
            raise ModelError(f"model {model.name}: takes the embedding of {audio.backbone}, which is not installed")
        self.name = model.name
        self._body = Embedder(*backbone)
        if (self._body.audio.frontend, self._body.audio.rate_hz) != (audio.frontend, audio.rate_hz):
            raise ModelError(f"model {model.name}: hears by {audio.frontend}, and its backbone does not")
        self._taken = self._body.embedding
        self._network = Network(model.name, content)

    @property
    def rate_hz(self) -> int:
        """What it wants its sound at."""
        return self._body.rate_hz

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of what it gives."""
        return self._network.outputs

    def run(self, samples: Floats32, output: str) -> Floats32:
        """As `Embedder.run`."""
        embedding = self._body.run(samples, self._taken).reshape(1, -1)
        return _finite(self.name, self._network.run(embedding, [output])[0])


def audio_of(model: Model) -> AudioInput:
    """How a model of sound hears.

    Raises:
        ModelError: it is no model of sound.
    """
    if model.task is not Task.AUDIO_TAG or model.audio is None:
        raise ModelError(f"model {model.name}: is for {model.task}, not for sound")
    return model.audio


def noise(seed: int, rate_hz: int) -> Floats32:
    """The known noise of a self-test: one second, float32 (rate_hz,)."""
    return (np.random.default_rng(seed).standard_normal(rate_hz) * _NOISE).astype(np.float32)


def _fitted(name: str, wanted: tuple[int | None, ...], front: FrontEnd) -> tuple[int, ...]:
    """The shape in which the front end's values go into the network: itself, with axes of size 1 before it.

    Raises:
        ModelError: the network wants something else.
    """
    extra = len(wanted) - len(front.shape)
    shape = list(front.shape)
    if len(shape) == 1 and wanted and wanted[-1] is not None and wanted[-1] <= shape[0]:
        shape[0] = wanted[-1]
    fits = 0 <= extra <= 2 and all(one in {None, 1} for one in wanted[:extra])
    if not fits or any(want not in {None, has} for want, has in zip(wanted[extra:], shape, strict=True)):
        told = ", ".join("any" if one is None else str(one) for one in wanted)
        raise ModelError(f"model {name}: takes the shape ({told}), and its front end gives {front.shape}")
    return (1,) * extra + tuple(shape)


def _finite(name: str, values: Floats32) -> Floats32:
    if not np.isfinite(values).all():
        raise ModelError(f"model {name}: gives a number that is not finite")
    return values
