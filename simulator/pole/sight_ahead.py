"""The camera's pictures, rendered ahead by a process of its own. They are the same pictures to the byte."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simulator.pole.render_process import RenderProcess, is_worth_it
from simulator.sight.scene import Scene
from simulator.sight.texture import Picture

WORTH = 5
"""Pictures that are asked for in a row before a process is worth it."""


class SightAhead:
    """A scene's pictures, rendered ahead while they are asked for in a row.

    Args:
        scene: what renders them.
        size: width and height of a picture, in pixels.
        fps: pictures a second.
        ends_s: when the street ends, in seconds, or None.
    """

    def __init__(self, scene: Scene, size: tuple[int, int], fps: float, ends_s: float | None) -> None:
        self._scene = scene
        self._size = size
        self._fps = fps
        self._ends_s = ends_s
        self._next = 0
        self._in_a_row = 0
        self._process: RenderProcess | None = None
        self._alone = not is_worth_it()

    def picture(self, index: int) -> Picture:
        """Picture number `index`, at `index / fps` seconds: uint8, shape (height, width, 3)."""
        if index != self._next:
            self.close()
            self._in_a_row = 0
        if self._process is None and self._in_a_row >= WORTH and not self._alone:
            self._start(index)
        width, height = self._size
        content = None if self._process is None else self._process.read(width * height * 3)
        if content is None:
            # The process is gone, whatever befell it: this one can do it too.
            self._alone = self._alone or self._process is not None
            self.close()
            picture = self._scene.picture(index / self._fps)
        else:
            picture = np.frombuffer(content, dtype=np.uint8).reshape(height, width, 3).copy()
        self._next = index + 1
        self._in_a_row += 1
        return picture

    def close(self) -> None:
        """Ends the process, if there is one."""
        if self._process is not None:
            self._process.close()
            self._process = None

    @property
    def process(self) -> int | None:
        """The number of the process that renders ahead, or None."""
        return None if self._process is None else self._process.pid

    def _start(self, index: int) -> None:
        try:
            self._process = RenderProcess(self._rendered(index))
        except OSError:  # no process or pipe is left for us: slower, but the same pictures
            self._alone = True

    def _rendered(self, index: int) -> Iterator[bytes]:
        """The pictures from a number on, to the end of the street."""
        while self._ends_s is None or index / self._fps < self._ends_s:
            yield self._scene.picture(index / self._fps).tobytes()
            index += 1
