"""The two senses of one run: each hands on what its device gives, and knows when the device is lost."""

from __future__ import annotations

import logging
from collections.abc import Callable

from node.airlock.record import SensorState
from node.errors import CameraError, MicrophoneError
from node.ops.clock import boot_s
from node.sense.capture.child import CameraGoneError, ChildCamera
from node.sense.capture.ports import AudioBlock, EndOfMedia, Microphone
from node.sense.pipeline import Pipeline
from node.sense.truth.camera import CameraState
from node.sense.truth.microphone import MicrophoneState

ABSENT_AFTER_S = 5.0
_REOPEN_EVERY_S = 5.0
CATCH_UP_S = 1.0
"""So much sound is heard at most before there is a look at the picture."""

SHORTEST_S = 0.005
"""An empty block counts as so much: a source of nothing but those holds up no picture."""

_MICROPHONE_CODE = {
    MicrophoneState.OK: SensorState.OK,
    MicrophoneState.CLIPPED: SensorState.OK,
    MicrophoneState.WINDY: SensorState.OK,
    MicrophoneState.SILENT: SensorState.SILENT_OR_FROZEN,
    MicrophoneState.DEAF: SensorState.SILENT_OR_FROZEN,
}
_CAMERA_CODE = {
    CameraState.OK: SensorState.OK,
    CameraState.DARK: SensorState.OK,
    CameraState.FROZEN: SensorState.SILENT_OR_FROZEN,
}
log = logging.getLogger(__name__)


class Ear:
    """The microphone and what became of it."""

    def __init__(self, open_microphone: Callable[[], Microphone] | None) -> None:
        self._open = open_microphone
        self._microphone: Microphone | None = None
        self._next_try_s = 0.0
        self._told = False
        self.lost_samples = 0
        self.heard_s = boot_s()
        self.ended = open_microphone is None

    def turn(self, pipeline: Pipeline, timeout_s: float) -> bool:
        """Hands on the sound that is there, and says whether there was any. A lost microphone is tried again.

        It waits for the first block only, and leaves what is more than `CATCH_UP_S` to the next turn: a slow picture
        costs no sound, and much sound no picture.
        """
        left_s, wait_s = CATCH_UP_S, timeout_s
        while left_s > 0 and (block := self._read(wait_s)) is not None:
            self.lost_samples += block.lost_samples
            pipeline.hear(block)
            self.heard_s = boot_s()
            left_s -= max(block.duration_s, SHORTEST_S)
            wait_s = 0.0
            if self._told:
                log.info("the microphone is back")
                self._told = False
        return left_s < CATCH_UP_S

    def _read(self, timeout_s: float) -> AudioBlock | None:
        """The next block; None where none came in time, or the microphone is lost."""
        if self.ended or self._open is None:
            return None
        try:
            if self._microphone is None:
                if boot_s() < self._next_try_s:
                    return None
                self._microphone = self._open()
            return self._microphone.read(timeout_s)
        except EndOfMedia:
            self.ended = True
        except MicrophoneError as error:
            self._lose(error)
        return None

    @property
    def absent(self) -> bool:
        """Whether it is known to be lost, or has said nothing for a while."""
        return not self.ended and (self._told or boot_s() - self.heard_s > ABSENT_AFTER_S)

    def code(self, pipeline: Pipeline) -> int:
        """Its state as a record has it."""
        if self.ended:
            return SensorState.OFF
        if self.absent:
            return SensorState.ABSENT
        return _MICROPHONE_CODE.get(pipeline.lasting_microphone_state, SensorState.FAULTY)

    def close(self) -> None:
        """Lets go of the device."""
        if self._microphone is not None:
            self._microphone.close()

    def _lose(self, error: MicrophoneError) -> None:
        """Says once that it is lost. An adapter opens its device again itself; one that never was is made anew."""
        self._next_try_s = boot_s() + _REOPEN_EVERY_S
        if not self._told:
            log.warning("%s: sensing goes on without sound", error)
            self._told = True


class Eye:
    """The camera and what became of it."""

    def __init__(self, camera: ChildCamera | None) -> None:
        self._camera = camera
        self._told = False
        self.seen_s = boot_s()
        self.ended = camera is None

    def turn(self, pipeline: Pipeline, timeout_s: float) -> bool:
        """Hands on the newest frame, if there is one, and says whether there was.

        Raises:
            CameraGoneError: it is lost for as long as this process lives.
        """
        if self.ended or self._camera is None:
            return False
        try:
            frame = self._camera.read(timeout_s)
        except EndOfMedia:
            self.ended = True
            return False
        except CameraGoneError:
            raise
        except CameraError as error:
            if not self._told:
                log.warning("%s: sensing goes on without sight", error)
                self._told = True
            return False
        if frame is None:
            return False
        pipeline.look(frame)
        self.seen_s = boot_s()
        if self._told:
            log.info("the camera is back")
            self._told = False
        return True

    @property
    def dropped_frames(self) -> int:
        """Frames that were overtaken by a newer one."""
        return self._camera.dropped_frames if self._camera else 0

    @property
    def absent(self) -> bool:
        """Whether it is known to be lost, or has shown nothing for a while."""
        return not self.ended and (self._told or boot_s() - self.seen_s > ABSENT_AFTER_S)

    def code(self, pipeline: Pipeline) -> int:
        """Its state as a record has it."""
        if self.ended:
            return SensorState.OFF
        if self.absent:
            return SensorState.ABSENT
        return _CAMERA_CODE.get(pipeline.camera_state, SensorState.FAULTY)

    def close(self) -> None:
        """Lets go of the device."""
        if self._camera is not None:
            self._camera.close()
