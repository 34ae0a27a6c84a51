"""`polewatch replay`: files through the whole pipeline and the whole gate, as fast as they can be read.

The same `Pipeline`, the same 64-byte records, the same gate and outbox (in memory) as on a pole; only the devices
are files, and what would go to the broker is printed, one CloudEvent a line.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from node.airlock.gate import Policy
from node.airlock.record import Body, Record, encode
from node.config.settings import Settings
from node.contract.envelope import Numbered
from node.contract.envelope import encode as encode_message
from node.errors import OperatorError, StorageError, UnreadableInputError
from node.ops.clock import FixedClock
from node.sense.capture.files import AudioFile
from node.sense.capture.opencv import OpenCvCamera
from node.sense.capture.ports import AudioBlock, Camera, EndOfMedia, Frame, Microphone
from node.sense.pipeline import Observation, Pipeline
from node.uplink.composer import Composer, Sender
from node.uplink.intake import Intake
from node.uplink.outbox import Outbox
from node.uplink.register import Register
from node.uplink.store import IN_MEMORY, Store
from node.uplink.summaries import Summaries

DEFAULT_START = "2026-01-01T00:00:00Z"
_PATIENCE_S = 30.0
_MAX_MB = 1024


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
    with contextlib.ExitStack() as stack:
        microphone = AudioFile(request.audio) if request.audio else None
        camera = _camera(settings, request.video) if request.video else None
        for device in (microphone, camera):
            if device is not None:
                stack.callback(device.close)
        scores = stack.enter_context(_scores(request.scores)) if request.scores else None
        _Replay(settings, request, out, scores).run(microphone, camera)
    return 0


class _Replay:
    """One run."""

    def __init__(self, settings: Settings, request: Request, out: TextIO, scores: TextIO | None) -> None:
        clock = FixedClock(_wall_s(request.start))
        store = Store(IN_MEMORY, _MAX_MB)
        outbox = Outbox(store, epoch=request.seed)
        register = Register(store)
        composer = Composer(Sender(f"urn:polewatch:node:{settings.node.id}", settings.node.tile), clock)
        policy = Policy(settings.policy.incidents_per_10_min, settings.policy.incidents_per_day)
        window_s = settings.summary.window_s
        self._intake = Intake(store, outbox, register, composer=composer, policy=policy, window_s=window_s)
        self._summaries = Summaries(store, outbox, register, composer, window_s)
        self._pipeline = Pipeline(settings, clock, self._emit, self._observe if scores else None)
        self._unit = "dbfs" if settings.microphone.calibration == "none" else "db"
        self._out = out
        self._scores = scores
        self._sequence = 0
        self._now_s = 0.0

    def run(self, microphone: Microphone | None, camera: Camera | None) -> None:
        """Feeds the line in the order of time, to the end; then ends what is open."""
        broken: UnreadableInputError | None = None
        sound, sight = _Reader(microphone), _Reader(camera)
        while broken is None and (sound.next is not None or sight.next is not None):
            broken = self._step(sound, sight)
        self._pipeline.finish(self._now_s)
        self._print(self._summaries.close(self._now_s))
        self._print(self._summaries.finish(self._now_s))
        if broken is not None or (broken := sound.broken or sight.broken) is not None:
            raise broken

    def _step(self, sound: _Reader, sight: _Reader) -> UnreadableInputError | None:
        """Feeds whatever comes first."""
        if sight.at_s < sound.at_s:
            item, reader = sight.next, sight
        else:
            item, reader = sound.next, sound
        if isinstance(item, AudioBlock):
            self._now_s = max(self._now_s, item.captured_s + item.duration_s)
            self._pipeline.hear(item)
        elif isinstance(item, Frame):
            self._now_s = max(self._now_s, item.captured_s)
            self._pipeline.look(item)
        self._print(self._summaries.close(self._now_s))
        reader.advance()
        return reader.broken

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

    def _observe(self, seen: Observation) -> None:
        """One line of scores."""
        assert self._scores is not None
        scene = seen.scene
        line = {
            "t": round(seen.t_s, 3),
            f"laf_{self._unit}": _rounded(seen.level.laf_db if seen.level else None),
            f"laeq_1s_{self._unit}": _rounded(seen.level.laeq_1s_db if seen.level else None),
            f"background_{self._unit}": _rounded(seen.background_db),
            "present": scene.present if scene else None,
            "people": None,
            "scores": {
                "spike": float(seen.spike),
                "foreground_share": _rounded(scene.foreground_share if scene else None, 5),
                "flow_energy": _rounded(scene.flow_energy if scene else None, 6),
            },
        }
        self._scores.write(json.dumps(line) + "\n")


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


def _camera(settings: Settings, video: Path) -> Camera:
    """The video file as a camera."""
    camera = settings.camera
    return OpenCvCamera(str(video), width=camera.width, height=camera.height, fps=camera.fps, paced=False)


@contextlib.contextmanager
def _scores(path: Path) -> Iterator[TextIO]:
    """The file that the scores go to."""
    try:
        with path.open("w") as file:
            yield file
    except OSError as error:
        raise StorageError(f"{path}: cannot be written ({error.strerror})") from error


def _wall_s(start: str) -> float:
    """Seconds since 1970 of a start time.

    Raises:
        OperatorError: it is no time.
    """
    try:
        moment = datetime.fromisoformat(start)
    except ValueError as error:
        raise OperatorError(f"--start {start}: is no time; write it like {DEFAULT_START}") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _rounded(value: float | None, digits: int = 2) -> float | None:
    """A number of a readable length."""
    return None if value is None else round(value, digits)
