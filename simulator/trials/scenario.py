"""A scenario: a short TOML file that says what a street is like, for how long, and what breaks when.

    title = "A busy road in the rush hour, and nobody shouts"
    hard_negative = true
    length_s = 180

    [street]
    roars = false
    cars = 2.5

    [[fault]]
    name = "microphone.deaf"
    from_s = 60
    to_s = 90

The truth is not written down: it is read off the agents that are rendered. The same file serves a test, a demo
and a bug report.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, Strict, ValidationError, model_validator

from node.config.base import Section, setting
from node.errors import OperatorError, UnreadableInputError
from simulator.pole.catalogue import SENSOR_KINDS, FaultName, is_of_the_system
from simulator.pole.faults import Fault
from simulator.trials import consistency
from simulator.trials.consistency import Contradiction, Plan, needs_eyes
from simulator.world.act import NAMES, Act, PlayName, usual_lasts_s
from simulator.world.expected import Expected, merged
from simulator.world.layout import GATHERING_XY_M
from simulator.world.sounding import SoundName
from simulator.world.street import Light, Street, Traits
from simulator.world.truth import expected

MAX_BYTES = 100_000
_LONGEST_S = 86_400.0
_LONGEST_LINE = 400


class StreetTraits(Section):
    """What the street is like."""

    roars: bool = setting(True, "crowds gather and roar")  # noqa: FBT003 - the default of a setting
    walkers: float = setting(1.0, "people, as a multiple of an ordinary afternoon", ge=0.0, le=10.0)
    cars: float = setting(1.0, "cars, as a multiple of an ordinary afternoon", ge=0.0, le=2.7)
    city_db: float = setting(52.0, "level of the city far away", unit="dB", ge=25.0, le=75.0)

    light: Annotated[Light, Strict(strict=False)] = setting(Light.DAY, "what lights it")
    rain_mm_per_h: float = setting(0.0, "how hard it rains", unit="mm/h", ge=0.0, le=100.0)
    wind_mps: float = setting(0.0, "how hard it blows at the microphone", unit="m/s", ge=0.0, le=30.0)
    sway_px: float = setting(0.0, "how far the pole sways in a picture 640 pixels wide", unit="px", ge=0.0, le=20.0)
    flicker: float = setting(0.0, "how far lamps flicker with the mains", ge=0.0, le=1.0)
    compression: float = setting(0.0, "how hard the camera compresses its pictures", ge=0.0, le=1.0)


class ScenarioAct(Section):
    """Something happens."""

    name: str = setting(..., "what happens")
    at_s: float = setting(..., "when it begins", unit="s", ge=0.0)
    lasts_s: float | None = setting(None, "how long; without it, what is usual", unit="s", ge=0.1, le=_LONGEST_S)
    x_m: float = setting(GATHERING_XY_M[0], "where, along the street", unit="m", ge=-2000.0, le=2000.0)
    y_m: float = setting(GATHERING_XY_M[1], "where, across the street", unit="m", ge=-2000.0, le=2000.0)
    z_m: float | None = setting(None, "how high; without it, what is usual", unit="m", ge=0.0, le=3000.0)
    count: int | None = setting(None, "how many; without it, what is usual", ge=1, le=500)
    every_s: float | None = setting(None, "from one of them to the next", unit="s", ge=0.02, le=600.0)
    level_db: float | None = setting(None, "how loud 1 m away; without it, what is usual", unit="dB", ge=30.0, le=200.0)
    speed_mps: float | None = setting(None, "of what moves; without it, what is usual", unit="m/s", ge=0.1, le=60.0)

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.name not in NAMES:
            raise ValueError(f"there is no act '{self.name}'; there are {', '.join(NAMES)}")
        return self

    def act(self, number: int) -> Act:
        """The act, as the `number`th of its street."""
        name = SoundName(self.name) if self.name in set(SoundName) else PlayName(self.name)
        lasts_s = usual_lasts_s(self.name) if self.lasts_s is None else self.lasts_s
        rest = self.model_dump(exclude={"name", "at_s", "lasts_s"})
        return Act(name, number, self.at_s, lasts_s, **rest)


class ScenarioFault(Section):
    """Something breaks for a while."""

    name: str = setting(..., "what breaks")
    from_s: float = setting(..., "when it begins", unit="s", ge=0.0)
    to_s: float = setting(..., "when it is over", unit="s", ge=0.0)

    @model_validator(mode="after")
    def _is_a_stretch_of_a_known_fault(self) -> Self:
        if self.name not in set(FaultName):
            raise ValueError(f"there is no fault '{self.name}'; there are {', '.join(FaultName)}")
        if self.to_s <= self.from_s:
            raise ValueError("to_s must be after from_s")
        return self


class Scenario(Section):
    """One scenario."""

    title: Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]
    length_s: float = setting(..., "how long it lasts", unit="s", ge=1.0, le=_LONGEST_S)
    seed: int = setting(1, "the seed of a plain run", ge=0, le=2**32 - 1)
    hard_negative: bool = setting(False, "nothing must be told of the street, though it tempts")  # noqa: FBT003 - the default of a setting
    picture_at_s: float | None = setting(None, "its most telling instant, for a picture of it", unit="s", ge=0.0)
    street: StreetTraits = StreetTraits()
    act: Annotated[list[ScenarioAct], Field(default_factory=list, max_length=200)]
    fault: Annotated[list[ScenarioFault], Field(default_factory=list, max_length=100)]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        consistency.check(self._plan())
        return self

    def make_street(self, seed: int) -> Street:
        """The street of a seed."""
        plan = self._plan()
        return Street(seed, self.length_s, plan.traits, plan.acts)

    def faults(self) -> list[Fault]:
        """What breaks when."""
        return list(self._plan().faults)

    def sensor_truth(self, *, sight: bool = True) -> list[Expected]:
        """What a good node tells of its own sensors; of its microphone alone where it has no `sight`."""
        told = [(SENSOR_KINDS.get(FaultName(fault.name)), fault) for fault in self.fault]
        return merged(
            Expected(kind, fault.from_s, fault.to_s)
            for kind, fault in told
            if kind is not None and (sight or fault.name.startswith("microphone."))
        )

    def truth(self, street: Street, *, sight: bool = True) -> list[Expected]:
        """What a good node tells of a street of this scenario, in order; without `sight`, what it can hear."""
        known = expected(street, 0.0, self.length_s, sight=sight)
        told = [one for one in known if sight or not needs_eyes(one.kind)]
        return sorted([*told, *self.sensor_truth(sight=sight)], key=lambda one: (one.began_s, one.kind))

    def _plan(self) -> Plan:
        """The same as data of the street and of the pole."""
        return Plan(
            length_s=self.length_s,
            hard_negative=self.hard_negative,
            traits=Traits(**self.street.model_dump()),
            acts=tuple(one.act(number) for number, one in enumerate(self.act)),
            faults=tuple(Fault(fault.name, fault.from_s, fault.to_s) for fault in self.fault),
        )

    @property
    def is_live(self) -> bool:
        """Whether something breaks that only processes, a broker and real time can show."""
        return any(is_of_the_system(fault.name) for fault in self.fault)


def shipped() -> dict[str, Scenario]:
    """The shipped scenarios by name."""
    folder = resources.files("simulator") / "scenarios"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    return {entry.name.removesuffix(".toml"): parse(entry.read_bytes(), entry.name) for entry in files}


def load(name: str) -> tuple[str, Scenario]:
    """A scenario by the name of a shipped one, or from a file; with its name.

    Raises:
        OperatorError: there is none of this name.
        UnreadableInputError: one line with file and key.
    """
    known = shipped()
    if name in known:
        return name, known[name]
    path = Path(name)
    if path.suffix != ".toml":
        raise OperatorError(f"there is no scenario '{name}'; there are {', '.join(known)}, or name a .toml file")
    return path.stem, parse(_content(path), str(path))


def parse(content: bytes, name: str) -> Scenario:
    """A scenario from its text.

    Raises:
        UnreadableInputError: one line with file and key.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableInputError(f"{name}: is larger than {MAX_BYTES} bytes; this is no scenario")
    try:
        return Scenario.model_validate(tomllib.loads(content.decode("utf-8-sig")))
    except ValidationError as error:
        raise UnreadableInputError(f"{name}: {_complaint(error)}") from error
    except UnicodeDecodeError as error:
        raise UnreadableInputError(f"{name}: is not TOML: byte {error.start} is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableInputError(f"{name}: is not TOML: {_one_line(str(error))}") from error


def _content(path: Path) -> bytes:
    """What a file holds, never much more than a scenario may."""
    try:
        if path.exists() and not path.is_file():
            raise UnreadableInputError(f"{path}: cannot be read (it is not a file)")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadableInputError(f"{path}: cannot be read ({reason})") from error


def _complaint(error: ValidationError) -> str:
    """The first thing that does not hold, with its key."""
    first = error.errors()[0]
    cause = first.get("ctx", {}).get("error")
    place = ".".join(str(part) for part in first["loc"])
    if isinstance(cause, Contradiction):
        place, problem = cause.key, str(cause)
    elif first["type"] == "extra_forbidden":
        problem = "there is no such key"
    else:
        problem = first["msg"].removeprefix("Value error, ")
    return f"{_one_line(place or 'scenario')}: {_one_line(problem[0].lower() + problem[1:])}"


def _one_line(text: str) -> str:
    """A text of the file as one line that can do no harm to a terminal."""
    line = " ".join(text.split())
    shown = "".join(sign if sign.isprintable() else "?" for sign in line)
    return shown if len(shown) <= _LONGEST_LINE else f"{shown[:_LONGEST_LINE]}..."
