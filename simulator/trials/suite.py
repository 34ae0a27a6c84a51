"""Every scenario on the frozen scoring seeds: which trials there are, and one of them in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from simulator.trials import live_trial, trial
from simulator.trials.encoding import png
from simulator.trials.outcome import Outcome
from simulator.trials.scenario import Scenario
from simulator.trials.seeds import SCORING_SEEDS
from simulator.trials.stills import still
from simulator.trials.workforce import Done, Report, Workforce

if TYPE_CHECKING:
    from simulator.sound.clips import Clips

THUMB = (288, 162)


@dataclass(frozen=True, slots=True)
class Means:
    """With what the trials are run.

    Args:
        sight: render pictures too.
        sounds: a folder of real sounds, or None.
        allow_nc: sounds of non-commercial licences too.
        pictures: draw one of each scenario for the report.
    """

    sight: bool = True
    sounds: Path | None = None
    allow_nc: bool = False
    pictures: bool = False

    def clips(self) -> Clips | None:
        """The real sounds.

        Raises:
            OperatorError: the folder is not there.
            UnreadableInputError: its manifest cannot be used.
        """
        if self.sounds is None:
            return None
        from simulator.sound.clips import Clips  # noqa: PLC0415 - it is loaded where there are any

        return Clips.load(self.sounds, allow_nc=self.allow_nc)


@dataclass(frozen=True, slots=True)
class Task:
    """One trial."""

    name: str
    scenario: Scenario
    seed: int
    first: bool
    means: Means


@dataclass(frozen=True, slots=True)
class Seen:
    """What a trial gave: its outcome, and for the first seed a PNG of the street, or nothing."""

    outcome: Outcome
    picture: bytes = b""


def tasks(scenarios: Mapping[str, Scenario], seeds: int, means: Means) -> list[Task]:
    """Every trial there is: those in real time first, on one seed alone, because they mostly wait.

    What they show is delivery, which does not depend on the street.

    Args:
        scenarios: by name.
        seeds: how many of the scoring seeds, 1 to all of them.
        means: with what.
    """
    live = [(name, one) for name, one in scenarios.items() if one.is_live]
    quick = [(name, one) for name, one in scenarios.items() if not one.is_live]
    chosen = SCORING_SEEDS[:seeds]
    found = [Task(name, one, chosen[0], True, means) for name, one in live]  # noqa: FBT003 - a record's field
    return found + [Task(name, one, seed, seed == chosen[0], means) for seed in chosen for name, one in quick]


def run(all_tasks: Sequence[Task], jobs: int, report: Callable[[int, float], None]) -> Iterator[Done[Task, Seen]]:
    """Runs them in `jobs` processes; `report` is told how many street seconds the task of a number has come."""
    return Workforce[Task, Seen](_run_one, jobs, __name__).do(all_tasks, report)


def _run_one(task: Task, report: Report) -> Seen:
    """One trial, in its own process: the cores belong to the trials, so OpenCV has one thread."""
    cv2.setNumThreads(1)
    if task.scenario.is_live:
        outcome = live_trial.run(task.name, task.scenario, task.seed, sight=task.means.sight, progress=report)
    else:
        clips = task.means.clips()
        sight = task.means.sight
        outcome = trial.run(task.name, task.scenario, task.seed, sight=sight, progress=report, clips=clips)
    picture = png(still(task.scenario, task.seed, THUMB)) if task.first and task.means.pictures else b""
    return Seen(outcome, picture)
