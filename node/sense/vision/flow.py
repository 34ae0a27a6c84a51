"""How fast things move in the picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from node.sense.capture.scale import Picture

_LONGEST_GAP_S = 1.0  # further apart, two pictures show no movement but two scenes
_SHORTEST_GAP_S = 0.001
_STRIDE = 4  # for the sway of the pole every fourth pixel each way is enough


class Flow:
    """Dense optical flow between one picture and the next (DIS, Kroeger et al. 2016, preset ultrafast)."""

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._before: NDArray[np.uint8] | None = None
        self._t_s = 0.0

    def step(self, picture: Picture, t_s: float) -> float:
        """The mean squared speed since the picture before, in (picture heights per second) squared, 0 or more.

        The movement that most of the picture shares is taken off first: a swaying pole moves nobody. 0 for
        the first picture, for one of another size, and for one more than a second later.

        Args:
            picture: uint8, shape (height, width, 3), at least 16 pixels each way: nothing moves in a smaller one.
            t_s: when it was taken, in seconds.
        """
        gray = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
        before, gap_s = self._before, t_s - self._t_s
        self._before, self._t_s = gray, t_s
        if before is None or before.shape != gray.shape or min(gray.shape) < 16:
            return 0.0
        if not _SHORTEST_GAP_S <= gap_s <= _LONGEST_GAP_S:
            return 0.0
        # DIS takes what it is handed as a first guess: an array that is not zeroed crashes it (OpenCV 5.0.0)
        guess = np.zeros((*gray.shape, 2), np.float32)
        moved = np.asarray(self._flow.calc(before, gray, guess), dtype=np.float32)
        sway = np.median(moved[::_STRIDE, ::_STRIDE].reshape(-1, 2), axis=0)
        speed = (moved - sway) / (gray.shape[0] * gap_s)
        return float(np.mean(np.sum(np.square(speed), axis=-1)))
