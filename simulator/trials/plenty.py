"""How much acts ask for: about how many people, how many sounds, and how many of these at one time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from simulator.world.act import Act, PlayName
from simulator.world.sounding import SoundName

MOST_PEOPLE = 5000
MOST_SOUNDS = 2000
MOST_SOUNDS_AT_ONCE = 100
"""More than these take hours to render, or gigabytes."""

_USUAL_PEOPLE = 40
_OF_A_STREAM_PER_S = 0.03
"""How many of a stream of 1 person at a time come in each second: at 1.15 m/s they are in view for 38 m."""
_EVERY_S: dict[PlayName, float] = {PlayName.DISTURBANCE: 2.5, PlayName.MARCH: 7.0, PlayName.EGRESS: 30.0}
"""How long it takes from one sound of a play to its next, on average."""
_A_LINE_MOVES_S = 8.0


@dataclass(frozen=True, slots=True)
class Plenty:
    """What acts ask for together."""

    people: int
    sounds: int
    sounds_at_once: int


def all_of(acts: Iterable[Act]) -> Plenty:
    """What acts ask for together."""
    people = sounds = 0
    spans: list[tuple[float, float, int]] = []
    for act in acts:
        people += _people(act)
        sounds += _sounds(act)
        if isinstance(act.name, SoundName):
            count, every_s = act.count or 1, act.lasts_s + 0.5 if act.every_s is None else act.every_s
            at_once = min(count, int(act.lasts_s / every_s) + 1)
            spans.append((act.at_s, act.at_s + (count - 1) * every_s + act.lasts_s, at_once))
    return Plenty(people, sounds, _at_once(spans))


def _people(act: Act) -> int:
    if act.name in (PlayName.CLOUD, PlayName.EMERGENCY_VEHICLE, PlayName.TRUCK_PASSES) or act.name in set(SoundName):
        return 0
    count = _USUAL_PEOPLE if act.count is None else act.count
    if act.name is PlayName.EGRESS:
        return max(count, round(_OF_A_STREAM_PER_S * (80 if act.count is None else act.count) * act.lasts_s))
    if act.name is PlayName.QUEUE:
        return count + int(act.lasts_s / (_A_LINE_MOVES_S if act.every_s is None else act.every_s))
    return count


def _sounds(act: Act) -> int:
    if isinstance(act.name, SoundName):
        return act.count or 1
    return 1 + int(act.lasts_s / _EVERY_S[act.name]) if act.name in _EVERY_S else 1


def _at_once(spans: list[tuple[float, float, int]]) -> int:
    """The most that sound together, each span with so many."""
    ends = sorted([(begin_s, many) for begin_s, _, many in spans] + [(end_s, -many) for _, end_s, many in spans])
    return int(np.max(np.cumsum([many for _, many in ends]), initial=0))
