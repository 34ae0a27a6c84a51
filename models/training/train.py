"""Trains the sound classifiers from permissive and synthesised sounds: the small network, and the large one's head.

    python -m models.training.train --sounds ../shared/data/audio --out models --seeds 1,2,3

It may be stopped at any time; the same command goes on where it was. `README.md` beside this file tells what it does.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from models.training import bank as banks
from models.training import card, export, fit, judge, results, takes, teacher
from models.training.bank import PLANS, Bank
from models.training.entry import SELF_TEST_SEED, Entry, placed
from models.training.judge import Judged
from models.training.net import Head, SmallNet
from models.training.recordings import read_manifest, split
from models.training.yamnet import Yamnet
from node.errors import OperatorError, PolewatchError
from node.sense.audio import logmel
from node.sense.audio.network import Network

SMALL, LARGE = "polewatch-sounds-small", "polewatch-sounds-large"
FILES = {SMALL: "polewatch_sounds_small.onnx", LARGE: "polewatch_sounds_head.onnx"}
_TEACHER_SEED = 1
_COURSE = fit.Course()

Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Choice:
    """What was asked for.

    Args:
        sounds: the folder of the material's sound.
        out: the folder of the models.
        work: the folder that everything in between is kept in.
        seeds: of the trainings.
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
    parser.add_argument("--seeds", default="1,2,3", help="of the trainings, with commas between")
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
        learnt = {name: banks.load(PLANS[name], choice.work) for name in ("train", "validation")}
        nets = _small_nets(choice, learnt, bars)
        heads = {seed: _head(choice, learnt, seed) for seed in choice.seeds}
    many = {"train": len(learnt["train"].fact)}
    learnt.clear()
    heard = {name: banks.load(plan, choice.work) for name, plan in _plans(choice).items() if name != "train"}
    many |= {name: len(bank.fact) for name, bank in heard.items()}
    small = {seed: {name: fit.logits(net, one) for name, one in heard.items()} for seed, net in nets.items()}
    large = {seed: {name: teacher.head_logits(net, one) for name, one in heard.items()} for seed, net in heads.items()}
    _finish(choice, SMALL, nets, (small, heard, many))
    _finish(choice, LARGE, heads, (large, heard, many))


def _prepare(choice: Choice, bars: Progress) -> None:
    """Takes and scenes, as far as they are not there yet."""
    _follow(bars, "takes", takes.make(choice.work, choice.processes))
    for name, plan in _plans(choice).items():
        _follow(bars, name, banks.draw(plan, choice.sounds, choice.work, choice.processes))


def _plans(choice: Choice) -> dict[str, banks.Plan]:
    """The banks that there is material for: what is non-commercial may be absent."""
    return {name: plan for name, plan in PLANS.items() if plan.recordings is None or _has(plan, choice.sounds)}


def _has(plan: banks.Plan, sounds: Path) -> bool:
    return bool(banks.recordings_of(plan, sounds))


def _small_nets(choice: Choice, learnt: dict[str, Bank], bars: Progress) -> dict[int, SmallNet]:
    """The small network of each seed, taught by heads that did not hear the sound in question."""
    bank, validation = learnt["train"], learnt["validation"]
    kept = choice.work / "soft-labels.f32"
    if not kept.is_file():
        kept.write_bytes(teacher.soft_labels(bank, validation, _TEACHER_SEED).tobytes())
    soft = np.fromfile(kept, dtype="<f4").reshape(len(bank.fact), len(banks.FIRST_FRAMES), -1)
    nets = {}
    for seed in choice.seeds:
        run = fit.Run(bank, soft, _COURSE, seed)
        task = bars.add_task(f"seed {seed}", total=_COURSE.steps)

        def tell(step: int, loss: float, found: float, task: int = task, seed: int = seed) -> None:
            words = f"seed {seed}: loss {loss:.3f}, validation {found:.3f}"
            bars.update(bars.task_ids[task], completed=step, description=words)

        run.go(choice.work / f"small-{seed}.pt", validation, tell)
        nets[seed] = run.average.net
    return nets


def _head(choice: Choice, learnt: dict[str, Bank], seed: int) -> Head:
    """The large model's head of a seed."""
    kept = choice.work / f"head-{seed}.pt"
    if kept.is_file():
        state = torch.load(kept, weights_only=True)
        head = Head(teacher.LARGE.shape, torch.zeros(2, len(state["mean"])))
        head.load_state_dict(state)
        head.eval()
        return head
    head = teacher.fit_head(teacher.LARGE, learnt["train"], learnt["validation"], seed)
    torch.save(head.state_dict(), kept)
    return head


def _finish(
    choice: Choice,
    name: str,
    nets: dict[int, SmallNet] | dict[int, Head],
    judged_by: tuple[dict[int, dict[str, Logits]], dict[str, Bank], dict[str, int]],
) -> None:
    """Judges every seed, chooses by the validation, and writes model, results, card and entry."""
    logits, heard, many = judged_by
    calibrated = {seed: _calibrated(found, heard) for seed, found in logits.items()}
    by_seed = {
        seed: {bank: judge.precisions(one) for bank, one in found.items() if bank in results.JUDGED_ON}
        for seed, found in calibrated.items()
    }
    seed = max(by_seed, key=lambda one: by_seed[one]["validation"]["mean"] or 0.0)
    at = judge.thresholds(calibrated[seed]["quiet-validation"])
    file = choice.out / FILES[name]
    net, slopes = nets[seed], judge.calibration(logits[seed]["validation"], heard["validation"])
    if isinstance(net, SmallNet):
        export.write_small(net, slopes, file)
    else:
        export.write_head(net, slopes, file)
    recordings = read_manifest(choice.sounds)
    facts = {
        "name": name, "size": name.rsplit("-", 1)[-1], "chosen_seed": seed, "scenes": many,
        "weights": sum(one.numel() for one in net.parameters()), "bytes": file.stat().st_size,
        **results.of_seeds(by_seed), **results.of_chosen(calibrated[seed], at, recordings),
        **results.of_sources(split(recordings)),
    }  # fmt: skip
    results.write(facts, choice.out / "cards" / f"{name}.json")
    (choice.out / "cards" / f"{name}.md").write_text(card.write(facts), encoding="utf-8")
    _enter(choice, name, seed, at)


def _calibrated(logits: dict[str, Logits], heard: dict[str, Bank]) -> dict[str, Judged]:
    found = judge.calibration(logits["validation"], heard["validation"])
    return {name: judge.judged(one, found, heard[name]) for name, one in logits.items()}


def _enter(choice: Choice, name: str, seed: int, at: dict[str, float]) -> None:
    """Puts the model into the manifest, with what it gives for the known noise."""
    content = (choice.out / FILES[name]).read_bytes()
    network = Network(name, content)
    noise = (np.random.default_rng(SELF_TEST_SEED).standard_normal((1, logmel.WINDOW)) * 0.05).astype(np.float32)
    if name == SMALL:
        given = network.run(logmel.windows(noise), ["probs"])[0]
    else:
        given = network.run(Yamnet(_yamnet(choice.sounds)).embeddings(noise), ["probs"])[0]
    backbone = None if name == SMALL else "yamnet"
    sha256 = hashlib.sha256(content).hexdigest()
    entry = Entry(name, FILES[name], sha256, seed, backbone, at, [float(one) for one in given[0]])
    manifest = choice.out / "manifest.toml"
    manifest.write_text(placed(manifest.read_text(encoding="utf-8"), entry), encoding="utf-8")


def _yamnet(sounds: Path) -> Path:
    return sounds.parent / "models" / "yamnet.tflite"


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
