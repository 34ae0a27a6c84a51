"""Takes of the simulator's library at 16 kHz, made once and kept in the work folder.

The files hold synthesis alone. Each part of the training draws its own seeds: no take is in two parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from models.training.labels import of_synthesis
from models.training.recordings import trimmed
from models.training.sounds import RATE_HZ, training_sound
from simulator.sound.library import RINGS
from simulator.world.act import usual_lasts_s
from simulator.world.sounding import SoundName


class Part(StrEnum):
    """What takes are for. A recording has a fold instead."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


FIRST_SEED = {Part.TRAIN: 0, Part.VALIDATION: 1_000_000, Part.TEST: 2_000_000}
"""Each part's takes have seeds from here on."""
EVENT_TAKES = {Part.TRAIN: 240, Part.VALIDATION: 40, Part.TEST: 40}
"""Of each sound that is an example of a class."""
TEMPTING_TAKES = {Part.TRAIN: 100, Part.VALIDATION: 25, Part.TEST: 25}
"""Of each of the others."""
_LONGEST_S = 5.0
_FULL_SCALE = 32767

Takes = dict[SoundName, list[NDArray[np.float32]]]


def load(work: Path, part: Part) -> Takes:
    """All takes of a part, each at 16 kHz with peak 1; `make` has made them."""
    return {name: _read(_file(work, part, name)) for name in SoundName}


def make(work: Path, processes: int) -> Iterator[tuple[int, int]]:
    """Makes the takes that are not there yet; yields how many files are done, and of how many."""
    wanted = [(work, part, name) for part in FIRST_SEED for name in SoundName]
    missing = [one for one in wanted if not _file(*one).is_file()]
    (work / "takes").mkdir(parents=True, exist_ok=True)
    done = len(wanted) - len(missing)
    yield done, len(wanted)
    with ProcessPoolExecutor(processes) as pool:
        for _ in pool.map(_make, missing):
            done += 1
            yield done, len(wanted)


def take(name: SoundName, seed: int) -> NDArray[np.float32]:
    """One take at 16 kHz, peak 1, 5 s at most if it does not ring by itself: shape (n,)."""
    lasts_s = None if name in RINGS else min(_LONGEST_S, usual_lasts_s(name))
    return trimmed(signal.resample_poly(training_sound(name, seed, lasts_s), 1, RATE_HZ // 16_000))


def _make(one: tuple[Path, Part, SoundName]) -> None:
    work, part, name = one
    many = (EVENT_TAKES if of_synthesis(name).heard else TEMPTING_TAKES)[part]
    takes = [take(name, FIRST_SEED[part] + number) for number in range(many)]
    lengths = np.array([many, *(len(sound) for sound in takes)], dtype="<i4")
    samples = np.round(np.concatenate(takes) * _FULL_SCALE).astype("<i2")
    file = _file(work, part, name)
    unfinished = file.with_suffix(".part")
    unfinished.write_bytes(lengths.tobytes() + samples.tobytes())
    unfinished.replace(file)


def _read(file: Path) -> list[NDArray[np.float32]]:
    content = file.read_bytes()
    many = int(np.frombuffer(content, dtype="<i4", count=1)[0])
    lengths = np.frombuffer(content, dtype="<i4", count=many, offset=4)
    samples = np.frombuffer(content, dtype="<i2", offset=4 * (many + 1)).astype(np.float32) / _FULL_SCALE
    return np.split(samples, np.cumsum(lengths)[:-1])


def _file(work: Path, part: Part, name: SoundName) -> Path:
    return work / "takes" / f"{part}-{name}.i16"
