"""What a scenario was, and what the node made of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.trials.score import KindScore, Tally, Told, false_per_node_week
from simulator.world.expected import Expected


@dataclass(slots=True)
class Outcome:
    """What a scenario was, and what the node made of it. Instants are street seconds.

    Args:
        name: of the scenario.
        seed: of the street.
        truth: what a good node tells.
        told: what this one told.
        sound_exposure_s: for how long it heard truly.
        sight_exposure_s: for how long it saw truly.
        held_back: incidents that the rate cap kept back.
    """

    name: str
    seed: int
    truth: list[Expected]
    told: list[Told] = field(default_factory=list)
    sound_exposure_s: int = 0
    sight_exposure_s: int = 0
    held_back: int = 0

    def scores(self) -> dict[str, KindScore]:
        """The score of each kind that was there or was told."""
        tally = Tally()
        tally.add(self.truth, self.told)
        return tally.scores()

    def as_json(self) -> dict[str, object]:
        """All of it, for a script."""
        scores = self.scores()
        return {
            "scenario": self.name,
            "seed": self.seed,
            "truth": [{"kind": one.kind, "began_s": one.began_s, "ended_s": one.ended_s} for one in self.truth],
            "told": [
                {"kind": one.kind, "began_s": one.began_s, "ended_s": one.ended_s, "told_s": one.told_s}
                for one in self.told
            ],
            "sound_exposure_s": self.sound_exposure_s,
            "sight_exposure_s": self.sight_exposure_s,
            "held_back": self.held_back,
            "kinds": {kind: score.as_json() for kind, score in scores.items()},
            "false_per_node_week": {
                kind: false_per_node_week(score.false, self.sound_exposure_s) for kind, score in scores.items()
            },
        }
