"""What a suite adds up to: per kind, per scenario, and what was told for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from simulator.trials.confusion import Confusion, confusion
from simulator.trials.outcome import Outcome
from simulator.trials.scenario import Scenario
from simulator.trials.score import KindScore, Tally, false_per_node_week

SENSOR = "sensor."


@dataclass(slots=True)
class ScenarioScore:
    """One scenario on all its seeds.

    Args:
        scenario: itself.
        tally: its events.
        outcomes: one a seed.
        not_run: why a trial could not be run, a line each.
    """

    scenario: Scenario
    tally: Tally = field(default_factory=Tally)
    outcomes: list[Outcome] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)

    def exposure_s(self, kind: str) -> int:
        """For how long the sensor of a kind sensed truly, all seeds together, in seconds."""
        return sum(one.exposure_s(kind) for one in self.outcomes)

    @property
    def false_of_the_street(self) -> int:
        """False alarms of all kinds, without the node's word on its own sensors."""
        return sum(score.false for kind, score in self.tally.scores().items() if not kind.startswith(SENSOR))

    def as_json(self) -> dict[str, object]:
        """All of it, for a script."""
        scores = self.tally.scores()
        delivered = [one for one in self.outcomes if one.lost is not None]
        delivery = {
            "lost": sum(one.lost or 0 for one in delivered),
            "duplicates": sum(one.duplicates or 0 for one in delivered),
        }
        return {
            "title": self.scenario.title,
            "hard_negative": self.scenario.hard_negative,
            "seeds": [one.seed for one in self.outcomes],
            "kinds": {kind: score.as_json() for kind, score in scores.items()},
            "false_per_node_week": {
                kind: false_per_node_week(score.false, self.exposure_s(kind)) for kind, score in scores.items()
            },
            "sound_exposure_s": sum(one.sound_exposure_s for one in self.outcomes),
            "sight_exposure_s": sum(one.sight_exposure_s for one in self.outcomes),
            "held_back": sum(one.held_back for one in self.outcomes),
            **(delivery if delivered else {}),
            **({"not_run": self.not_run} if self.not_run else {}),
        }


@dataclass(slots=True)
class SuiteScore:
    """All of a suite.

    What runs in real time is in its own row alone: it shows delivery, and an outage in it says nothing of a detector.

    Args:
        scenarios: by name.
        tally: the events of all that ran faster than time.
        confusion: what was told for what in these.
    """

    scenarios: dict[str, ScenarioScore]
    tally: Tally
    confusion: Confusion

    @classmethod
    def of(
        cls, scenarios: Mapping[str, Scenario], outcomes: Iterable[Outcome], not_run: Mapping[str, list[str]]
    ) -> SuiteScore:
        """The score of what was run; the order of the outcomes makes no difference.

        Args:
            scenarios: by name; they keep their order.
            outcomes: of them.
            not_run: why trials of a name could not be run.
        """
        rows = {name: ScenarioScore(one, not_run=sorted(not_run.get(name, []))) for name, one in scenarios.items()}
        whole: Confusion = Counter()
        tally = Tally()
        for outcome in sorted(outcomes, key=lambda one: (one.name, one.seed)):
            row = rows[outcome.name]
            row.outcomes.append(outcome)
            row.tally.add(outcome.truth, outcome.told, outcome.tolerated)
            if not row.scenario.is_live:
                tally.add(outcome.truth, outcome.told, outcome.tolerated)
                whole += confusion(outcome.truth, outcome.told, outcome.tolerated)
        return cls(rows, tally, whole)

    def scores(self) -> dict[str, KindScore]:
        """The score of each kind that was true or told."""
        return self.tally.scores()

    def exposure_s(self, kind: str) -> int:
        """For how long the sensor of a kind sensed truly in all of it, in seconds."""
        return sum(row.exposure_s(kind) for row in self._scored())

    def false_per_week(self, kind: str, *, hard_negatives: bool = False) -> float | None:
        """False alarms of a kind in a week at one pole, over all of it or over the hard negatives alone."""
        rows = [row for row in self._scored() if row.scenario.hard_negative or not hard_negatives]
        scores = [row.tally.scores().get(kind) for row in rows]
        false = sum(score.false for score in scores if score is not None)
        return false_per_node_week(false, sum(row.exposure_s(kind) for row in rows))

    def _scored(self) -> list[ScenarioScore]:
        return [row for row in self.scenarios.values() if not row.scenario.is_live]

    def as_json(self) -> dict[str, object]:
        """`kinds` and `scenarios`, for a script."""
        return {
            "kinds": {kind: score.as_json() for kind, score in self.scores().items()},
            "scenarios": {name: row.as_json() for name, row in self.scenarios.items()},
        }
