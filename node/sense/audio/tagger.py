"""What kinds of sound are heard, twice a second while there is something to hear.

While nothing asks, sound is only laid by. Awake, a window of the last second is judged every half second: each moment
stands in two windows. An impulse asks for two more, before half a second and three quarters have passed, so that what
is told of it is told within a second. Lost or broken samples restart the second: a hole in the sound looks like an
event to a network, and is none.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from node.config.sound_classes import SoundClass
from node.errors import ModelError
from node.sense.audio.last_second import LastSecond
from node.sense.capture.hops import HOP, HOP_S, JUMP_S

if TYPE_CHECKING:
    from node.sense.audio.classifier import Classifier
    from node.sense.capture.ports import AudioBlock

STEP_HOPS: Final = 4
"""From one window to the next while awake: half a second."""
AFTER_HOPS: Final = (3, 5)
"""From an impulse to the windows that it asks for."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Scores:
    """What the model makes of one window.

    Args:
        t_s: the end of the window, in seconds of the hops' clock.
        probabilities: of each sound that the model tells, 0..1.
    """

    t_s: float
    probabilities: Mapping[SoundClass, float]


class Tagger:
    """Judges the last second of sound when it is asked to. Holds no more than that second.

    Args:
        classifier: what judges a window.
    """

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        self._second = LastSecond(classifier.rate_hz)
        self._due_s: float | None = None
        self._since_hops = STEP_HOPS
        self._onset_hops: int | None = None
        self._asked = False
        self.faults = 0
        """How many windows the model failed on. Each of them gave nothing."""

    @property
    def name(self) -> str:
        """Of the model."""
        return self._classifier.name

    @property
    def thresholds(self) -> Mapping[SoundClass, float]:
        """From which probability on a sound counts as detected."""
        return self._classifier.thresholds

    def step(self, hop: AudioBlock, *, awake: bool, urgent: bool = False) -> Scores | None:
        """Takes in one hop, and gives a judgement where one is due.

        Args:
            hop: 6000 samples.
            awake: whether there is something to hear: a window every half second, the first one at once.
            urgent: an impulse is in this hop: windows three and five hops later, awake or not.

        Returns:
            The scores of the second that ends with this hop; None where none is due, where there is no whole second
            since sound was lost, or where the model failed (see `faults`).

        Raises:
            ValueError: this is no hop.
        """
        if not self._took(hop):
            return None
        self._since_hops += 1
        self._count(urgent=urgent)
        if not (self._asked or (awake and self._since_hops >= STEP_HOPS)) or not self._second.full:
            return None
        self._since_hops = 0
        self._asked = False
        return self._judge(hop.captured_s + HOP_S)

    def forget(self) -> None:
        """Wipes every sample that it keeps, and begins anew."""
        self._second.forget()
        self._due_s = None
        self._since_hops = STEP_HOPS
        self._onset_hops = None
        self._asked = False

    def _count(self, *, urgent: bool) -> None:
        """Counts the hops since an impulse; one that follows within its windows has these, and what comes after."""
        if self._onset_hops is not None:
            self._onset_hops += 1
        elif urgent:
            self._onset_hops = 0
        self._asked = self._asked or self._onset_hops in AFTER_HOPS
        if self._onset_hops == AFTER_HOPS[-1]:
            self._onset_hops = None

    def _took(self, hop: AudioBlock) -> bool:
        """Lays the hop by, if it is whole; if not, or if it does not follow the last one, all begins anew."""
        if hop.samples.size != HOP:
            raise ValueError(f"a hop has {HOP} samples, not {hop.samples.size}")
        whole = not hop.lost_samples and bool(np.isfinite(hop.samples).all())
        follows = self._due_s is None or abs(hop.captured_s - self._due_s) <= JUMP_S
        if not whole or not follows:
            self.forget()
        if whole:
            self._second.push(hop.samples)
            self._due_s = hop.captured_s + HOP_S
        return whole

    def _judge(self, t_s: float) -> Scores | None:
        try:
            return Scores(t_s, self._classifier.score(self._second.take()))
        except ModelError as error:
            if not self.faults:
                log.warning("%s; level and impulses still tell", error)
            self.faults += 1
            return None
