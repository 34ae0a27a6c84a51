"""What a week at a pole was at feature level, and what the node's spike detector made of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass

from simulator.trials.score import KindScore, Told, false_per_node_week, score
from simulator.world.expected import Expected

SPIKE = "noise.spike"


@dataclass(frozen=True, slots=True)
class HourLevels:
    """One hour in numbers.

    Args:
        hour: counted from Monday, 00:00.
        laeq_db: A-weighted mean.
        l10_db: the A-weighted Fast level exceeded 10 % of the hour; l50_db and l90_db alike.
        l50_db: see above.
        l90_db: see above.
        present_share: of its seconds in which sight says that something is there, 0..1.
    """

    hour: int
    laeq_db: float
    l10_db: float
    l50_db: float
    l90_db: float
    present_share: float


@dataclass(frozen=True, slots=True)
class FalseAlarm:
    """A told spike that was none, and the loudest that sounded then, the city left out."""

    began_s: float
    cause: str


@dataclass(frozen=True, slots=True)
class WeekOutcome:
    """A week. Instants are seconds from its begin, Monday 00:00.

    Args:
        seed: of the week.
        days: how much of it was run.
        exposure_s: for how long the pole heard.
        hours: every whole hour of it.
        truth: what a good node tells, of every kind.
        told: what the node's spike detector told.
        false_alarms: those of them that were none.
        tolerated: what a good node may tell besides, and need not.
    """

    seed: int
    days: float
    exposure_s: float
    hours: tuple[HourLevels, ...]
    truth: tuple[Expected, ...]
    told: tuple[Told, ...]
    false_alarms: tuple[FalseAlarm, ...]
    tolerated: tuple[Expected, ...] = ()

    def spike_score(self) -> KindScore | None:
        """How well the spike detector told spikes; None in a week without any, true or told."""
        return score([one for one in self.truth if one.kind == SPIKE], self.told, self.tolerated).get(SPIKE)

    @property
    def false_per_node_week(self) -> float | None:
        """False spikes in a week of hearing."""
        return false_per_node_week(len(self.false_alarms), self.exposure_s)

    def causes(self) -> dict[str, int]:
        """False alarms by what sounded loudest, most frequent first."""
        return dict(Counter(one.cause for one in self.false_alarms).most_common())

    def true_kinds(self) -> dict[str, int]:
        """True events by kind."""
        return dict(sorted(Counter(one.kind for one in self.truth).items()))

    def as_json(self) -> dict[str, object]:
        """All of it, for a script."""
        found = self.spike_score()
        return {
            "seed": self.seed,
            "days": self.days,
            "exposure_s": self.exposure_s,
            "score": None if found is None else found.as_json(),
            "false_per_node_week": self.false_per_node_week,
            "false_alarms": self.causes(),
            "true_kinds": self.true_kinds(),
            "hours": [asdict(one) for one in self.hours],
            "truth": [asdict(one) for one in self.truth if one.kind == SPIKE],
            "told": [asdict(one) for one in self.told],
            "tolerated": [asdict(one) for one in self.tolerated if one.kind == SPIKE],
        }
