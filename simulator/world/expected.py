"""An event that a good node tells, or may tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ONE_EVENT_S = 3.0
"""Two sounds of a kind closer than this are one event: a burst, a siren that pauses."""

ONE_DISPLAY_S = 10.0
"""The same for fireworks: rockets one by one are one display."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Its kind and when it is heard or seen at the pole, in street seconds."""

    kind: str
    began_s: float
    ended_s: float


def merged(events: Iterable[Expected]) -> list[Expected]:
    """The same events in order, those of a kind that follow within `ONE_EVENT_S` (`ONE_DISPLAY_S`) made one."""
    done: list[Expected] = []
    last: dict[str, int] = {}
    for event in sorted(events, key=lambda one: (one.began_s, one.kind)):
        at = last.get(event.kind)
        apart_s = ONE_DISPLAY_S if event.kind == "sound.fireworks" else ONE_EVENT_S
        if at is not None and event.began_s <= done[at].ended_s + apart_s:
            before = done[at]
            done[at] = Expected(event.kind, before.began_s, max(before.ended_s, event.ended_s))
        else:
            last[event.kind] = len(done)
            done.append(event)
    return done
