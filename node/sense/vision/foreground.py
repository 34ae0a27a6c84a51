"""How much of the picture differs from the background.

What it can tell: that something is there which was not part of the scene before, and how large it is in the
picture. What it cannot tell: whether that is a person, a car or a dog. Whoever was there from the first
picture on is part of the background until they leave, and then leaves a hole that is forgotten after
`still_s`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from node.sense.capture.scale import Picture
from node.sense.vision.light import match_light

WARM_UP_S = 2.0
WARM_UP_FRAMES = 10
_BACKGROUND_RATIO = 0.9  # OpenCV's default, written down because `still_s` is computed from it
_VARIANCE_THRESHOLD = 25.0  # squared standard deviations: 5 sigma
_LONGEST_STEP_S = 1.0  # a gap teaches no more than this: nobody saw what happened in it
_SHADOW = 127


@dataclass(frozen=True, slots=True)
class Change:
    """What differs from the background in one picture.

    Args:
        share: of the picture, all together, shadows left out, 0..1.
        largest_share: of the picture, in the largest connected thing, 0..`share`.
    """

    share: float
    largest_share: float


NO_CHANGE = Change(0.0, 0.0)


class Foreground:
    """A background of Gaussian mixtures (MOG2, Zivkovic 2004) in the light of the background.

    Args:
        still_s: a thing that stands still this long becomes background.
        relearn_share: when this share of the picture has changed, it is another scene.
        relearn_s: another scene that lasts this long is learnt anew.
    """

    def __init__(self, *, still_s: float = 60.0, relearn_share: float = 0.6, relearn_s: float = 10.0) -> None:
        # A new thing is background when its weight 1 - exp(-t / tau) reaches 1 - _BACKGROUND_RATIO.
        self._tau_s = still_s / -math.log(_BACKGROUND_RATIO)
        self._relearn_share = relearn_share
        self._relearn_s = relearn_s
        self._opening = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
        self._shape: tuple[int, ...] = ()
        self._t_s = 0.0
        self._other_s = 0.0
        self._forget()

    @property
    def ready(self) -> bool:
        """Whether the background has been learnt for long enough to tell what is not part of it."""
        return self._frames >= WARM_UP_FRAMES and self._learnt_s >= WARM_UP_S

    def step(self, picture: Picture, t_s: float) -> Change:
        """What differs in the next picture; nothing until the background is `ready`.

        Args:
            picture: uint8, shape (height, width, 3), best about 320 wide. Another shape starts anew.
            t_s: when it was taken, in seconds; a step back counts as no time.
        """
        if picture.shape != self._shape:
            self._shape = picture.shape
            self._forget()
        step_s = min(max(t_s - self._t_s, 0.0), _LONGEST_STEP_S) if self._frames else 0.0
        self._t_s = t_s
        change = self._compare(picture, step_s)
        if self._other_scene(change, step_s):
            self._forget()
        return change

    def _compare(self, picture: Picture, step_s: float) -> Change:
        was_ready = self.ready
        if self._frames:
            picture = match_light(picture, np.asarray(self._model.getBackgroundImage(), dtype=np.uint8))
        rate = -math.expm1(-step_s / self._tau_s)
        if not was_ready:
            rate = max(rate, 1.0 / (self._frames + 1))
        mask = np.asarray(self._model.apply(picture, learningRate=rate), dtype=np.uint8)
        self._frames += 1
        self._learnt_s += step_s
        return self._measure(mask) if was_ready else NO_CHANGE

    def _measure(self, mask: Picture) -> Change:
        """Shares of what is left of the mask (shape (height, width)) without shadows and single pixels."""
        solid = (mask > _SHADOW).astype(np.uint8)
        solid = np.asarray(cv2.morphologyEx(solid, cv2.MORPH_OPEN, self._opening), dtype=np.uint8)
        _, _, things, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
        areas = things[1:, cv2.CC_STAT_AREA]  # row 0 is the background
        if areas.size == 0:
            return NO_CHANGE
        return Change(float(areas.sum()) / solid.size, float(areas.max()) / solid.size)

    def _other_scene(self, change: Change, step_s: float) -> bool:
        self._other_s = self._other_s + step_s if change.share >= self._relearn_share else 0.0
        return self._other_s >= self._relearn_s

    def _forget(self) -> None:
        self._model = cv2.createBackgroundSubtractorMOG2(500, _VARIANCE_THRESHOLD, True)  # noqa: FBT003 - OpenCV's own order: history, threshold, shadows
        self._model.setBackgroundRatio(_BACKGROUND_RATIO)
        self._model.setShadowValue(_SHADOW)
        self._frames = 0
        self._learnt_s = 0.0
        self._other_s = 0.0
