"""What YAMNet itself says of our classes: the rows of its last layer for the classes of AudioSet that stand for ours.

They were fitted to two million recordings, and hold on sources that our few hundred do not stand for. Added to a head
that was fitted to ours, they do better than either alone: the large model's card has the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.training.import_tflite import TfLite
from models.training.labels import CLASSES
from node.errors import UnreadableInputError

GROUPS = {
    "gunshot": ("Gunshot, gunfire", "Machine gun", "Fusillade", "Artillery fire"),
    "explosion": ("Explosion", "Boom", "Eruption"),
    "fireworks": ("Fireworks", "Firecracker"),
    "glass_break": ("Shatter", "Glass", "Smash, crash", "Breaking"),
    "scream": ("Screaming", "Yell", "Children shouting"),
    "siren": (
        "Siren", "Police car (siren)", "Ambulance (siren)", "Fire engine, fire truck (siren)", "Civil defense siren",
        "Emergency vehicle",
    ),
    "horn_or_alarm": (
        "Vehicle horn, car horn, honking", "Toot", "Car alarm", "Air horn, truck horn", "Alarm", "Buzzer",
        "Smoke detector, smoke alarm", "Fire alarm",
    ),
    "crowd": ("Crowd", "Cheering", "Applause", "Hubbub, speech noise, speech babble", "Chant", "Clapping"),
}  # fmt: skip
"""For each class of ours, those of AudioSet; the likeliest of them counts, as they overlap."""

Floats32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Directions:
    """Rows of YAMNet's last layer.

    Args:
        weights: of m classes of AudioSet: (m, 1024).
        offsets: of the same: (m,).
        groups: for each class of ours, the places of its rows.
    """

    weights: Floats32
    offsets: Floats32
    groups: tuple[tuple[int, ...], ...]

    def logits(self, embeddings: NDArray[np.float16] | Floats32) -> Floats32:
        """The likeliest of each group: (n, 1024) to (n, 8)."""
        found = embeddings.astype(np.float32) @ self.weights.T + self.offsets
        return np.stack([found[:, list(group)].max(axis=1) for group in self.groups], axis=1)


def directions(model: Path) -> Directions:
    """The rows, from the official TFLite file and its list of names beside it.

    Raises:
        UnreadableInputError: one of them is not YAMNet's.
    """
    dense = TfLite(model).layers()[-2]
    listed = model.with_name("yamnet_class_names.txt")
    try:
        names = listed.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInputError(f"{listed}: is no readable list of YAMNet's classes") from error
    wanted = [name for one in CLASSES for name in GROUPS[one]]
    missing = [name for name in wanted if name not in names]
    if missing or dense.weights is None or dense.bias is None or len(dense.bias) != len(names):
        raise UnreadableInputError(f"{listed}: does not name the classes of {model.name} ({missing[:1]})")
    rows = [names.index(name) for name in wanted]
    groups = tuple(tuple(wanted.index(name) for name in GROUPS[one]) for one in CLASSES)
    return Directions(dense.weights[rows].astype(np.float32), dense.bias[rows].astype(np.float32), groups)
