"""Runs a stretch of a week past the node's own spike detector, hop by hop, as the node's pipeline does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from node.config.sound import SpikeSettings
from node.sense.audio.background import Background
from node.sense.audio.heard import Began
from node.sense.audio.level import SoundLevel
from node.sense.audio.spike import SpikeDetector
from node.sense.audio.timbre import Timbre
from simulator.trials.score import Told
from simulator.trials.timelapse.outcome import SPIKE


class Watch:
    """A spike detector with its background, fed hop after hop; every hop is trusted.

    Args:
        settings: its thresholds.
    """

    def __init__(self, settings: SpikeSettings) -> None:
        self._detector = SpikeDetector(settings)
        self._background = Background()
        self._open: Told | None = None

    def hear(self, hops: Iterable[tuple[SoundLevel, Timbre]]) -> Iterator[Told]:
        """What the detector tells of some hops: each spike when it is over."""
        detector, background = self._detector, self._background
        for level, timbre in hops:
            changed = detector.step(level, timbre, background, trusted=True)
            background.update(level.laf_db, absorb=not detector.active)
            if changed is None:
                continue
            if isinstance(changed, Began):
                self._open = Told(SPIKE, changed.began_s, None, changed.sure_s)
            elif self._open is not None:
                yield replace(self._open, ended_s=changed.ended_s)
                self._open = None

    def finish(self) -> Iterator[Told]:
        """What is still open when the hearing stops."""
        if self._open is not None:
            yield self._open
            self._open = None
