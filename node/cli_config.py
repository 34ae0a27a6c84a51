"""`polewatch config` and `polewatch models`: what this node is set to, and what it may load."""

from __future__ import annotations

import sys
from pathlib import Path

from node.config import manifest
from node.config.example import example, show
from node.config.load import DEFAULT_PATH, load


def run_config(action: str, path: Path | None, *, origin: bool) -> int:
    """Checks, shows, or prints an example of the configuration, and gives the exit code.

    Raises:
        ConfigError: the configuration does not hold.
    """
    if action == "example":
        sys.stdout.write(example())
        return 0
    loaded = load(path)
    if action == "check":
        print(f"{path or DEFAULT_PATH}: holds, for node {loaded.settings.node.id}")
    else:
        print("\n".join(show(loaded, origin=origin)))
    return 0


def run_models(action: str) -> int:
    """Lists or verifies the models of the manifest, and gives the exit code.

    Raises:
        ModelError: the manifest or a model does not hold.
    """
    listed = manifest.shipped()
    if not listed.model:
        print("no model ships with this version: sound is judged by level and shape, sight by what moves")
    for model in listed.model:
        if action == "verify":
            manifest.verify(model)
        print(f"{model.name}  {model.task}  {len(model.classes)} classes  {model.licence}  {model.sha256[:12]}")
    return 0
