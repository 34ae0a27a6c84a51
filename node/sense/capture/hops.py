"""From blocks of any size to hops of 0.125 s: the one size that the rest of the line works with."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock

HOP_S: Final = 0.125
"""How long a hop lasts, in seconds: the Fast time constant, and how often the line looks."""

HOP: Final = 6000
"""How many samples a hop holds."""

JUMP_S: Final = 0.020
"""A block that begins this far from where it should is another stretch of time; less is a clock's jitter."""


class Hopper:
    """Cuts blocks into hops of exactly `HOP` samples; how the blocks were cut makes no difference.

    A gap (lost samples, or a jump of `captured_s`) drops the rest that is not yet a hop, and the next hop
    counts it as lost. Samples that are not finite become 0 and count as lost in the hop that holds them.
    The samples clipped in a block are spread over its hops in order, never more than each part holds.
    """

    def __init__(self) -> None:
        self._rest: NDArray[np.float32] = np.empty(0, dtype=np.float32)
        self._begun_s: float | None = None
        self._lost = 0
        self._clipped = 0

    def push(self, block: AudioBlock) -> list[AudioBlock]:
        """The hops that this block completes, oldest first; often none."""
        if block.samples.size == 0:
            self._lost += block.lost_samples
            if block.lost_samples:
                self._drop_rest()
            return []
        if self._is_gap(block):
            self._drop_rest()
        self._lost += block.lost_samples
        hops = []
        begun_s, samples, clipped = block.captured_s, block.samples, block.clipped_samples
        while samples.size:
            part = samples[: HOP - self._rest.size]
            part_clipped = min(clipped, part.size)
            self._take(part, begun_s, part_clipped)
            if self._rest.size == HOP:
                hops.append(self._give())
            samples, clipped = samples[part.size :], clipped - part_clipped
            begun_s += part.size / SAMPLE_RATE_HZ
        return hops

    def forget(self) -> None:
        """Wipes the samples of the hop that is not yet whole: they count as lost."""
        self._rest.fill(0.0)
        self._drop_rest()

    def _is_gap(self, block: AudioBlock) -> bool:
        if self._begun_s is None:
            return block.lost_samples > 0
        due_s = self._begun_s + self._rest.size / SAMPLE_RATE_HZ
        return block.lost_samples > 0 or abs(block.captured_s - due_s) > JUMP_S

    def _drop_rest(self) -> None:
        self._lost += self._rest.size
        self._rest = self._rest[:0]
        self._clipped = 0
        self._begun_s = None

    def _take(self, part: NDArray[np.float32], begun_s: float, clipped: int) -> None:
        if self._begun_s is None or self._rest.size == 0:
            self._begun_s = begun_s
        finite = np.isfinite(part)
        if not finite.all():
            self._lost += int(np.count_nonzero(~finite))
            part = np.where(finite, part, np.float32(0))
        self._rest = np.concatenate((self._rest, part))
        self._clipped += clipped

    def _give(self) -> AudioBlock:
        begun_s = self._begun_s if self._begun_s is not None else 0.0
        hop = AudioBlock(self._rest, begun_s, lost_samples=self._lost, clipped_samples=self._clipped)
        self._rest = np.empty(0, dtype=np.float32)
        self._begun_s = begun_s + HOP_S
        self._lost = self._clipped = 0
        return hop
