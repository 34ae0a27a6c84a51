"""What happens in a street by a scenario's word: acts, by name, at an instant and a place.

An act of a sound's name is that sound. The others are people, vehicles and the sky.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from simulator.world.layout import GATHERING_XY_M
from simulator.world.sounding import SoundName


class PlayName(StrEnum):
    """Every act that is more than a sound."""

    GATHERING = "gathering"  # people come together, roar, and go
    SURGE = "surge"  # a standing crowd begins to run one way
    DISPERSAL = "dispersal"  # a standing crowd runs apart
    COUNTERFLOW = "counterflow"  # two streams of walkers meet on one pavement
    QUEUE = "queue"  # people stand in line at a door
    CROSSING = "crossing"  # the light turns green: many cross the road at once
    SCHOOL_BREAK = "school_break"  # children run about and shout
    FALL = "fall"  # somebody falls and lies
    MARCH = "march"  # a calm procession down the street, with chants
    DISTURBANCE = "disturbance"  # a crowd breaks into shoving, running and screams
    EGRESS = "egress"  # a stadium empties through the street
    EMERGENCY_VEHICLE = "emergency_vehicle"  # an ambulance with its siren drives through
    TRUCK_PASSES = "truck_passes"  # a lorry drives through
    CLOUD = "cloud"  # the light falls by a step, and comes back


PLAY_KINDS: dict[PlayName, str] = {
    PlayName.GATHERING: "noise.spike",
    PlayName.SURGE: "crowd.surge",
    PlayName.DISPERSAL: "crowd.dispersal",
    PlayName.EGRESS: "crowd.density",
    PlayName.DISTURBANCE: "crowd.disturbance",
    PlayName.FALL: "person.down",
    PlayName.EMERGENCY_VEHICLE: "sound.siren",
}
"""The kind of event that a play makes true; the others make none: they are there to tempt."""

ActName = SoundName | PlayName
NAMES: tuple[str, ...] = (*PlayName, *SoundName)


@dataclass(frozen=True, slots=True)
class Act:
    """One act.

    Args:
        name: what happens.
        number: which act of its street, 0 or more; what chance there is in it is drawn from it.
        at_s: when it begins, in street seconds.
        lasts_s: how long, in seconds, above 0.
        x_m: where, along the street.
        y_m: where, across the street.
        z_m: how high, or None for what is usual for it.
        count: how many: shots, bursts, people; 1 or more, or None for what is usual.
        every_s: from one of them to the next, in seconds, or None for what is usual.
        level_db: as `Strength.level_db`, or None for what is usual.
        speed_mps: of what moves, or None for what is usual.
    """

    name: ActName
    number: int
    at_s: float
    lasts_s: float
    x_m: float = GATHERING_XY_M[0]
    y_m: float = GATHERING_XY_M[1]
    z_m: float | None = None
    count: int | None = None
    every_s: float | None = None
    level_db: float | None = None
    speed_mps: float | None = None

    @property
    def ended_s(self) -> float:
        """When it is over."""
        return self.at_s + self.lasts_s


def usual_lasts_s(name: str) -> float:
    """How long an act of this name lasts where nobody says, in seconds."""
    return _LASTS_S.get(name, 10.0)


_LASTS_S: dict[str, float] = {
    SoundName.HORN: 1.2, SoundName.GUNSHOT_PISTOL: 0.3, SoundName.GUNSHOT_RIFLE: 0.3, SoundName.GUNSHOT_SHOTGUN: 0.3,
    SoundName.EXPLOSION: 2.5, SoundName.FIREWORK: 3.0, SoundName.GLASS: 1.2, SoundName.SCREAM: 1.5,
    SoundName.CHEER: 6.0, SoundName.BOO: 5.0, SoundName.THUNDER: 8.0, SoundName.DOG: 3.0, SoundName.DOOR: 0.4,
    PlayName.GATHERING: 40.0, PlayName.SURGE: 30.0, PlayName.DISPERSAL: 30.0, PlayName.EGRESS: 90.0,
    PlayName.FALL: 30.0, PlayName.MARCH: 60.0, PlayName.SCHOOL_BREAK: 60.0, PlayName.DISTURBANCE: 40.0,
    PlayName.QUEUE: 60.0, PlayName.COUNTERFLOW: 60.0, PlayName.CROSSING: 25.0,
    PlayName.EMERGENCY_VEHICLE: 25.0, PlayName.TRUCK_PASSES: 20.0,
}  # fmt: skip
