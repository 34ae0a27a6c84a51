"""`polewatch replay --scores`: what the line knew after each hop, as JSON lines. A pole has no such file."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import Self

from node.config.settings import Settings
from node.errors import StorageError
from node.sense.pipeline import Observation


class ScoreFile:
    """The file that the scores go to.

    Args:
        path: the file; what it held is gone.
        settings: whose levels they are: without any calibration their names end in `_dbfs`.

    Raises:
        StorageError: it cannot be written; so do `write` and the end of the `with` block.
    """

    def __init__(self, path: Path, settings: Settings) -> None:
        self._path = path
        self._unit = "dbfs" if settings.microphone.calibration == "none" else "db"
        try:
            self._file = path.open("w")
        except OSError as error:
            raise self._failed(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._file.close()
        except OSError as failure:
            if error is None:
                raise self._failed(failure) from failure

    def write(self, seen: Observation) -> None:
        """One line: `present` is null without a picture, levels are null without sound.

        The sound model's scores are those of its last window, and not there where it sleeps.
        """
        scene, level = seen.scene, seen.level
        line = {
            "t": round(seen.t_s, 3),
            f"laf_{self._unit}": _rounded(level.laf_db if level else None),
            f"laeq_1s_{self._unit}": _rounded(level.laeq_1s_db if level else None),
            f"background_{self._unit}": _rounded(seen.background_db),
            "present": scene.present if scene else None,
            "people": None,
            "scores": {
                "spike": float(seen.spike),
                "foreground_share": _rounded(scene.foreground_share if scene else None, 5),
                "flow_energy": _rounded(scene.flow_energy if scene else None, 6),
                **{name.value: _rounded(p, 4) for name, p in seen.scores.items()},
            },
            "detected": [name.value for name in seen.detected],
        }
        try:
            self._file.write(json.dumps(line) + "\n")
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> StorageError:
        """One line for the operator."""
        return StorageError(f"{self._path}: cannot be written ({error.strerror})")


def _rounded(value: float | None, digits: int = 2) -> float | None:
    """A number of a readable length."""
    return None if value is None else round(value, digits)
