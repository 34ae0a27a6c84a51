"""Runs a scenario in real time, because of what breaks in it: real processes, a real broker, and faults between them.

    street -> sense -> uplink -> proxy -> mosquitto -> reader

The reader is connected to the broker itself. What it was told is scored by the street's own time of when it came; by
the numbers in the messages it proves what was lost. In the end the line is cut once for a moment: the node's new birth
document names its last number, and with it the reader knows whether the tail is complete.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from node.errors import PolewatchError
from node.ops.clock import boot_s
from simulator.live.board import StreetClock
from simulator.live.broker import ADDRESS, PrivateBroker
from simulator.live.card import Card
from simulator.live.children import Child
from simulator.live.jumping_clock import JumpingClock
from simulator.live.listener import Listener
from simulator.live.node_config import short_folder, write_config
from simulator.live.proxy import Proxy
from simulator.live.run_folder import RunFolder
from simulator.live.signals import stop_signals
from simulator.live.street_uplink import argument
from simulator.live.surroundings import Surroundings
from simulator.pole.catalogue import FaultName
from simulator.pole.devices import Pace
from simulator.trials.outcome import Outcome
from simulator.trials.reading import Dating, Reading
from simulator.trials.scenario import Scenario
from simulator.trials.score import Told
from simulator.world.truth import tolerated

Progress = Callable[[float], None]
"""Takes how far the street has come, in seconds."""
WINDOW_S = 10
"""The shortest window there is: the last summary is waited for, and what is not told in one is no exposure."""
DRAINS_WITHIN_S = 40.0
_STARTING_S = 3.0
"""The street begins so long after the processes were started: imports take that long."""
_BORN_WITHIN_S = 20.0
_TURN_S = 0.1
_CUT_S = 0.3
_KEEPALIVE_S = 5


def run(name: str, scenario: Scenario, seed: int, *, sight: bool = True, progress: Progress | None = None) -> Outcome:
    """Runs a scenario in real time; it takes its length and up to three quarters of a minute more.

    Args:
        name: of the scenario.
        scenario: itself.
        seed: of the street.
        sight: give the node a camera too.
        progress: told how far the street has come.

    Raises:
        PolewatchError: a part of it cannot be started, or ended by itself; everything else was ended.
        KeyboardInterrupt: somebody stopped it; everything was ended.
    """
    return judged(name, scenario, seed, read(scenario, seed, sight=sight, progress=progress), sight=sight)


def judged(name: str, scenario: Scenario, seed: int, reading: Reading, *, sight: bool) -> Outcome:
    """What the reader got of a scenario, beside what was true and what may be told besides."""
    street = scenario.make_street(seed)
    return Outcome(
        name=name,
        seed=seed,
        truth=scenario.truth(street, sight=sight),
        told=[_within(told, scenario.length_s) for told in reading.told if told.began_s < scenario.length_s],
        sound_exposure_s=reading.exposure_s("sound"),
        sight_exposure_s=reading.exposure_s("sight"),
        held_back=reading.held_back,
        lost=reading.lost,
        duplicates=reading.duplicates,
        tolerated=tolerated(street, 0.0, scenario.length_s),
    )


def read(scenario: Scenario, seed: int, *, sight: bool = True, progress: Progress | None = None) -> Reading:
    """Runs a scenario in real time, and gives all that the reader got. Arguments and errors are those of `run`."""
    with stop_signals() as stop, ExitStack() as stage:
        trial = _open(stage, scenario, seed, sight=sight)
        trial.watch(stop, progress or (lambda _: None))
    if stop.is_set():
        raise KeyboardInterrupt
    return trial.reading


def _within(told: Told, length_s: float) -> Told:
    """An incident that was open when the street ended, and ended with the process, ended with the street.

    (One that began after it is a microphone that is gone, and so was the street.)
    """
    return told if told.ended_s is None else replace(told, ended_s=min(told.ended_s, length_s))


@dataclass(frozen=True, slots=True)
class _Trial:
    """Everything that runs."""

    clock: StreetClock
    length_s: float
    listener: Listener
    proxy: Proxy
    surroundings: Surroundings
    uplink: Child
    sense: Child
    reading: Reading

    def watch(self, stop: Event, progress: Progress) -> None:
        """Lives through the street, then waits for what is still on its way."""
        self._take_until(stop, _BORN_WITHIN_S, lambda: self.reading.births > 0)
        if not stop.is_set() and not self.reading.births:
            raise PolewatchError(f"uplink did not reach the broker within {_BORN_WITHIN_S:.0f} s: {self._said()}")
        while not stop.is_set() and (now_s := self.clock.now_s()) < self.length_s:
            self.surroundings.turn(now_s)
            progress(max(0.0, now_s))
            self._take()
        if not stop.is_set():
            self._settle(stop)

    def _settle(self, stop: Event) -> None:
        """Mends everything, and waits until the outbox is empty, but not for ever."""
        until_s = time.monotonic() + DRAINS_WITHIN_S
        self.surroundings.mend()
        self._take_until(stop, until_s - time.monotonic(), self._is_summarised)
        self.sense.stop()
        births = self.reading.births
        self.proxy.suffer([FaultName.BROKER_CUT])
        self._take_until(stop, _CUT_S, lambda: False, sense_ended=True)
        self.proxy.suffer([])
        self._take_until(
            stop,
            until_s - time.monotonic(),
            lambda: self.reading.births > births and self.reading.lost == 0,
            sense_ended=True,
        )

    def _is_summarised(self) -> bool:
        """Whether the window of the street's last instant has been told."""
        end_wall_s = time.time() - (self.clock.now_s() - self.length_s)
        return any(begin_s > end_wall_s - WINDOW_S for begin_s, _ in self.reading.summaries if begin_s <= end_wall_s)

    def _take_until(
        self, stop: Event, patience_s: float, holds: Callable[[], bool], *, sense_ended: bool = False
    ) -> None:
        """Takes what comes until something holds, or patience or the trial is over."""
        until_s = time.monotonic() + patience_s
        while not stop.is_set() and not holds() and time.monotonic() < until_s:
            self._take(sense_ended=sense_ended)

    def _take(self, *, sense_ended: bool = False) -> None:
        """Takes what came, and rests a little when nothing does."""
        self.uplink.check()
        if not sense_ended:
            self.sense.check()
        received = self.listener.next(_TURN_S)
        while received is not None:
            self.reading.take(received)
            received = self.listener.next(0)

    def _said(self) -> str:
        return self.uplink.last_line or "it said nothing"


def _open(stage: ExitStack, scenario: Scenario, seed: int, *, sight: bool) -> _Trial:
    """Starts everything. What is entered last is left first: `sense` ends before `uplink`, both before the broker."""
    faults = scenario.faults()
    broker = stage.enter_context(PrivateBroker())
    listener = stage.enter_context(Listener(ADDRESS, broker.port))
    proxy = stage.enter_context(Proxy((ADDRESS, broker.port)))
    folder = stage.enter_context(RunFolder(short_folder())).path
    card = _make_card(folder, scenario)
    config = write_config(folder, proxy.port, _tables(folder))
    (folder / "scenario.json").write_text(scenario.model_dump_json())
    pace = Pace(boot_s() + _STARTING_S)
    began = ["--config", str(config), "--began", repr(pace.began_s)]
    python = [sys.executable, "-m"]
    of_clock = [argument(fault) for fault in faults if fault.name.startswith("clock.")]
    command = [*python, "simulator.live.street_uplink", *began, *(f"--fault={one}" for one in of_clock)]
    uplink = stage.enter_context(Child("uplink", command if card is None else card.command(command)))
    command = [*python, "simulator.trials.live_sense", *began, "--scenario", str(folder / "scenario.json")]
    command += ["--seed", str(seed), *([] if sight else ["--sound-only"])]
    sense = stage.enter_context(Child("sense", command))
    clock = StreetClock(scenario.make_street(seed), pace)
    return _Trial(
        clock=clock,
        length_s=scenario.length_s,
        listener=listener,
        proxy=proxy,
        surroundings=Surroundings(faults, broker, proxy, uplink.pid, card),
        uplink=uplink,
        sense=sense,
        reading=Reading(Dating(clock, JumpingClock(faults, pace.began_s).shifts_s())),
    )


def _make_card(folder: Path, scenario: Scenario) -> Card | None:
    """A card for the outbox, where it will be full."""
    (folder / "card").mkdir()
    is_filled = any(fault.name == FaultName.DISK_FULL for fault in scenario.faults())
    return Card(folder / "card") if is_filled else None


def _tables(folder: Path) -> dict[str, dict[str, object]]:
    """What the trial's node is configured to be: pictures as the quick trial has them."""
    return {
        "node": {"id": "trial-pole"},
        "camera": {"width": 640, "height": 360, "fps": 5.0},
        "summary": {"window_s": WINDOW_S, "demonstration": True},
        "outbox": {"path": str(folder / "card" / "outbox.db")},
        "broker": {"keepalive_s": _KEEPALIVE_S},
    }
