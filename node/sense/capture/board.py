"""What the camera's processes tell each other beside frames: a few numbers and one short reason, in shared memory."""

from __future__ import annotations

import mmap
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

REASON_BYTES = 200
_WORDS = 8
_BEATS, _CONDITION, _LOSSES, _RESTARTS, _PID, _LENGTH = range(6)


class Condition(IntEnum):
    """Where the camera stands."""

    STARTING = 0
    RUNNING = 1
    LOST = 2
    ENDED = 3


class Board:
    """Made before the fork. One writer for each value at a time; each value is one machine word."""

    def __init__(self) -> None:
        memory = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)
        shared: NDArray[np.uint8] = np.frombuffer(memory, np.uint8)
        self._words: NDArray[np.uint64] = shared[: 8 * _WORDS].view(np.uint64)
        self._text = shared[8 * _WORDS : 8 * _WORDS + REASON_BYTES]

    @property
    def beats(self) -> int:
        """How often the camera has answered, with or without a frame."""
        return int(self._words[_BEATS])

    @property
    def condition(self) -> Condition:
        """Where the camera stands now."""
        return Condition(min(int(self._words[_CONDITION]), Condition.ENDED))

    @property
    def losses(self) -> int:
        """How often the camera was lost."""
        return int(self._words[_LOSSES])

    @property
    def restarts(self) -> int:
        """How often its process was started again."""
        return int(self._words[_RESTARTS])

    @property
    def capture_pid(self) -> int:
        """The process that holds the camera, or 0."""
        return int(self._words[_PID])

    @property
    def reason(self) -> str:
        """Why the camera was lost the last time: printable ASCII, at most `REASON_BYTES`."""
        length = min(int(self._words[_LENGTH]), REASON_BYTES)
        return _printable(self._text[:length].tobytes().decode("ascii", "replace"))

    def beat(self) -> None:
        """The camera has answered."""
        self._words[_BEATS] += np.uint64(1)

    def run(self) -> None:
        """The camera gives frames."""
        self._words[_CONDITION] = Condition.RUNNING

    def end(self) -> None:
        """The camera's file or street has come to its end."""
        self._words[_CONDITION] = Condition.ENDED

    def lose(self) -> None:
        """The camera was lost, for the reason that stands here."""
        self._words[_CONDITION] = Condition.LOST
        self._words[_LOSSES] += np.uint64(1)

    def started(self, pid: int, *, again: bool) -> None:
        """A process holds the camera."""
        self._words[_PID] = pid
        self._words[_RESTARTS] += np.uint64(again)

    def stopped(self) -> None:
        """No process holds the camera."""
        self._words[_PID] = 0

    def explain(self, reason: str) -> None:
        """Writes why, cut to one short line of ASCII; an empty text takes the last one away."""
        data = _printable(reason)[:REASON_BYTES].encode("ascii")
        self._text[: len(data)] = np.frombuffer(data, np.uint8)
        self._words[_LENGTH] = len(data)


def _printable(text: str) -> str:
    return "".join(c if " " <= c <= "~" else "?" for c in text)
