"""Which scenarios contradict themselves: nobody could score what such a file asks for.

The rules, each with the key that breaks it:
1. What happens and what breaks, happens and breaks before the scenario ends.
2. Nothing in a hard negative is to be told of its street: no roars, no act that makes a kind true where it is heard
   or seen. What is too far away to be told may stand there: that is what tempts.
3. What is to be heard does not fall into a fault that deafens, what is to be seen not into one that blinds.
4. Two faults of one sensor at one time do not make different kinds true.
5. No act has a key that means nothing to it, and none that is no dense crowd has the people of one.
6. All acts together have no more people and sounds than can be rendered: see `simulator.trials.plenty`.
7. No vehicle of an act meets another one on its lane, or people of a play on the road: see
   `simulator.trials.right_of_way`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from simulator.pole.catalogue import SENSOR_KINDS, FaultName
from simulator.pole.faults import Fault
from simulator.trials import plenty, right_of_way
from simulator.world.act import PLAY_KINDS, Act, PlayName
from simulator.world.layout import GATHERING_XY_M, SPEED_OF_SOUND_MPS
from simulator.world.levels import MICROPHONE_XYZ_M, from_afar_db, weather_power
from simulator.world.plays.vehicles import VEHICLES, lanes_of
from simulator.world.plays.watch import MANY
from simulator.world.sounding import KINDS, STRENGTHS, SoundName
from simulator.world.street import Traits
from simulator.world.truth import STANDS_OUT_DB

DEAFENING = frozenset(name for name in SENSOR_KINDS if name.startswith("microphone."))
BLINDING = frozenset({FaultName.CAMERA_FROZEN, FaultName.CAMERA_COVERED, FaultName.CAMERA_DARK, FaultName.CAMERA_LOST})
"""A camera that was moved still sees, if something else."""
_READS: dict[PlayName, tuple[str, ...]] = {
    PlayName.GATHERING: ("count",),
    PlayName.SURGE: ("x_m", "y_m", "count", "speed_mps"),
    PlayName.DISPERSAL: ("x_m", "y_m", "count", "speed_mps"),
    PlayName.COUNTERFLOW: ("count",),
    PlayName.QUEUE: ("x_m", "count", "every_s"),
    PlayName.CROSSING: ("count",),
    PlayName.SCHOOL_BREAK: ("x_m", "count", "level_db"),
    PlayName.FALL: ("x_m", "y_m", "count"),
    PlayName.MARCH: ("count", "level_db", "speed_mps"),
    PlayName.DISTURBANCE: ("x_m", "y_m", "count", "level_db"),
    PlayName.EGRESS: ("count", "level_db"),
    PlayName.EMERGENCY_VEHICLE: ("y_m", "level_db", "speed_mps"),
    PlayName.TRUCK_PASSES: ("y_m", "level_db", "speed_mps"),
    PlayName.CLOUD: (),
}
"""What a play reads of its act, besides when it is."""
_UNSAID: dict[str, float | None] = {"x_m": GATHERING_XY_M[0], "y_m": GATHERING_XY_M[1]} | dict.fromkeys(
    ("z_m", "count", "every_s", "level_db", "speed_mps")
)
_CITY_SWING_DB = 1.0
"""The city's level is that of its scenario within this: see `simulator.world.levels`."""


class Contradiction(ValueError):  # noqa: N818 - it is what it is called in the docs
    """A scenario says two things that cannot both hold.

    Args:
        key: where, as in the file.
        problem: what.
    """

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(problem)
        self.key = key


@dataclass(frozen=True, slots=True)
class Plan:
    """What a scenario says, as data of the street and of the pole."""

    length_s: float
    hard_negative: bool
    traits: Traits
    acts: tuple[Act, ...]
    faults: tuple[Fault, ...]


def needs_ears(kind: str) -> bool:
    """Whether a kind of event cannot be told by a deaf node."""
    return kind.startswith(("noise.", "sound.")) or kind == "crowd.disturbance"


def needs_eyes(kind: str) -> bool:
    """Whether a kind of event cannot be told by a blind node."""
    return kind.startswith(("crowd.", "person."))


def check(plan: Plan) -> None:
    """Passes what can be scored.

    Raises:
        Contradiction: a rule of the module does not hold.
    """
    for number, act in enumerate(plan.acts):
        _check_keys(f"act.{number}", act)
    _check_plenty(plan.acts)
    for number, act in enumerate(plan.acts):
        _check_time(f"act.{number}", act, plan.length_s)
        _check_senses(f"act.{number}", act, plan)
    _check_ways(plan.acts)
    _check_roars(plan)
    for number, fault in enumerate(plan.faults):
        if fault.to_s > plan.length_s:
            text = f"{fault.name} ends after the scenario does (length_s = {plan.length_s:g})"
            raise Contradiction(f"fault.{number}.to_s", text)
    _check_pairs(plan.faults)


def _check_keys(key: str, act: Act) -> None:
    """Rule 5."""
    if isinstance(act.name, SoundName):
        if act.speed_mps is not None:
            raise Contradiction(f"{key}.speed_mps", f"{act.name} does not move")
        if act.every_s is not None and act.count is None:
            raise Contradiction(f"{key}.every_s", "without a count there is only one")
    elif act.name not in PLAY_KINDS and (act.count or 0) >= MANY:
        raise Contradiction(f"{key}.count", f"{act.count} people are a dense crowd, which {act.name} is not to be")
    if isinstance(act.name, PlayName):
        for field, unsaid in _UNSAID.items():
            if field not in _READS[act.name] and getattr(act, field) != unsaid:
                raise Contradiction(f"{key}.{field}", f"means nothing to {act.name}")


def _check_plenty(acts: tuple[Act, ...]) -> None:
    """Rule 6."""
    wanted = plenty.all_of(acts)
    for many, most, what in (
        (wanted.people, plenty.MOST_PEOPLE, "people"),
        (wanted.sounds, plenty.MOST_SOUNDS, "sounds"),
        (wanted.sounds_at_once, plenty.MOST_SOUNDS_AT_ONCE, "sounds at one time"),
    ):
        if many > most:
            raise Contradiction("act", f"all acts together ask for about {many} {what}, more than {most}")


def _check_ways(acts: tuple[Act, ...]) -> None:
    """Rule 7."""
    wait = right_of_way.first_wait(acts)
    if wait is None:
        return
    name, other = acts[wait.number].name, acts[wait.other].name
    meets = f"would meet {other}" if other in VEHICLES else f"would drive through the people of {other}"
    mend = "leave it out" if wait.late_s is None else f"begin it {wait.late_s:g} s later"
    where = " or say on which lane (y_m)" if len(lanes_of(acts[wait.number])) > 1 and other in VEHICLES else ""
    text = f"{name} {meets} (act.{wait.other}) on the road: {mend}{where}"
    raise Contradiction(f"act.{wait.number}.at_s", text)


def _check_time(key: str, act: Act, length_s: float) -> None:
    """Rule 1."""
    if act.at_s >= length_s:
        raise Contradiction(f"{key}.at_s", f"{act.name} begins after the scenario ends (length_s = {length_s:g})")
    if _last_begins_s(act) >= length_s:
        text = f"the last {act.name} begins after the scenario ends (length_s = {length_s:g})"
        raise Contradiction(f"{key}.count", text)


def _check_senses(key: str, act: Act, plan: Plan) -> None:
    """Rules 2 and 3."""
    kind = KINDS.get(act.name) if isinstance(act.name, SoundName) else PLAY_KINDS.get(act.name)
    if kind is None or not _is_told(kind, act, plan.traits):
        return
    if plan.hard_negative:
        raise Contradiction(key, f"a hard negative has nothing to tell, but {act.name} makes {kind} true")
    for faults, needed, nobody in (
        (DEAFENING, needs_ears(kind), "nobody could hear it"),
        (BLINDING, needs_eyes(kind), "nobody could see it"),
    ):
        hides = next((fault for fault in plan.faults if needed and fault.name in faults and _meet(act, fault)), None)
        if hides is not None:
            raise Contradiction(key, f"{act.name} falls into the fault {hides.name}: {nobody}")


def _check_roars(plan: Plan) -> None:
    """Rules 2 and 3 for the crowds that come by chance."""
    if not plan.traits.roars:
        return
    if plan.hard_negative:
        raise Contradiction("street.roars", "a hard negative has no roars: set street.roars = false")
    deaf = next((fault for fault in plan.faults if fault.name in DEAFENING), None)
    if deaf is not None:
        text = f"roars come at any time and {deaf.name} deafens: they contradict each other; set street.roars = false"
        raise Contradiction("street.roars", text)


def _check_pairs(faults: tuple[Fault, ...]) -> None:
    """Rule 4."""
    for (_, one), (number, other) in combinations(enumerate(faults), 2):
        kinds = {SENSOR_KINDS.get(FaultName(fault.name)) for fault in (one, other)}
        same_sensor = one.name.partition(".")[0] == other.name.partition(".")[0]
        if same_sensor and len(kinds - {None}) > 1 and one.from_s < other.to_s and other.from_s < one.to_s:
            both = " and ".join(sorted(kind for kind in kinds if kind))
            text = f"{other.name} and {one.name} at one time: nobody could tell {both} at once"
            raise Contradiction(f"fault.{number}", text)


def _is_told(kind: str, act: Act, traits: Traits) -> bool:
    """Whether an act could be told on some seed: a sound has to stand out of the city, a play always does."""
    if not isinstance(act.name, SoundName):
        return True
    usual = STRENGTHS[act.name]
    level_db = usual.fast_db(usual.level_db if act.level_db is None else act.level_db)
    arrives_db = float(from_afar_db(act.name, level_db, np.array(_distance_m(act.name, act))))
    quiet = 10 ** ((traits.city_db - _CITY_SWING_DB) / 10) + weather_power(traits.rain_mm_per_h, traits.wind_mps)
    return arrives_db >= 10 * math.log10(quiet) + STANDS_OUT_DB[kind]


def _distance_m(name: SoundName, act: Act) -> float:
    """How far a sound is from the microphone, never under 1 m."""
    place = (act.x_m, act.y_m, STRENGTHS[name].height_m if act.z_m is None else act.z_m)
    return max(1.0, math.dist(place, MICROPHONE_XYZ_M.tolist()))


def _last_begins_s(act: Act) -> float:
    """When the last sound of an act begins: they follow one another as `simulator.world.street` has them."""
    if not isinstance(act.name, SoundName) or act.count is None:
        return act.at_s
    return act.at_s + (act.count - 1) * (act.lasts_s + 0.5 if act.every_s is None else act.every_s)


def _meet(act: Act, fault: Fault) -> bool:
    """Whether an act and a fault share some time at the pole: a far sound is heard later than it is made."""
    late_s = _distance_m(act.name, act) / SPEED_OF_SOUND_MPS if isinstance(act.name, SoundName) else 0.0
    return fault.from_s < _last_begins_s(act) + act.lasts_s + late_s and fault.to_s > act.at_s + late_s
