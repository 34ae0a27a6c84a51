"""A bang that is looked at: its shape, and what the model's windows say of it so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from node.config.sound_classes import SoundClass
from node.sense.audio.bang_judge import FAMILY, BangJudge, Known, Verdict
from node.sense.audio.odds import CLEAR_ODDS, NEVER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from node.sense.audio.impulse import Impulse

HOLDS_S: Final = (0.35, 0.95)
"""A window has heard a bang if it ends this long after it: it holds enough of it, and its beginning."""

LATER_S: Final = (0.95, 1.6)
"""A window that ends this long after it has heard what followed."""

LOOKS: Final = 2
"""So many windows hold a bang that an impulse asked for."""

LIKELY_ODDS: Final = 2.0
"""A class is likely whose log odds lie less than this under what is told."""

CLEAR_SHARE: Final = 0.9
"""Of its family: from here on the other two are out of the question."""


@dataclass(slots=True)
class Look:
    """A bang that is looked at.

    Args:
        impulse: its shape.
        before: the greatest margin of fireworks in the seconds before it.
        windows: how many windows held it.
        later: how many heard what followed; of these, only what speaks for fireworks counts.
        margins: the greatest of each class, over its threshold.
    """

    impulse: Impulse
    before: float = NEVER
    windows: int = 0
    later: int = 0
    margins: dict[SoundClass, float] = field(default_factory=dict)

    def see(self, t_s: float, margins: Mapping[SoundClass, float]) -> None:
        """Takes a window that ended at `t_s`, if it heard the bang or what followed."""
        after_s = t_s - self.impulse.onset_s
        if HOLDS_S[0] <= after_s <= HOLDS_S[1]:
            self.windows += 1
            self.margins = {name: max(margin, self.margin(name)) for name, margin in margins.items()}
        elif LATER_S[0] < after_s <= LATER_S[1]:
            self.later += 1
            fireworks = SoundClass.FIREWORKS
            self.margins[fireworks] = max(margins.get(fireworks, NEVER), self.margin(fireworks))

    def margin(self, name: SoundClass) -> float:
        """The greatest so far of a class; minus infinity where nothing is known."""
        return self.margins.get(name, NEVER)

    def verdict(self, judge: BangJudge) -> Verdict | None:
        """What it is worth as one of the family; None where the model knows none of it."""
        names = tuple(name for name in FAMILY if self.margin(name) > NEVER)
        if not names:
            return None
        gunshot, explosion, fireworks = (self.margin(name) for name in FAMILY)
        glass = self.margin(SoundClass.GLASS_BREAK)
        known = Known(gunshot, explosion, fireworks, glass, self.before, self.impulse.peak_over_l90_db)
        return judge.judge(known, names)

    def name(self, judge: BangJudge) -> SoundClass | None:
        """The class that is sure."""
        # A pane that breaks does not overload a microphone that stands 120 dB.
        glass = NEVER if self.impulse.overload else self.margin(SoundClass.GLASS_BREAK)
        if glass >= max(0.0, *(self.margin(name) for name in FAMILY)):
            return SoundClass.GLASS_BREAK
        verdict = self.verdict(judge)
        if verdict is None or verdict.odds < 0:
            return None
        likeliest = verdict.likeliest
        return likeliest if verdict.shares[likeliest] >= judge.least(likeliest) else None

    def is_clear(self, judge: BangJudge) -> bool:
        """Whether the name that it has is beyond doubt."""
        verdict = self.verdict(judge)
        if self.name(judge) is SoundClass.GLASS_BREAK or verdict is None:
            return self.margin(SoundClass.GLASS_BREAK) >= CLEAR_ODDS
        return verdict.odds >= CLEAR_ODDS and verdict.shares[verdict.likeliest] >= CLEAR_SHARE

    def is_likely(self, judge: BangJudge) -> bool:
        """Whether it may get a name."""
        verdict = self.verdict(judge)
        glass = self.margin(SoundClass.GLASS_BREAK)
        return glass > -LIKELY_ODDS or (verdict is not None and verdict.odds > -LIKELY_ODDS)
