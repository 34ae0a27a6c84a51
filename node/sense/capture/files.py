"""Sound files as a microphone: WAV, FLAC and OGG, read in a stream and given as fast as they are asked for."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from node.errors import UnreadableInputError
from node.sense.capture.hops import HOP, HOP_S
from node.sense.capture.mono import Mono
from node.sense.capture.ports import SAMPLE_RATE_HZ, AudioBlock, EndOfMedia, Microphone
from node.sense.capture.resample import Resampler

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK_FRAMES: Final = 2_048
"""Small: where a file is broken, libsndfile keeps back the whole block that it was asked for."""

MAGIC: Final = (b"RIFF", b"RF64", b"fLaC", b"OggS")
RAIL: Final = 0.9999
BROKEN: Final = 8.0
"""A file of floating point may hold more than full scale, but not this much: such samples are unusable."""

OGG_PAGE: Final = 65_307
"""The longest page of an OGG file, in bytes."""

log = logging.getLogger(__name__)


class AudioFile(Microphone):
    """A sound file of any channel count (see `Mono`) and of 8000..192000 Hz.

    `captured_s` counts from 0. What can be read of a file that breaks off is given first. A sample that is no number
    or lies over eight full scales is nan in what is given; one line of the log says how many there were.

    Args:
        path: the file.

    Raises:
        UnreadableInputError: there is no such file, it is empty, no sound file, or of an unusable rate.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        _check_magic(path)
        self._file = _open(path)
        rate_hz = self._file.samplerate
        try:
            self._resampler = Resampler(rate_hz)
        except ValueError as error:
            self._file.close()
            raise UnreadableInputError(f"{path}: {error}; resample it to {SAMPLE_RATE_HZ} Hz") from error
        self._promised = _promised_frames(path, self._file)
        self._mono = Mono()
        self._read = 0
        self._unusable = 0
        self._given = 0
        self._ended: UnreadableInputError | EndOfMedia | None = None

    def read(self, timeout_s: float) -> AudioBlock:  # noqa: ARG002 - a file never lets anyone wait
        """The next block; a file never makes anyone wait.

        Raises:
            UnreadableInputError: the file breaks off here, or all of it was too short or unusable. Everything
                readable was given before.
            EndOfMedia: the file is over.
        """
        while self._ended is None:
            frames = self._next_frames()
            samples = self._resampler.push(self._one_channel(frames)) if len(frames) else self._resampler.finish()
            block = self._block(samples, frames)
            if not len(frames):
                self._ended = self._end()
                self.close()
            if samples.size:
                return block
        # A fresh one each time: an exception that is raised again would grow its traceback.
        raise type(self._ended)(*self._ended.args)

    def close(self) -> None:
        """Closes the file. Safe to call twice; a later read says that the file is over."""
        self._file.close()
        self._ended = self._ended or EndOfMedia()

    def _next_frames(self) -> NDArray[np.float32]:
        """The next frames, shape (n, channels), float32; n is 0 at the end or where the file is broken."""
        import soundfile  # noqa: PLC0415 - only `replay` and tools need it; no service loads it

        try:
            frames: NDArray[np.float32] = self._file.read(BLOCK_FRAMES, dtype="float32", always_2d=True)
        except (soundfile.SoundFileError, OSError):
            frames = np.empty((0, 1), dtype=np.float32)
            self._promised = max(self._promised, self._read + 1)
        self._read += len(frames)
        return frames

    def _one_channel(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        """The frames as one channel, (n,); counts those that no channel has usable."""
        usable = np.abs(frames) <= BROKEN
        if not usable.all():
            frames = np.where(usable, frames, np.float32(np.nan))
            self._unusable += int(np.count_nonzero(~usable.any(axis=1)))
        return self._mono.mix(frames)

    def _end(self) -> UnreadableInputError | EndOfMedia:
        if self._read < self._promised:
            after_s = self._read / self._file.samplerate
            return UnreadableInputError(f"{self._path}: the file breaks off after {after_s:.1f} s; copy it again")
        if self._unusable == self._read:
            return UnreadableInputError(f"{self._path}: holds no usable sound: not one sample is a number in range")
        if self._given < HOP:
            return UnreadableInputError(f"{self._path}: is shorter than {HOP_S} s, and nothing can be told from it")
        if self._unusable:
            share = f"{100 * self._unusable / self._read:.2g} %"
            log.warning("%s: %s of its samples are no numbers in range and count as lost", self._path, share)
        return EndOfMedia()

    def _block(self, samples: NDArray[np.float32], frames: NDArray[np.float32]) -> AudioBlock:
        clipped = np.count_nonzero(np.any(np.abs(frames) >= RAIL, axis=1)) if len(frames) else 0
        scaled = round(clipped * SAMPLE_RATE_HZ / self._resampler.rate_hz)
        block = AudioBlock(samples, self._given / SAMPLE_RATE_HZ, clipped_samples=min(scaled, samples.size))
        self._given += samples.size
        return block


def _check_magic(path: Path) -> None:
    """The decoders of libsndfile for other formats write to stderr, and we promise three formats."""
    if path == Path():  # what an empty name becomes
        raise UnreadableInputError("no sound file is named; name a WAV, FLAC or OGG file")
    try:
        if path.is_dir():
            raise UnreadableInputError(f"{path}: a directory cannot be used; name a WAV, FLAC or OGG file")
        if path.exists() and not path.is_file():
            raise UnreadableInputError(f"{path}: a pipe or a device cannot be used; name a file")
        with path.open("rb") as file:
            magic = file.read(4)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no name of a file"
        raise UnreadableInputError(f"{path}: {reason}; name a WAV, FLAC or OGG file") from error
    if not magic:
        raise UnreadableInputError(f"{path}: the file is empty; name a WAV, FLAC or OGG file")
    if magic not in MAGIC:
        raise UnreadableInputError(f"{path}: not a WAV, FLAC or OGG file; convert it first")


def _open(path: Path) -> Any:
    try:
        import soundfile  # noqa: PLC0415 - only `replay` and tools need it; no service loads it
    except (ImportError, OSError) as error:
        raise UnreadableInputError("sound files need the package soundfile: pip install polewatch[replay]") from error
    try:
        file = soundfile.SoundFile(str(path))
    except (soundfile.SoundFileError, OSError, ValueError) as error:
        raise UnreadableInputError(f"{path}: no readable WAV, FLAC or OGG file; convert or copy it again") from error
    if file.frames == 0:
        file.close()
        raise UnreadableInputError(f"{path}: holds no sound; name a file with at least one sample")
    return file


def _promised_frames(path: Path, file: Any) -> int:
    """How many frames the file says that it holds, also when less follows."""
    if file.format == "WAV":
        return _promised_by_wav(path, int(file.frames))
    if file.format == "OGG" and not _is_ogg_complete(path):
        return int(file.frames) + 1
    return int(file.frames)


def _promised_by_wav(path: Path, frames: int) -> int:
    """Walks the chunks of a RIFF file; libsndfile silently believes the file's length instead of its header's."""
    with path.open("rb") as file:
        file.seek(12)
        frame_bytes = 0
        while len(header := file.read(8)) == 8:
            size = int.from_bytes(header[4:], "little")
            if header[:4] == b"fmt ":
                frame_bytes = int.from_bytes(file.read(16)[12:14], "little")
                file.seek(size - 16 + size % 2, 1)
            elif header[:4] == b"data":
                # A writer that could not go back (a pipe) leaves 0 or nearly all ones: no promise at all.
                missing = size - (path.stat().st_size - file.tell())
                open_ended = size >= 0x7FFFF000 and file.tell() + size > path.stat().st_size
                return frames if open_ended or missing <= 0 else frames + max(1, missing // max(frame_bytes, 1))
            else:
                file.seek(size + size % 2, 1)
    return frames


def _is_ogg_complete(path: Path) -> bool:
    """True when the last page carries the end-of-stream mark."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - OGG_PAGE))
        tail = file.read()
    last = tail.rfind(b"OggS")
    return last >= 0 and len(tail) > last + 5 and bool(tail[last + 5] & 0x04)
