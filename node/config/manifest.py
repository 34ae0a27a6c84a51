"""The model manifest: the only way to a model. It says what a model is for, and the loader holds it to that.

A model whose task is refused is refused by name, before anything else of its entry is read.
"""

from __future__ import annotations

import hashlib
import tomllib
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from node.config.base import Section
from node.config.model_entry import Model, Task
from node.errors import ModelError

__all__ = ["MAX_MODEL_BYTES", "Manifest", "Model", "Task", "is_of", "parse", "shipped", "verify"]

MAX_MODELS = 32
MAX_MODEL_BYTES = 256_000_000
REFUSED_TASKS = ("face", "reid", "asr", "speech", "speaker", "gait", "lpr", "plate", "emotion")


class Manifest(Section):
    """All models of a node, or of a folder."""

    version: Literal[1]
    model: Annotated[list[Model], Field(default_factory=list, max_length=MAX_MODELS)]

    @model_validator(mode="after")
    def _has_each_once(self) -> Self:
        """A name stands for one model."""
        names = [model.name for model in self.model]
        if len(set(names)) != len(names):
            raise ValueError("a model's name stands twice")
        return self

    def for_task(self, task: Task) -> Model | None:
        """The first model for a task, or None."""
        return next((model for model in self.model if model.task is task), None)

    def named(self, name: str) -> Model | None:
        """The model of that name, or None."""
        return next((model for model in self.model if model.name == name), None)


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
        raise ModelError(f"{name}: {_first(error.errors())}") from error


def is_of(model: Model, content: bytes) -> bool:
    """Whether these are the bytes that the entry names."""
    return hashlib.sha256(content).hexdigest() == model.sha256


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
        with file.open("rb") as opened:
            content = opened.read(MAX_MODEL_BYTES + 1)
    except OSError as error:
        raise ModelError(f"model {model.name}: {model.file} cannot be read ({error.strerror})") from error
    if len(content) > MAX_MODEL_BYTES:
        raise ModelError(f"model {model.name}: {model.file} is larger than {MAX_MODEL_BYTES} bytes")
    if not is_of(model, content):
        raise ModelError(f"model {model.name}: {model.file} is not the file that the manifest names (sha256 differs)")
    return content


def _first(errors: list[ErrorDetails]) -> str:
    """The first thing to mend, and how many more there are."""
    error = errors[0]
    place = ".".join(str(part) for part in error["loc"])
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    problem = {"extra_forbidden": "there is no such key", "missing": "is missing"}.get(error["type"])
    if problem is None:
        text = error["msg"].removeprefix("Value error, ")
        problem = f"{text[0].lower()}{text[1:]}"
    # pydantic quotes what was given in some of its texts: one printable line, whatever that was.
    line = " ".join(f"{place}: {problem}{more}".split())
    return line.encode("ascii", "backslashreplace").decode()[:400]
