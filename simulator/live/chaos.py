"""Chaos: a real `uplink` and a real broker are killed, cut off, and run out of room, while incidents go on.

At the end an independent reader must have every event, none of them out of order within its incident. As long as the
broker lives the reader asks for nothing: it would get again what a node has lost on the way and still has.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from node.errors import PolewatchError
from simulator.forecaster.shelf import Shelf
from simulator.live.chaos_plan import BROKER_DEATHS, KILLS, Blow, Step, clock_faults, steps
from simulator.live.chaos_score import Recovery, Result, Run, count_missing, is_complete, judge
from simulator.live.chaos_stage import Stage, reader_of, sender_of, staged, told_by
from simulator.live.children import Child
from simulator.live.node_config import short_folder
from simulator.live.run_folder import RunFolder
from simulator.pole.catalogue import FaultName

INCIDENT_EVERY_S = 0.4
_PATIENCE_S = 120.0
_LOOK_S = 0.02
_SECONDS_A_KILL = 6.0
_REFILL_S = 0.1
_BLINK_S = 0.1
_WAYS = {Blow.CUT: FaultName.BROKER_CUT, Blow.HALF_OPEN: FaultName.BROKER_HALF_OPEN}


@dataclass(frozen=True, slots=True)
class Wish:
    """How much chaos.

    Args:
        kills: how many SIGKILLs.
        outages: how many times there is no way to the broker.
        seed: the same seed is the same plan; what the machine makes of it is not.
        longest_s: an outage is at most so long; one in ten is up to three times so long.
    """

    kills: int
    outages: int
    seed: int
    longest_s: float


def _tell_nobody(_done: float) -> None:
    """How far it is, to nobody."""


def run(wish: Wish, progress: Callable[[float], None] = _tell_nobody) -> Result:
    """Runs it.

    Args:
        wish: how much of it.
        progress: called with how much of it is done, 0..1.

    Raises:
        PolewatchError: a process ended by itself, or the node never came back.
    """
    plan = steps(wish.kills, wish.outages, wish.seed, wish.longest_s)
    survived = [step for step in plan if step.blow not in BROKER_DEATHS]
    longest_s = sum(step.lasts_s + step.rest_s + _SECONDS_A_KILL for step in plan) + 2 * _PATIENCE_S
    with (
        RunFolder(short_folder()) as folder,
        staged(folder.path, clock_faults(wish.seed, longest_s)) as stage,
        contextlib.ExitStack() as readers,
    ):
        reader = readers.enter_context(reader_of(stage, asks=False))
        shelf = _opened(stage, reader.check)
        with sender_of(stage, wish.seed, INCIDENT_EVERY_S) as sender:
            _wait(lambda: shelf.heard_after(0.0), "the node's first word")
            told_of = _telling(progress, len(plan) + 1)
            recoveries = _suffer_all(stage, shelf, survived, (sender, reader), told_of)
            _wait_quietly(lambda: is_complete(shelf))
            leaked = count_missing(shelf)
            reader.stop()
            changed_s = time.time()
            reader = readers.enter_context(reader_of(stage, asks=True))
            # A broker that dies before it knows the new reader would end it.
            _wait(lambda: shelf.heard_after(changed_s), "a word to the reader that asks")
            recoveries += _suffer_all(stage, shelf, plan[len(survived) :], (sender, reader), told_of)
            told = told_by(sender, _PATIENCE_S)
        _wait_quietly(lambda: len(shelf.events()) >= 2 * told and is_complete(shelf))
        stage.stop_uplink()
        result = judge(shelf, Run(told, wish.seed, leaked, tuple(recoveries), stage.why_no_card))
        shelf.close()
    progress(1.0)
    return result


def _telling(progress: Callable[[float], None], steps_in_all: int) -> Iterator[None]:
    """Tells after each step how much is done."""
    for number in range(1, steps_in_all):
        progress(number / steps_in_all)
        yield


def _suffer_all(
    stage: Stage, shelf: Shelf, plan: Sequence[Step], children: Sequence[Child], told_of: Iterator[None]
) -> list[Recovery]:
    """One blow after the other, while the children live."""
    recoveries = []
    for step in plan:
        for child in children:
            child.check()
        recoveries += _suffer(stage, shelf, step)
        next(told_of)
    return recoveries


def _suffer(stage: Stage, shelf: Shelf, step: Step) -> list[Recovery]:
    """One blow and what follows; gives how long it took until the node was heard again, where that is asked."""
    if step.blow is Blow.FULL_CARD:
        _fill(stage, step.lasts_s)
        time.sleep(step.rest_s)
        return []
    if step.blow is Blow.KILL_UPLINK:
        stage.kill_uplink()
    elif step.blow in _WAYS:
        stage.proxy.suffer([_WAYS[step.blow]])
        time.sleep(step.lasts_s)
        stage.proxy.suffer([])
    else:
        stage.broker.kill()
        time.sleep(step.lasts_s)
        stage.broker.start()
    mended_s = time.time()
    if step.blow in KILLS and step.rest_s < _BLINK_S:
        # The next blow comes while the node still starts: how long this one took cannot be known.
        time.sleep(step.rest_s)
        return []
    # A birth tells of a new connection; over one that only stood still there is none.
    topic = None if step.blow is Blow.HALF_OPEN else "info"
    heard_s = _wait(lambda: shelf.heard_after(mended_s, topic), f"a word after {step.blow.name}")
    time.sleep(step.rest_s)
    return [Recovery(step.lasts_s, heard_s - mended_s)]


def _fill(stage: Stage, seconds: float) -> None:
    """A card without a free page for some time."""
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        stage.fill_card()
        time.sleep(_REFILL_S)
    stage.free_card()


def _opened(stage: Stage, check: Callable[[], None]) -> Shelf:
    """The reader's file, as soon as it has made it."""
    until_s = time.monotonic() + _PATIENCE_S
    while not stage.shelf.exists() and time.monotonic() < until_s:
        check()
        time.sleep(_LOOK_S)
    return Shelf(stage.shelf)


def _wait(look: Callable[[], float | None], what: str) -> float:
    """Waits for an instant to be known.

    Raises:
        PolewatchError: it does not come to pass.
    """
    until_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until_s:
        found = look()
        if found is not None:
            return found
        time.sleep(_LOOK_S)
    raise PolewatchError(f"{what} never came")


def _wait_quietly(holds: Callable[[], bool]) -> None:
    """Waits until something holds, or for as long as anybody would."""
    until_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until_s and not holds():
        time.sleep(0.25)
