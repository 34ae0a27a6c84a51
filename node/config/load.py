"""Reads a configuration file: defaults, then the profile, then the file; each value knows where it came from."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from node.config.settings import Settings
from node.errors import ConfigError

DEFAULT_PATH = Path("/etc/polewatch/config.toml")
REPLAY_ID = "replay"
MAX_BYTES = 1_000_000
Tables = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration that holds.

    Args:
        settings: the values.
        origin: for each `table.key`, where its value came from: "default", "profile NAME" or a file's path.
    """

    settings: Settings
    origin: Mapping[str, str]


def load(path: Path | None) -> Loaded:
    """The configuration of a file.

    Args:
        path: the file, or None for `DEFAULT_PATH`.

    Raises:
        ConfigError: one line with file and key: unreadable, empty, not TOML, an unknown key, a value out of range.
    """
    path = path or DEFAULT_PATH
    return _merge(_read(path), str(path))


def load_for_replay(path: Path | None) -> Loaded:
    """The configuration for `replay`: like `load`, but without a file there are the defaults and the id `replay`."""
    return load(path) if path else _merge({"node": {"id": REPLAY_ID}}, "replay")


def profiles() -> dict[str, Tables]:
    """The shipped profiles by name."""
    folder = resources.files("firmware_config") / "profiles"
    found = (entry for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return {entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text()) for entry in found}


def keys(section: type[BaseModel] = Settings) -> Iterator[tuple[str, str]]:
    """Every `(table, key)` there is, in the order of declaration."""
    for table, field in section.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from ((table, key) for key in annotation.model_fields)


def _read(path: Path) -> Tables:
    """The tables of a TOML file."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror}); 'polewatch config example' prints one"
        ) from error
    if not content.strip():
        raise ConfigError(f"{path}: is empty; 'polewatch config example' prints one")
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{path}: is larger than {MAX_BYTES} bytes; this is no configuration of ours")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # both of tomllib's and the decoder's errors are ValueErrors
        raise ConfigError(f"{path}: is not TOML: {_one_line(error)}") from error


def _merge(tables: Tables, name: str) -> Loaded:
    """Defaults, then the profile that the tables name, then the tables themselves."""
    profile_name = _profile_of(tables)
    known = profiles()
    if profile_name and profile_name not in known:
        raise ConfigError(f"{name}: node.profile: there is no '{profile_name}'; there are {', '.join(sorted(known))}")
    profile = known.get(profile_name, {})
    merged = {**profile, **tables}
    for table in profile.keys() & tables.keys():
        if isinstance(tables[table], dict):
            merged[table] = {**profile[table], **tables[table]}
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        raise ConfigError(f"{name}: {_first(error.errors())}") from error
    return Loaded(settings, dict(_origins(tables, profile, name, profile_name)))


def _profile_of(tables: Tables) -> str:
    """The profile that is named, or nothing."""
    node = tables.get("node")
    named = node.get("profile", "") if isinstance(node, dict) else ""
    return named if isinstance(named, str) else ""


def _origins(tables: Tables, profile: Tables, name: str, profile_name: str) -> Iterator[tuple[str, str]]:
    """Where each value came from."""
    for table, key in keys():
        if key in tables.get(table, {}):
            yield f"{table}.{key}", name
        elif key in profile.get(table, {}):
            yield f"{table}.{key}", f"profile {profile_name}"
        else:
            yield f"{table}.{key}", "default"


def _first(errors: list[ErrorDetails]) -> str:
    """The first thing to mend, and how many more there are."""
    error = errors[0]
    place = ".".join(str(part) for part in error["loc"])
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    if error["type"] == "extra_forbidden":
        return f"{place}: there is no such key{_guess(place)}{more}"
    if error["type"] == "missing":
        return f"{place}: is missing{more}"
    problem = error["msg"].removeprefix("Value error, ")
    value = error.get("input")
    given = f", not {_one_line(repr(value))[:60]}" if isinstance(value, str | int | float | bool) else ""
    prefix = f"{place}: " if place else ""  # what several tables must agree on names them itself
    return f"{prefix}{problem[0].lower()}{problem[1:]}{given}{more}"


def _guess(place: str) -> str:
    """The known key that looks most like an unknown one."""
    known = [f"{table}.{key}" for table, key in keys()] + list(Settings.model_fields)
    near = difflib.get_close_matches(place, known, n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else ""


def _one_line(text: object) -> str:
    """A foreign text on one printable line."""
    return " ".join(str(text).split()).encode("ascii", "backslashreplace").decode()
