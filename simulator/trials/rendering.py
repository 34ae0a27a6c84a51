"""Writes what a scenario looks and sounds like as files, for `polewatch replay` and for people: invented streets only.

This is the one place of the project that writes sound or pictures, and it can only write what it invented.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import soundfile

from node.errors import StorageError
from node.sense.capture.ports import SAMPLE_RATE_HZ
from simulator.sight.scene import Scene
from simulator.sound.soundscape import Capsule
from simulator.trials.scenario import Scenario
from simulator.world.truth import expected

FPS = 10.0
SIZE = (640, 360)
_SECOND = SAMPLE_RATE_HZ


def render(
    name: str, scenario: Scenario, seed: int, folder: Path, progress: Callable[[float], None] | None = None
) -> list[Path]:
    """Writes `NAME.wav` (48 kHz, 16 bit), `NAME.avi` (640x360, 10 pictures a second) and `NAME.json` (the truth).

    Faults are not rendered: they happen to a microphone or a camera, not to a street.

    Args:
        name: of the scenario.
        scenario: itself.
        seed: of the street.
        folder: where the files go; it is made if it is not there.
        progress: told how far the street has come, in seconds.

    Raises:
        StorageError: they cannot be written.
    """
    street = scenario.make_street(seed)
    paths = [folder / f"{name}.{ending}" for ending in ("wav", "avi", "json")]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        truth = [
            {"kind": one.kind, "began_s": one.began_s, "ended_s": one.ended_s}
            for one in expected(street, 0.0, scenario.length_s)
        ]
        facts = {"scenario": name, "seed": seed, "length_s": scenario.length_s, "truth": truth}
        paths[2].write_text(json.dumps(facts, indent=2) + "\n")
        capsule, scene = Capsule(street), Scene(street, *SIZE)
        film = cv2.VideoWriter(str(paths[1]), cv2.VideoWriter.fourcc(*"MJPG"), FPS, SIZE)  # noqa: TID251 - see the module
        if not film.isOpened():
            raise StorageError(f"{paths[1]}: cannot be written")
        with soundfile.SoundFile(paths[0], "w", SAMPLE_RATE_HZ, 1, "PCM_16") as sound:
            for second in range(int(np.ceil(scenario.length_s))):
                left = round(scenario.length_s * _SECOND) - second * _SECOND
                sound.write(capsule.samples(second * _SECOND, min(_SECOND, left)))
                for picture in range(min(int(FPS), round(left / _SECOND * FPS))):
                    film.write(scene.picture(second + picture / FPS))
                if progress is not None:
                    progress(second + 1.0)
        film.release()
    except (OSError, soundfile.LibsndfileError) as error:
        raise StorageError(f"{folder}: cannot be written ({getattr(error, 'strerror', None) or error})") from error
    return paths
