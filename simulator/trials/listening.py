"""A street by ear: all that the node's hearing tells of it, before any cap, faster than time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.config.settings import Settings
from node.sense.audio.heard import Began, Ended
from node.sense.audio.load import load_tagger
from node.sense.capture.hops import Hopper
from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock
from node.sense.ears import Ears
from simulator.sound.soundscape import Capsule
from simulator.trials.score import Told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulator.sound.clips import Clips
    from simulator.world.street import Street

_SECOND = SAMPLE_RATE_HZ


def listen(
    street: Street, length_s: int, clips: Clips | None = None, report: Callable[[float], None] | None = None
) -> list[Told]:
    """What is told of a street from its second 0 on, in the order of telling.

    Args:
        street: with or without an end.
        length_s: for how long, in whole seconds.
        clips: real sounds, used where there are some.
        report: told how many seconds have been heard.
    """
    settings = Settings.model_validate({"node": {"id": "trial"}})
    ears = Ears(settings, load_tagger(settings.sound_model))
    capsule, hopper = Capsule(street, clips), Hopper()
    told: dict[str, Told] = {}
    done: list[Told] = []
    for second in range(length_s):
        for hop in hopper.push(AudioBlock(capsule.samples(second * _SECOND, _SECOND), float(second))):
            heard = ears.hear(hop)
            done += _noted(heard.changes, heard.level.t_s, told)
        if report is not None:
            report(second + 1.0)
    done += _noted(ears.finish(float(length_s)), float(length_s), told)
    return sorted([*done, *told.values()], key=lambda one: (one.told_s, one.kind))


def _noted(changes: Iterable[Began | Ended], now_s: float, still: dict[str, Told]) -> list[Told]:
    """What ends with these changes; what begins is kept in `still` by its kind, of which one at most is open."""
    done = []
    for change in changes:
        if isinstance(change, Began):
            still[change.kind] = Told(change.kind.value, change.began_s, None, now_s)
        elif change.kind in still:
            began = still.pop(change.kind)
            done.append(Told(began.kind, began.began_s, change.ended_s, began.told_s))
    return done
