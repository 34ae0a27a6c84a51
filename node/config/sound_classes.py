"""What a sound model can tell apart: the closed set of sounds that the node has a use for."""

from __future__ import annotations

from enum import StrEnum


class SoundClass(StrEnum):
    """One sort of sound. A model of another vocabulary is mapped onto these, and all the rest of it is dropped."""

    GUNSHOT = "gunshot"
    EXPLOSION = "explosion"
    FIREWORKS = "fireworks"
    GLASS_BREAK = "glass_break"
    SCREAM = "scream"
    SIREN = "siren"
    HORN_OR_ALARM = "horn_or_alarm"
    CROWD = "crowd"
