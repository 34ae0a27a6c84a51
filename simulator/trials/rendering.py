"""Writes what a scenario looks and sounds like as files, for `polewatch replay` and for people: invented streets only.

This is the one place of the project that writes sound or films, and it can only write what it invented.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import soundfile

from node.errors import StorageError
from node.sense.capture.ports import SAMPLE_RATE_HZ
from simulator.sight.scene import Scene
from simulator.sound.soundscape import Capsule
from simulator.trials.scenario import Scenario
from simulator.world.street import Street
from simulator.world.truth import expected

if TYPE_CHECKING:
    from simulator.sound.clips import Clips

FPS = 10.0
_SECOND = SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class Target:
    """Where the files go, and how large a picture is.

    Args:
        folder: it is made if it is not there.
        size: width and height of a picture, in pixels.
    """

    folder: Path
    size: tuple[int, int] = (640, 360)


def render(
    name: str,
    scenario: Scenario,
    seed: int,
    target: Target,
    *,
    progress: Callable[[float], None] | None = None,
    clips: Clips | None = None,
) -> list[Path]:
    """Writes `NAME.wav` (48 kHz, 16 bit), `NAME.avi` (10 pictures a second) and `NAME.json` (the truth).

    Faults are not rendered: they happen to a microphone or a camera, not to a street.

    Args:
        name: of the scenario.
        scenario: itself.
        seed: of the street.
        target: where to, and how large.
        progress: told how far the street has come, in seconds.
        clips: real sounds for the voices of the street, or None for synthetic ones.

    Raises:
        StorageError: they cannot be written.
    """
    street = scenario.make_street(seed)
    sound, film, facts = (target.folder / f"{name}.{ending}" for ending in ("wav", "avi", "json"))
    try:
        target.folder.mkdir(parents=True, exist_ok=True)
        facts.unlink(missing_ok=True)  # it comes last: what was broken off has none
        _write(street, scenario.length_s, (sound, film), target.size, Capsule(street, clips), progress)
        facts.write_text(json.dumps(_facts(name, scenario, street), indent=2) + "\n")
    except (OSError, soundfile.LibsndfileError) as error:
        reason = getattr(error, "strerror", None) or error
        raise StorageError(f"{target.folder}: cannot be written ({reason})") from error
    return [sound, film, facts]


def _facts(name: str, scenario: Scenario, street: Street) -> dict[str, object]:
    """The truth of the street."""
    truth = [
        {"kind": one.kind, "began_s": one.began_s, "ended_s": one.ended_s}
        for one in expected(street, 0.0, scenario.length_s)
    ]
    return {"scenario": name, "seed": street.seed, "length_s": scenario.length_s, "truth": truth}


def _write(
    street: Street,
    length_s: float,
    paths: tuple[Path, Path],
    size: tuple[int, int],
    capsule: Capsule,
    progress: Callable[[float], None] | None,
) -> None:
    """Sound and film, a second of each at a time."""
    scene = Scene(street, *size)
    film = cv2.VideoWriter(str(paths[1]), cv2.VideoWriter.fourcc(*"MJPG"), FPS, size)  # noqa: TID251 - see the module
    try:
        if not film.isOpened():
            raise StorageError(f"{paths[1]}: cannot be written")
        with soundfile.SoundFile(paths[0], "w", SAMPLE_RATE_HZ, 1, "PCM_16") as sound:
            for second in range(int(np.ceil(length_s))):
                left = round(length_s * _SECOND) - second * _SECOND
                sound.write(capsule.samples(second * _SECOND, min(_SECOND, left)))
                for picture in range(min(int(FPS), round(left / _SECOND * FPS))):
                    film.write(scene.picture(second + picture / FPS))
                if progress is not None:
                    progress(second + 1.0)
    finally:
        film.release()
