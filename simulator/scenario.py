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

from pydantic import Field, ValidationError, model_validator

from node.config.base import Section, setting
from node.errors import OperatorError, UnreadableInputError
from simulator.faults import Fault, FaultName
from simulator.street import Street, Traits

MAX_BYTES = 100_000
_LONGEST_S = 86_400.0


class StreetTraits(Section):
    """What the street is like."""

    roars: bool = setting(True, "crowds gather and roar")  # noqa: FBT003 - the default of a setting
    walkers: float = setting(1.0, "people, as a multiple of an ordinary afternoon", ge=0.0, le=10.0)
    cars: float = setting(1.0, "cars, as a multiple of an ordinary afternoon", ge=0.0, le=2.7)
    city_db: float = setting(52.0, "level of the city far away", unit="dB", ge=25.0, le=75.0)


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

    title: Annotated[str, Field(min_length=1, max_length=120)]
    length_s: float = setting(..., "how long it lasts", unit="s", ge=1.0, le=_LONGEST_S)
    seed: int = setting(1, "the seed of a plain run", ge=0, le=2**32 - 1)
    hard_negative: bool = setting(False, "nothing must be told of it, though it is made to tempt")  # noqa: FBT003 - the default of a setting
    street: StreetTraits = StreetTraits()
    fault: Annotated[list[ScenarioFault], Field(default_factory=list, max_length=100)]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        """What contradicts itself is refused: nobody could score it."""
        if self.hard_negative and self.street.roars:
            raise ValueError("a hard negative has no roars: set street.roars = false")
        if self.street.roars and any(fault.name.startswith("microphone.") for fault in self.fault):
            raise ValueError("a broken microphone and roars contradict each other: set street.roars = false")
        late = next((fault for fault in self.fault if fault.to_s > self.length_s), None)
        if late is not None:
            raise ValueError(f"fault {late.name} ends after the scenario does (length_s = {self.length_s:g})")
        return self

    def make_street(self, seed: int) -> Street:
        """The street of a seed."""
        traits = self.street
        return Street(seed, self.length_s, Traits(traits.roars, traits.walkers, traits.cars, traits.city_db))

    def faults(self) -> list[Fault]:
        """What breaks when."""
        return [Fault(fault.name, fault.from_s, fault.to_s) for fault in self.fault]


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
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableInputError(f"{path}: cannot be read ({error.strerror})") from error
    return path.stem, parse(content, str(path))


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
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "scenario"
        problem = "there is no such key" if first["type"] == "extra_forbidden" else first["msg"]
        problem = problem.removeprefix("Value error, ")
        raise UnreadableInputError(f"{name}: {place}: {problem[0].lower()}{problem[1:]}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableInputError(f"{name}: is not TOML: {' '.join(str(error).split())}") from error
