"""The model manifest: the only way to a model. It says what a model is for, and the loader holds it to that.

Tasks are a closed list. A model whose task is to find faces, to tell people or voices or vehicles apart, to read
plates or to understand speech is refused by name: the node has no use for it.
"""

from __future__ import annotations

import hashlib
import tomllib
from enum import StrEnum
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from node.config.base import Section
from node.errors import ModelError

MAX_MODELS = 32
MAX_MODEL_BYTES = 256_000_000
REFUSED_TASKS = ("face", "reid", "asr", "speech", "speaker", "gait", "lpr", "plate", "emotion")


class Task(StrEnum):
    """What a model may be for."""

    AUDIO_TAG = "audio-tag"
    PERSON_DETECT = "person-detect"
    VEHICLE_DETECT = "vehicle-detect"
    OBJECT_DETECT = "object-detect"
    CROWD_DENSITY = "crowd-density"
    ANOMALY = "anomaly"


_Text = Annotated[str, StringConstraints(pattern=r"^[\x20-\x7e]{1,200}$")]


class Model(Section):
    """One model."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    file: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.onnx$")]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    task: Annotated[Task, Field(strict=False)]
    classes: Annotated[list[_Text], Field(min_length=1, max_length=1000)]
    licence: _Text
    source: _Text


class Manifest(Section):
    """All models of a node."""

    version: Literal[1]
    model: Annotated[list[Model], Field(default_factory=list, max_length=MAX_MODELS)]

    def for_task(self, task: Task) -> Model | None:
        """The first model for a task, or None."""
        return next((model for model in self.model if model.task is task), None)


def shipped() -> Manifest:
    """The manifest that ships with the node.

    Raises:
        ModelError: it does not hold.
    """
    return parse((resources.files("models") / "manifest.toml").read_bytes(), "models/manifest.toml")


def parse(content: bytes, name: str) -> Manifest:
    """A manifest from its text.

    Args:
        content: TOML.
        name: of the file, for errors.

    Raises:
        ModelError: it is not TOML, has an unknown key, or names a task that this node refuses.
    """
    try:
        tables = tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{name}: is not TOML") from error
    for entry in tables.get("model", []) if isinstance(tables.get("model"), list) else []:
        task = str(entry.get("task", "")) if isinstance(entry, dict) else ""
        if any(refused in task.lower() for refused in REFUSED_TASKS):
            raise ModelError(f"{name}: a model of task {task[:40]!r} is refused: this node does not tell people apart")
    try:
        return Manifest.model_validate(tables)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ModelError(f"{name}: {place}: {first['msg'].lower()}") from error


def verify(model: Model, folder: Path | Traversable | None = None) -> bytes:
    """The bytes of a model, if they are the ones that the manifest names.

    Args:
        model: its entry.
        folder: where it lies; None for the shipped ones.

    Raises:
        ModelError: the file is missing, too large, or another one.
    """
    file = (folder if folder is not None else resources.files("models")) / model.file
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ModelError(f"model {model.name}: {model.file} cannot be read ({error.strerror})") from error
    if len(content) > MAX_MODEL_BYTES:
        raise ModelError(f"model {model.name}: {model.file} is larger than {MAX_MODEL_BYTES} bytes")
    if hashlib.sha256(content).hexdigest() != model.sha256:
        raise ModelError(f"model {model.name}: {model.file} is not the file that the manifest names (sha256 differs)")
    return content
