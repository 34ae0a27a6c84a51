"""The line: sound and pictures go in, records come out. The same for a device, a file and the simulator.

    AudioBlock -> hop -> Ears -> incident, fault ─┐
    Frame -> truth, Scene -> fault ───────────────┴-> Body -> airlock

One thread calls it. It keeps no pixel from one call to the next, and of sound what `forget` wipes: the unfinished
hop, and the last second where its stages need it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from node.airlock.record import Body, HourLearnt
from node.config.settings import Settings
from node.config.sound_classes import SoundClass
from node.contract.words import ClockQuality, Evidence, Kind
from node.ops.clock import WallClock
from node.sense.audio.heard import Began, Ended
from node.sense.audio.level import SoundLevel
from node.sense.audio.ordinary import Ordinary
from node.sense.audio.tagger import Tagger
from node.sense.capture.hops import HOP_S, Hopper
from node.sense.capture.ports import AudioBlock, Frame
from node.sense.ears import LOST_S, Ears
from node.sense.fusion.incident import Incidents
from node.sense.fusion.outage import Outage
from node.sense.fusion.window import Window
from node.sense.truth.camera import DEAD_AFTER_S, CameraState, CameraTruth
from node.sense.truth.microphone import MicrophoneState
from node.sense.vision.eyes import Eyes, Scene

_FAULT_OF = {CameraState.FROZEN: Kind.SENSOR_FAULT, CameraState.COVERED: Kind.SENSOR_TAMPER}
_CALIBRATION_CODE = {"none": 0, "nominal": 1, "calibrator": 2}
Emit = Callable[[Body, float], None]
"""Takes a record's body and its instant in seconds."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What the line knows after a hop or a frame: for `replay --scores`, and for nothing that leaves.

    Args:
        t_s: the end of the hop, or the instant of the frame.
        level: the levels, or None before the first hop.
        background_db: L50 of the background, or None while it is learnt.
        spike: whether a spike is open or rising.
        scene: the last scene, or None before the first frame.
        scores: the probability of each class in the last window of the sound model; empty where none ended within
            the last second.
        detected: the classes among them at or above their threshold.
    """

    t_s: float
    level: SoundLevel | None
    background_db: float | None
    spike: bool
    scene: Scene | None
    scores: Mapping[SoundClass, float] = field(default_factory=dict)
    detected: tuple[SoundClass, ...] = ()


class Pipeline:
    """The line of one run.

    Args:
        settings: thresholds, calibration, length of a window.
        clock: where windows begin on the wall.
        emit: takes what is to go through the airlock.
        observe: takes what is known after each hop, and after each frame where nothing is heard.
        tagger: the sound model; without one sounds have no names.
        known: what is usual at each hour of the week (`config.memory`); None where nothing of it is to be learnt.
    """

    def __init__(
        self,
        settings: Settings,
        clock: WallClock,
        emit: Emit,
        observe: Callable[[Observation], None] | None = None,
        tagger: Tagger | None = None,
        known: Mapping[int, tuple[float, float, int]] | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._emit = emit
        self._observe = observe
        self._hopper = Hopper()
        self._ears = Ears(settings, tagger, None if known is None else Ordinary(known, clock.wall_s))
        self._thresholds = {} if tagger is None else dict(tagger.thresholds)
        self._eyes = Eyes(settings.presence)
        self._camera = CameraTruth()
        self._incidents = Incidents()
        self._outages = {sensor: Outage(sensor) for sensor in (Evidence.MICROPHONE, Evidence.CAMERA)}
        self._over: set[Evidence] = set()
        self._window: Window | None = None
        self._window_index = 0
        self._window_ends_s = 0.0
        self._scene: Scene | None = None
        self._hears = False
        self._heard_s = self._seen_s = math.inf
        self.microphone_state = MicrophoneState.OK
        self.camera_state = CameraState.OK

    def hear(self, block: AudioBlock) -> None:
        """Takes in a block of sound of any length."""
        self._hears = True
        for hop in self._hopper.push(block):
            self._hear_hop(hop)

    def look(self, frame: Frame) -> None:
        """Takes in a frame."""
        window = self._open_window(frame.captured_s)
        self._seen_s = frame.captured_s
        self.camera_state = self._camera.judge(frame)
        self._note(Evidence.CAMERA, frame.captured_s, _FAULT_OF.get(self.camera_state), DEAD_AFTER_S)
        self._scene = self._eyes.look(frame)
        if self.camera_state is CameraState.OK:
            window.see(frame.captured_s)
        else:
            window.go_blind()
        if self._observe is not None and not self._hears:
            self._observe(Observation(frame.captured_s, None, None, spike=False, scene=self._scene))

    @property
    def lasting_microphone_state(self) -> MicrophoneState:
        """What the microphone was worth in most of the last five seconds: what a status tells."""
        return self._ears.lasting

    def keep_time(self, t_s: float) -> None:
        """Ends what nothing else would end with a sensor lost: incidents, a window that is over. Opens no window."""
        self._look_for_loss(t_s)
        if self._window is not None and self._is_over(self._window, t_s):
            self._close_window(min(t_s, self._window_ends_s))

    def miss(self, sensor: Evidence, t_s: float, for_s: float = 0.0) -> None:
        """A sensor that should be there gives nothing, and has given nothing for so many seconds."""
        if sensor not in self._over:
            self._note(sensor, t_s, Kind.SENSOR_FAULT, for_s)

    def end(self, sensor: Evidence, t_s: float) -> None:
        """Nothing more is due of a sensor: its file or its street is over. A second time it does nothing."""
        self._over.add(sensor)
        self._tell(self._outages[sensor].finish(t_s), sensor)

    def finish(self, t_s: float) -> None:
        """Sensing stops: what is open ends, and the window is closed as far as it came."""
        self._tell(self._ears.finish(t_s))
        for sensor, outage in self._outages.items():
            self._tell(outage.finish(t_s), sensor)
        self._keep(self._ears.close_hour(), t_s)
        self._close_window(t_s)

    def forget(self) -> None:
        """Wipes what the line keeps: the unfinished hop, the last second of sound, the background of the picture."""
        self._hopper.forget()
        self._ears.forget()
        self._eyes = Eyes(self._settings.presence)
        self._camera = CameraTruth()

    def _hear_hop(self, hop: AudioBlock) -> None:
        """Takes in one hop: what it says goes into its window, what begins or ends with it leaves."""
        self._look_for_loss(hop.captured_s)
        heard = self._ears.hear(hop)
        self._heard_s = heard.level.t_s
        self.microphone_state = heard.state
        window = self._open_window(heard.level.t_s)
        if heard.state.is_trusted:
            window.hear(heard.level, HOP_S)
        self._tell(heard.changes)
        broken_s = self._ears.broken_s
        fault = None if broken_s is None else Kind.SENSOR_FAULT
        self._note(Evidence.MICROPHONE, heard.level.t_s, fault, broken_s or 0.0)
        self._keep(heard.learnt, heard.level.t_s)
        if self._observe is not None:
            level, scores = heard.level, {} if heard.scores is None else heard.scores.probabilities
            detected = tuple(name for name, p in scores.items() if p >= self._thresholds.get(name, math.inf))
            self._observe(
                Observation(level.t_s, level, heard.background_db, heard.spike, self._scene, scores, detected)
            )

    def _look_for_loss(self, t_s: float) -> None:
        """Whether a sensor has given nothing for too long."""
        if t_s - self._heard_s > LOST_S:
            self._tell(self._ears.lose())
            self.miss(Evidence.MICROPHONE, t_s, t_s - self._heard_s)
            self._heard_s = math.inf
        if t_s - self._seen_s > LOST_S:
            self.miss(Evidence.CAMERA, t_s, t_s - self._seen_s)
            self._seen_s = math.inf

    def _note(self, sensor: Evidence, t_s: float, fault: Kind | None, for_s: float) -> None:
        """Takes in how a sensor is, and for how long it has been so."""
        self._tell(self._outages[sensor].note(t_s, fault, t_s - for_s), sensor)

    def _tell(self, changes: Iterable[Began | Ended], sensor: Evidence | None = None) -> None:
        """What began and what ended leaves; `sensor` is the one whose fault it is."""
        for change in changes:
            self._emit(*self._incidents.observe(change, sensor))

    def _keep(self, learnt: HourLearnt | None, t_s: float) -> None:
        """Has an hour of the week kept, unless the clock does not know which one it was."""
        if learnt is not None and self._clock.quality() is not ClockQuality.UNSYNCED:
            self._emit(learnt, t_s)

    def _open_window(self, t_s: float) -> Window:
        """The window that an instant belongs to; the one before is closed when its time is over."""
        self.keep_time(t_s)
        if self._window is None:
            microphone, window_s = self._settings.microphone, self._settings.summary.window_s
            self._window = Window(t_s, microphone.full_scale_db, _CALIBRATION_CODE[microphone.calibration])
            self._window_index = self._index(t_s)
            self._window_ends_s = t_s + (self._window_index + 1) * window_s - self._clock.wall_s(t_s)
        return self._window

    def _is_over(self, window: Window, t_s: float) -> bool:
        """Whether an instant lies outside a window. Sound comes later than pictures: what is late belongs to it."""
        return t_s > window.opened_s and self._index(t_s) != self._window_index

    def _close_window(self, t_s: float) -> None:
        """The record of the window, if one is open."""
        if self._window is not None:
            self._emit(self._window.close(t_s), t_s)
            self._window = None

    def _index(self, t_s: float) -> int:
        """Which window an instant belongs to."""
        return math.floor(self._clock.wall_s(t_s) / self._settings.summary.window_s)
