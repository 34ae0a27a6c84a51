"""The models that an operator installed: a folder with a manifest of its own, changed by rename only.

Each file is named after its content, so that no moment shows a manifest beside another model's bytes.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from node.config.manifest import Manifest, parse, shipped, verify
from node.config.model_entry import Model
from node.errors import ModelError, StorageError

MANIFEST = "manifest.toml"
_MAX_MANIFEST_BYTES = 1_000_000
_HEAD = "# Written by `polewatch models install`. What does not stand here, and does not ship, cannot be loaded.\n"


def installed(folder: Path) -> Manifest:
    """The manifest of a folder; an empty one where nothing was installed.

    Raises:
        ModelError: it cannot be read, or does not hold.
    """
    path = folder / MANIFEST
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_MANIFEST_BYTES)
    except FileNotFoundError:
        return Manifest(version=1, model=[])
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror})") from error
    return parse(content, str(path))


def find(name: str, folder: Path) -> tuple[Model, bytes]:
    """A model by its name, shipped or installed, and its verified bytes.

    Raises:
        ModelError: there is none of that name, or its file is not the one that the manifest names.
    """
    ours = shipped().named(name)
    if ours is not None:
        return ours, verify(ours)
    theirs = installed(folder).named(name)
    if theirs is None:
        raise ModelError(f"model {name}: is not installed; 'polewatch models list' shows what is")
    return theirs, verify(theirs, folder)


def install(folder: Path, model: Model, content: bytes) -> Model:
    """Puts a model into the folder, in place of one of the same name, and gives its entry as it stands there.

    Raises:
        ModelError: a shipped model has this name, or the folder's manifest does not hold or is full.
        StorageError: the folder cannot be written.
    """
    if shipped().named(model.name) is not None:
        raise ModelError(f"model {model.name}: a model of this name ships with the node; give yours another one")
    before = installed(folder)
    entry = model.model_copy(update={"file": f"{model.name}-{model.sha256[:12]}.onnx", "card": None})
    kept = [one for one in before.model if one.name != entry.name]
    text = _HEAD + "".join(_lines("version = 1", [*kept, entry]))
    parse(text.encode(), str(folder / MANIFEST))  # the last check before anything is written
    try:
        _make(folder)
        _replace(folder / entry.file, content)
        _replace(folder / MANIFEST, text.encode())
        for one in before.model:
            if one.name == entry.name and one.file != entry.file:
                (folder / one.file).unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"{folder}: cannot be written ({error.strerror}); try it as root") from error
    return entry


def to_toml(model: Model) -> str:
    """An entry as it stands in a manifest of its own."""
    return "".join(_lines("version = 1", [model]))


def _make(folder: Path) -> None:
    """Makes a folder, and those above it, that other users may look into. What is there stays as it is."""
    if folder.is_dir():
        return
    if not folder.parent.is_dir():
        _make(folder.parent)
    folder.mkdir()
    folder.chmod(0o755)


def _replace(path: Path, content: bytes) -> None:
    """Writes a file in one step: it is there whole, or as it was."""
    part = path.with_name(f".{path.name}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o644)  # `sense` reads it as another user, whatever the umask of the operator's shell
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _lines(head: str, models: list[Model]) -> Iterator[str]:
    yield f"{head}\n"
    for model in models:
        said: dict[str, Any] = model.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        tables = {key: said.pop(key) for key in ("audio", "self_test") if key in said}
        yield "\n[[model]]\n"
        yield from (f"{key} = {_toml(value)}\n" for key, value in said.items())
        for table, keys in tables.items():
            yield f"[model.{table}]\n"
            yield from (f"{key} = {_toml(value)}\n" for key, value in keys.items())


def _toml(value: object) -> str:
    """A value as TOML writes it. JSON's texts, numbers and lists are TOML's too; a table stands in one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value)
