"""Which kind a bang is told as. One bang is one incident.

The rules:
1. A bang is looked at in two windows of the model, which end within three quarters of a second, and named by all that
   is known of it (`bang_judge`), if its shape agrees. What is clear is told with the first of them.
2. Where nothing is sure after the second, or there is no model, or time is up, it is an impulse without a name.
3. A shot is looked at once more half a second later, when a firework crackles; what likely is one then is no shot, and
   none is a shot while fireworks are about.
4. Without a name it has to be loud, sudden and short: a horn, a voice and a bell are not.
5. A regular train is told as its first bang, and not at all where a model that knows shots hears none in it: it is a
   machine, as is what goes on for five seconds. At the converter's rail it is told all the same.
6. What bangs as loudly several times a day belongs to the street, and is not told.
7. A bang fades. What stays as loud may be a gain that jumped, which is found within `FOUND_S` (`truth.gain`): until
   then it is not told.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from node.config.sound_classes import SoundClass
from node.contract.words import Evidence, Kind
from node.sense.audio.bang_judge import BangJudge
from node.sense.audio.bang_look import HOLDS_S, LIKELY_ODDS, LOOKS, Look
from node.sense.audio.burst import Burst
from node.sense.audio.habit import Habit
from node.sense.audio.heard import Confidence
from node.sense.audio.impulse import AFTER
from node.sense.audio.odds import CLEAR_ODDS, NEVER, Thresholds, log_odds

if TYPE_CHECKING:
    from node.config.sound_events import ImpulseSettings
    from node.sense.audio.impulse import Impulse
    from node.sense.audio.tagger import Scores

KIND_OF: Final[dict[SoundClass, Kind]] = {
    SoundClass.GUNSHOT: Kind.SOUND_GUNSHOT,
    SoundClass.EXPLOSION: Kind.SOUND_EXPLOSION,
    SoundClass.FIREWORKS: Kind.SOUND_FIREWORKS,
    SoundClass.GLASS_BREAK: Kind.SOUND_GLASS_BREAK,
}
"""What a bang may be named."""

BEFORE_S: Final = 4.0
"""A whistle, or the bangs of a salvo, this long before a bang speak for fireworks."""

INTO_S: Final = 0.1
"""A window that ends so soon after a bang's beginning holds next to nothing of it."""

KEPT: Final = 32
"""Windows within `BEFORE_S`, and more."""

NAMED_SLACK_DB: Final = 10.0
"""What has a name may be this much weaker than what has none."""

FIREWORKS_LINGER_S: Final = 30.0
NOISE_KURTOSIS: Final = 5.0
"""What does not fade within 100 ms has to have more than this: horns that begin suddenly had up to 4.6 (2026-11)."""

BULLET_MS: Final = 25
"""The longest rise at the converter's rail: the shock of a bullet comes up to 20 ms before the muzzle blast."""

CLEAR_PROMINENCE: Final = 10.0
FADES_DB: Final = 5.0
FOUND_S: Final = 1.25
"""After a bang the Fast level falls by 35 dB a second; a street whose gain has jumped goes on as loud (rule 7)."""


@dataclass(frozen=True, slots=True)
class Bang:
    """A bang that is worth telling.

    Args:
        kind: as what.
        onset_s: when it began.
        level_db: its greatest A-weighted Fast level over the background.
        confidence: how sure.
        evidence: why, strongest first.
    """

    kind: Kind
    onset_s: float
    level_db: float
    confidence: Confidence
    evidence: tuple[Evidence, ...]


class Bangs:
    """Judges impulse after impulse. Holds numbers only.

    Args:
        impulse: what is worth telling without a name.
        thresholds: of the model; empty without one.
        judge: what a bang is by all that is known of it.
    """

    def __init__(self, impulse: ImpulseSettings, thresholds: Thresholds, judge: BangJudge | None = None) -> None:
        self._settings = impulse
        self._thresholds = thresholds
        self._judge = BangJudge.shipped() if judge is None else judge
        self._burst = Burst()
        self._habit = Habit()
        self._waiting: list[Look] = []
        self._fireworks: deque[tuple[float, float]] = deque(maxlen=KEPT)
        self._fireworks_s = self._shots_s = self._no_shots_s = NEVER

    @property
    def expects(self) -> bool:
        """True while a bang is looked at."""
        return bool(self._waiting)

    def hear(self, impulse: Impulse) -> None:
        """Takes an impulse to be looked at; an echo belongs to what it answers."""
        if self._burst.add(impulse):
            began_s = impulse.onset_s
            before = (margin for t_s, margin in self._fireworks if began_s - BEFORE_S <= t_s <= began_s + INTO_S)
            self._waiting.append(Look(impulse, max(before, default=NEVER)))

    def see(self, scores: Scores) -> None:
        """Takes a window's scores."""
        margins = {name: self._thresholds.margin(name, log_odds(p)) for name, p in scores.probabilities.items()}
        fireworks, gunshot = (margins.get(name, NEVER) for name in (SoundClass.FIREWORKS, SoundClass.GUNSHOT))
        self._fireworks.append((scores.t_s, fireworks))
        if fireworks >= CLEAR_ODDS and fireworks > gunshot:
            self._fireworks_s = scores.t_s
        if gunshot >= -LIKELY_ODDS:
            self._shots_s = scores.t_s
        elif gunshot > NEVER:  # a model without a threshold for them says nothing
            self._no_shots_s = scores.t_s
        for one in self._waiting:
            one.see(scores.t_s, margins)

    def decide(self, now_s: float, *, over_db: float = -math.inf, last: bool = False) -> list[Bang]:
        """The bangs that are worth telling, now that it is `now_s`, oldest first.

        Args:
            now_s: now.
            over_db: the A-weighted Fast level over the background now.
            last: no further window will come: each of them is judged by what is known of it.
        """
        told = []
        for one in list(self._waiting):
            name = self._name(one, now_s)
            if not last and (_may_be_gain(one.impulse, now_s, over_db) or not self._is_over(one, name, now_s)):
                continue
            self._waiting.remove(one)
            if name is SoundClass.GUNSHOT and not one.later:
                name = None
            bang = self._named(one, name) if name is not None else self._unnamed(one.impulse)
            if bang is not None:
                told.append(bang)
        return told

    def drop(self) -> None:
        """Drops what is looked at: it was no sound of the street."""
        self._waiting.clear()

    def _may_be_first_shot(self, impulse: Impulse) -> bool:
        """Whether a regular train began with it that no window denies to be shots; the others belong to the first."""
        began_s = self._burst.began_s
        denied = self._no_shots_s >= began_s + HOLDS_S[0] and self._shots_s < began_s
        return impulse.onset_s <= began_s and not denied

    def _name(self, one: Look, now_s: float) -> SoundClass | None:
        """The class that is sure (rules 1 and 3)."""
        name = one.name(self._judge) if self.has_shape(one.impulse) else None
        if name is SoundClass.GUNSHOT and now_s - self._fireworks_s < FIREWORKS_LINGER_S:
            return None
        return name

    def _is_over(self, one: Look, name: SoundClass | None, now_s: float) -> bool:
        """Whether it is looked at no longer (rules 1 to 3)."""
        waited_s = now_s - one.impulse.onset_s
        if not self._thresholds or waited_s >= self._settings.sure_within_s:
            return True
        if not one.windows:
            return waited_s >= self._settings.name_within_s
        if name is SoundClass.GUNSHOT:
            return bool(one.later)
        if one.windows >= LOOKS or one.later:
            return True
        return one.is_clear(self._judge) if name is not None else not one.is_likely(self._judge)

    def has_shape(self, impulse: Impulse) -> bool:
        """Whether it is sudden and strong enough to have a name."""
        s = self._settings
        prominent = impulse.prominence >= s.prominence or self._burst.count > 1
        return prominent and self._is_sudden(impulse) and impulse.peak_over_l90_db >= s.peak_db - NAMED_SLACK_DB

    def _is_sudden(self, impulse: Impulse) -> bool:
        return impulse.rise_ms <= (BULLET_MS if impulse.overload else self._settings.rise_ms)

    def _named(self, one: Look, name: SoundClass) -> Bang:
        if name is SoundClass.FIREWORKS:
            self._fireworks_s = one.impulse.onset_s
        confidence = Confidence.MEDIUM if one.is_clear(self._judge) else Confidence.LOW
        evidence = (Evidence.CLASSIFIER, *self._shape(one.impulse))
        return Bang(KIND_OF[name], one.impulse.onset_s, one.impulse.level_over_l50_db, confidence, evidence)

    def _unnamed(self, impulse: Impulse) -> Bang | None:
        """A bang without a name, if it is one and the street has not had its like (rules 4 to 6)."""
        s = self._settings
        loud = impulse.level_over_l50_db >= s.level_db and impulse.peak_over_l90_db >= s.peak_db
        sudden = impulse.prominence >= s.prominence and self._is_sudden(impulse)
        short = impulse.overload or impulse.decay_ms < AFTER or impulse.kurtosis >= NOISE_KURTOSIS
        if not (loud and sudden and short):
            return None
        machine = self._burst.is_machine or (self._burst.is_regular and not self._may_be_first_shot(impulse))
        rank = self._habit.rank(impulse.onset_s, impulse.level_over_l50_db)
        if (machine and not impulse.overload) or rank >= s.usual_per_day:
            return None
        clear = impulse.prominence >= CLEAR_PROMINENCE
        confidence = Confidence.MEDIUM if clear else Confidence.LOW
        return Bang(Kind.SOUND_IMPULSE, impulse.onset_s, impulse.level_over_l50_db, confidence, self._shape(impulse))

    def _shape(self, impulse: Impulse) -> tuple[Evidence, ...]:
        """What its shape and its burst say, strongest first."""
        words = [Evidence.OVERLOAD] if impulse.overload else []
        if self._burst.count >= 3:
            words.append(Evidence.REGULAR if self._burst.is_regular else Evidence.BURST)
        return (*words, Evidence.IMPULSE_SHAPE)[:2]


def _may_be_gain(impulse: Impulse, now_s: float, over_db: float) -> bool:
    """Whether it is as loud as it was, and nobody could have found a fault yet (rule 7)."""
    return over_db > impulse.level_over_l50_db - FADES_DB and now_s - impulse.onset_s < FOUND_S
