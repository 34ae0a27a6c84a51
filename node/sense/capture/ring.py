"""Frames in memory that two processes share: anonymous, so that there is no file, no name and no limit to meet."""

from __future__ import annotations

import math
import mmap
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from node.sense.capture.ports import Frame
from node.sense.capture.scale import Picture

_SLOTS = 3  # one being read, one being written, one that is the newest
_HEADER = struct.Struct("=QIIdI")  # number, height, width, captured_s, checksum
_HEADER_BYTES = 64
_PAGE = mmap.PAGESIZE


class FrameRing:
    """One process publishes, another takes the newest; neither waits for the other. Make it before the fork.

    A frame that was overwritten while it was copied, or that its writer died over, is never given: its
    number is looked at before and after the copy, and its checksum over the copy. (The checksum because ARM
    may show the number before the pixels.)

    Args:
        width: of the largest frame that fits, in pixels.
        height: the same.
    """

    def __init__(self, width: int, height: int) -> None:
        self._capacity = width * height * 3
        self._stride = -(-(_HEADER_BYTES + self._capacity) // _PAGE) * _PAGE
        self._memory = mmap.mmap(-1, _PAGE + _SLOTS * self._stride, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)
        self._bytes: NDArray[np.uint8] = np.frombuffer(self._memory, np.uint8)
        # one machine word, so that it is stored at once
        self._newest: NDArray[np.uint64] = self._bytes[:8].view(np.uint64)

    @property
    def newest(self) -> int:
        """The number of the newest frame: how many were published."""
        return int(self._newest[0])

    def publish(self, frame: Frame) -> None:
        """Makes this the newest frame.

        Raises:
            ValueError: it does not fit.
        """
        height, width = frame.pixels.shape[:2]
        if frame.pixels.size > self._capacity:
            raise ValueError(f"a frame of {width} x {height} does not fit into the ring")
        number = self.newest + 1
        start = self._start(number)
        pixels = np.ascontiguousarray(frame.pixels)
        _HEADER.pack_into(self._memory, start, 0, 0, 0, 0.0, 0)
        self._pixels(start, height, width)[...] = pixels
        _HEADER.pack_into(self._memory, start, number, height, width, frame.captured_s, zlib.crc32(pixels.data))
        self._newest[0] = number

    def take(self, newer_than: int) -> tuple[int, Frame] | None:
        """The newest frame and its number, or None when there is none newer, or it is just being overwritten.

        Args:
            newer_than: the number of the frame that was taken last; 0 for none.
        """
        number = self.newest
        if number <= newer_than:
            return None
        start = self._start(number)
        before = _HEADER.unpack_from(self._memory, start)
        told, height, width, captured_s, checksum = before
        if told != number or not 0 < height * width * 3 <= self._capacity or not math.isfinite(captured_s):
            return None
        pixels = self._pixels(start, height, width).copy()
        if _HEADER.unpack_from(self._memory, start) != before or zlib.crc32(pixels.data) != checksum:
            return None
        return number, Frame(pixels, captured_s)

    def wipe(self) -> None:
        """Overwrites every frame."""
        self._bytes[:] = 0

    def _start(self, number: int) -> int:
        return _PAGE + number % _SLOTS * self._stride

    def _pixels(self, start: int, height: int, width: int) -> Picture:
        first = start + _HEADER_BYTES
        return self._bytes[first : first + height * width * 3].reshape(height, width, 3)
