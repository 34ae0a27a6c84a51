"""Runs a scenario through the whole node in one process, faster than time, and puts the truth beside what it told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from node.contract.envelope import EventMessage, Numbered, SummaryMessage
from node.contract.event import IncidentStart
from node.errors import CameraError, MicrophoneError
from node.sense.capture.ports import AudioBlock, Camera, Frame, Microphone
from simulator.pole.devices import StreetCamera, StreetMicrophone
from simulator.pole.faults import FaultyCamera, FaultyMicrophone
from simulator.trials.outcome import Outcome
from simulator.trials.scenario import Scenario
from simulator.trials.score import Told
from simulator.trials.series import Series
from simulator.world.truth import tolerated

if TYPE_CHECKING:
    from node.dry_run import DryRun
    from node.sense.pipeline import Observation
    from simulator.sound.clips import Clips

FPS = 5.0
SIZE = (640, 360)
Progress = Callable[[float], None]
"""Takes how far the street has come, in seconds."""
Watch = Callable[["Observation", Sequence[Told]], None]
"""Takes what the node knows after a hop, and what it has told so far, in the order of telling."""


class Trial:
    """One scenario on one seed, ready to run.

    Args:
        name: of the scenario.
        scenario: itself.
        seed: of the street.
        sight: render pictures too; without them it is several times as fast, and what only eyes can tell is not true.
        clips: real sounds for the voices of the street, or None for synthetic ones.
    """

    def __init__(self, name: str, scenario: Scenario, seed: int, *, sight: bool, clips: Clips | None = None) -> None:
        self.scenario = scenario
        self.street = scenario.make_street(seed)
        self.outcome = Outcome(
            name,
            seed,
            scenario.truth(self.street, sight=sight),
            series=Series(),
            tolerated=tolerated(self.street, 0.0, scenario.length_s),
        )
        self._sight = sight
        self._clips = clips

    def run(self, progress: Progress | None = None, watch: Watch | None = None) -> Outcome:
        """Runs it, faster than time, and gives the outcome.

        Args:
            progress: told how far the street has come.
            watch: told what the node knows after each hop and what it has told by then.
        """
        notes = _Notes(self.outcome, progress, watch)
        seed, faults = self.outcome.seed, self.scenario.faults()
        heard = StreetMicrophone(self.street, clips=self._clips)
        microphone = _Patient(FaultyMicrophone(heard, faults, seed=seed), notes)
        camera = None
        if self._sight:
            seen = StreetCamera(self.street, size=SIZE, fps=FPS)
            camera = _PatientCamera(FaultyCamera(seen, faults, seed=seed))
        try:
            heard.hurry()
            _node(seed, notes).run(microphone, camera)
        finally:
            microphone.close()
            if camera is not None:
                camera.close()
        notes.finish()
        return self.outcome


def run(
    name: str,
    scenario: Scenario,
    seed: int,
    *,
    sight: bool,
    progress: Progress | None = None,
    clips: Clips | None = None,
) -> Outcome:
    """Runs a scenario: its arguments are those of `Trial` and of `Trial.run`."""
    return Trial(name, scenario, seed, sight=sight, clips=clips).run(progress)


def _node(seed: int, notes: _Notes) -> DryRun:
    """The node, loaded while the first seconds of the street are rendered: that takes a fifth of a second."""
    from node.config.settings import Settings  # noqa: PLC0415 - see above
    from node.dry_run import DryRun  # noqa: PLC0415 - see above

    settings = Settings.model_validate({"node": {"id": "trial"}, "summary": {"window_s": 3600}})
    return DryRun(settings, 0.0, seed, notes.take, notes.observe)


class _Notes:
    """Writes down what the node tells."""

    def __init__(self, outcome: Outcome, progress: Progress | None, watch: Watch | None) -> None:
        self._outcome = outcome
        self._progress = progress
        self._watch = watch
        self._open: dict[str, tuple[str, float, float]] = {}
        self._done: dict[str, Told] = {}

    def take(self, message: Numbered, now_s: float) -> None:
        """A message would leave."""
        if isinstance(message, SummaryMessage):
            self._outcome.sound_exposure_s += message.data.sound_exposure_s
            self._outcome.sight_exposure_s += message.data.sight_exposure_s
            self._outcome.held_back += message.data.held_back
        elif isinstance(message, EventMessage):
            self._take_event(message, now_s)

    def reach(self, street_s: float) -> None:
        """The street has come so far."""
        if self._progress is not None:
            self._progress(street_s)

    def observe(self, seen: Observation) -> None:
        """The node knows something new."""
        if self._outcome.series is not None:
            self._outcome.series.take(seen)
        if self._watch is not None:
            self._watch(seen, sorted(self._told().values(), key=lambda one: one.told_s))

    def finish(self) -> None:
        """Nothing more will come: what never ended is told as such."""
        told = self._told()
        self._outcome.told = [told[event_id] for event_id in sorted(told)]

    def _told(self) -> dict[str, Told]:
        """What has been told so far by its id."""
        still = {
            event_id: Told(kind, began_s, None, told_s) for event_id, (kind, began_s, told_s) in self._open.items()
        }
        return self._done | still

    def _take_event(self, message: EventMessage, now_s: float) -> None:
        at_s = _seconds(message.time)
        if isinstance(message.data, IncidentStart):
            self._open[message.id] = (message.data.kind.value, at_s, now_s)
        elif message.data.incident in self._open:
            kind, began_s, told_s = self._open.pop(message.data.incident)
            self._done[message.data.incident] = Told(kind, began_s, at_s, told_s)


class _Patient(Microphone):
    """A microphone that is read on when it is lost: on a pole, too, time goes on."""

    def __init__(self, inner: Microphone, notes: _Notes) -> None:
        self._inner = inner
        self._notes = notes

    def read(self, timeout_s: float) -> AudioBlock | None:
        """The next block that comes."""
        while True:
            try:
                block = self._inner.read(timeout_s)
            except MicrophoneError:
                continue
            if block is not None:
                self._notes.reach(block.captured_s)
            return block

    def close(self) -> None:
        """Lets go of it."""
        self._inner.close()


class _PatientCamera(Camera):
    """A camera that is read on when it is lost."""

    def __init__(self, inner: Camera) -> None:
        self._inner = inner

    def read(self, timeout_s: float) -> Frame | None:
        """The next frame that comes."""
        while True:
            try:
                return self._inner.read(timeout_s)
            except CameraError:
                continue

    def close(self) -> None:
        """Lets go of it."""
        self._inner.close()


def _seconds(instant: str) -> float:
    """An instant of the wire in street seconds: a trial begins at 1970-01-01T00:00:00Z."""
    return datetime.fromisoformat(instant).timestamp()
