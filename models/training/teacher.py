"""The heads on YAMNet's embedding: the large model, and a teacher of soft labels for the small one.

A teacher is asked only of sounds that it did not learn from: it is fitted three times, each time without a third of
the sources. Otherwise its answers would be the labels again.
"""

from __future__ import annotations

import copy
import zlib
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.training.augment import Batch
from models.training.bank import Bank
from models.training.fit import all_targets, loss_of
from models.training.labels import CLASSES
from models.training.net import Head, Shape
from models.training.palette import SYNTHESIS
from models.training.precision import mean_average_precision

FOLDS = 3
_LOOKS, _FEW = 6, 20_000

Embeddings = NDArray[np.float16]
Targets = NDArray[np.float32]


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


TEACHER = Lesson(Shape(root=False, drop_in=0.2, drop=0.4), steps=1800, batch=1024, rate=2e-3, decay=0.05)
"""Three of it are fitted, and asked for soft labels."""
LARGE = Lesson(Shape(root=True, drop_in=0.1, drop=0.2), steps=4500, batch=512, rate=2.5e-3, decay=0.05)
"""The large model."""


def fit_head(
    lesson: Lesson, bank: Bank, validation: Bank, seed: int, of_scenes: NDArray[np.bool_] | None = None
) -> Head:
    """A head fitted to a bank, as it was when it did best on the validation.

    Args:
        lesson: how.
        bank: to learn from.
        validation: to choose by.
        seed: of weights and order.
        of_scenes: which scenes of the bank to learn from: (n,); None for all.
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    heard = flat(bank.embeddings)
    chosen = np.repeat(np.ones(len(bank.fact), dtype=bool) if of_scenes is None else of_scenes, 4)
    x, y = torch.from_numpy(heard[chosen]), torch.from_numpy(all_targets(bank)[chosen])
    head = Head(lesson.shape, x[:_FEW].float())
    optimiser = torch.optim.AdamW(head.parameters(), lr=lesson.rate, weight_decay=lesson.decay)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, lesson.rate, total_steps=lesson.steps, pct_start=0.2)
    wanted = all_targets(validation)
    best, kept = -1.0, head
    for step in range(1, lesson.steps + 1):
        picked = torch.randint(len(x), (lesson.batch,), generator=generator)
        _one_step(head, optimiser, x[picked].float(), y[picked])
        cycle.step()
        if step % (lesson.steps // _LOOKS) == 0:
            found = mean_average_precision(head_logits(head, validation), wanted)
            best, kept = (found, copy.deepcopy(head)) if found > best else (best, kept)
    kept.eval()
    return kept


def soft_labels(bank: Bank, validation: Bank, seed: int) -> NDArray[np.float32]:
    """A teacher's probabilities for the windows of every scene of a bank: (n, 4, 8)."""
    fold = np.array([_fold(source, place) for place, source in enumerate(bank.sources)])
    soft = np.empty((len(fold), 4, len(CLASSES)), dtype=np.float32)
    for number in range(FOLDS):
        head = fit_head(TEACHER, bank, validation, seed + number, fold != number)
        own = Bank(bank.levels_db[:0], bank.fact[:0], bank.present[:0], bank.embeddings[fold == number], [])
        soft[fold == number] = torch.sigmoid(torch.from_numpy(head_logits(head, own))).reshape(-1, 4, len(CLASSES))
    return soft


def head_logits(head: nn.Module, bank: Bank) -> NDArray[np.float32]:
    """A head's logits of the four windows of every scene: (4 n, 8)."""
    head.eval()
    rows = flat(bank.embeddings)
    with torch.inference_mode():
        parts = [head(torch.from_numpy(rows[at : at + 8192]).float()).numpy() for at in range(0, len(rows), 8192)]
    return np.concatenate(parts)


def flat(embeddings: Embeddings) -> Embeddings:
    """The embeddings of all windows: (4 n, 1024)."""
    return embeddings.reshape(-1, embeddings.shape[2])


def _one_step(head: Head, optimiser: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
    head.train()
    loss = loss_of(head(x), Batch(x, y, torch.full_like(y, -1.0)), 0.0)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()


def _fold(source: str, place: int) -> int:
    """All scenes of a recording are in one fold; takes are many, and shared out."""
    return place % FOLDS if source in ("", SYNTHESIS) else zlib.crc32(source.encode()) % FOLDS
