"""Trains the sound classifiers from permissive and synthesised sounds: the small network, and the large one's head.

    python -m models.training.train --sounds ../shared/data/audio --out models

It may be stopped at any time; the same command goes on where it was. `README.md` beside this file tells what it does.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from models.training import bank as banks
from models.training import card, directions, draws, fit, stamp, takes, teacher
from models.training.bank import HEARD, LEARN, PLANS, name_of
from models.training.finish import LARGE, SMALL, Heard, finish, has
from models.training.net import Head, SmallNet
from models.training.recordings import FOLDS, classes_of, read_manifest
from node.errors import OperatorError, PolewatchError

_COURSE = fit.Course()
_ALL = frozenset(range(FOLDS))
_WHOLE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """What was asked for.

    Args:
        sounds: the folder of the material's sound.
        out: the folder of the models.
        work: the folder that everything in between is kept in.
        seeds: of the heads of the large model that is shipped.
        processes: at a time, for drawing scenes.
    """

    sounds: Path
    out: Path
    work: Path
    seeds: tuple[int, ...]
    processes: int


def main(arguments: list[str] | None = None) -> int:
    """Trains; whatever an operator can mend is one line on stderr."""
    parser = argparse.ArgumentParser(prog="train", description="Trains the sound classifiers.")
    parser.add_argument("--sounds", type=Path, required=True, help="the folder 'audio' of the real material")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the models, with manifest.toml")
    parser.add_argument("--seeds", default="11,12,13", help="of the large model's heads, with commas between")
    parser.add_argument("--work", type=Path, default=Path("build/training"), help="where it keeps what it has done")
    parser.add_argument("--processes", type=int, default=2, help="at a time, for drawing scenes")
    parser.add_argument("--threads", type=int, default=1, help="for fitting")
    chosen = parser.parse_args(arguments)
    try:
        seeds = _seeds(chosen.seeds)
        torch.set_num_threads(chosen.threads)
        _train(Choice(chosen.sounds, chosen.out, chosen.work, seeds, chosen.processes))
    except PolewatchError as error:
        sys.stderr.write(f"train: {error}\n")
        return error.exit_code
    return 0


def _train(choice: Choice) -> None:
    if not (choice.out / "manifest.toml").is_file():
        raise OperatorError(f"--out {choice.out}: there is no manifest.toml to enter the models in")
    (choice.out / "cards").mkdir(exist_ok=True)
    choice.work.mkdir(parents=True, exist_ok=True)
    with _bars() as bars:
        _prepare(choice, bars)
        school = _School(choice, bars)
        nets = [school.net(fold) for fold in range(FOLDS)]
        heads = [school.large(frozenset({fold}), [fold + 1]) for fold in range(FOLDS)]
        large = school.large(_WHOLE, choice.seeds)
    heard = Heard(choice.sounds, choice.work)
    small = heard.judge(SMALL, [fit.Small([one]) for one in nets], fit.Small(nets), tuple(range(1, FOLDS + 1)))
    for made in (small, heard.judge(LARGE, heads, large, choice.seeds)):
        finish(made, choice.out, choice.sounds)
    card.write_all(choice.out / "cards")


class _School:
    """Fits nets and heads to what they may learn from, or finds them where they were fitted before."""

    def __init__(self, choice: Choice, bars: Progress) -> None:
        self._choice, self._bars = choice, bars
        self._learn = {fold: banks.load(PLANS[name_of(LEARN, fold)], choice.work) for fold in range(FOLDS)}
        self._classes_of = classes_of(read_manifest(choice.sounds))
        self.directions = directions.directions(choice.sounds.parent / "models" / "yamnet.tflite")

    def net(self, fold: int) -> SmallNet:
        """A small network that did not learn from a fold."""
        without, seed = frozenset({fold}), fold + 1
        name = _name(without, seed)
        checkpoint = self._choice.work / f"small-{name}.pt"
        found = fit.finished(checkpoint, _COURSE)
        if found is not None:
            return found
        others = sorted(_ALL - without)
        bank = banks.joined([self._learn[one] for one in others])
        soft = np.concatenate([self._soft(one, without) for one in others])
        run = fit.Run(bank, soft, draws.weights(fit.all_targets(bank), bank.sources, self._classes_of), _COURSE, seed)
        watched = banks.load(PLANS[name_of(HEARD, fold)], self._choice.work)
        run.go(checkpoint, watched, _told(self._bars, name))
        fitted: SmallNet = run.average.net
        return fitted

    def large(self, without: frozenset[int], seeds: Sequence[int]) -> teacher.Large:
        """A large model that did not learn from some folds."""
        return teacher.Large([self._head(without, seed) for seed in seeds], self.directions)

    def _head(self, without: frozenset[int], seed: int) -> Head:
        """A head that did not learn from some folds."""
        kept = self._choice.work / f"head-{_name(without, seed)}.pt"
        if kept.is_file():
            return teacher.restored(torch.load(kept, weights_only=True))
        head = teacher.fit_head([self._learn[fold] for fold in sorted(_ALL - without)], seed)
        torch.save(head.state_dict(), kept)
        return head

    def _soft(self, fold: int, without: frozenset[int]) -> banks.Soft:
        """What a teacher says of a fold that did not learn from it, nor from what its pupil does not learn from."""
        asked = self.large(without | {fold}, [1])
        return teacher.soft_labels(asked, self._learn[fold])


def _name(without: frozenset[int], seed: int) -> str:
    return f"without-{'-'.join(map(str, sorted(without)))}-{seed}" if without else f"all-{seed}"


def _prepare(choice: Choice, bars: Progress) -> None:
    """Takes and scenes, as far as they are not there yet."""
    mark = stamp.of(
        (PLANS, _COURSE, teacher.LESSON, teacher.SHARE, draws.REAL_SHARE), choice.sounds.parent / "manifest.csv"
    )
    stamp.hold(choice.work, mark)
    _follow(bars, "takes", takes.make(choice.work, choice.processes))
    for name, plan in PLANS.items():
        if has(plan, choice.sounds):
            _follow(bars, name, banks.draw(plan, choice.sounds, choice.work, choice.processes))


def _told(bars: Progress, name: str) -> Callable[[int, float, float], None]:
    task = bars.add_task(name, total=_COURSE.steps)

    def tell(step: int, loss: float, found: float) -> None:
        bars.update(task, completed=step, description=f"{name}: loss {loss:.3f}, heard {found:.3f}")

    return tell


def _follow(bars: Progress, name: str, steps: Iterator[tuple[int, int]]) -> None:
    task = bars.add_task(name, total=None)
    for done, many in steps:
        bars.update(task, completed=done, total=many)


@contextmanager
def _bars() -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn()) as bars:
        yield bars


def _seeds(text: str) -> tuple[int, ...]:
    try:
        seeds = tuple(int(one) for one in text.split(","))
    except ValueError as error:
        raise OperatorError(f"--seeds {text}: write whole numbers with commas between") from error
    if len(set(seeds)) != len(seeds) or min(seeds) < 0:
        raise OperatorError(f"--seeds {text}: each seed stands once, and is 0 or more")
    return seeds


if __name__ == "__main__":
    sys.exit(main())
