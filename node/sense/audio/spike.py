"""The noise spike: a crowd that grows loud over the street's own background, with a beginning and an end.

Level alone cannot tell a roar from a lorry, nor from a horn (reference: standards, section 5.4), so:
1. What counts is the voice band, 250-4000 Hz, against its own background; the A-weighted level must rise too.
2. Five of the last eight hops are above the threshold: one bang is no spike.
3. That threshold stands above the street's middle (L50) and above what it reaches by itself (L5, once it is known).
4. The last second must sound like a crowd: its score (`likeness`, `crowd_score`) passes a second threshold. That one is
   set from how many false spikes a day are asked for, and moves with what the street brings (`tail`), within bounds.
5. What was not taken for a crowd in time stays refused until it is over, or until the street grows louder still.
6. Thresholds come in pairs, a pause belongs to the spike, and after its end there is a refractory time.
7. A microphone that was not to be trusted for five seconds has to listen anew before a spike may open.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from node.contract.words import Evidence, Kind
from node.sense.audio import rise
from node.sense.audio.background import Background
from node.sense.audio.crowd_judge import CrowdJudge
from node.sense.audio.heard import BLIND_HOPS, Began, Confidence, Ended
from node.sense.audio.lifecycle import STEPS, Sign, State
from node.sense.capture.hops import HOP_S

if TYPE_CHECKING:
    from node.config.sound import SpikeSettings
    from node.sense.audio.crowd_judge import Score
    from node.sense.audio.level import SoundLevel
    from node.sense.audio.timbre import Timbre

MEMORY_HOPS: Final = 20
"""How far back a beginning is looked for, 2.5 s: a roar may swell, a crowd takes a breath after its first shout."""

DECIDED_S: Final = 2.5
"""What does not sound like a crowd by then, from its beginning, is refused."""

FADED_HOPS: Final = 3
LOUDER_DB: Final = 3.0
"""What grows by this much over what was refused is looked at anew: a crowd may break out beside a siren."""

NOTHING_DB: Final = float("-inf")

KNOWN_WEEKS: Final = 3
"""From so many weeks on an hour of the week is a second reference."""

VOICE_OVER_A_DB: Final = 1.5
"""The voice band of a far city and of traffic over their A-weighted level (the time-lapse's table)."""

SURE_CROWD: Final = 0.5
MOST_EVIDENCE: Final = 3


class SpikeDetector:
    """Steps through the lifecycle, hop by hop. Time comes with the levels.

    Args:
        settings: the thresholds, in pairs.
        score: what tells a crowd from the rest; None for the one that is shipped.
    """

    def __init__(self, settings: SpikeSettings, score: Score | None = None) -> None:
        self._settings = settings
        self._judge = CrowdJudge(settings.false_per_day, score)
        self._state = State.QUIET
        self._since_s = 0.0
        self._began_s = 0.0
        self._hushed_s = 0.0
        self._peak_db = 0.0
        self._floor_db = NOTHING_DB
        self._refused_db = 0.0
        self._blind_hops = 0
        self._recent: deque[float] = deque(maxlen=MEMORY_HOPS)
        self._voice = self._new_background()
        self._is_new = True

    @property
    def active(self) -> bool:
        """True while a spike rises, is open or closes: what is heard then is no background."""
        return self._state is State.RISING or self._is_open

    @property
    def rising_since_s(self) -> float | None:
        """When what rises or is open began; None while nothing does."""
        return self._began_s if self.active else None

    def step(
        self, level: SoundLevel, timbre: Timbre, background: Background, *, trusted: bool, crowd: float | None = None
    ) -> Began | Ended | None:
        """What this hop begins or ends.

        Args:
            level: the levels of the hop.
            timbre: its timbre.
            background: of the A-weighted Fast level; the caller feeds it with trusted hops, absorbing
                those that are not `active`.
            trusted: the microphone told the truth in this hop. Other hops are not looked at.
            crowd: the probability that a classifier gave a crowd in the last second, 0..1; None without one.
        """
        self._blind_hops = 0 if trusted else self._blind_hops + 1
        if trusted and self._is_new:
            self._voice.remember(background.usual, higher_db=VOICE_OVER_A_DB)
        self._is_new = False
        if not trusted:
            return self._go_blind(level, background) if self._blind_hops == BLIND_HOPS else None
        self._recent.append(level.voice_db)
        self._judge.hear(timbre)
        found = self._take(self._read(level, background, crowd), level, background, crowd)
        if self.active and background.l50_db is not None:
            self._peak_db = max(self._peak_db, level.laf_max_db - background.l50_db)
        self._learn()
        return found

    def finish(self, t_s: float) -> Ended | None:
        """The end of a spike that is still open when listening stops at `t_s`; else None."""
        is_open, self._state = self._is_open, State.QUIET
        return self._ended(t_s, stopped=True) if is_open else None

    @property
    def _is_open(self) -> bool:
        # By identity: a set of members costs a hash in Python at each hop.
        return self._state is State.OPEN or self._state is State.CLOSING

    def _read(self, level: SoundLevel, background: Background, crowd: float | None) -> Sign | None:
        """What this hop says in this state."""
        if self._state is State.REFRACTORY:
            return Sign.EXPIRED if level.t_s - self._since_s >= self._settings.refractory_s else None
        limits, l50_db = self._limits(), background.l50_db
        if limits is None or l50_db is None:
            return None
        if self._state is State.QUIET:
            return Sign.LOUD if level.voice_db >= limits[0] else None
        if self._state is State.RISING:
            return self._read_rise(level, limits[0], l50_db, crowd)
        return self._read_loud(level, *limits)

    def _read_rise(self, level: SoundLevel, open_at: float, l50_db: float, crowd: float | None) -> Sign | None:
        """Whether what rises is a crowd, is over, or has been given time enough."""
        levels_db, middle_db = list(self._recent), self._voice.l50_db
        sustained_db = rise.sustained_db(levels_db)
        stands_out = sustained_db >= open_at and level.laeq_1s_db >= l50_db + self._settings.open_level_db
        if stands_out and middle_db is not None and self._judge.is_crowd(level, sustained_db - middle_db, crowd):
            return Sign.SURE
        if max(levels_db[-FADED_HOPS:]) < open_at:
            return Sign.FADED
        return Sign.LATE if level.t_s - self._began_s >= DECIDED_S else None

    def _read_loud(self, level: SoundLevel, open_at: float, close_at: float) -> Sign | None:
        """Whether what is open, closing or refused is over, or is back."""
        levels_db = list(self._recent)
        sustained_db, hushed = rise.sustained_db(levels_db), rise.hushed_db(levels_db) < close_at
        if self._state is State.REFUSED:
            return Sign.HUSHED if hushed else Sign.LOUD if sustained_db >= self._refused_db + LOUDER_DB else None
        if self._state is State.OPEN:
            return Sign.HUSHED if hushed else None
        expired = level.t_s - self._since_s >= self._settings.hold_s
        return Sign.BACK if sustained_db >= open_at else Sign.EXPIRED if expired else None

    def _limits(self) -> tuple[float, float] | None:
        """The levels of the voice band that open and close, in dB; None until the background is warm."""
        middle_db, reach_db = self._voice.l50_db, self._voice.reach_db
        if middle_db is None or reach_db is None:
            return None
        s = self._settings
        return (
            max(middle_db + s.open_db, reach_db + s.open_peak_db),
            max(middle_db + s.close_db, reach_db + s.close_peak_db),
        )

    def _take(
        self, sign: Sign | None, level: SoundLevel, background: Background, crowd: float | None
    ) -> Began | Ended | None:
        """Takes the step that the sign asks for, and tells what it means to the outside."""
        before = self._state
        if sign is None or sign not in STEPS[before]:
            return None
        self._state, self._since_s = STEPS[before][sign], level.t_s
        if self._state is State.RISING:
            self._begin(level, over_db=self._refused_db + LOUDER_DB / 2 if before is State.REFUSED else NOTHING_DB)
        elif before is State.RISING and self._state is State.OPEN:
            # What rose first may have been a car, and the crowd came later.
            self._began_s = max(self._began_s, self._on_since_s(level))
            return self._began(level, background, crowd)
        elif before is State.RISING:
            if sign is not Sign.BLIND:
                self._judge.refuse()
            self._refused_db = rise.sustained_db(list(self._recent))
        elif self._state is State.CLOSING:
            self._hushed_s = level.t_s - rise.SUSTAINED_HOPS * HOP_S
        elif self._state is State.REFRACTORY:
            return self._ended(self._hushed_s, stopped=sign is Sign.BLIND)
        return None

    def _begin(self, level: SoundLevel, *, over_db: float) -> None:
        """Something rises, over what closes a spike and over `over_db`: it began when that came on."""
        limits = self._limits()
        self._floor_db = over_db if limits is None else max(limits[1], over_db)
        self._began_s, self._peak_db = self._on_since_s(level), 0.0
        self._judge.begin(round((level.t_s - self._began_s) / HOP_S))

    def _on_since_s(self, level: SoundLevel) -> float:
        """Since when what is loud now has been on."""
        return level.t_s - HOP_S * rise.hops_on(list(self._recent), self._floor_db)

    def _began(self, level: SoundLevel, background: Background, crowd: float | None) -> Began:
        l50_db, usual = background.l50_db, background.usual
        if l50_db is None:
            raise RuntimeError("a spike opened without a background")
        confidence = self._judge.confidence
        if (
            usual is not None
            and usual.weeks >= KNOWN_WEEKS
            and level.laeq_1s_db < usual.l50_db + self._settings.open_db
        ):
            confidence = Confidence.LOW  # as loud as this hour of the week usually is
        evidence = [Evidence.VOICE_BAND, Evidence.MODULATION, Evidence.SUSTAINED]
        if level.laeq_1s_db >= l50_db + self._settings.open_db:
            evidence.insert(0, Evidence.LEVEL_RISE)
        if crowd is not None and crowd >= SURE_CROWD:
            evidence.insert(0, Evidence.CLASSIFIER)
        return Began(Kind.NOISE_SPIKE, self._began_s, level.t_s, confidence, tuple(evidence[:MOST_EVIDENCE]))

    def _ended(self, ended_s: float, *, stopped: bool) -> Ended:
        ended_s = max(ended_s, self._began_s + HOP_S)
        return Ended(Kind.NOISE_SPIKE, ended_s, ended_s - self._began_s, max(self._peak_db, 0.0), stopped)

    def _go_blind(self, level: SoundLevel, background: Background) -> Began | Ended | None:
        """Ends what was open at the last trusted hop, and forgets the street."""
        if self._state is State.OPEN:
            self._hushed_s = level.t_s - BLIND_HOPS * HOP_S
        found = self._take(Sign.BLIND, level, background, None)
        self._recent.clear()
        self._judge.forget()
        self._voice = self._new_background()
        return found

    def _learn(self) -> None:
        """Feeds the voice band's background with what falls out of the memory: a slow rise is not learnt at once."""
        if len(self._recent) == MEMORY_HOPS:
            self._voice.update(self._recent[0], absorb=not self._is_open)

    def _new_background(self) -> Background:
        return Background(warm_up_s=self._settings.settle_s - MEMORY_HOPS * HOP_S)
