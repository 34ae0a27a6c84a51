"""Which classes a sound is an example of, and for which it is no fact at all.

A sound that is neither counts as an example of silence: it is there to tempt.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.world.sounding import SoundName

CLASSES = ("gunshot", "explosion", "fireworks", "glass_break", "scream", "siren", "horn_or_alarm", "crowd")
"""What the classifier tells, in the order of its output."""


@dataclass(frozen=True, slots=True)
class Label:
    """What is known of one sort of sound.

    Args:
        heard: the classes that it is an example of.
        unknown: the classes of which nobody can say whether it is: they are left out of loss and score.
    """

    heard: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


TEMPTS = Label()

RECORDED: dict[str, Label] = {
    "gunshot": Label(("gunshot",)),
    "explosion": Label(("explosion",)),
    "fireworks": Label(("fireworks",)),
    "glass_break": Label(("glass_break",)),
    "scream": Label(("scream",)),
    "crowd_scream": Label(("scream", "crowd")),
    "siren": Label(("siren",)),
    "car_horn": Label(("horn_or_alarm",)),
    "alarm": Label(("horn_or_alarm",)),
    "applause": Label(("crowd",)),
    "crowd_ambience": Label(("crowd",)),
    "crowd_boo": Label(("crowd",)),
    "crowd_cheer": Label(("crowd",)),
    "crowd_gasp": Label(("crowd",)),
    "crowd_laughter": Label(("crowd",)),
    "crowd_shout": Label(("crowd",), ("scream",)),
    # An acted shout is half a scream; air horns and train whistles are horns to some ears and not to others.
    "shout": Label((), ("scream", "crowd")),
    "air_horn": Label((), ("horn_or_alarm",)),
    "train_whistle": Label((), ("horn_or_alarm",)),
    "beeper": Label((), ("horn_or_alarm",)),
    "children_playing": Label((), ("crowd", "scream")),
    "street_music": Label((), ("crowd",)),
}
"""By the label of the material's manifest; a label that does not stand here only tempts."""

SYNTHESISED: dict[SoundName, Label] = {
    SoundName.GUNSHOT_PISTOL: Label(("gunshot",)),
    SoundName.GUNSHOT_RIFLE: Label(("gunshot",)),
    SoundName.GUNSHOT_SHOTGUN: Label(("gunshot",)),
    SoundName.EXPLOSION: Label(("explosion",)),
    SoundName.FIREWORK: Label(("fireworks",)),
    SoundName.GLASS: Label(("glass_break",)),
    SoundName.SCREAM: Label(("scream",)),
    SoundName.SIREN_WAIL: Label(("siren",)),
    SoundName.SIREN_YELP: Label(("siren",)),
    SoundName.SIREN_HILO: Label(("siren",)),
    SoundName.HORN: Label(("horn_or_alarm",)),
    SoundName.ALARM: Label(("horn_or_alarm",)),
    SoundName.CHEER: Label(("crowd",)),
    SoundName.BOO: Label(("crowd",)),
    SoundName.CHANT: Label(("crowd",)),
    SoundName.APPLAUSE: Label(("crowd",)),
    SoundName.LAUGHTER: Label((), ("crowd",)),
    SoundName.TALK: Label((), ("crowd",)),
    SoundName.CHILDREN: Label((), ("crowd",)),
    SoundName.MUSIC_CONCERT: Label((), ("crowd",)),
}
"""By the name of the library; a name that does not stand here only tempts."""

BACKGROUNDS = frozenset({
    "aircraft", "air_conditioner", "birds", "chainsaw", "clock_tick", "construction", "drilling", "engine_idling",
    "fire_crackling", "helicopter", "jackhammer", "rain", "sea_waves", "street_music", "traffic", "train", "typing",
    "wind", "children_playing", "church_bells",
})  # fmt: skip
"""Recorded sounds that go on: what lies under a scene."""

SYNTHETIC_BACKGROUNDS = frozenset({
    SoundName.BIRDS, SoundName.TRUCK, SoundName.HELICOPTER, SoundName.MUSIC_STREET, SoundName.MUSIC_CONCERT,
    SoundName.TALK, SoundName.JACKHAMMER, SoundName.DRILL, SoundName.BELLS,
})  # fmt: skip
"""The library's."""


def of_recording(label: str) -> Label:
    """What a label of the material's manifest says."""
    return RECORDED.get(label, TEMPTS)


def of_synthesis(name: SoundName) -> Label:
    """What a name of the library says."""
    return SYNTHESISED.get(name, TEMPTS)
