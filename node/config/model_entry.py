"""What the manifest says of one model: its file, what it is for, and how sound reaches it.

Tasks are a closed list. A model whose task is to find faces, to tell people or voices or vehicles apart, to read
plates or to understand speech has no place here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from node.config.base import Section
from node.config.sound_classes import SoundClass

OTHER = "-"
"""Stands among `labels` for an output that is nothing to us."""


class Task(StrEnum):
    """What a model may be for."""

    AUDIO_TAG = "audio-tag"
    PERSON_DETECT = "person-detect"
    VEHICLE_DETECT = "vehicle-detect"
    OBJECT_DETECT = "object-detect"
    CROWD_DENSITY = "crowd-density"
    ANOMALY = "anomaly"


class FrontEndName(StrEnum):
    """What a sound model is fed with: one window of sound as the model was taught to read it."""

    LOGMEL16K = "logmel16k"
    YAMNET = "yamnet"
    PANNS32K = "panns32k"
    EFFICIENTAT = "efficientat"
    WAVEFORM = "waveform"


class OutputKind(StrEnum):
    """What a sound model's numbers are."""

    PROBS = "probs"
    LOGITS = "logits"
    EMBEDDING = "embedding"


Text = Annotated[str, StringConstraints(pattern=r"^[\x20-\x7e]{1,200}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.onnx$")]
Label = Annotated[str, StringConstraints(pattern=r"^(-|/[mgt]/[0-9a-z_]{2,20})$")]
Threshold = Annotated[float, Field(strict=False, gt=0.0, le=1.0)]


class AudioInput(Section):
    """`[model.audio]`: how a second of sound becomes probabilities of our sounds."""

    frontend: Annotated[FrontEndName, Field(strict=False)]
    output: Annotated[OutputKind, Field(strict=False)]
    rate_hz: Literal[8_000, 16_000, 24_000, 32_000, 48_000] | None = None
    backbone: Name | None = None
    labels: Annotated[list[Label], Field(default_factory=list, max_length=1000)]
    thresholds: Annotated[dict[Annotated[SoundClass, Field(strict=False)], Threshold], Field(default_factory=dict)]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        """Only a waveform has a rate to declare, and no label stands twice."""
        if (self.frontend is FrontEndName.WAVEFORM) != (self.rate_hz is not None):
            raise ValueError("rate_hz stands with the frontend 'waveform', and only there")
        told = [label for label in self.labels if label != OTHER]
        if len(set(told)) != len(told):
            raise ValueError("a label stands twice")
        if self.output is OutputKind.EMBEDDING and (self.labels or self.thresholds or self.backbone):
            raise ValueError("an embedding has neither labels nor thresholds nor a backbone")
        return self


class SelfTest(Section):
    """`[model.self_test]`: what the model gives for a known noise; on another machine it must give the same.

    The noise: `numpy.random.default_rng(seed).standard_normal(rate) * 0.05`, float32, one second at the model's rate.
    """

    seed: Annotated[int, Field(ge=0, lt=2**32)]
    expected: Annotated[list[Annotated[float, Field(strict=False)]], Field(min_length=1, max_length=64)]
    tolerance: Annotated[float, Field(strict=False, gt=0.0, le=0.1)]


class Model(Section):
    """`[[model]]`: one model."""

    name: Name
    file: FileName
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    task: Annotated[Task, Field(strict=False)]
    classes: Annotated[list[Text], Field(default_factory=list, max_length=1000)]
    licence: Text
    source: Text
    card: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,120}\.md$")] | None = None
    audio: AudioInput | None = None
    self_test: SelfTest | None = None

    @model_validator(mode="after")
    def _fits_its_task(self) -> Self:
        """A sound model says how it hears; another one says what it tells apart, and nothing of sound."""
        if self.name == "none":
            raise ValueError("name: 'none' stands for no model")
        if self.task is not Task.AUDIO_TAG:
            if self.audio is not None or self.self_test is not None:
                raise ValueError("audio and self_test are for the task audio-tag")
            if not self.classes:
                raise ValueError("classes is missing")
            return self
        if self.audio is None:
            raise ValueError("audio is missing: a model of sound says how it hears")
        return self._names_its_outputs(self.audio)

    def _names_its_outputs(self, audio: AudioInput) -> Self:
        """Each output is named once: by our own classes, or by labels of AudioSet."""
        if audio.backbone == self.name:
            raise ValueError("audio.backbone is the model itself")
        if audio.output is OutputKind.EMBEDDING:
            if self.classes:
                raise ValueError("classes: an embedding has none")
            return self
        if bool(self.classes) == bool(audio.labels):
            raise ValueError("either classes (ours) or audio.labels (AudioSet's) names the outputs, and only one does")
        if not set(self.classes) <= set(SoundClass):
            wrong = next(one for one in self.classes if one not in set(SoundClass))
            raise ValueError(f"classes: {wrong!r} is no sound of ours; there are {', '.join(SoundClass)}")
        if len(set(self.classes)) != len(self.classes):
            raise ValueError("classes: one stands twice")
        if self.classes and not set(audio.thresholds) <= set(self.classes):
            raise ValueError("audio.thresholds: there is one for a class that the model does not tell")
        return self
