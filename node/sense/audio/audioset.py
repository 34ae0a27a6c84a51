"""From AudioSet's words to ours: which of its classes are evidence for each sound that the node has a use for.

A class of AudioSet is known by its machine id (MID), never by its place: YAMNet's 521 outputs and the 527 of others
stand in different orders. A sound of ours is as likely as the likeliest of its classes: AudioSet's classes overlap
("Siren" and "Police car (siren)" are one sound), so that a noisy-or would count one sound twice.

Names and ids: AudioSet's ontology (Gemmeke et al., 2017), as in YAMNet's class map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from node.config.sound_classes import SoundClass

NAMES: Mapping[SoundClass, Mapping[str, str]] = {
    SoundClass.GUNSHOT: {
        "/m/032s66": "Gunshot, gunfire",
        "/m/04zjc": "Machine gun",
        "/m/02z32qm": "Fusillade",
    },
    SoundClass.EXPLOSION: {"/m/014zdl": "Explosion", "/m/07qqyl4": "Boom", "/m/07pxg6y": "Eruption"},
    SoundClass.FIREWORKS: {"/m/0g6b5": "Fireworks", "/g/122z_qxw": "Firecracker"},
    SoundClass.GLASS_BREAK: {"/m/039jq": "Glass", "/m/07rn7sz": "Shatter", "/m/07pc8lb": "Breaking"},
    SoundClass.SCREAM: {"/m/03qc9zr": "Screaming"},
    SoundClass.SIREN: {
        "/m/03kmc9": "Siren",
        "/m/0dgbq": "Civil defense siren",
        "/m/03j1ly": "Emergency vehicle",
        "/m/04qvtq": "Police car (siren)",
        "/m/012n7d": "Ambulance (siren)",
        "/m/012ndj": "Fire engine, fire truck (siren)",
    },
    SoundClass.HORN_OR_ALARM: {
        "/m/0912c9": "Vehicle horn, car horn, honking",
        "/m/07qv_d5": "Toot",
        "/m/05x_td": "Air horn, truck horn",
        "/m/02mfyn": "Car alarm",
        "/m/07pp_mv": "Alarm",
        "/m/0c3f7m": "Fire alarm",
        "/m/01y3hg": "Smoke detector, smoke alarm",
    },
    SoundClass.CROWD: {
        "/m/03qtwd": "Crowd",
        "/m/053hz1": "Cheering",
        "/m/07rkbfh": "Chatter",
        "/m/07qfr4h": "Hubbub, speech noise, speech babble",
        "/m/02bk07": "Chant",
    },
}
"""For each sound of ours, the MIDs that stand for it, with their names."""

MID_OF: Mapping[str, str] = {name: mid for mids in NAMES.values() for mid, name in mids.items()}
"""The MID of each of these names, for lists that hold names only."""


class Groups:
    """Reads a model's outputs, in the order of its labels, as our sounds.

    Args:
        labels: MIDs in the order of the outputs; anything else stands for an output without a use.

    Raises:
        ValueError: none of them is a sound of ours.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        places = {label: index for index, label in enumerate(labels)}
        found = {sound: [places[mid] for mid in mids if mid in places] for sound, mids in NAMES.items()}
        self._columns = {sound: columns for sound, columns in found.items() if columns}
        if not self._columns:
            raise ValueError("none of its labels is a sound that this node has a use for")

    @property
    def classes(self) -> tuple[SoundClass, ...]:
        """Our sounds that these labels can tell, in the order of `SoundClass`."""
        return tuple(self._columns)

    def read(self, probabilities: NDArray[np.float32]) -> dict[SoundClass, float]:
        """Our sounds' probabilities from the model's: the likeliest of each group.

        Args:
            probabilities: float, shape (labels,), 0..1.
        """
        return {sound: float(probabilities[columns].max()) for sound, columns in self._columns.items()}
