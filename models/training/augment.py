"""What a batch of windows goes through before the network sees it: other pitch, tone, place, noise and company.

Levels are in dB; a mix is made in power, as sounds mix in air.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from node.sense.audio.logmel import RANGE_DB

_DB = 10.0 / 2.302585092994046
"""A decibel of power in nepers: 10 / ln 10."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows and what is known of them.

    Args:
        levels_db: (n, 98, 64).
        targets: 1, 0, or -1 for what is no fact: (n, 8).
        soft: the teacher's probabilities: (n, 8); -1 where it is not asked.
    """

    levels_db: Tensor
    targets: Tensor
    soft: Tensor


def augmented(batch: Batch, generator: torch.Generator) -> Batch:
    """The batch after all of it, free of gain as `logmel.gain_free` makes it."""
    batch = _mixed(_rolled(batch, generator), generator)
    levels = _noisy(_toned(batch.levels_db, generator), generator)
    return Batch(_masked(gain_free(levels), generator), batch.targets, batch.soft)


def gain_free(levels_db: Tensor) -> Tensor:
    """As `logmel.gain_free`, for many windows: (n, 98, 64)."""
    floored = torch.maximum(levels_db, levels_db.amax((1, 2), keepdim=True) - RANGE_DB)
    return floored - floored.mean((1, 2), keepdim=True)


def _rolled(batch: Batch, generator: torch.Generator) -> Batch:
    """Half of the windows begin elsewhere in themselves; all are moved by up to two bands."""
    many, frames, bands = batch.levels_db.shape
    late = _integers(0, frames, many, generator) * (_chance(many, generator) < 0.5)
    at = (torch.arange(frames) + late[:, None]) % frames
    up = _integers(-2, 3, many, generator)
    band = (torch.arange(bands) + up[:, None]).clamp(0, bands - 1)
    moved = batch.levels_db[torch.arange(many)[:, None, None], at[:, :, None], band[:, None, :]]
    return Batch(moved, batch.targets, batch.soft)


def _mixed(batch: Batch, generator: torch.Generator) -> Batch:
    """Every third window meets another one, up to 10 dB louder or weaker.

    What is over 3 dB weaker than its company is no fact any more.
    """
    many = len(batch.levels_db)
    other = torch.randperm(many, generator=generator)
    is_mixed = _chance(many, generator) < 0.35
    over_db = (_chance(many, generator) * 20 - 10).where(is_mixed, torch.tensor(-200.0))
    loudness = batch.levels_db.amax((1, 2))
    gain = (loudness - loudness[other] + over_db)[:, None, None]
    mixed = torch.logaddexp(batch.levels_db / _DB, (batch.levels_db[other] + gain) / _DB) * _DB
    first = _weakened(batch.targets, batch.soft, is_mixed & (over_db > 3))
    second = _weakened(batch.targets[other], batch.soft[other], is_mixed & (over_db < -3))
    targets = torch.where(is_mixed[:, None], _either(first[0], second[0]), batch.targets)
    soft = torch.where(is_mixed[:, None], _either_soft(first[1], second[1]), batch.soft)
    return Batch(mixed, targets, soft)


def _weakened(targets: Tensor, soft: Tensor, is_weak: Tensor) -> tuple[Tensor, Tensor]:
    """What was a fact of weak windows is none: neither that it is there nor that it is not."""
    weak = is_weak[:, None]
    return torch.where(weak & (targets > 0), -1.0, targets), torch.where(weak & (soft > 0.1), -1.0, soft)


def _either(one: Tensor, other: Tensor) -> Tensor:
    """1 where one is 1, -1 where one is unknown and none is 1, else 0."""
    highest = torch.maximum(one, other)
    return torch.where((highest < 1) & (torch.minimum(one, other) < 0), -1.0, highest)


def _either_soft(one: Tensor, other: Tensor) -> Tensor:
    """The higher probability; -1 where one of them is not asked."""
    return torch.where(torch.minimum(one, other) < 0, -1.0, torch.maximum(one, other))


def _toned(levels_db: Tensor, generator: torch.Generator) -> Tensor:
    """A tilt over all bands and a bend in their middle, a few dB either way."""
    many, _, bands = levels_db.shape
    along = torch.linspace(-1, 1, bands)
    tilt = torch.randn(many, 1, generator=generator) * 4 * along
    bend = torch.randn(many, 1, generator=generator) * 2 * torch.cos(3.1416 * along)
    return levels_db + (tilt + bend)[:, None, :]


def _noisy(levels_db: Tensor, generator: torch.Generator) -> Tensor:
    """A third of the windows get a noise floor, 10 to 50 dB under their loudest."""
    many, frames, bands = levels_db.shape
    under_db = (10 + 40 * _chance(many, generator)).where(_chance(many, generator) < 0.33, torch.tensor(200.0))
    floor = levels_db.amax((1, 2)) - under_db
    slope = torch.randn(many, 1, generator=generator) * 5 * torch.linspace(1, -1, bands)
    noise = (floor[:, None] + slope)[:, None, :] + 2.5 * torch.randn(many, frames, bands, generator=generator)
    return torch.logaddexp(levels_db / _DB, noise / _DB) * _DB


def _masked(levels_db: Tensor, generator: torch.Generator) -> Tensor:
    """Half of the windows lose a stretch of up to 15 frames, half of them one of up to 8 bands (SpecAugment)."""
    for axis, most in ((1, 15), (2, 8)):
        many, size = len(levels_db), levels_db.shape[axis]
        begin = _integers(0, size, many, generator)
        long = _integers(1, most + 1, many, generator) * (_chance(many, generator) < 0.5)
        place = torch.arange(size)
        hidden = (place >= begin[:, None]) & (place < (begin + long)[:, None])
        levels_db = levels_db.masked_fill(hidden[:, :, None] if axis == 1 else hidden[:, None, :], 0.0)
    return levels_db


def _chance(many: int, generator: torch.Generator) -> Tensor:
    return torch.rand(many, generator=generator)


def _integers(low: int, high: int, many: int, generator: torch.Generator) -> Tensor:
    return torch.randint(low, high, (many,), generator=generator)
