"""Whether a converter's zero has moved: half of what it could give is lost, and one side of every loud sound is cut."""

from __future__ import annotations

from typing import Final

OPEN: Final = 0.25
CLOSE: Final = 0.2
"""Of full scale, in pairs. MEMS microphones have up to 0.1; sound has none over two seconds."""

HOPS: Final = 16


class OffsetWatch:
    """Watches hop after hop; remembers for how long the other state would have held."""

    def __init__(self) -> None:
        self._is_off = False
        self._otherwise = 0

    def is_off(self, offset: float) -> bool:
        """Whether the zero has been off for two seconds, and not back for two.

        Args:
            offset: the mean of the hop's samples, full scale is 1.
        """
        otherwise = abs(offset) < CLOSE if self._is_off else abs(offset) > OPEN
        self._otherwise = self._otherwise + 1 if otherwise else 0
        if self._otherwise >= HOPS:
            self._is_off, self._otherwise = not self._is_off, 0
        return self._is_off
