"""The large model: heads on YAMNet's embedding beside its own directions; and the same as a teacher of the small one.

A teacher is asked only of sounds that it did not learn from: for a fold's soft labels it is fitted without that fold,
and without the fold that the small network will be judged on. Otherwise its answers would be the labels again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from models.training.augment import Batch
from models.training.bank import FIRST_FRAMES, Bank
from models.training.directions import Directions
from models.training.fit import all_targets, loss_of
from models.training.judge import calibration, probabilities
from models.training.labels import CLASSES
from models.training.net import Head, Shape

SHARE = 0.7
"""What YAMNet's own directions count beside a fitted head."""
_FEW = 20_000

Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lesson:
    """How a head is fitted.

    Args:
        shape: of the head.
        steps: of one batch each.
        batch: windows.
        rate: the highest learning rate of the one cycle.
        decay: of the weights.
    """

    shape: Shape
    steps: int
    batch: int
    rate: float
    decay: float


LESSON = Lesson(Shape(drop_in=0.2, drop=0.3), steps=900, batch=384, rate=2e-3, decay=0.1)


@dataclass(frozen=True, slots=True)
class Large:
    """The large model.

    Args:
        heads: whose logits are averaged.
        directions: that are added.
        share: what they count.
    """

    heads: Sequence[Head]
    directions: Directions
    share: float = SHARE

    def logits(self, bank: Bank) -> Logits:
        """Of the four windows of every scene: (4 n, 8)."""
        rows = bank.embeddings.reshape(-1, bank.embeddings.shape[2])
        return np.concatenate([self._of(rows[at : at + 8192]) for at in range(0, len(rows), 8192)])

    def _of(self, rows: NDArray[np.float16]) -> Logits:
        with torch.inference_mode():
            heard = torch.from_numpy(rows).float()
            fitted = torch.stack([head(heard) for head in self.heads]).mean(dim=0).numpy()
        return np.asarray(fitted + self.share * self.directions.logits(rows), dtype=np.float32)


def fit_head(banks: Sequence[Bank], seed: int, lesson: Lesson = LESSON) -> Head:
    """A head fitted to some banks; the same seed gives the same head."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    x = torch.cat([torch.from_numpy(one.embeddings.reshape(-1, one.embeddings.shape[2])) for one in banks])
    y = torch.cat([torch.from_numpy(all_targets(one)) for one in banks])
    head = Head(lesson.shape, x[torch.randperm(len(x), generator=generator)[:_FEW]].float())
    optimiser = torch.optim.AdamW(head.parameters(), lr=lesson.rate, weight_decay=lesson.decay)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, lesson.rate, total_steps=lesson.steps, pct_start=0.2)
    for _ in range(lesson.steps):
        picked = torch.randint(len(x), (lesson.batch,), generator=generator)
        wanted = y[picked]
        loss = loss_of(head(x[picked].float()), Batch(x, wanted, torch.full_like(wanted, -1.0)), 0.0)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        cycle.step()
    head.eval()
    return head


def restored(state: dict[str, torch.Tensor], lesson: Lesson = LESSON) -> Head:
    """A head that was fitted before."""
    head = Head(lesson.shape, torch.zeros(2, len(state["mean"])))
    head.load_state_dict(state)
    head.eval()
    return head


def soft_labels(teacher: Large, bank: Bank) -> NDArray[np.float32]:
    """A teacher's probabilities for the windows of every scene of a bank, calibrated on it: (n, 4, 8)."""
    logits = teacher.logits(bank)
    return probabilities(logits, calibration(logits, all_targets(bank))).reshape(-1, len(FIRST_FRAMES), len(CLASSES))
