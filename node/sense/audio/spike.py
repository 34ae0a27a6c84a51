"""The noise spike: a rise of the voice band over the street's own background, with a beginning and an end.

Level alone cannot tell a roar from a lorry (reference: standards, section 5.4), so:
1. What counts is the voice band, 250-4000 Hz, against its own background; the A-weighted level must rise too.
2. Five of the last eight hops are above the threshold: one bang is no spike.
3. The threshold stands above the street's middle (L50) and above what it reaches by itself (L5).
4. Thresholds come in pairs, a pause belongs to the spike, and after its end there is a refractory time.
5. A microphone that was not to be trusted for five seconds has to listen anew before a spike may open.
6. A rise that is gradual, over more than half a second, has low confidence at most.

Their limit: a vehicle that passes close by at 60 km/h or more has as little low sound as a crowd, and opens a spike
(115 of 144 synthetic passes, 4-12 m away and 12-20 dB above a real street; nearly all of low confidence). No
threshold on these levels tells the two apart without losing crowds that swell; that needs how the sound fluctuates.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from node.contract.words import Evidence, Kind
from node.sense.audio import rise
from node.sense.audio.background import Background
from node.sense.audio.heard import Began, Confidence, Ended
from node.sense.audio.lifecycle import STEPS, Sign, State
from node.sense.capture.hops import HOP_S

if TYPE_CHECKING:
    from node.config.sound import SpikeSettings
    from node.sense.audio.level import SoundLevel

MEMORY_HOPS: Final = 20
"""How far back a beginning is looked for, 2.5 s: a roar may swell, a crowd takes a breath after its first shout."""

RISE_S: Final = 1.5
"""A rise that is not sure by then begins anew: a spike is told of within this time, or from later on."""

FADED_HOPS: Final = 3
CLEAR_DB: Final = (3.0, 8.0)
"""How far above the opening threshold makes a spike of medium and of high confidence."""

BLIND_HOPS: Final = 40
"""Lost blocks are bridged; five seconds without trusted sound are not: the street may be another one then."""


class SpikeDetector:
    """Steps through the lifecycle, hop by hop. Time comes with the levels.

    Args:
        settings: the thresholds, in pairs.
    """

    def __init__(self, settings: SpikeSettings) -> None:
        self._settings = settings
        self._state = State.QUIET
        self._since_s = 0.0
        self._began_s = 0.0
        self._hushed_s = 0.0
        self._peak_db = 0.0
        self._blind_hops = 0
        self._recent: deque[float] = deque(maxlen=MEMORY_HOPS)
        self._voice = self._new_background()

    @property
    def active(self) -> bool:
        """True while a spike rises, is open or closes: what is heard then is no background."""
        return self._state in {State.RISING, State.OPEN, State.CLOSING}

    def step(self, level: SoundLevel, background: Background, *, trusted: bool) -> Began | Ended | None:
        """What this hop begins or ends.

        Args:
            level: the levels of the hop.
            background: of the A-weighted Fast level; the caller feeds it with trusted hops, absorbing
                those that are not `active`.
            trusted: the microphone told the truth in this hop. Other hops are not looked at.
        """
        self._blind_hops = 0 if trusted else self._blind_hops + 1
        if not trusted:
            return self._go_blind(level, background) if self._blind_hops == BLIND_HOPS else None
        self._recent.append(level.voice_db)
        found = self._take(self._read(level, background), level, background)
        if self.active and background.l50_db is not None:
            self._peak_db = max(self._peak_db, level.laf_max_db - background.l50_db)
        self._learn()
        return found

    def finish(self, t_s: float) -> Ended | None:
        """The end of a spike that is still open when listening stops at `t_s`; else None."""
        is_open = self._state in {State.OPEN, State.CLOSING}
        self._state = State.QUIET
        return self._ended(t_s, stopped=True) if is_open else None

    def _read(self, level: SoundLevel, background: Background) -> Sign | None:
        """What this hop says in this state."""
        waited_s = level.t_s - self._since_s
        if self._state is State.REFRACTORY:
            return Sign.EXPIRED if waited_s >= self._settings.refractory_s else None
        limits, l50_db = self._limits(), background.l50_db
        if limits is None or l50_db is None:
            return None
        open_at, close_at = limits
        if self._state is State.QUIET:
            return Sign.LOUD if level.voice_db >= open_at else None
        levels_db = list(self._recent)
        if self._state is State.OPEN:
            return Sign.HUSHED if rise.hushed_db(levels_db) < close_at else None
        sustained = rise.sustained_db(levels_db) >= open_at
        if self._state is State.CLOSING:
            return Sign.BACK if sustained else Sign.EXPIRED if waited_s >= self._settings.hold_s else None
        faded = waited_s >= RISE_S or max(levels_db[-FADED_HOPS:]) < open_at
        return Sign.SURE if sustained and self._is_crowd(level, l50_db) else Sign.FADED if faded else None

    def _is_crowd(self, level: SoundLevel, l50_db: float) -> bool:
        """True unless the level did not rise, or the rise is that of a vehicle or of the wind."""
        middle_db = self._voice.l50_db
        if middle_db is None or level.laeq_1s_db < l50_db + self._settings.open_level_db:
            return False
        sudden = rise.is_sudden(list(self._recent), middle_db)
        limit_db = self._settings.sudden_c_minus_a_db if sudden else self._settings.gradual_c_minus_a_db
        return level.c_minus_a_db <= limit_db

    def _limits(self) -> tuple[float, float] | None:
        """The levels of the voice band that open and close, in dB; None until the background is warm."""
        middle_db, reach_db = self._voice.l50_db, self._voice.l05_db
        if middle_db is None or reach_db is None:
            return None
        s = self._settings
        return (
            max(middle_db + s.open_db, reach_db + s.open_peak_db),
            max(middle_db + s.close_db, reach_db + s.close_peak_db),
        )

    def _take(self, sign: Sign | None, level: SoundLevel, background: Background) -> Began | Ended | None:
        """Takes the step that the sign asks for, and tells what it means to the outside."""
        before = self._state
        if sign is None or sign not in STEPS[before]:
            return None
        self._state, self._since_s = STEPS[before][sign], level.t_s
        if self._state is State.RISING:
            limits = self._limits()
            run = rise.hops_above(list(self._recent), limits[1]) if limits else 1
            self._began_s, self._peak_db = level.t_s - HOP_S * max(run, 1), 0.0
        elif before is State.RISING and self._state is State.OPEN:
            return self._began(level, background)
        elif self._state is State.CLOSING:
            self._hushed_s = level.t_s - rise.SUSTAINED_HOPS * HOP_S
        elif self._state is State.REFRACTORY:
            return self._ended(self._hushed_s, stopped=sign is Sign.BLIND)
        return None

    def _began(self, level: SoundLevel, background: Background) -> Began:
        limits, l50_db = self._limits(), background.l50_db
        if limits is None or l50_db is None:
            raise RuntimeError("a spike opened without a background")
        levels_db, middle_db = list(self._recent), self._voice.l50_db
        clear_db = rise.sustained_db(levels_db) - limits[0]
        confidence = Confidence(sum(clear_db >= step_db for step_db in CLEAR_DB))
        if middle_db is None or not rise.is_sudden(levels_db, middle_db):
            confidence = Confidence.LOW  # it may be a vehicle (see the module), however loud it is
        evidence = [Evidence.VOICE_BAND, Evidence.SUSTAINED]
        if level.laeq_1s_db >= l50_db + self._settings.open_db:
            evidence.insert(0, Evidence.LEVEL_RISE)
        return Began(Kind.NOISE_SPIKE, self._began_s, level.t_s, confidence, tuple(evidence))

    def _ended(self, ended_s: float, *, stopped: bool) -> Ended:
        ended_s = max(ended_s, self._began_s + HOP_S)
        return Ended(Kind.NOISE_SPIKE, ended_s, ended_s - self._began_s, max(self._peak_db, 0.0), stopped)

    def _go_blind(self, level: SoundLevel, background: Background) -> Began | Ended | None:
        """Ends what was open at the last trusted hop, and forgets the street."""
        if self._state is State.OPEN:
            self._hushed_s = level.t_s - BLIND_HOPS * HOP_S
        found = self._take(Sign.BLIND, level, background)
        self._recent.clear()
        self._voice = self._new_background()
        return found

    def _learn(self) -> None:
        """Feeds the voice band's background with what falls out of the memory: a slow rise is not learnt at once."""
        if len(self._recent) == MEMORY_HOPS:
            self._voice.update(self._recent[0], absorb=self._state not in {State.OPEN, State.CLOSING})

    def _new_background(self) -> Background:
        return Background(warm_up_s=self._settings.settle_s - MEMORY_HOPS * HOP_S)
