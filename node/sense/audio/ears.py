"""Hearing, hop after hop: is the microphone to be trusted, how loud is it, what begins and what ends.

hop -> truth -> SoundLevel -> background -> spike -> Began, Ended
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from node.sense.audio.background import Background
from node.sense.audio.heard import Began, Ended
from node.sense.audio.level import Meter, SoundLevel
from node.sense.audio.spike import SpikeDetector
from node.sense.truth.microphone import MicrophoneState, MicrophoneTruth

if TYPE_CHECKING:
    from node.config.settings import Settings
    from node.sense.capture.ports import AudioBlock


@dataclass(frozen=True, slots=True)
class Heard:
    """What a hop of sound gave.

    Args:
        level: its levels.
        state: what the microphone was worth in it.
        background_db: L50 of the background, or None while it is learnt.
        spike: whether a spike is open or rising.
        changes: what began and what ended with it, in the order of telling.
    """

    level: SoundLevel
    state: MicrophoneState
    background_db: float | None
    spike: bool
    changes: tuple[Began | Ended, ...]


class Ears:
    """Every stage of hearing, in its order. Holds levels and states, and no sample longer than a stage needs.

    Args:
        settings: thresholds and calibration.
    """

    def __init__(self, settings: Settings) -> None:
        self._truth = MicrophoneTruth()
        self._meter = Meter(settings.microphone.full_scale_db)
        self._background = Background()
        self._spike = SpikeDetector(settings.spike)

    def hear(self, hop: AudioBlock) -> Heard:
        """Takes in one hop: truth first, because a dead microphone is not a quiet street."""
        state = self._truth.judge(hop)
        level = self._meter.measure(hop)
        changed = self._spike.step(level, self._background, trusted=state.is_trusted)
        if state.is_trusted:
            self._background.update(level.laf_db, absorb=not self._spike.active)
        changes = () if changed is None else (changed,)
        return Heard(level, state, self._background.l50_db, self._spike.active, changes)

    def finish(self, t_s: float) -> tuple[Ended, ...]:
        """Listening stops at `t_s`: what is open ends."""
        ended = self._spike.finish(t_s)
        return () if ended is None else (ended,)
