"""Process 1: puts the parts of `sense` together and runs them. The only file here that names concrete classes."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from node.airlock.record import SensorState, Status
from node.airlock.ring import Ring
from node.airlock.sender import Sender
from node.config.memory import read_memory
from node.config.settings import Settings
from node.contract.base import total
from node.contract.words import Evidence
from node.errors import ConfigError, MicrophoneError
from node.ops.clock import SystemClock, WallClock, boot_s
from node.ops.limits import seal
from node.ops.memory import give_back
from node.ops.quarantine import LOOK_EVERY_S, Quarantine
from node.ops.sd_notify import notify, watchdog_s
from node.sense.audio.load import load_tagger
from node.sense.capture.child import CameraGoneError, ChildCamera
from node.sense.capture.opencv import OpenCvCamera
from node.sense.capture.ports import SAMPLE_RATE_HZ, Camera, Microphone
from node.sense.capture.pyaudio_mic import PyAudioMicrophone
from node.sense.pipeline import Pipeline
from node.sense.sensors import Ear, Eye

OpenCamera = Callable[[], Camera]
OpenMicrophone = Callable[[], Microphone]

_TURN_S = 0.1
_STATUS_EVERY_S = 5.0
_LATE_S = 5.0  # sound waits at most 4 s in the microphone's queue, and still belongs into its window
_DRAIN_S = 3.0
log = logging.getLogger(__name__)


class Sense:
    """One run of the process.

    Args:
        settings: the configuration.
        open_camera: opens the camera, in a child process; None where there is none.
        open_microphone: opens the microphone; None where there is none.
        clock: the time of day, for the bounds of windows.
    """

    def __init__(
        self,
        settings: Settings,
        open_camera: OpenCamera | None,
        open_microphone: OpenMicrophone | None,
        clock: WallClock,
    ) -> None:
        camera = None
        self._quarantine = Quarantine(Path(settings.quarantine.file))
        if open_camera is not None and not self._quarantine.is_on(boot_s()):
            # Forked first: a process with threads cannot be forked safely.
            camera = ChildCamera(open_camera, width=settings.camera.width, height=settings.camera.height)
        self._settings = settings
        self._eye = Eye(camera)
        self._ear = Ear(open_microphone)
        epoch = int.from_bytes(os.urandom(4)) or 1
        self._sender = Sender(Path(settings.airlock.socket), Ring(epoch), epoch)
        self._pipeline = Pipeline(
            settings,
            clock,
            lambda body, at_s: self._sender.offer(body, max(0, round(at_s * 1000))),
            tagger=None if open_microphone is None else load_tagger(settings.sound_model),
            known=read_memory(settings),
        )
        self._stopping = False
        self._next_status_s = 0.0

    def run(self) -> int:
        """Senses until SIGTERM or SIGINT, or the end of every input, and gives the exit code.

        Where the camera is gone for as long as this process lives, it ends in order, to be started anew. So it does
        when a quarantine is over: until then it only says that it is in one.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self._sender.start()
        log.info("sense of %s runs", self._settings.node.id)
        notify("READY=1")
        code = 0
        try:
            self._sense()
            if self._quarantine.is_on(boot_s()):
                self._lie_still()
        except CameraGoneError as error:
            log.error("%s", error)
            code = error.exit_code
        notify("STOPPING=1")
        self._end()
        return code

    def _sense(self) -> None:
        """Turn after turn, until it is told to stop or nothing is left to sense."""
        interval_s = watchdog_s()
        pinged_s = boot_s()
        while not self._stopping and not (self._ear.ended and self._eye.ended):
            if self._quarantine.is_on(boot_s()):
                return
            self._turn()
            if interval_s is not None and boot_s() - pinged_s > interval_s and self._went_through(pinged_s):
                notify("WATCHDOG=1")
                pinged_s = boot_s()

    def _lie_still(self) -> None:
        """Closes every device, wipes what was sensed, and says so until the operator's file is gone."""
        self._close_devices()
        self._pipeline.forget()
        give_back()
        log.warning("%s is there: nothing is sensed until it is gone", self._settings.quarantine.file)
        interval_s = watchdog_s()
        next_status_s = next_ping_s = 0.0
        while not self._stopping and self._quarantine.is_on(boot_s()):
            if boot_s() >= next_status_s:
                self._sender.offer(self._status(), round(boot_s() * 1000))
                next_status_s = boot_s() + _STATUS_EVERY_S
            if interval_s is not None and boot_s() >= next_ping_s:
                notify("WATCHDOG=1", "STATUS=quarantine")
                next_ping_s = boot_s() + interval_s
            time.sleep(LOOK_EVERY_S)
        if not self._stopping:
            log.info("%s is gone: this process ends, and the next one senses again", self._settings.quarantine.file)

    def _turn(self) -> None:
        """Waits for sound and takes in what is there, else waits for a picture; then looks without waiting."""
        began_s = boot_s()
        heard = self._ear.turn(self._pipeline, _TURN_S)
        seen = self._eye.turn(self._pipeline, 0.0 if heard else _TURN_S)
        if not heard and not seen and boot_s() - began_s < _TURN_S / 2:
            time.sleep(_TURN_S)  # both are lost and say so at once
        if boot_s() >= self._next_status_s:
            self._keep_time(boot_s())
            self._sender.offer(self._status(), round(boot_s() * 1000))
            self._next_status_s = boot_s() + _STATUS_EVERY_S

    def _keep_time(self, now_s: float) -> None:
        """Has the line end what nothing else would end, and tells it which sensors are missing or not due any more."""
        self._pipeline.keep_time(now_s - _LATE_S)
        for sensor, device in ((Evidence.MICROPHONE, self._ear), (Evidence.CAMERA, self._eye)):
            if device.ended:
                self._pipeline.end(sensor, now_s)
            elif device.absent:
                self._pipeline.miss(sensor, now_s)

    def _went_through(self, since_s: float) -> bool:
        """Whether every sensor that is not known to be lost has gone all the way through since then."""
        heard = self._ear.ended or self._ear.absent or self._ear.heard_s > since_s
        seen = self._eye.ended or self._eye.absent or self._eye.seen_s > since_s
        return heard and seen

    def _status(self) -> Status:
        """How the senses are."""
        is_still = self._quarantine.is_on(boot_s())
        return Status(
            microphone=SensorState.QUARANTINED if is_still else self._ear.code(self._pipeline),
            camera=SensorState.QUARANTINED if is_still else self._eye.code(self._pipeline),
            lost_audio_ms=total(self._ear.lost_samples * 1000 // SAMPLE_RATE_HZ),
            dropped_frames=total(self._eye.dropped_frames),
            lost_records=total(self._sender.dropped),
        )

    def _stop(self, _signal: int, _frame: object) -> None:
        """Ends the loop after this turn."""
        self._stopping = True

    def _end(self) -> None:
        """Ends what is open, waits a little for the outbox to have it, and lets go of everything."""
        self._close_devices()
        if not self._sender.drain(_DRAIN_S):
            log.warning("the uplink did not take the last records in time")
        self._sender.stop()

    def _close_devices(self) -> None:
        """Ends what is open, and lets go of camera and microphone. A second time does nothing."""
        self._pipeline.finish(boot_s())
        self._eye.close()
        with contextlib.suppress(MicrophoneError):
            self._ear.close()


def run(
    settings: Settings,
    open_camera: OpenCamera | None,
    open_microphone: OpenMicrophone | None,
    clock: WallClock | None = None,
) -> int:
    """Runs `sense` on any camera and microphone until it is told to stop, and gives the exit code.

    The clock is this device's, unless another one is given.
    """
    seal()
    return Sense(settings, open_camera, open_microphone, clock or SystemClock()).run()


def run_devices(settings: Settings) -> int:
    """Runs `sense` on the devices of the configuration.

    Raises:
        ConfigError: it names none.
    """
    camera = settings.camera
    if not camera.source and not settings.microphone.enabled:
        raise ConfigError("neither a camera nor a microphone is configured (camera.source, microphone.source)")

    def open_camera() -> Camera:
        return OpenCvCamera(camera.source, width=camera.width, height=camera.height, fps=camera.fps, paced=True)

    def open_microphone() -> Microphone:
        return PyAudioMicrophone(settings.microphone.source)

    return run(
        settings,
        open_camera if camera.source else None,
        open_microphone if settings.microphone.enabled else None,
    )
