"""The operator's switch: while one file is there, nothing is sensed."""

from __future__ import annotations

from pathlib import Path

LOOK_EVERY_S = 0.25


class Quarantine:
    """Looks whether the file is there, four times a second at most.

    Args:
        path: the file; what stands in it does not matter.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next_s = float("-inf")
        self._is_on = False

    def is_on(self, now_s: float) -> bool:
        """Whether nothing may be sensed now. Where it cannot be told, nothing may.

        Args:
            now_s: now, on a clock that never steps.
        """
        if now_s >= self._next_s:
            self._next_s = now_s + LOOK_EVERY_S
            self._is_on = self._look()
        return self._is_on

    def _look(self) -> bool:
        """Whether the file is there, or something keeps us from knowing."""
        try:
            self._path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True
        return True
