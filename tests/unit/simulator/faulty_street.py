"""A steady street with faults before it, and a node that listens and looks: for the tests of faults."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from node.airlock.record import Body, IncidentBegan, WindowSensed
from node.config.settings import Settings
from node.contract.words import KIND_OF_CODE
from node.errors import CameraError, MicrophoneError
from node.ops.clock import FixedClock
from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock, Camera, EndOfMedia, Frame, Microphone
from node.sense.pipeline import Pipeline
from node.sense.truth.camera import CameraState
from node.sense.truth.microphone import MicrophoneState
from simulator.pole.catalogue import FaultName
from simulator.pole.faults import Fault, FaultyCamera, FaultyMicrophone

NIGHT = Settings.model_validate({"node": {"id": "pole-1"}, "summary": {"window_s": 3600}})
LENGTH_S, FROM_S, TO_S = 60, 20.0, 40.0
HUM = (0.002 * np.random.default_rng(1).standard_normal(LENGTH_S * SAMPLE_RATE_HZ)).astype(np.float32)
HOUSES = np.random.default_rng(2).integers(30, 220, (90, 160, 3), dtype=np.uint8)
FPS = 5
Samples = NDArray[np.float32]

MICROPHONE_FAULTS = [name for name in FaultName if name.startswith("microphone.")]
CAMERA_FAULTS = [name for name in FaultName if name.startswith("camera.")]


class Steady(Microphone):
    """A microphone that hears what it is given, in blocks of one size; it gives none while it `holds_back`."""

    def __init__(self, samples: Samples, *, block: int = 4800, origin_s: float = 0.0) -> None:
        self._samples = samples
        self._block = block
        self._origin_s = origin_s
        self._next = 0
        self.holds_back = False
        self.closed = 0

    def read(self, timeout_s: float) -> AudioBlock | None:  # noqa: ARG002 - the port's argument; nothing waits here
        if self.holds_back:
            return None
        if self._next >= self._samples.size:
            raise EndOfMedia
        samples = self._samples[self._next : self._next + self._block]
        captured_s = self._origin_s + self._next / SAMPLE_RATE_HZ
        self._next += samples.size
        return AudioBlock(samples, captured_s, clipped_samples=int(np.count_nonzero(np.abs(samples) >= 1)))

    def close(self) -> None:
        self.closed += 1


class Still(Camera):
    """A camera before houses: the noise of its sensor is all that moves. It gives nothing while it `holds_back`."""

    def __init__(self, *, origin_s: float = 0.0) -> None:
        self._origin_s = origin_s
        self._rng = np.random.default_rng(3)
        self._next = 0
        self.holds_back = False
        self.closed = 0

    def read(self, timeout_s: float) -> Frame | None:  # noqa: ARG002 - the port's argument; nothing waits here
        if self.holds_back:
            return None
        if self._next >= LENGTH_S * FPS:
            raise EndOfMedia
        pixels = (HOUSES + self._rng.integers(-3, 4, HOUSES.shape)).astype(np.uint8)
        self._next += 1
        return Frame(pixels, self._origin_s + (self._next - 1) / FPS)

    def close(self) -> None:
        self.closed += 1


class Run:
    """What the node makes of a steady street through faulty devices."""

    def __init__(self) -> None:
        self.records: list[tuple[Body, float]] = []
        self.microphone_states: Counter[MicrophoneState] = Counter()
        self.camera_states: Counter[CameraState] = Counter()
        self.errors = 0
        self._pipeline = Pipeline(NIGHT, FixedClock(0.0), lambda body, at_s: self.records.append((body, at_s)))

    def hear(self, microphone: Microphone) -> Run:
        for block in parts(microphone):
            if block is None:
                self.errors += 1
            else:
                self._pipeline.hear(block)
                self.microphone_states[self._pipeline.microphone_state] += 1
        self._pipeline.finish(float(LENGTH_S))
        return self

    def look(self, camera: Camera) -> Run:
        for frame in pictures(camera):
            if frame is None:
                self.errors += 1
            else:
                self._pipeline.look(frame)
                self.camera_states[self._pipeline.camera_state] += 1
        self._pipeline.finish(float(LENGTH_S))
        return self

    @property
    def incidents(self) -> list[float]:
        return [at_s for body, at_s in self.records if isinstance(body, IncidentBegan)]

    @property
    def kinds(self) -> list[str]:
        return [KIND_OF_CODE[body.kind_code].value for body, _ in self.records if isinstance(body, IncidentBegan)]

    @property
    def window(self) -> WindowSensed:
        [window] = [body for body, _ in self.records if isinstance(body, WindowSensed)]
        return window


def parts(microphone: Microphone) -> list[AudioBlock | None]:
    """Everything to the end; None for each error."""
    found: list[AudioBlock | None] = []
    while True:
        try:
            found.append(microphone.read(1.0))
        except MicrophoneError:
            found.append(None)
        except EndOfMedia:
            return found


def blocks(microphone: Microphone) -> list[AudioBlock]:
    return [block for block in parts(microphone) if block is not None]


def pictures(camera: Camera) -> list[Frame | None]:
    found: list[Frame | None] = []
    while True:
        try:
            found.append(camera.read(1.0))
        except CameraError:
            found.append(None)
        except EndOfMedia:
            return found


def frames(camera: Camera) -> list[Frame]:
    return [frame for frame in pictures(camera) if frame is not None]


def sound(microphone: Microphone) -> Samples:
    """All of it, what is missing as NaN: the bookkeeping of lost samples has to hold."""
    gone: list[Samples] = []
    for block in blocks(microphone):
        gone += [np.full(block.lost_samples, np.nan, np.float32), block.samples]
    return np.concatenate(gone)


def faulty(name: str, from_s: float = FROM_S, to_s: float = TO_S, *, seed: int = 0) -> FaultyMicrophone:
    return FaultyMicrophone(Steady(HUM), [Fault(name, from_s, to_s)], seed=seed)


def spoilt(name: str, from_s: float = FROM_S, to_s: float = TO_S, *, seed: int = 0) -> FaultyCamera:
    return FaultyCamera(Still(), [Fault(name, from_s, to_s)], seed=seed)
