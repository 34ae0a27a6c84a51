"""False alarms of ordinary days, told by the whole of hearing from rendered sound.

A day is one of the time-lapse (`timelapse.week`): what happens in it and how often stands there. Between two acts of
an hour at most `GAP_S` remain, and of a long one `LONGEST_S` are heard: a day's happenings take some three hours. Of
what is left out, city, cars and weather, a sample is heard, and its false alarms count for all that it stands for. So
false alarms are counted against whole days; what a sound brings about after its first half minute is not among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from simulator.sound.clips import Clips
from simulator.trials.listening import listen
from simulator.trials.score import KindScore, Tally
from simulator.trials.timelapse.rhythm import DAYS_A_WEEK, HOURS_A_DAY
from simulator.trials.timelapse.week import Week
from simulator.trials.workforce import Done, Report, Workforce
from simulator.world.act import Act, PlayName
from simulator.world.street import Street
from simulator.world.truth import expected, tolerated

GAP_S = 6.0
"""What remains of the time between two acts: long enough for a bang to be told and for most sounds to fade."""

LONGEST_S = 30.0
"""So much is heard of a sound that goes on."""

LEAD_S = 20.0
"""The background is learnt meanwhile."""

PLAIN_S = 60
"""So much is heard of each hour in which nothing happens."""

HOUR_S = 3600

_RINGS_S = 6.0
_NOTHING = KindScore(0, 0, 0, None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a week.

    Args:
        seed: of the week.
        number: counted from Monday, 00:00.
        sounds: a folder of real sounds, or None.
        allow_nc: sounds of non-commercial licences too.
    """

    seed: int
    number: int
    sounds: Path | None
    allow_nc: bool = False


@dataclass(frozen=True, slots=True)
class HourOutcome:
    """What was told of one.

    Args:
        acts: how many sounds and plays there were.
        heard_s: how many seconds of sound that took.
        tally: what was true and told.
        plain: how many of each kind were told where nothing happened.
    """

    acts: int
    heard_s: int
    tally: Tally
    plain: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Days:
    """What many hours add up to.

    Args:
        hours: how many.
        acts: as of an hour, all together.
        heard_s: the same.
        tally: the same.
        plain: the same.
    """

    hours: int = 0
    acts: int = 0
    heard_s: int = 0
    tally: Tally = field(default_factory=Tally)
    plain: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: HourOutcome) -> None:
        """One more hour."""
        self.hours += 1
        self.acts += outcome.acts
        self.heard_s += outcome.heard_s
        self.tally.merge(outcome.tally)
        self.plain.update(outcome.plain)

    @property
    def days(self) -> float:
        """How many days these hours are."""
        return self.hours / HOURS_A_DAY

    def kinds(self) -> dict[str, KindScore]:
        """The score of each kind that was true or told, in order."""
        scores = self.tally.scores()
        return {kind: scores.get(kind, _NOTHING) for kind in sorted({*scores, *self.plain})}

    def per_day(self, kind: str) -> float:
        """How many false alarms of a kind there are on a day: of its acts, and of all its plain time by the sample."""
        plain_s = self.hours * HOUR_S - self.heard_s
        plain = self.plain[kind] * plain_s / (self.hours * PLAIN_S)
        return (self.kinds()[kind].false + plain) / self.days

    def as_json(self) -> dict[str, object]:
        """All of it, for a script and for a model's card."""
        return {
            "days": round(self.days, 3),
            "acts": self.acts,
            "heard_s": self.heard_s,
            "plain_heard_s": self.hours * PLAIN_S,
            "kinds": {
                kind: {
                    "truth": score.truth,
                    "hits": score.hits,
                    "false": score.false,
                    "plain_false": self.plain[kind],
                    "per_node_day": round(self.per_day(kind), 3),
                    "per_node_week": round(DAYS_A_WEEK * self.per_day(kind), 2),
                }
                for kind, score in self.kinds().items()
            },
        }


def hours(seed: int, days: float, sounds: Path | None, *, allow_nc: bool = False) -> list[Hour]:
    """The hours of so many days, from Monday on."""
    return [Hour(seed, number, sounds, allow_nc) for number in range(max(1, round(days * HOURS_A_DAY)))]


def run(tasks: Sequence[Hour], jobs: int, report: Callable[[int, float], None]) -> Iterator[Done[Hour, HourOutcome]]:
    """Listens to them in `jobs` processes."""
    return Workforce[Hour, HourOutcome](_run_one, jobs, __name__).do(tasks, report)


def shortened(acts: Iterable[Act]) -> tuple[Act, ...]:
    """The same acts, closer to each other: those that overlapped still do, as far as they are heard."""
    found: list[Act] = []
    over_s, cut_s = LEAD_S - GAP_S, 0.0
    for act in sorted(acts, key=lambda one: (one.at_s, one.number)):
        at_s = act.at_s - cut_s
        if at_s > over_s + GAP_S or not found:
            cut_s += at_s - (over_s + GAP_S)
            at_s = over_s + GAP_S
        lasts_s = act.lasts_s if isinstance(act.name, PlayName) else min(act.lasts_s, LONGEST_S)
        found.append(replace(act, at_s=at_s, lasts_s=lasts_s))
        over_s = max(over_s, at_s + lasts_s)
    return tuple(found)


def _run_one(task: Hour, report: Report) -> HourOutcome:
    planned = Week(task.seed).hour(task.number)
    plain = Street(planned.seed, LEAD_S + PLAIN_S, planned.traits)
    told_plainly = Counter(one.kind for one in listen(plain, round(LEAD_S) + PLAIN_S))
    acts = shortened(planned.acts)
    if not acts:
        return HourOutcome(0, 0, Tally(), told_plainly)
    length_s = round(max(act.ended_s for act in acts) + _RINGS_S)
    street = Street(planned.seed, float(length_s), planned.traits, acts)
    clips = None if task.sounds is None else Clips.load(task.sounds, allow_nc=task.allow_nc)
    tally = Tally()
    told = listen(street, length_s, clips, report)
    tally.add(expected(street, 0.0, length_s, sight=False), told, tolerated(street, 0.0, length_s))
    return HourOutcome(len(acts), length_s, tally, told_plainly)
