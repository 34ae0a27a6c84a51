"""What the node's detectors see, as arrays over time: a value per hop of 0.125 s for sound, one a second for sight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from node.sense.audio.level import SoundLevel
from node.sense.audio.timbre import Timbre
from node.sense.capture.hops import HOP_S
from simulator.world.layout import Floats

HOPS_A_SECOND = round(1 / HOP_S)


@dataclass(frozen=True, slots=True)
class Heard:
    """The levels of hops, as the node's `SoundLevel` has them, and their timbre; (hops,) where no shape is said.

    Args:
        t_s: the end of the hop, in seconds of the week.
        laf_db: A-weighted level, Fast, at the end of the hop.
        laf_max_db: the greatest A-weighted Fast level within the hop.
        laeq_1s_db: A-weighted mean over the last second.
        a_energy: A-weighted mean square of the hop, full scale is 1.
        voice_db: mean level of the node's voice band, 250-4000 Hz, over the hop.
        c_minus_a_db: C-weighted minus A-weighted mean of the last second.
        lcpeak_db: C-weighted peak within the hop.
        bands_db: A-weighted level of the hop below 250 Hz, up to 4000 Hz and above, (hops, 3).
        octaves: as `node.sense.audio.timbre.Timbre`, full scale is 1, (hops, 7).
        lines: likewise.
        steps: likewise, (hops, 4).
    """

    t_s: Floats
    laf_db: Floats
    laf_max_db: Floats
    laeq_1s_db: Floats
    a_energy: Floats
    voice_db: Floats
    c_minus_a_db: Floats
    lcpeak_db: Floats
    bands_db: Floats
    octaves: Floats
    lines: Floats
    steps: Floats

    def cut(self, from_hop: int, to_hop: int) -> Self:
        """The hops from one to before another."""
        return type(self)(*(getattr(self, field.name)[from_hop:to_hop] for field in fields(self)))

    @classmethod
    def joined(cls, parts: list[Heard]) -> Heard:
        """Several stretches in a row as one."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))

    def hops(self) -> Iterator[tuple[SoundLevel, Timbre]]:
        """The same, hop after hop, for a detector of the node."""
        levels = map(SoundLevel, *(getattr(self, field.name).tolist() for field in fields(SoundLevel)))
        timbres = map(Timbre, map(tuple, self.octaves.tolist()), self.lines.tolist(), map(tuple, self.steps.tolist()))
        return zip(levels, timbres, strict=True)


@dataclass(frozen=True, slots=True)
class Seen:
    """What sight tells, second by second; all (seconds,).

    Args:
        t_s: the instant, in seconds of the week.
        people: how many people are in the picture.
        cars: how many cars are in the picture.
        foreground_share: of the picture that differs from the background, 0..1.
        flow_energy: mean squared speed, in (picture heights per second) squared.
        present: whether the node's switch says that something is there.
    """

    t_s: Floats
    people: NDArray[np.int64]
    cars: NDArray[np.int64]
    foreground_share: Floats
    flow_energy: Floats
    present: NDArray[np.bool_]

    def cut(self, from_s: int, to_s: int) -> Self:
        """The seconds from one to before another."""
        return type(self)(*(getattr(self, field.name)[from_s:to_s] for field in fields(self)))

    @classmethod
    def joined(cls, parts: list[Seen]) -> Seen:
        """Several stretches in a row as one."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


@dataclass(frozen=True, slots=True)
class Features:
    """What a pole hears and sees in a stretch of a week."""

    heard: Heard
    seen: Seen
