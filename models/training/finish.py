"""From fitted models to what the project ships: judged, calibrated, written, entered in the manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.training import bank as banks
from models.training import export, judge, results
from models.training.bank import HEARD, NON_COMMERCIAL, PLANS, QUIET, SYNTHETIC, Bank, name_of
from models.training.entry import SELF_TEST_SEED, Entry, placed
from models.training.fit import Small, all_targets
from models.training.judge import Judged
from models.training.recordings import FOLDS, read_manifest, split
from models.training.results import Findings
from models.training.teacher import Large
from models.training.yamnet import Yamnet
from node.sense.audio import logmel
from node.sense.audio.network import Network

SMALL, LARGE = "polewatch-sounds-small", "polewatch-sounds-large"
FILES = {SMALL: "polewatch_sounds_small.onnx", LARGE: "polewatch_sounds_head.onnx"}

Array = NDArray[np.float32]
Model = Small | Large


@dataclass(frozen=True, slots=True)
class Made:
    """A model that was fitted.

    Args:
        name: of the model.
        shipped: what is shipped.
        seeds: of its nets.
        slopes: its calibration: slope and offset of each class: (8, 2).
        findings: what is known of it.
        scenes: how many were learnt from, and judged by.
        alone: what its parts are worth on each fold without each other, not calibrated; only of the large model.
    """

    name: str
    shipped: Model
    seeds: tuple[int, ...]
    slopes: Array
    findings: Findings
    scenes: dict[str, int]
    alone: dict[str, list[Judged]]


class Heard:
    """What models are judged by.

    Args:
        sounds: the folder of the material's sound.
        work: the folder with the banks.
    """

    def __init__(self, sounds: Path, work: Path) -> None:
        self._heard = [banks.load(PLANS[name_of(HEARD, fold)], work) for fold in range(FOLDS)]
        self._quiet = [banks.load(PLANS[name_of(QUIET, fold)], work) for fold in range(FOLDS)]
        wanted = [name for name in (SYNTHETIC, NON_COMMERCIAL) if has(PLANS[name], sounds)]
        self._others = {name: banks.load(PLANS[name], work) for name in wanted}

    def judge(self, name: str, by_fold: Sequence[Model], shipped: Model, seeds: tuple[int, ...]) -> Made:
        """A model with all that is found of it.

        Args:
            name: of the model.
            by_fold: one for each fold, which did not learn from it.
            shipped: what is shipped.
            seeds: of what is shipped.
        """
        logits = [model.logits(bank) for model, bank in zip(by_fold, self._heard, strict=True)]
        slopes = judge.calibration(np.concatenate(logits), np.concatenate([all_targets(one) for one in self._heard]))

        def of(model: Model, bank: Bank) -> Judged:
            return judge.judged(model.logits(bank), slopes, bank)

        found = Findings(
            [judge.judged(one, slopes, bank) for one, bank in zip(logits, self._heard, strict=True)],
            [of(model, bank) for model, bank in zip(by_fold, self._quiet, strict=True)],
            {name: [of(model, bank) for model in by_fold] for name, bank in self._others.items()},
            {name: of(shipped, bank) for name, bank in self._others.items()},
        )
        scenes = {"learnt": sum(PLANS[name_of(banks.LEARN, fold)].scenes for fold in range(FOLDS))}
        scenes |= {"heard": sum(len(one.fact) for one in self._heard)}
        return Made(name, shipped, seeds, slopes, found, scenes, self._alone(by_fold))

    def _alone(self, by_fold: Sequence[Model]) -> dict[str, list[Judged]]:
        parts: dict[str, list[Judged]] = {}
        for model, bank in zip(by_fold, self._heard, strict=True):
            if isinstance(model, Large):
                rows = bank.embeddings.reshape(-1, bank.embeddings.shape[2])
                for part, logits in (
                    ("heads", Large(model.heads, model.directions, share=0.0).logits(bank)),
                    ("rows", model.directions.logits(rows)),
                ):
                    parts.setdefault(part, []).append(Judged(bank.sources, logits, all_targets(bank)))
        return parts


def has(plan: banks.Plan, sounds: Path) -> bool:
    """Whether there is material for a bank: what is non-commercial may be absent."""
    return not plan.non_commercial or bool(banks.recordings_of(plan, sounds))


def finish(made: Made, out: Path, sounds: Path) -> None:
    """Writes model, results and entry.

    Args:
        made: what was fitted.
        out: the folder of the models.
        sounds: the folder of the material's sound.
    """
    at = judge.thresholds(judge.together(made.findings.quiet))
    file = out / FILES[made.name]
    if isinstance(made.shipped, Small):
        weights = _count(made.shipped.nets)
        export.write_small(made.shipped.nets, made.slopes, file)
    else:
        weights = _count(made.shipped.heads) + made.shipped.directions.weights.size
        export.write_large(made.shipped, made.slopes, file)
    recordings = read_manifest(sounds)
    facts = {
        "name": made.name, "size": made.name.rsplit("-", 1)[-1], "seeds": list(made.seeds), "scenes": made.scenes,
        "weights": weights, "bytes": file.stat().st_size,
        **results.of_precision(made.findings, made.alone), **results.of_thresholds(made.findings, at, recordings),
        **results.of_sources(split(recordings)),
    }  # fmt: skip
    results.write(facts, out / "cards" / f"{made.name}.json")
    _enter(made, at, out, sounds)


def _enter(made: Made, at: dict[str, float], out: Path, sounds: Path) -> None:
    """Puts the model into the manifest, with what it gives for the known noise."""
    content = (out / FILES[made.name]).read_bytes()
    network = Network(made.name, content)
    noise = (np.random.default_rng(SELF_TEST_SEED).standard_normal((1, logmel.WINDOW)) * 0.05).astype(np.float32)
    if made.name == SMALL:
        given = network.run(logmel.windows(noise), ["probs"])[0]
    else:
        given = network.run(Yamnet(sounds.parent / "models" / "yamnet.tflite").embeddings(noise), ["probs"])[0]
    backbone = None if made.name == SMALL else "yamnet"
    sha256 = hashlib.sha256(content).hexdigest()
    entry = Entry(made.name, FILES[made.name], sha256, made.seeds, backbone, at, [float(one) for one in given[0]])
    manifest = out / "manifest.toml"
    manifest.write_text(placed(manifest.read_text(encoding="utf-8"), entry), encoding="utf-8")


def _count(nets: Sequence[object]) -> int:
    return sum(one.numel() for net in nets for one in net.parameters())  # type: ignore[attr-defined]
