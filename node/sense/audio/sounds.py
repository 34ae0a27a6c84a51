"""What is told of bangs and of sounds that last: at most one open incident of each kind.

The rules:
1. `bangs` says what a bang is told as, `lasting` what windows of the model say; here incidents begin and end.
2. While fireworks or shots go on, every further bang belongs to them; no bang is an impulse beside a named one. Half a
   minute after the model said so last, it takes in no more.
3. A microphone that is not to be trusted tells nothing but the bang that it had heard before. After five seconds of it
   what was open has ended.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from node.contract.words import Evidence, Kind
from node.sense.audio.bangs import KIND_OF, Bang, Bangs
from node.sense.audio.heard import BLIND_HOPS, Began, Confidence, Ended
from node.sense.audio.lasting import RULES, Lasting, Lasts
from node.sense.audio.odds import Thresholds
from node.sense.audio.spell import Spell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from node.config.settings import Settings
    from node.config.sound_classes import SoundClass
    from node.sense.audio.background import Background
    from node.sense.audio.impulse import Impulse
    from node.sense.audio.level import SoundLevel
    from node.sense.audio.tagger import Scores

AWAKE_S: Final = 2.0
"""The model stays awake for this long after the last reason, so that a pause does not cut what it hears."""

WINDOW_HOPS: Final = 8
NAMED: Final = frozenset(KIND_OF.values())
SWALLOWS: Final = (Kind.SOUND_FIREWORKS, Kind.SOUND_GUNSHOT)
"""While one of these is open, every bang belongs to it."""


class SoundEvents:
    """Steps hop by hop. Time comes with the levels; holds numbers only.

    Args:
        settings: the node's.
        thresholds: of each class of the model, as probabilities; empty without a model.
    """

    def __init__(self, settings: Settings, thresholds: Mapping[SoundClass, float]) -> None:
        odds = Thresholds(thresholds)
        self._settings = settings.sound_events
        self._bangs = Bangs(settings.impulse, odds)
        self._lasting = [Lasting(name, self._settings, odds) for name in RULES]
        kinds = [*KIND_OF.values(), Kind.SOUND_IMPULSE, *(rule.kind for rule in RULES.values())]
        self._spells = {kind: self._spell(kind) for kind in kinds}
        self._over_db: deque[float] = deque(maxlen=WINDOW_HOPS)
        self._blind_hops = 0
        self._heard_s = 0.0
        self._woken_s = float("-inf")

    @property
    def active(self) -> bool:
        """True while an incident is open."""
        return any(spell.is_open for spell in self._spells.values())

    def wakes(self, level: SoundLevel, background: Background, *, onset: bool) -> bool:
        """Whether the model should listen: it is louder than usual, or nobody knows what is usual; it banged; or an
        incident is open.

        Args:
            level: of this hop.
            background: of the A-weighted Fast level.
            onset: an impulse has just begun.
        """
        l50_db = background.l50_db
        loud = l50_db is None or level.laf_max_db >= l50_db + self._settings.wake_db
        if loud or onset or self._bangs.expects or self.active:
            self._woken_s = level.t_s
        return level.t_s - self._woken_s <= AWAKE_S

    def hear(self, impulses: Sequence[Impulse]) -> None:
        """Takes the impulses of a hop, before its `step`."""
        for impulse in impulses:
            open_one = self._swallows(SWALLOWS, impulse.onset_s)
            if self._bangs.has_shape(impulse):
                (open_one or self._spells[Kind.SOUND_IMPULSE]).hear(impulse.onset_s)
            if open_one is None:
                self._bangs.hear(impulse)

    def doubt(self) -> None:
        """A fault is found that began before it was found: a bang that is looked at was none."""
        self._bangs.drop()

    def step(
        self, level: SoundLevel, background: Background, scores: Scores | None, *, trusted: bool
    ) -> list[Began | Ended]:
        """What this hop begins or ends.

        Args:
            level: its levels.
            background: of the A-weighted Fast level.
            scores: of the model's window that ends with it, if one does.
            trusted: the microphone told the truth in it.
        """
        self._blind_hops = 0 if trusted else self._blind_hops + 1
        if not trusted:
            return self._go_blind(level.t_s)
        self._heard_s = level.t_s
        l50_db = background.l50_db
        if l50_db is None:
            return []
        self._over_db.append(level.laf_max_db - l50_db)
        found: list[Began | Ended] = []
        if scores is not None:
            self._bangs.see(scores)
            found += self._see(scores, level.t_s)
        for bang in self._bangs.decide(level.t_s, over_db=level.laf_db - l50_db):
            found += self._take(bang, level.t_s)
        return [*found, *self._end(level.t_s)]

    def finish(self, t_s: float) -> list[Began | Ended]:
        """Listening stops at `t_s`: a bang that is looked at is told now, and what is open ends."""
        return [*self._decide_last(t_s), *self._stop(t_s, t_s)]

    def _take(self, bang: Bang, now_s: float) -> list[Began | Ended]:
        """The incident that a bang begins, if it is not a part of one."""
        spell = self._spells[bang.kind]
        if bang.kind is Kind.SOUND_IMPULSE and any(self._spells[kind].is_open for kind in NAMED):
            owner = self._swallows(NAMED, bang.onset_s)
            if owner is not None:
                owner.hear(bang.onset_s)
        elif spell.is_open:
            spell.name(bang.onset_s)
        elif spell.may_begin(bang.onset_s):
            return [spell.begin(bang.onset_s, now_s, bang.level_db, bang.confidence, bang.evidence)]
        return []

    def _see(self, scores: Scores, now_s: float) -> list[Began | Ended]:
        """The incidents that a window begins; the open ones hear that they go on."""
        over_db = max(self._over_db)
        found: list[Began | Ended] = []
        for one in self._lasting:
            lasts, spell = one.see(scores, over_db), self._spells[one.kind]
            if lasts is None:
                continue
            if spell.is_open:
                spell.name(scores.t_s)
            elif lasts.since_s is not None and spell.may_begin(scores.t_s):
                found.append(self._lasts(spell, lasts, now_s))
        return found

    def _lasts(self, spell: Spell, lasts: Lasts, now_s: float) -> Began:
        began_s = max(lasts.since_s if lasts.since_s is not None else now_s, 0.0)
        confidence = Confidence.MEDIUM if lasts.clear else Confidence.LOW
        evidence = (Evidence.CLASSIFIER, Evidence.LEVEL_RISE, Evidence.SUSTAINED)
        began = spell.begin(began_s, now_s, max(self._over_db), confidence, evidence)
        spell.hear(now_s)
        return began

    def _go_blind(self, now_s: float) -> list[Began | Ended]:
        """What was heard before is told; what was open ends where it was heard last, once that is long ago."""
        stopped = self._stop(self._heard_s, now_s) if self._blind_hops == BLIND_HOPS else []
        return [*self._decide_last(now_s), *stopped]

    def _decide_last(self, now_s: float) -> list[Began | Ended]:
        """What a bang begins that is looked at no longer; the windows so far are dropped."""
        self._over_db.clear()
        for one in self._lasting:
            one.forget()
        return [found for bang in self._bangs.decide(now_s, last=True) for found in self._take(bang, now_s)]

    def _swallows(self, kinds: Iterable[Kind], t_s: float) -> Spell | None:
        """The incident of one of these kinds that a bang at `t_s` belongs to."""
        return next((self._spells[kind] for kind in kinds if self._spells[kind].swallows(t_s)), None)

    def _end(self, now_s: float) -> list[Ended]:
        """What is over by now; the windows that told it are forgotten, and tell no other."""
        steps = (spell.step(now_s, self._over_db[-1]) for spell in self._spells.values())
        ended = [one for one in steps if one is not None]
        for one in self._lasting:
            if any(each.kind is one.kind for each in ended):
                one.forget()
        return ended

    def _stop(self, heard_s: float, now_s: float) -> list[Ended]:
        ended = (spell.stop(heard_s, now_s) for spell in self._spells.values())
        return [one for one in ended if one is not None]

    def _spell(self, kind: Kind) -> Spell:
        s = self._settings
        hold_s = s.fireworks_hold_s if kind is Kind.SOUND_FIREWORKS else s.hold_s
        # A second shot is a second shot; but what hardly has a name need not be told anew at once.
        refractory_s = 0.0 if kind in NAMED else s.refractory_s
        return Spell(kind, hold_s, refractory_s)
