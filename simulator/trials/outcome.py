"""What a scenario was, and what the node made of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.trials.score import KindScore, Tally, Told, false_per_node_week
from simulator.trials.series import Series
from simulator.world.expected import Expected

SIGHT_ALONE = ("crowd.", "person.")
"""Kinds that begin with one of these are told by a camera: their false alarms are counted over what it saw truly."""


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
        lost: messages that left the node and never came, or None where there is no way to lose one.
        duplicates: messages that came once more, or None likewise.
        series: what the node knew over time, for plots; no part of the JSON.
        tolerated: what a good node may tell besides, and need not.
    """

    name: str
    seed: int
    truth: list[Expected]
    told: list[Told] = field(default_factory=list)
    sound_exposure_s: int = 0
    sight_exposure_s: int = 0
    held_back: int = 0
    lost: int | None = None
    duplicates: int | None = None
    series: Series | None = None
    tolerated: list[Expected] = field(default_factory=list)

    def scores(self) -> dict[str, KindScore]:
        """The score of each kind that was there or was told."""
        tally = Tally()
        tally.add(self.truth, self.told, self.tolerated)
        return tally.scores()

    def as_json(self) -> dict[str, object]:
        """All of it, for a script."""
        scores = self.scores()
        delivery = {"lost": self.lost, "duplicates": self.duplicates} if self.lost is not None else {}
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
            **delivery,
            "kinds": {kind: score.as_json() for kind, score in scores.items()},
            "false_per_node_week": {
                kind: false_per_node_week(score.false, self.exposure_s(kind)) for kind, score in scores.items()
            },
        }

    def exposure_s(self, kind: str) -> int:
        """For how long the sensor of a kind sensed truly, in seconds: a node without a truthful one tells nothing.

        The node's word on its own sensors counts over the longer of the two.
        """
        if kind.startswith("sensor."):
            return max(self.sound_exposure_s, self.sight_exposure_s)
        return self.sight_exposure_s if kind.startswith(SIGHT_ALONE) else self.sound_exposure_s
