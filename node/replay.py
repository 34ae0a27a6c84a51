"""`polewatch replay`: files through the whole pipeline and the whole gate, as fast as they can be read.

What would go to the broker is printed, one CloudEvent a line.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from node.config.settings import Settings
from node.contract.envelope import Numbered, encode
from node.dry_run import DryRun
from node.errors import OperatorError, UnreadableInputError
from node.replay_scores import ScoreFile
from node.sense.capture.files import AudioFile
from node.sense.capture.opencv import OpenCvCamera
from node.sense.capture.ports import Camera

DEFAULT_START = "2026-01-01T00:00:00Z"
_LAST_YEAR = 9998


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
        start_wall_s = _wall_s(request.start)

        def tell(message: Numbered, _now_s: float) -> None:
            out.write(encode(message).decode() + "\n")
            out.flush()

        dry_run = DryRun(settings, start_wall_s, request.seed, tell, scores.write if scores else None)
        dry_run.run(microphone, camera)
    return 0


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
