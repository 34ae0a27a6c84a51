"""`polewatch replay`: files through the whole pipeline and the whole gate, as fast as they can be read.

The same `Pipeline`, the same 64-byte records, the same gate and outbox (in memory) as on a pole; only the devices
are files, and what would go to the broker is printed, one CloudEvent a line.
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from node.airlock.gate import Policy
from node.airlock.record import Body, Record, encode
from node.config.settings import Settings
from node.contract.envelope import Numbered
from node.contract.envelope import encode as encode_message
from node.errors import OperatorError, UnreadableInputError
from node.ops.clock import FixedClock
from node.replay_scores import ScoreFile
from node.sense.capture.files import AudioFile
from node.sense.capture.opencv import OpenCvCamera
from node.sense.capture.ports import AudioBlock, Camera, EndOfMedia, Frame, Microphone
from node.sense.pipeline import Pipeline
from node.uplink.books import open_books
from node.uplink.intake import Intake
from node.uplink.store import IN_MEMORY
from node.uplink.summaries import Summaries

DEFAULT_START = "2026-01-01T00:00:00Z"
_PATIENCE_S = 30.0
_LAST_YEAR = 9998
_SETTLED_S = 1.0


@dataclass(frozen=True, slots=True)
class Request:
    """What to replay.

    Args:
        audio: a sound file, or None.
        video: a video file, or None.
        start: the time of the first sample and frame, ISO 8601.
        seed: becomes the epoch of the ids, so that a run can be told from another. 0..2^32-1.
        scores: where the scores of each hop go, or None.
    """

    audio: Path | None
    video: Path | None
    start: str
    seed: int
    scores: Path | None


def run(settings: Settings, request: Request, out: TextIO) -> int:
    """Replays, printing to `out`, and gives the exit code.

    Raises:
        OperatorError: nothing to replay, or the start is no time.
        UnreadableInputError: a file cannot be read; if it breaks off, what came before it has been printed.
        StorageError: the scores cannot be written.
    """
    if request.audio is None and request.video is None:
        raise OperatorError("replay needs --audio FILE, --video FILE, or both")
    _refuse_same_file(request)
    with contextlib.ExitStack() as stack:
        # The scores first: a file of an earlier run must not be taken for one of this run.
        scores = stack.enter_context(ScoreFile(request.scores, settings)) if request.scores else None
        microphone = AudioFile(request.audio) if request.audio else None
        if microphone is not None:
            stack.callback(microphone.close)
        camera = _camera(settings, request.video) if request.video else None
        if camera is not None:
            stack.callback(camera.close)
        _Replay(settings, request, out, scores).run(microphone, camera)
    return 0


class _Replay:
    """One run."""

    def __init__(self, settings: Settings, request: Request, out: TextIO, scores: ScoreFile | None) -> None:
        clock = FixedClock(_wall_s(request.start))
        books = open_books(settings, clock, IN_MEMORY, epoch=request.seed)
        policy = Policy(settings.policy.incidents_per_10_min, settings.policy.incidents_per_day)
        self._summaries = Summaries(books)
        self._summaries.adopt(0.0)
        self._intake = Intake(books, self._summaries, policy)
        self._pipeline = Pipeline(settings, clock, self._emit, scores.write if scores else None)
        self._out = out
        self._sequence = 0
        self._now_s = 0.0

    def run(self, microphone: Microphone | None, camera: Camera | None) -> None:
        """Feeds the line in the order of time, to the end; then ends what is open."""
        sound, sight = _Reader(microphone), _Reader(camera)
        while sound.next is not None or sight.next is not None:
            self._step(sound, sight)
        self._pipeline.finish(self._now_s)
        self._print(self._summaries.close(self._now_s - _SETTLED_S, self._now_s))
        self._print(self._summaries.finish(self._now_s))
        if (broken := sound.broken or sight.broken) is not None:
            raise broken

    def _step(self, sound: _Reader, sight: _Reader) -> None:
        """Feeds whatever comes first. Where one file breaks off, the other goes on."""
        reader = sight if sight.at_s < sound.at_s else sound
        item = reader.next
        if isinstance(item, AudioBlock):
            self._now_s = max(self._now_s, item.captured_s + item.duration_s)
            self._pipeline.hear(item)
        elif isinstance(item, Frame):
            self._now_s = max(self._now_s, item.captured_s)
            self._pipeline.look(item)
        self._print(self._summaries.close(self._now_s - _SETTLED_S, self._now_s))
        reader.advance()

    def _emit(self, body: Body, at_s: float) -> None:
        """Through the airlock: 64 bytes, and the gate."""
        self._sequence += 1
        content = encode(Record(1, self._sequence, max(0, round(at_s * 1000)), body))
        self._print(list(self._intake.take(content, self._now_s).released))

    def _print(self, messages: list[Numbered]) -> None:
        """One CloudEvent a line."""
        for message in messages:
            self._out.write(encode_message(message).decode() + "\n")
            self._out.flush()


class _Reader:
    """One item ahead of a file, so that two files can be fed in the order of time."""

    def __init__(self, source: Microphone | Camera | None) -> None:
        self._source = source
        self.next: AudioBlock | Frame | None = None
        self.broken: UnreadableInputError | None = None
        self.advance()

    @property
    def at_s(self) -> float:
        """When the next item was captured; infinity when there is none."""
        return self.next.captured_s if self.next is not None else math.inf

    def advance(self) -> None:
        """Reads on."""
        self.next = None
        if self._source is None:
            return
        try:
            self.next = self._source.read(_PATIENCE_S)
        except EndOfMedia:
            self._source = None
        except UnreadableInputError as error:
            self._source = None
            self.broken = error


def _refuse_same_file(request: Request) -> None:
    """The scores must not go where an input comes from.

    Raises:
        OperatorError: they would.
    """
    for path in (request.audio, request.video):
        if request.scores and path and request.scores.exists() and path.exists() and path.samefile(request.scores):
            raise OperatorError(f"--scores {request.scores}: is an input of this very run; name another file")


def _camera(settings: Settings, video: Path) -> Camera:
    """The video file as a camera. A device is none: a replay has a network, and may write its scores.

    Raises:
        UnreadableInputError: it is a device.
    """
    if video.is_char_device():
        raise UnreadableInputError(f"{video}: is a device; replay takes files, 'polewatch sense' takes devices")
    camera = settings.camera
    return OpenCvCamera(str(video), width=camera.width, height=camera.height, fps=camera.fps, paced=False)


def _wall_s(start: str) -> float:
    """Seconds since 1970 of a start time.

    Raises:
        OperatorError: it is no time, or not in the years 1970 to 9998.
    """
    try:
        moment = datetime.fromisoformat(start)
        wall_s = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise OperatorError(f"--start {start}: is no time; write it like {DEFAULT_START}") from error
    if wall_s < 0 or moment.year > _LAST_YEAR:
        raise OperatorError(f"--start {start}: is not in the years 1970 to {_LAST_YEAR}")
    return wall_s
