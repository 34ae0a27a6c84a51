"""A microphone through PyAudio (PortAudio, ALSA).

All of PyAudio is called from one thread of its own, so a driver that hangs holds up nobody: `read` waits for a
queue and for nothing else. When the queue is full the thread waits too; what the device then drops shows up as
an overflow or as lateness, and is counted. At the device's loss the thread ends; a later `read` starts another.
"""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from node.errors import MicrophoneError
from node.sense.capture.mono import Mono
from node.sense.capture.portaudio import (
    MicrophoneInfo,
    find_microphone,
    list_microphones,
    open_stream,
    portaudio,
    say_lost,
)
from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock, Microphone
from node.sense.capture.resample import Resampler
from node.sense.capture.sample_clock import SampleClock

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MicrophoneInfo", "PyAudioMicrophone", "list_microphones"]

RETRY_S: Final = 5.0
BLOCK_S: Final = 0.05
QUEUE_BLOCKS: Final = 80
"""Four seconds of sound."""

OVERFLOWED: Final = -9981


class PyAudioMicrophone(Microphone):
    """A microphone, opened at the first `read`: 48 kHz mono where the device can, else converted.

    Args:
        source: a name of `list_microphones`, a part of one that fits only one, or "" or "default".
        clock: seconds of a clock that never steps.
    """

    def __init__(self, source: str, *, clock: Callable[[], float] | None = None) -> None:
        self._source = source
        self._clock = clock or (lambda: time.clock_gettime(time.CLOCK_BOOTTIME))
        self._closed = threading.Event()
        self._capture: _Capture | None = None
        self._heard_s = self._clock()
        self._retry_s = self._heard_s
        self._ended_s: float | None = None
        self._reason = "not opened yet"

    @property
    def rate_hz(self) -> int | None:
        """The rate at which the device gives its samples, in Hz; None while it is not open."""
        return self._capture.rate_hz if self._capture else None

    def read(self, timeout_s: float) -> AudioBlock | None:
        """The next block, or None when none came within `timeout_s`; never waits longer, whatever the driver does.

        Raises:
            MicrophoneError: it cannot be opened, was lost, or has given nothing for 5 s. A later call tries
                to open it again, at most once every 5 s.
        """
        if self._closed.is_set():
            raise MicrophoneError("the microphone was closed")
        if self._capture is None and not self._start(timeout_s):
            raise MicrophoneError(self._reason)
        capture = self._capture
        try:
            found = capture.blocks.get(timeout=max(timeout_s, 0.0)) if capture else None
        except queue.Empty:
            self._check_hang()
            return None
        if isinstance(found, MicrophoneError):
            self._capture, self._reason = None, str(found)
            self._retry_s = self._clock() + RETRY_S
            raise found
        return self._dated(found) if found else None

    def close(self) -> None:
        """Lets go of the device. Safe to call twice."""
        self._closed.set()
        if self._capture is not None:
            self._capture.stop()
            self._capture = None

    def _start(self, timeout_s: float) -> bool:
        wait_s = self._retry_s - self._clock()
        if wait_s > 0 and (self._closed.wait(min(wait_s, max(timeout_s, 0.0))) or self._clock() < self._retry_s):
            return False
        self._capture = _Capture(self._source, self._clock)
        self._heard_s = self._clock()
        return True

    def _check_hang(self) -> None:
        """A driver that hangs cannot be interrupted: say so every 5 s, and take what comes if it comes."""
        if self._clock() - self._heard_s >= RETRY_S:
            self._heard_s = self._clock()
            name = self._source or "default"
            raise MicrophoneError(f"microphone '{name}' gives no samples; unplug it and plug it in again")

    def _dated(self, block: AudioBlock) -> AudioBlock:
        """The same block; the first one after a re-opening also counts what was missed meanwhile."""
        self._heard_s = self._clock()
        gap_s = 0.0 if self._ended_s is None else block.captured_s - self._ended_s
        self._ended_s = block.captured_s + block.duration_s
        missed = round(gap_s * SAMPLE_RATE_HZ)
        # What the block counts itself lies within the gap: it is not counted twice.
        if gap_s <= BLOCK_S or missed <= block.lost_samples:
            return block
        return AudioBlock(block.samples, block.captured_s, lost_samples=missed, clipped_samples=block.clipped_samples)


class _Capture:
    """One opening of a device: a thread, and the queue that it fills with blocks and at its end one error."""

    def __init__(self, source: str, clock: Callable[[], float]) -> None:
        self.blocks: queue.Queue[AudioBlock | MicrophoneError] = queue.Queue(QUEUE_BLOCKS)
        self.rate_hz: int | None = None
        self._source = source
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="microphone", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Asks the thread to end, and waits a second for it: a thread that hangs in a driver is left behind."""
        self._stop.set()
        self._thread.join(timeout=1.0)

    def _run(self) -> None:
        try:
            with portaudio() as audio:
                stream, rate_hz, channels = open_stream(audio, find_microphone(audio, self._source))
                try:
                    self._pump(stream, rate_hz, channels)
                finally:
                    stream.close()
        except MicrophoneError as error:
            self._put(error)
        except (OSError, ValueError, SystemError) as error:
            self._put(say_lost(self._source, error))

    def _pump(self, stream: Any, rate_hz: int, channels: int) -> None:
        resampler, clock, mono = Resampler(rate_hz), SampleClock(rate_hz), Mono()
        self.rate_hz = rate_hz
        frames, lost = round(BLOCK_S * rate_hz), 0
        while not self._stop.is_set():
            try:
                data = stream.read(frames, exception_on_overflow=True)
            except OSError as error:
                if error.errno != OVERFLOWED:
                    raise
                # PyAudio throws the block away that it had read: at least that much is lost.
                clock.lose(frames)
                lost += frames
                continue
            pcm = np.frombuffer(data, dtype="<i2").reshape(-1, channels)
            begun_s, late = clock.stamp(len(pcm), self._clock())
            held_s, missed = resampler.held_s, (lost + late) * SAMPLE_RATE_HZ // rate_hz
            samples = resampler.push(mono.mix(pcm.astype(np.float32) / np.float32(32768)))
            rails = int(np.count_nonzero(np.any((pcm >= 32767) | (pcm <= -32768), axis=1)))
            clipped = min(rails * SAMPLE_RATE_HZ // rate_hz, samples.size)
            self._put(AudioBlock(samples, begun_s - held_s, lost_samples=missed, clipped_samples=clipped))
            lost = 0

    def _put(self, item: AudioBlock | MicrophoneError) -> None:
        while not self._stop.is_set():
            try:
                self.blocks.put(item, timeout=0.2)
            except queue.Full:
                continue
            return
