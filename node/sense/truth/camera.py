"""Whether the camera still shows the world.

    OK       pictures that change a little, with something in them
    FROZEN   one picture, pixel for pixel, for `FROZEN_AFTER_S`: OpenCV gives the last frame for ever when its
             source has died. A real sensor is never that quiet: it has noise.
    DARK     nearly no light, for `DEAD_AFTER_S`: night without lamps, a lens cap, a broken sensor
    COVERED  light but no edges, for `DEAD_AFTER_S`: a bag, paint, fog, a spider's web on the lens

DARK and COVERED are what the picture looks like, not a proof of what happened.
"""

from __future__ import annotations

import zlib
from enum import IntEnum

import cv2
import numpy as np

from node.sense.capture.ports import Frame
from node.sense.capture.scale import fit

FROZEN_AFTER_S = 5.0
DEAD_AFTER_S = 5.0
FEWEST_FRAMES = 5
"""Fewer frames than this are no evidence, however long they took."""

_DARK_P99 = 24.0  # grey level that 99 % of the pixels stay under
_COVERED_EDGE = 2.5  # grey levels between neighbours that 99 % of the pixels stay under; a dull street has > 6


class CameraState(IntEnum):
    """What the pictures say about their camera."""

    OK = 0
    FROZEN = 1
    COVERED = 2
    DARK = 3


class CameraTruth:
    """Judges one frame after the other."""

    def __init__(self) -> None:
        self._frozen = _Streak(FROZEN_AFTER_S)
        self._dark = _Streak(DEAD_AFTER_S)
        self._covered = _Streak(DEAD_AFTER_S)
        self._checksum: int | None = None

    def judge(self, frame: Frame) -> CameraState:
        """The state after this frame. Keeps a checksum of it, and nothing else."""
        t_s = frame.captured_s
        checksum = zlib.crc32(np.ascontiguousarray(frame.pixels).data)
        same, self._checksum = checksum == self._checksum, checksum
        light_p99, edge_p99 = _texture(frame)
        frozen = self._frozen.step(t_s, holds=same)
        dark = self._dark.step(t_s, holds=light_p99 < _DARK_P99)
        covered = self._covered.step(t_s, holds=light_p99 >= _DARK_P99 and edge_p99 < _COVERED_EDGE)
        if frozen:
            return CameraState.FROZEN
        if dark:
            return CameraState.DARK
        return CameraState.COVERED if covered else CameraState.OK


class _Streak:
    """Whether something has held for long enough without a break."""

    def __init__(self, after_s: float) -> None:
        self._after_s = after_s
        self._since_s: float | None = None
        self._frames = 0

    def step(self, t_s: float, *, holds: bool) -> bool:
        if not holds:
            self._since_s, self._frames = None, 0
            return False
        if self._since_s is None or t_s < self._since_s:
            self._since_s, self._frames = t_s, 0
        self._frames += 1
        return self._frames >= FEWEST_FRAMES and t_s - self._since_s >= self._after_s


def _texture(frame: Frame) -> tuple[float, float]:
    """The 99th percentiles of grey level and of the step between neighbours, in grey levels 0..255."""
    gray = np.asarray(cv2.cvtColor(fit(frame.pixels, 160, 90), cv2.COLOR_BGR2GRAY), dtype=np.float32)
    # blurred first: the noise of a covered sensor is no texture
    soft = np.asarray(cv2.GaussianBlur(gray, (5, 5), 0), dtype=np.float32)
    across = np.abs(np.diff(soft, axis=1)).ravel()
    down = np.abs(np.diff(soft, axis=0)).ravel()
    steps = np.concatenate((across, down, np.zeros(1, np.float32)))  # a picture of one pixel has no neighbours
    return float(np.percentile(gray, 99)), float(np.percentile(steps, 99))
