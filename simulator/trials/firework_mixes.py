"""Fireworks that are told as shots: rockets and salvos of every source there is, each in a street of its own.

A mix is a street with its city, cars and weather, and one to eight bursts of one source over its roofs. Seeds, places
and numbers are drawn from the mix's number: the same mixes for every model and every rule. What is counted is a mix in
which a kind was told, not how often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from simulator.sound.clips import Clips
from simulator.trials.listening import listen
from simulator.trials.seeds import training_seed
from simulator.trials.workforce import Done, Report, Workforce
from simulator.world.act import Act, usual_lasts_s
from simulator.world.sounding import SoundName
from simulator.world.street import Street, Traits

FIRST_SEED = 1_900_000_000
"""Neither the scenarios' seeds nor those of a fit."""

LENGTH_S = 40
SYNTHESIS = "synthesis"
LABELS = {SoundName.FIREWORK: ("fireworks",)}
GUNSHOT = "sound.gunshot"
Kinds = frozenset[str]
"""The kinds that were told in a mix."""

_FIRST_S = 15.0
_LAST_S = 36.0


@dataclass(frozen=True, slots=True)
class Mix:
    """One mix.

    Args:
        number: which, 0 or more; all chance in it is drawn from it.
        source: the recording of all its bursts, as the manifest calls it, or `SYNTHESIS`.
        sounds: the folder of that recording; None for synthesis.
    """

    number: int
    source: str
    sounds: Path | None


@dataclass(frozen=True, slots=True)
class Score:
    """What was told of the mixes of one source, or of all.

    Args:
        mixes: how many there were.
        told: in how many of them each kind was told.
    """

    mixes: int
    told: Counter[str]

    @classmethod
    def of(cls, kinds: Sequence[Kinds]) -> Score:
        """The score of mixes by the kinds that were told in each."""
        return cls(len(kinds), Counter(kind for one in kinds for kind in one))

    @property
    def gunshot_share(self) -> float | None:
        """In which share of the mixes a shot was told, 0..1; None where there was none."""
        return self.told[GUNSHOT] / self.mixes if self.mixes else None

    def as_json(self) -> dict[str, object]:
        """The same as JSON has it."""
        return {"mixes": self.mixes, "gunshot_share": self.gunshot_share, "told": dict(sorted(self.told.items()))}


def mixes(count: int, sounds: Path | None) -> list[Mix]:
    """At least `count` mixes, as many of each source, one of which is synthesis.

    Args:
        count: 1 or more.
        sounds: a folder of real sounds with a manifest, or None for synthesis alone.

    Raises:
        OperatorError: the folder is not there.
        UnreadableInputError: its manifest cannot be used.
    """
    sources = [] if sounds is None else list(Clips.load(sounds, labels=LABELS).by_source())
    each = -(-count // (1 + len(sources)))
    named = [(SYNTHESIS, None), *((source, sounds) for source in sources)]
    return [Mix(number * each + one, *source) for number, source in enumerate(named) for one in range(each)]


def street(mix: Mix) -> Street:
    """The street of a mix: a lone burst in a third of them, else two to eight, 0.3 to 3 s apart."""
    rng = np.random.default_rng(training_seed(FIRST_SEED + mix.number))
    traits = Traits(
        roars=False,
        cars=float(rng.choice([0.0, 0.3, 1.0])),
        city_db=float(rng.uniform(42.0, 56.0)),
        rain_mm_per_h=float(rng.choice([0.0, 0.0, 0.0, 4.0])),
    )
    count, every_s = (1, 1.0) if rng.random() < 1 / 3 else (int(rng.integers(2, 9)), float(rng.uniform(0.3, 3.0)))
    at_s = float(rng.uniform(_FIRST_S, _FIRST_S + 3.0))
    count = max(1, min(count, int((_LAST_S - at_s) / every_s)))
    away_m, aside = float(np.exp(rng.uniform(np.log(20.0), np.log(250.0)))), float(rng.uniform(0.0, 1.2))
    x_m, y_m, z_m = away_m * np.cos(aside), max(8.0, away_m * np.sin(aside)), float(rng.uniform(15.0, 90.0))
    name = SoundName.FIREWORK
    act = Act(name, 0, at_s, usual_lasts_s(name), float(x_m), float(y_m), z_m, count=count, every_s=every_s)
    return Street(FIRST_SEED + mix.number, float(LENGTH_S), traits, (act,))


def run(all_mixes: Sequence[Mix], jobs: int, report: Callable[[int, float], None]) -> Iterator[Done[Mix, Kinds]]:
    """Listens to them in `jobs` processes; each gives the kinds that were told."""
    return Workforce[Mix, Kinds](_run_one, jobs, __name__).do(all_mixes, report)


def scores(done: Iterable[Done[Mix, Kinds]]) -> dict[str, Score]:
    """The score of each source by its name, in order."""
    by_source: dict[str, list[Kinds]] = {}
    for one in done:
        if one.result is not None:
            by_source.setdefault(one.task.source, []).append(one.result)
    return {source: Score.of(kinds) for source, kinds in sorted(by_source.items())}


def whole(by_source: Iterable[Score]) -> Score:
    """All sources together."""
    parts = list(by_source)
    return Score(sum(one.mixes for one in parts), sum((one.told for one in parts), Counter()))


def _run_one(task: Mix, report: Report) -> Kinds:
    clips = None if task.sounds is None else Clips.load(task.sounds, labels=LABELS).by_source()[task.source]
    return frozenset(one.kind for one in listen(street(task), LENGTH_S, clips, report))
