"""Sounds that last, told from several windows of the model: a siren, a horn, a scream, a night of fireworks.

One false window in ten minutes is 144 a day, so:
1. A class has to be above its threshold in k of the last n windows. For a siren a window's log odds are the mean of
   three: that doubles what is found of it (reference: audio-recipe), and would blur what is short. Of a scream and of
   a horn, which are short, one window has to be above it and the other hardly under it: a threshold is set for single
   windows, and two that agree are worth more than one.
2. The level has to stand above the background: a net that knows no loudness hears things in near-silence.
3. It goes on while a window's own log odds lie only a little under the threshold.
4. Windows that overlap nearly whole are one: an urgent one is no second witness.
5. Fireworks have to be likelier than shots, and a horn likelier than a siren.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Final

from node.config.sound_classes import SoundClass
from node.contract.words import Kind
from node.sense.audio.odds import CLEAR_ODDS, NEVER, Thresholds, log_odds

if TYPE_CHECKING:
    from node.config.sound_events import SoundEventSettings
    from node.sense.audio.tagger import Scores

APART_S: Final = 0.4
"""Windows closer than this are one (rule 4)."""

SLACK_ODDS: Final = 1.0
"""Of 52 screams in streets of training seeds 42 are told with it and 35 without, and in either case none where there is
none (298 streets, with the small model before this one, 2026-11)."""

WINDOW_S: Final = 1.0
STEP_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Rule:
    """How a class is told.

    Args:
        kind: as what.
        needed: in so many windows it has to be above its threshold,
        of: of so many.
        mean_of: the log odds of so many windows are one.
        rival: a class that it has to be likelier than.
        slack_odds: all but one of them may lie so far under it.
    """

    kind: Kind
    needed: int
    of: int
    mean_of: int = 1
    rival: SoundClass | None = None
    slack_odds: float = 0.0


RULES: Final[dict[SoundClass, Rule]] = {
    SoundClass.SIREN: Rule(Kind.SOUND_SIREN, 2, 3, mean_of=3),
    SoundClass.HORN_OR_ALARM: Rule(Kind.SOUND_HORN_OR_ALARM, 2, 3, rival=SoundClass.SIREN, slack_odds=SLACK_ODDS),
    SoundClass.SCREAM: Rule(Kind.SOUND_SCREAM, 2, 3, slack_odds=SLACK_ODDS),
    SoundClass.FIREWORKS: Rule(Kind.SOUND_FIREWORKS, 3, 20, rival=SoundClass.GUNSHOT),
}


@dataclass(frozen=True, slots=True)
class Lasts:
    """What a window said of a class.

    Args:
        since_s: when the sound began that is now sure, or None where it is not sure.
        clear: it is far above its threshold.
    """

    since_s: float | None
    clear: bool


class Lasting:
    """Follows one class from window to window. Holds numbers only.

    Args:
        name: the class.
        settings: the level it needs, and when it goes on.
        thresholds: of the model.
    """

    def __init__(self, name: SoundClass, settings: SoundEventSettings, thresholds: Thresholds) -> None:
        self.kind = RULES[name].kind
        self._name = name
        self._rule = RULES[name]
        self._settings = settings
        self._thresholds = thresholds
        self._odds: deque[float] = deque(maxlen=self._rule.mean_of)
        self._heard_s: deque[float] = deque(maxlen=self._rule.of + self._rule.mean_of)
        self._sure: deque[tuple[float, float]] = deque(maxlen=self._rule.of)
        self._last_s = NEVER

    def see(self, scores: Scores, over_db: float) -> Lasts | None:
        """Takes a window's scores, and says what it is worth; None where the class is not heard in it.

        Args:
            scores: of the window.
            over_db: the greatest A-weighted Fast level within it, over the background.
        """
        if scores.t_s - self._last_s < APART_S or self._name not in scores.probabilities:
            return None
        if scores.t_s - self._last_s > 2 * STEP_S:
            # It slept in between: what came before says nothing of now.
            self._odds.clear()
        self._last_s = scores.t_s
        self._odds.append(log_odds(scores.probabilities[self._name]))
        margin = self._thresholds.margin(self._name, fmean(self._odds))
        stands_out = over_db >= self._settings.level_db and self._is_first(scores)
        own_margin = self._thresholds.margin(self._name, self._odds[-1]) if stands_out else NEVER
        if own_margin >= -self._rule.slack_odds:
            self._heard_s.append(scores.t_s)
        if len(self._odds) < self._rule.mean_of or not stands_out:
            margin = NEVER
        self._sure.append((scores.t_s, margin))
        return self._lasts(scores.t_s) if own_margin >= -self._settings.close_odds else None

    def forget(self) -> None:
        """Drops the windows so far."""
        self._odds.clear()
        self._heard_s.clear()
        self._sure.clear()

    def _lasts(self, t_s: float) -> Lasts:
        reach_s = t_s - self._rule.of * STEP_S - APART_S
        first_s = min((at_s for at_s in self._heard_s if at_s >= reach_s - self._rule.mean_of * STEP_S), default=t_s)
        sure = [margin for at_s, margin in self._sure if margin >= -self._rule.slack_odds and at_s >= reach_s]
        if len(sure) < self._rule.needed or max(sure) < 0:
            return Lasts(None, clear=False)
        # The first window that held enough of it to be sure of held about half of a second.
        return Lasts(first_s - WINDOW_S / 2, clear=fmean(sure) >= CLEAR_ODDS)

    def _is_first(self, scores: Scores) -> bool:
        """Rule 5."""
        rival = self._rule.rival
        return rival is None or scores.probabilities[self._name] > scores.probabilities.get(rival, 0.0)
