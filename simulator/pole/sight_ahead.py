"""The camera's pictures, rendered ahead by two processes in turn. They are the same pictures to the byte."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simulator.pole.render_process import RenderProcess, is_worth_it
from simulator.sight.scene import Scene
from simulator.sight.texture import Picture

WORTH = 5
"""Pictures that are asked for in a row before processes are worth it."""
_IN_TURN = 2
"""Processes: one renders the even pictures, one the odd ones. A dense crowd keeps both cores busy."""


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
        self._processes: list[RenderProcess] = []
        self._began = 0
        self._alone = not is_worth_it()

    def picture(self, index: int) -> Picture:
        """Picture number `index`, at `index / fps` seconds: uint8, shape (height, width, 3)."""
        if index != self._next:
            self.close()
            self._in_a_row = 0
        if not self._processes and self._in_a_row >= WORTH and not self._alone:
            self._start(index)
        width, height = self._size
        content = self._read(index, width * height * 3) if self._processes else None
        if content is None:
            # A process is gone, whatever befell it: this one can do it too.
            self._alone = self._alone or bool(self._processes)
            self.close()
            picture = self._scene.picture(index / self._fps)
        else:
            picture = np.frombuffer(content, dtype=np.uint8).reshape(height, width, 3).copy()
        self._next = index + 1
        self._in_a_row += 1
        return picture

    def close(self) -> None:
        """Ends the processes, if there are any."""
        for process in self._processes:
            process.close()
        self._processes = []

    @property
    def processes(self) -> list[int]:
        """The numbers of the processes that render ahead."""
        return [process.pid for process in self._processes]

    def _read(self, index: int, count: int) -> bytes | None:
        return self._processes[(index - self._began) % _IN_TURN].read(count)

    def _start(self, index: int) -> None:
        self._began = index
        try:
            for turn in range(_IN_TURN):
                self._processes.append(RenderProcess(self._rendered(index + turn)))
        except OSError:  # no process or pipe is left for us: slower, but the same pictures
            self._alone = True
            self.close()

    def _rendered(self, index: int) -> Iterator[bytes]:
        """The pictures from a number on that are one process's turn, to the end of the street."""
        while self._ends_s is None or index / self._fps < self._ends_s:
            yield self._scene.picture(index / self._fps).tobytes()
            index += _IN_TURN
