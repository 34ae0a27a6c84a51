"""Acts that are more than a sound: who comes, what they do, what of it sounds, and what of it is true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from simulator.world.act import Act, PlayName
from simulator.world.expected import Expected
from simulator.world.people import Looks, Pose
from simulator.world.sounding import Sounding
from simulator.world.traffic import Car


class Troupe(Protocol):
    """Everybody of one act, as a function of the street's time."""

    def people(self, t_s: float) -> list[tuple[Pose, Looks]]:
        """Who is in the street at `t_s`."""

    def cars(self, from_s: float, to_s: float) -> list[Car]:
        """The vehicles of the act that are on the road at some time between."""

    def soundings(self) -> list[Sounding]:
        """What of it sounds, from begin to end."""

    def expected(self) -> list[Expected]:
        """What a good node tells of it by sight. What it sounds like makes its own truth."""


_PLAYS: dict[PlayName, Callable[[int, Act], Troupe]] = {}


def troupe(seed: int, act: Act) -> Troupe | None:
    """Who plays an act, or None for an act of the sky or of a sound alone."""
    make = _PLAYS.get(act.name) if isinstance(act.name, PlayName) else None
    return None if make is None else make(seed, act)
