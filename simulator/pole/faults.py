"""Faults of a microphone and of a camera, injected through the node's own ports.

A fault lasts from `from_s` until before `to_s`. The time is that of the samples and pictures themselves: `captured_s`
minus `origin_s`, the instant of the street's second 0. Its borders are exact to the sample, wherever a block is cut,
and what chance there is comes from the seed and the instant: how sound is cut into blocks changes nothing.
Where faults overlap, they act in the order in which they are given; what is lost is lost.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from node.errors import CameraError, MicrophoneError, OperatorError
from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock, Camera, Frame, Microphone
from simulator.pole.catalogue import FaultName
from simulator.pole.spoilt_sound import SpoiltSound
from simulator.world.chance import Stream, chance

Samples = NDArray[np.float32]
Pixels = NDArray[np.uint8]

COVERED_GRAY, DARK_GRAY, SENSOR_NOISE = 48.0, 4.0, 2.0  # grey levels, 0..255; the last is a standard deviation

_KEPT, _DROPPED, _GONE = 0, 1, 2
_NEVER_S = 1e9
_HAIR_S = 1e-6  # a picture at the very border must not fall to one side by rounding


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault and its time.

    Args:
        name: one of `FaultName`.
        from_s: when it begins, in street seconds.
        to_s: when it is over, in street seconds, after `from_s`; infinity for never.

    Raises:
        OperatorError: there is no such fault, or its times are none.
    """

    name: str
    from_s: float
    to_s: float

    def __post_init__(self) -> None:
        if self.name not in tuple(FaultName):
            raise OperatorError(f"there is no fault {self.name!r}; there are {', '.join(FaultName)}")
        if not (math.isfinite(self.from_s) and self.from_s < self.to_s):
            raise OperatorError(f"the fault {self.name} ends before it begins: {self.from_s:g} s to {self.to_s:g} s")

    def holds(self, t_s: float) -> bool:
        """Whether it is there at `t_s`, in street seconds."""
        return self.from_s - _HAIR_S <= t_s < self.to_s - _HAIR_S

    def within(self, first: int, count: int) -> slice:
        """Which of `count` samples it covers, the first of them being number `first` of the street."""
        begin, end = (round(min(at_s, _NEVER_S) * SAMPLE_RATE_HZ) - first for at_s in (self.from_s, self.to_s))
        return slice(min(max(begin, 0), count), min(max(end, 0), count))


class FaultyMicrophone(Microphone):
    """A microphone with faults.

    Args:
        inner: the sound one.
        faults: what befalls it; those of a camera are passed over.
        seed: of all chance in it, 0 or more.
        origin_s: which `captured_s` is the street's second 0.
    """

    def __init__(self, inner: Microphone, faults: Sequence[Fault], *, seed: int = 0, origin_s: float = 0.0) -> None:
        self._inner, self._seed, self._origin_s = inner, seed, origin_s
        self._faults = [fault for fault in faults if fault.name.startswith("microphone.")]
        self._sound = SpoiltSound(seed)
        self._ready: deque[AudioBlock | None] = deque()
        self._missed = 0
        self._gone = False

    def read(self, timeout_s: float) -> AudioBlock | None:
        """The next block, in order, or None when none came within `timeout_s`; again as long for each that is lost.

        Raises:
            MicrophoneError: microphone.lost holds.
            EndOfMedia: the street has come to its end.
        """
        while not self._ready:
            block = self._inner.read(timeout_s)
            if block is None and not self._gone:
                return None
            self._ready.extend([None] if block is None else self._befall(block))
        block = self._ready.popleft()
        self._gone = block is None
        if block is None:
            raise MicrophoneError(f"the microphone was lost: {FaultName.MICROPHONE_LOST} of the scenario")
        return block

    def close(self) -> None:
        """Lets go of the sound one."""
        self._inner.close()

    def _befall(self, block: AudioBlock) -> Iterator[AudioBlock | None]:
        """What is left of a block, in parts; None for each part in which the microphone was gone."""
        self._missed += block.lost_samples
        first, count = round((block.captured_s - self._origin_s) * SAMPLE_RATE_HZ), block.samples.size
        here = [(fault.name, fault.within(first, count)) for fault in self._faults]
        here = [(name, part) for name, part in here if part.start < part.stop]
        if not here:
            yield self._part(block.samples, block.captured_s, block.clipped_samples)
            return
        samples, fate = block.samples.copy(), np.full(count, _KEPT)
        for name, part in here:
            if name == FaultName.MICROPHONE_LOST:
                fate[part] = _GONE
            elif name == FaultName.MICROPHONE_DROPOUTS:
                dropped = self._sound.is_dropped(first + part.start, part.stop - part.start)
                fate[part] = np.maximum(fate[part], np.where(dropped, _DROPPED, _KEPT))
            else:
                samples[part] = self._sound.spoil(name, samples[part], first + part.start)
        for begin, end in pairwise([0, *(np.flatnonzero(np.diff(fate)) + 1).tolist(), count]):
            if fate[begin] == _KEPT:
                clipped = int(np.count_nonzero(np.abs(samples[begin:end]) >= 1.0))
                yield self._part(samples[begin:end], block.captured_s + begin / SAMPLE_RATE_HZ, clipped)
            else:
                self._missed += end - begin
                yield from [None] if fate[begin] == _GONE else []

    def _part(self, samples: Samples, captured_s: float, clipped: int) -> AudioBlock:
        missed, self._missed = self._missed, 0
        return AudioBlock(samples, captured_s, lost_samples=missed, clipped_samples=clipped)


class FaultyCamera(Camera):
    """A camera with faults: its arguments are those of `FaultyMicrophone`, whose faults it passes over."""

    def __init__(self, inner: Camera, faults: Sequence[Fault], *, seed: int = 0, origin_s: float = 0.0) -> None:
        self._inner, self._seed, self._origin_s = inner, seed, origin_s
        self._faults = [fault for fault in faults if fault.name.startswith("camera.")]
        self._frozen: dict[Fault, Pixels] = {}
        self._gone = False

    def read(self, timeout_s: float) -> Frame | None:
        """The newest frame that was not given before, or None when none came within `timeout_s`.

        Raises:
            CameraError: camera.lost holds.
            EndOfMedia: the street has come to its end.
        """
        frame = self._inner.read(timeout_s)
        if frame is not None:
            t_s = frame.captured_s - self._origin_s
            self._gone = any(fault.holds(t_s) for fault in self._faults if fault.name == FaultName.CAMERA_LOST)
        if self._gone:
            raise CameraError(f"the camera was lost: {FaultName.CAMERA_LOST} of the scenario")
        if frame is None:
            return None
        pixels = frame.pixels
        for fault in self._faults:
            if fault.name == FaultName.CAMERA_FROZEN:
                pixels = self._freeze(fault, pixels, t_s)
            elif fault.holds(t_s):
                pixels = self._spoil(fault.name, pixels, t_s)
        return Frame(pixels, frame.captured_s)

    def close(self) -> None:
        """Lets go of the sound one."""
        self._inner.close()

    def _freeze(self, fault: Fault, pixels: Pixels, t_s: float) -> Pixels:
        """The last picture before the fault, as the faults given before it had spoilt it; without one, the first."""
        if not fault.holds(t_s) or fault not in self._frozen:
            self._frozen[fault] = pixels.copy()
        return self._frozen[fault].copy() if fault.holds(t_s) else pixels

    def _spoil(self, name: str, pixels: Pixels, t_s: float) -> Pixels:
        """A picture as a fault has it."""
        match name:
            case FaultName.CAMERA_COVERED | FaultName.CAMERA_DARK:
                return self._even(COVERED_GRAY if name == FaultName.CAMERA_COVERED else DARK_GRAY, pixels, t_s)
            case _:
                return np.roll(pixels, pixels.shape[1] // 3, axis=1)

    def _even(self, gray: float, pixels: Pixels, t_s: float) -> Pixels:
        """One grey level and the sensor's noise, in the size of `pixels`."""
        rng = chance(self._seed, Stream.PICTURE_NOISE, round(t_s * 1000), 1)
        noisy = gray + SENSOR_NOISE * rng.standard_normal(pixels.shape[:2], dtype=np.float32)
        return np.repeat(np.clip(noisy, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
