"""Which kind a bang is told as. One bang is one incident.

The rules:
1. A bang is looked at until a window of the model holds it and half a second after it. Then a class that is sure and
   whose shape agrees gives its name.
2. Where none is sure, or there is no model, or time is up, it is an impulse without a name. Only where fireworks are
   likely the next window is waited for: they crackle.
3. A shot and a lone firework cannot be told apart within a second. So a shot is looked at once more half a second
   later, when a firework crackles; where both are likely it has no name, and none is a shot while fireworks are about.
4. Without a name it has to be loud, sudden and short: a horn, a voice and a bell are not.
5. A regular train is told as its first bang, and not at all where a model that knows shots hears none in it: it is a
   machine, as is what goes on for five seconds. At the converter's rail it is told all the same.
6. What bangs as loudly several times a day belongs to the street, and is not told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from node.config.sound_classes import SoundClass
from node.contract.words import Evidence, Kind
from node.sense.audio.burst import Burst
from node.sense.audio.habit import Habit
from node.sense.audio.heard import Confidence
from node.sense.audio.impulse import AFTER
from node.sense.audio.odds import CLEAR_ODDS, NEVER, Thresholds, log_odds

if TYPE_CHECKING:
    from node.config.sound_events import ImpulseSettings, SoundEventSettings
    from node.sense.audio.impulse import Impulse
    from node.sense.audio.tagger import Scores

KIND_OF: Final[dict[SoundClass, Kind]] = {
    SoundClass.GUNSHOT: Kind.SOUND_GUNSHOT,
    SoundClass.EXPLOSION: Kind.SOUND_EXPLOSION,
    SoundClass.FIREWORKS: Kind.SOUND_FIREWORKS,
    SoundClass.GLASS_BREAK: Kind.SOUND_GLASS_BREAK,
}
"""What a bang may be named."""

HOLDS_S: Final = (0.35, 0.95)
"""A window has heard a bang if it ends this long after it: it holds enough of it, and its beginning."""

LATER_S: Final = (0.95, 1.6)
"""A window that ends this long after it has heard what followed."""

LIKELY_ODDS: Final = 2.0
"""A class is likely whose log odds lie less than this under its threshold."""

NAMED_SLACK_DB: Final = 10.0
"""What has a name may be this much weaker than what has none."""

FIREWORKS_LINGER_S: Final = 30.0
NOISE_KURTOSIS: Final = 5.0
"""What does not fade within 100 ms has to have more than this: horns that begin suddenly had up to 4.6 (2026-11)."""

BULLET_MS: Final = 25
"""The longest rise at the converter's rail: the shock of a bullet comes up to 20 ms before the muzzle blast."""

CLEAR_PROMINENCE: Final = 10.0


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


@dataclass(slots=True)
class _Waiting:
    """A bang that is looked at: its shape, the greatest log odds of the windows that held it, how many those were, and
    how many heard what followed; of these, only what speaks for fireworks counts.
    """

    impulse: Impulse
    windows: int = 0
    looks: int = 0
    odds: dict[SoundClass, float] = field(default_factory=dict)


class Bangs:
    """Judges impulse after impulse. Holds numbers only.

    Args:
        impulse: what is worth telling without a name.
        sounds: how far rivals have to lie apart.
        thresholds: of the model; empty without one.
    """

    def __init__(self, impulse: ImpulseSettings, sounds: SoundEventSettings, thresholds: Thresholds) -> None:
        self._settings = impulse
        self._rival_odds = sounds.rival_odds
        self._thresholds = thresholds
        self._burst = Burst()
        self._habit = Habit()
        self._waiting: list[_Waiting] = []
        self._fireworks_s = self._shots_s = self._no_shots_s = NEVER

    @property
    def expects(self) -> bool:
        """True while a bang is looked at."""
        return bool(self._waiting)

    def hear(self, impulse: Impulse) -> None:
        """Takes an impulse to be looked at; an echo belongs to what it answers."""
        if self._burst.add(impulse):
            self._waiting.append(_Waiting(impulse))

    def see(self, scores: Scores) -> None:
        """Takes a window's scores."""
        odds = {name: log_odds(p) for name, p in scores.probabilities.items()}
        fireworks = odds.get(SoundClass.FIREWORKS, NEVER)
        if self._thresholds.margin(SoundClass.FIREWORKS, fireworks) >= 0 and fireworks > odds.get(
            SoundClass.GUNSHOT, NEVER
        ):
            self._fireworks_s = scores.t_s
        self._see_shots(scores.t_s, odds.get(SoundClass.GUNSHOT, NEVER))
        for one in self._waiting:
            after_s = scores.t_s - one.impulse.onset_s
            if HOLDS_S[0] <= after_s <= HOLDS_S[1]:
                one.windows += 1
                one.odds = {name: max(value, one.odds.get(name, NEVER)) for name, value in odds.items()}
            elif LATER_S[0] < after_s <= LATER_S[1]:
                one.looks += 1
                one.odds[SoundClass.FIREWORKS] = max(fireworks, one.odds.get(SoundClass.FIREWORKS, NEVER))

    def decide(self, now_s: float, *, last: bool = False) -> list[Bang]:
        """The bangs that are worth telling, now that it is `now_s`, oldest first.

        Args:
            now_s: now.
            last: no further window will come: each of them is judged by what is known of it.
        """
        told = []
        for one in list(self._waiting):
            name = self._name(one, now_s)
            if name is None and not last and not self._is_over(one, now_s):
                continue
            self._waiting.remove(one)
            bang = self._named(one, name) if name is not None else self._unnamed(one)
            if bang is not None:
                told.append(bang)
        return told

    def drop(self) -> None:
        """Drops what is looked at: it was no sound of the street."""
        self._waiting.clear()

    def _see_shots(self, t_s: float, odds: float) -> None:
        """Takes what a window said of shots; a model without a threshold for them says nothing."""
        margin = self._thresholds.margin(SoundClass.GUNSHOT, odds)
        if margin >= -LIKELY_ODDS:
            self._shots_s = t_s
        elif margin > NEVER:
            self._no_shots_s = t_s

    def _may_be_first_shot(self, impulse: Impulse) -> bool:
        """Whether a regular train began with it that no window denies to be shots; the others belong to the first."""
        began_s = self._burst.began_s
        denied = self._no_shots_s >= began_s + HOLDS_S[0] and self._shots_s < began_s
        return impulse.onset_s <= began_s and not denied

    def _margin(self, one: _Waiting, name: SoundClass) -> float:
        return self._thresholds.margin(name, one.odds.get(name, NEVER))

    def _name(self, one: _Waiting, now_s: float) -> SoundClass | None:
        """The class that is sure, and whose rivals are not (rules 1 and 3)."""
        # A pane that breaks does not overload a microphone that stands 120 dB.
        names = [name for name in KIND_OF if not (name is SoundClass.GLASS_BREAK and one.impulse.overload)]
        best = max(names, key=lambda name: self._margin(one, name))
        if self._margin(one, best) < 0 or not self.has_shape(one.impulse):
            return None
        gunshot, fireworks = (one.odds.get(name, NEVER) for name in (SoundClass.GUNSHOT, SoundClass.FIREWORKS))
        if best is SoundClass.FIREWORKS and fireworks - gunshot < self._rival_odds:
            return None
        if best is SoundClass.GUNSHOT and (
            not one.looks
            or gunshot - fireworks < self._rival_odds
            or self._margin(one, SoundClass.FIREWORKS) > -LIKELY_ODDS
            or now_s - self._fireworks_s < FIREWORKS_LINGER_S
        ):
            return None
        return best

    def _is_over(self, one: _Waiting, now_s: float) -> bool:
        """Whether it is looked at no longer (rule 2)."""
        waited_s = now_s - one.impulse.onset_s
        doubtful = self._margin(one, SoundClass.GUNSHOT) >= 0 or self._margin(one, SoundClass.FIREWORKS) > -LIKELY_ODDS
        if not self._thresholds or waited_s >= self._settings.sure_within_s:
            return True
        return not doubtful and (bool(one.windows) or waited_s >= self._settings.name_within_s)

    def has_shape(self, impulse: Impulse) -> bool:
        """Whether it is sudden and strong enough to have a name."""
        s = self._settings
        prominent = impulse.prominence >= s.prominence or self._burst.count > 1
        return prominent and self._is_sudden(impulse) and impulse.peak_over_l90_db >= s.peak_db - NAMED_SLACK_DB

    def _is_sudden(self, impulse: Impulse) -> bool:
        return impulse.rise_ms <= (BULLET_MS if impulse.overload else self._settings.rise_ms)

    def _named(self, one: _Waiting, name: SoundClass) -> Bang:
        clear = self._margin(one, name) >= CLEAR_ODDS
        confidence = Confidence.MEDIUM if clear else Confidence.LOW
        evidence = (Evidence.CLASSIFIER, *self._shape(one.impulse))
        return Bang(KIND_OF[name], one.impulse.onset_s, one.impulse.level_over_l50_db, confidence, evidence)

    def _unnamed(self, one: _Waiting) -> Bang | None:
        """A bang without a name, if it is one and the street has not had its like (rules 4 to 6)."""
        impulse, s = one.impulse, self._settings
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
