"""Fits the small network to a bank of scenes. A run that was stopped goes on from its last checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.training.augment import Batch, augmented, gain_free
from models.training.bank import FIRST_FRAMES, Bank
from models.training.labels import CLASSES
from models.training.net import Average, SmallNet
from models.training.precision import mean_average_precision
from node.sense.audio.logmel import FRAMES

Logits = NDArray[np.float32]
_JITTER = 6
"""Frames that a window may begin before or after where the teacher heard it."""
_SEEN_SHARE = 0.5
"""Of the windows, those drawn where something is a fact."""


@dataclass(frozen=True, slots=True)
class Course:
    """How to fit.

    Args:
        steps: of one batch each.
        batch: windows.
        rate: the highest learning rate of the one cycle.
        decay: of the weights.
        teaches: the share of the loss that follows the teacher.
        every: steps from one checkpoint, with a look at the validation, to the next.
    """

    steps: int = 1300
    batch: int = 256
    rate: float = 4e-3
    decay: float = 0.02
    teaches: float = 0.55
    every: int = 260


class Run:
    """One run of one seed.

    Args:
        bank: to learn from.
        soft: the teacher's probabilities at `bank.FIRST_FRAMES`: (n, 4, 8).
        weights: how often each window is drawn where something is a fact, as `draws.weights` gives it: (4 n,).
        course: how.
        seed: of weights, order and augmentation.
    """

    def __init__(
        self, bank: Bank, soft: NDArray[np.float32], weights: NDArray[np.float32], course: Course, seed: int
    ) -> None:
        torch.manual_seed(seed)
        self.course = course
        self.net = SmallNet().to(memory_format=torch.channels_last)
        self.average = Average(self.net)
        self._generator = torch.Generator().manual_seed(seed)
        self._optimiser = torch.optim.AdamW(self.net.parameters(), lr=course.rate, weight_decay=course.decay)
        self._cycle = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser, course.rate, total_steps=course.steps, pct_start=0.15
        )
        self._levels = torch.from_numpy(bank.levels_db)
        self._bank, self._soft = bank, torch.from_numpy(soft)
        self._weights = torch.from_numpy(weights)
        self.step = 0

    def go(self, checkpoint: Path, validation: Bank, told: Callable[[int, float, float], None]) -> None:
        """Fits to the end; `told` hears step, loss and the mean average precision on the validation."""
        self._resume(checkpoint)
        loss_sum = 0.0
        while self.step < self.course.steps:
            loss_sum += self._one_step()
            if self.step % self.course.every == 0 or self.step == self.course.steps:
                found = mean_average_precision(logits(self.average.net, validation), all_targets(validation))
                self._keep(checkpoint)
                told(self.step, loss_sum / self.course.every, found)
                loss_sum = 0.0

    def _one_step(self) -> float:
        self.net.train()
        batch = augmented(self._drawn(), self._generator)
        with torch.autocast("cpu", torch.bfloat16):
            found = self.net(batch.levels_db)
        loss = loss_of(found.float(), batch, self.course.teaches)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self._optimiser.step()
        self._cycle.step()
        self.average.follow(self.net, self.step)
        self.step += 1
        return float(loss.detach())

    def _drawn(self) -> Batch:
        """Windows from anywhere, half of them where something is a fact."""
        many, generator = self.course.batch, self._generator
        anywhere = torch.randint(len(self._weights), (many,), generator=generator)
        chosen = torch.multinomial(self._weights, many, replacement=True, generator=generator)
        is_seen = torch.rand(many, generator=generator) < _SEEN_SHARE
        picked = torch.where(is_seen, chosen, anywhere)
        scenes, windows = picked // len(FIRST_FRAMES), picked % len(FIRST_FRAMES)
        jitter = torch.randint(-_JITTER, _JITTER + 1, (many,), generator=generator)
        firsts = (torch.tensor(FIRST_FRAMES)[windows] + jitter).clamp(0, self._levels.shape[1] - FRAMES)
        cut = self._levels[scenes[:, None], firsts[:, None] + torch.arange(FRAMES)].float()
        targets = _targets_of(self._bank, scenes.numpy(), firsts.numpy())
        return Batch(cut, torch.from_numpy(targets), self._soft[scenes, windows])

    def _keep(self, checkpoint: Path) -> None:
        unfinished = checkpoint.with_suffix(".part")
        state = {
            "step": self.step, "net": self.net.state_dict(), "average": self.average.net.state_dict(),
            "optimiser": self._optimiser.state_dict(), "cycle": self._cycle.state_dict(),
            "generator": self._generator.get_state(), "dropout": torch.get_rng_state(),
        }  # fmt: skip
        torch.save(state, unfinished)
        unfinished.replace(checkpoint)

    def _resume(self, checkpoint: Path) -> None:
        if not checkpoint.is_file():
            return
        state = torch.load(checkpoint, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.average.net.load_state_dict(state["average"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._cycle.load_state_dict(state["cycle"])
        self._generator.set_state(state["generator"])
        torch.set_rng_state(state["dropout"])
        self.step = int(state["step"])


def finished(checkpoint: Path, course: Course) -> SmallNet | None:
    """The network of a run that has gone to its end; None if it has not."""
    if not checkpoint.is_file():
        return None
    state = torch.load(checkpoint, weights_only=True)
    if int(state["step"]) < course.steps:
        return None
    net: SmallNet = SmallNet().to(memory_format=torch.channels_last)
    net.load_state_dict(state["average"])
    net.eval()
    return net


@dataclass(frozen=True, slots=True)
class Small:
    """Small networks that judge together.

    Args:
        nets: whose logits are averaged.
    """

    nets: Sequence[SmallNet]

    def logits(self, bank: Bank) -> Logits:
        """Of the four windows of every scene: (4 n, 8)."""
        return np.asarray(np.mean([logits(net, bank) for net in self.nets], axis=0), dtype=np.float32)


def loss_of(found: Tensor, batch: Batch, teaches: float) -> Tensor:
    """Cross-entropy against the facts, where there are any, and against the teacher, where it is asked."""
    facts = _entropy(found, batch.targets.clamp(0, 1), batch.targets >= 0)
    taught = _entropy(found, batch.soft.clamp(0, 1), batch.soft >= 0)
    return (1 - teaches) * facts + teaches * taught


def logits(net: nn.Module, bank: Bank, batch: int = 1024) -> Logits:
    """A small network's logits of the four windows of every scene: (4 n, 8)."""
    net.eval()
    found = []
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for begin in range(0, len(bank.levels_db), batch // len(FIRST_FRAMES)):
            scenes = torch.from_numpy(bank.levels_db[begin : begin + batch // len(FIRST_FRAMES)]).float()
            cut = torch.stack([scenes[:, first : first + FRAMES] for first in FIRST_FRAMES], dim=1).flatten(0, 1)
            found.append(net(gain_free(cut)).float().numpy())
    return np.concatenate(found)


def all_targets(bank: Bank) -> NDArray[np.float32]:
    """The targets of the same windows: (4 n, 8)."""
    return np.stack([_windows_targets(bank, first) for first in FIRST_FRAMES], axis=1).reshape(-1, len(CLASSES))


def _windows_targets(bank: Bank, first: int) -> NDArray[np.float32]:
    return bank.targets(np.full(len(bank.fact), first, dtype=np.int64))


def _targets_of(bank: Bank, scenes: NDArray[np.int64], firsts: NDArray[np.int64]) -> NDArray[np.float32]:
    part = Bank(bank.levels_db[:0], bank.fact[scenes], bank.present[scenes], bank.embeddings[:0], [])
    return part.targets(firsts)


def _entropy(found: Tensor, wanted: Tensor, counts: Tensor) -> Tensor:
    each = nn.functional.binary_cross_entropy_with_logits(found, wanted, reduction="none")
    return (each * counts).sum() / counts.sum().clamp(min=1)
