"""The small network: six dense 3x3 convolutions over log-mel windows, 183 k weights."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.training.labels import CLASSES

WIDTHS = (16, 32, 56, 56, 96, 96)
"""Channels of the convolutions. Dense 3x3 trains several times faster on a CPU than depthwise, and runs as fast."""
HALVES_AFTER = (1, 3)
"""After which of them time and frequency are halved; the first one steps by two."""
SCALE_DB = 20.0
"""What the input is divided by: levels of one window spread about that far."""


class SmallNet(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """Input: `logmel.windows`, (n, frames, 64) in dB. Output: logits, (n, 8)."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for place, width in enumerate(WIDTHS):
            stride = 2 if place == 0 else 1
            layers.append(nn.Conv2d(before, width, 3, stride, padding=1, bias=False))
            layers += [nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
            if place in HALVES_AFTER:
                layers.append(nn.MaxPool2d(2))
            before = width
        self.features = nn.Sequential(*layers)
        self.drop = nn.Dropout(0.2)
        self.last = nn.Linear(2 * before, len(CLASSES))

    def forward(self, windows: Tensor) -> Tensor:
        """The logits of windows."""
        image = (windows[:, None] / SCALE_DB).contiguous(memory_format=torch.channels_last)
        found = self.features(image)
        pooled = torch.cat([found.mean((2, 3)), found.amax((2, 3))], dim=1)
        logits: Tensor = self.last(self.drop(pooled.float()))
        return logits


@dataclass(frozen=True, slots=True)
class Shape:
    """What a head is like.

    Args:
        drop_in: the share of the embedding that is left out while it is fitted.
        drop: the same of its hidden layer.
        hidden: how wide that is.
    """

    drop_in: float
    drop: float
    hidden: int = 32


class Head(nn.Module):  # type: ignore[misc]  # same
    """Input: YAMNet's embedding, (n, 1024), none below 0. Output: logits, (n, 8).

    Args:
        shape: what it is like.
        few: embeddings that mean and spread are taken from: (m, 1024).
    """

    def __init__(self, shape: Shape, few: Tensor) -> None:
        super().__init__()
        self.shape = shape
        taken = few.clamp(min=0).sqrt()
        self.register_buffer("mean", taken.mean(0))
        self.register_buffer("spread", taken.std(0) + 0.05)
        self.first = nn.Linear(few.shape[1], shape.hidden)
        self.drop_in, self.drop = nn.Dropout(shape.drop_in), nn.Dropout(shape.drop)
        self.last = nn.Linear(shape.hidden, len(CLASSES))

    def forward(self, embeddings: Tensor) -> Tensor:
        """The logits of embeddings. Their roots are taken: a mean of rectified values has a long tail."""
        normal = (embeddings.clamp(min=0).sqrt() - self.get_buffer("mean")) / self.get_buffer("spread")
        logits: Tensor = self.last(self.drop(torch.relu(self.first(self.drop_in(normal)))))
        return logits


class Average:
    """A net whose weights follow those of another one, slowly: it is steadier than the last step.

    Args:
        net: the one to follow.
        keeps: of itself at each step, once it has run for a while.
    """

    def __init__(self, net: nn.Module, keeps: float = 0.998) -> None:
        self.net = copy.deepcopy(net).eval()
        self._keeps = keeps

    @torch.no_grad()  # type: ignore[untyped-decorator]  # same
    def follow(self, net: nn.Module, step: int) -> None:
        """Takes one step towards a net."""
        keeps = min(self._keeps, (1 + step) / (10 + step))
        for own, other in zip(self.net.state_dict().values(), net.state_dict().values(), strict=True):
            if own.dtype.is_floating_point:
                own.lerp_(other, 1 - keeps)
            else:
                own.copy_(other)
