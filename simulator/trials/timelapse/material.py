"""What the score of crowds was fitted on, as hashes: they stand in its file, and a test compares them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib import resources

from simulator.trials.timelapse.real_rises import Clip
from simulator.trials.timelapse.table import FILE, TAKES_FILE


def of_signatures() -> str:
    """The hash of all that a week of the time-lapse is played from."""
    here = resources.files(__package__)
    return _hash(here.joinpath(name).read_bytes() for name in (FILE, TAKES_FILE))


def of_sounds(clips: Iterable[Clip]) -> str:
    """The hash of real sounds: their content, their order, and what each stands for.

    Raises:
        OSError: one of them cannot be read.
    """
    return _hash(part for clip in clips for part in (clip.path.read_bytes(), bytes((clip.crowd, clip.held_out))))


def _hash(parts: Iterable[bytes]) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(part)
    return found.hexdigest()
