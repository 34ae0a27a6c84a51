"""The configuration of a node whose files all lie in one folder and whose broker is on this machine."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from simulator.live.broker import ADDRESS

_LONGEST_FOLDER = 60


def short_folder() -> str | None:
    """Where temporary files go: the usual place, unless its name leaves no room for a socket's (107 bytes)."""
    return None if len(tempfile.gettempdir()) <= _LONGEST_FOLDER else "/tmp"  # noqa: S108 - mkdtemp makes it safe


def write_config(folder: Path, port: int, tables: Mapping[str, Mapping[str, object]]) -> Path:
    """Writes the configuration file into the folder, and gives its path.

    Args:
        folder: of the airlock, and of the outbox where `tables` names none.
        port: of the broker, on the loopback.
        tables: all that is particular to this node.
    """
    all_tables: dict[str, dict[str, object]] = {
        "airlock": {"socket": str(folder / "airlock.sock")},
        "outbox": {"path": str(folder / "outbox.db")},
        "broker": {"host": ADDRESS, "port": port},
    }
    for table, values in tables.items():
        all_tables.setdefault(table, {}).update(values)
    lines = []
    for table, values in all_tables.items():
        # A text of JSON is one of TOML.
        lines += [f"[{table}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items()), ""]
    path = folder / "config.toml"
    path.write_text("\n".join(lines))
    return path
