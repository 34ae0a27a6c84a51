"""Hearing, hop after hop: is the microphone to be trusted, how loud is it, what begins and what ends.

hop -> truth -> Meter, TimbreMeter -> Background -> SpikeDetector ──────────────┐
          └──> ImpulseDetector ──> Tagger (when it wakes) ──> SoundEvents ──────┴-> Began, Ended
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from node.config.sound_classes import SoundClass
from node.sense.audio.background import Background
from node.sense.audio.heard import BLIND_HOPS, Began, Ended
from node.sense.audio.impulse import ImpulseDetector
from node.sense.audio.level import Meter, SoundLevel
from node.sense.audio.sounds import SoundEvents
from node.sense.audio.spike import SpikeDetector
from node.sense.audio.tagger import Scores
from node.sense.audio.timbre import TimbreMeter
from node.sense.capture.hops import HOP_S
from node.sense.truth.microphone import MicrophoneState, MicrophoneTruth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from node.airlock.record import HourLearnt
    from node.config.settings import Settings
    from node.sense.audio.ordinary import Ordinary
    from node.sense.audio.tagger import Tagger
    from node.sense.audio.timbre import Timbre
    from node.sense.capture.ports import AudioBlock

LOST_S: Final = 5.0
"""A pause longer than this is not bridged: what was open ended at its beginning."""

UNBROKEN: Final = frozenset({MicrophoneState.WINDY, MicrophoneState.OFFSET, MicrophoneState.DEAF})
"""Hops that are not trusted, and yet follow each other without a break."""

FRESH_S: Final = 1.0
"""What a window said is worth this long."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a hop of sound gave.

    Args:
        level: its levels.
        state: what the microphone was worth in it.
        background_db: L50 of the background, or None while it is learnt.
        spike: whether a spike is open or rising.
        scores: what the model made of the last window, or None where none ended within the last second.
        changes: what began and what ended with it, in the order of telling.
        learnt: what is usual in the hour of the week that was over with it, or None.
    """

    level: SoundLevel
    state: MicrophoneState
    background_db: float | None
    spike: bool
    scores: Scores | None
    changes: tuple[Began | Ended, ...]
    learnt: HourLearnt | None = None


class Ears:
    """Every stage of hearing, in its order. Holds levels and states, and no sample longer than a stage needs.

    Args:
        settings: thresholds and calibration.
        tagger: the sound model, or None: then levels and impulses tell, and sounds have no names.
        ordinary: what is usual at each hour of the week, or None where nobody keeps it.
    """

    def __init__(self, settings: Settings, tagger: Tagger | None = None, ordinary: Ordinary | None = None) -> None:
        thresholds: Mapping[SoundClass, float] = {} if tagger is None else tagger.thresholds
        self._truth = MicrophoneTruth()
        self._meter = Meter(settings.microphone.full_scale_db)
        self._timbre = TimbreMeter()
        self._background = Background()
        self._ordinary = ordinary
        self._spike = SpikeDetector(settings.spike)
        self._impulse = ImpulseDetector(settings.impulse, settings.microphone.full_scale_db)
        self._tagger = tagger
        self._sounds = SoundEvents(settings, thresholds)
        self._scores: Scores | None = None
        self._last: tuple[SoundLevel, Timbre] | None = None

    @property
    def lasting(self) -> MicrophoneState:
        """What the microphone was worth in most of the last five seconds."""
        return self._truth.lasting

    @property
    def broken_s(self) -> float | None:
        """How long before the end of the last hop the microphone's fault began, in seconds; None where none lasts."""
        return self._truth.broken_s if self._truth.is_broken else None

    def hear(self, hop: AudioBlock) -> Heard:
        """Takes in one hop: truth first, because a dead microphone is not a quiet street."""
        last_s = None if self._last is None else self._last[0].t_s
        lost = self.lose() if last_s is not None and abs(hop.captured_s - last_s) > LOST_S else ()
        state = self._truth.judge(hop)
        level, timbre = self._meter.measure(hop), self._timbre.measure(hop)
        self._last = level, timbre
        if not state.is_trusted:
            self._meter.distrust(goes_on=state in UNBROKEN)
        if state is MicrophoneState.GAIN_STUCK:
            self._sounds.doubt()
        if self._ordinary is not None:
            self._background.remember(self._ordinary.at(level.t_s))
        impulses = self._impulse.step(hop, level, self._background, trusted=state.is_trusted)
        scores = self._tag(hop, level) if state.is_trusted else None
        if scores is not None or (self._scores and level.t_s - self._scores.t_s >= FRESH_S):
            self._scores = scores
        crowd = None if self._scores is None else self._scores.probabilities.get(SoundClass.CROWD)
        changed = self._spike.step(level, timbre, self._background, trusted=state.is_trusted, crowd=crowd)
        self._sounds.hear(impulses)
        told = self._sounds.step(level, self._background, scores, trusted=state.is_trusted)
        learnt = self._learn(level) if state.is_trusted else None
        changes = (*lost, *(() if changed is None else (changed,)), *told)
        return Heard(level, state, self._background.l50_db, self._spike.active, self._scores, changes, learnt)

    def lose(self) -> tuple[Began | Ended, ...]:
        """Nothing was heard for more than `LOST_S`, as if no microphone had told the truth since the last hop.

        What was open ended with that hop. A second time it does nothing.
        """
        if self._last is None:
            return ()
        level, timbre = self._last
        self._last = self._scores = None
        changes: list[Began | Ended] = []
        for n in range(1, BLIND_HOPS + 1):
            later = replace(level, t_s=level.t_s + n * HOP_S)
            changed = self._spike.step(later, timbre, self._background, trusted=False)
            changes += () if changed is None else (changed,)
            changes += self._sounds.step(later, self._background, None, trusted=False)
        self._impulse.forget()
        self._meter.distrust()
        self._truth.lose()
        return tuple(changes)

    def finish(self, t_s: float) -> tuple[Began | Ended, ...]:
        """Listening stops at `t_s`: a bang that is looked at is told, and what is open ends."""
        ended = self._spike.finish(t_s)
        return (*(() if ended is None else (ended,)), *self._sounds.finish(t_s))

    def close_hour(self) -> HourLearnt | None:
        """What is usual in the hour that listening stops in; None where too little of it was heard."""
        return None if self._ordinary is None else self._ordinary.finish()

    def forget(self) -> None:
        """Wipes every sample that a stage keeps."""
        self._meter.forget()
        self._timbre.forget()
        self._impulse.forget()
        self._last = self._scores = None
        if self._tagger is not None:
            self._tagger.forget()

    def _learn(self, level: SoundLevel) -> HourLearnt | None:
        """Takes the level of a trusted hop as background, and as this hour's, unless it is an event's."""
        is_event = self._spike.active or self._sounds.active
        self._background.update(level.laf_db, absorb=not is_event)
        if self._ordinary is None or is_event:
            return None
        return self._ordinary.learn(level.t_s, level.laf_db)

    def _tag(self, hop: AudioBlock, level: SoundLevel) -> Scores | None:
        """What the model makes of the window that ends with this hop, if there is one worth the work."""
        if self._tagger is None:
            return None
        onset = self._impulse.expects
        awake = self._sounds.wakes(level, self._background, onset=onset)
        return self._tagger.step(hop, awake=awake, urgent=onset)
