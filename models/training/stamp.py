"""What a work folder was made with: what was kept there for other settings is never taken for these.

Only settings and material count. Who changes the code of a step takes a new folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from node.errors import OperatorError

NAME = "made-with.txt"


def of(settings: Iterable[object], manifest: Path) -> str:
    """The mark of settings, by how they are written, and of the manifest of the material."""
    found = hashlib.sha256(manifest.read_bytes())
    for one in settings:
        found.update(repr(one).encode())
    return found.hexdigest()


def hold(work: Path, mark: str) -> None:
    """Marks a folder, or checks that it has this mark.

    Raises:
        OperatorError: it was made with others.
    """
    file = work / NAME
    if not file.is_file():
        file.write_text(mark + "\n", encoding="utf-8")
    elif file.read_text(encoding="utf-8").strip() != mark:
        raise OperatorError(f"--work {work}: was made with other settings or material; name another folder")
