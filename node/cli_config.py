"""`polewatch config`: what this node is set to."""

from __future__ import annotations

import sys
from pathlib import Path

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
