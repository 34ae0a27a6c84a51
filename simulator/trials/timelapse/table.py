"""The measured signatures, as they stand in `signatures.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from simulator.trials.timelapse.signature import Course, Signature, Takes, between

FILE = "signatures.toml"
TAKES_FILE = "takes.npz"


@dataclass(frozen=True, slots=True)
class SightTable:
    """What a body is to the node's eyes, by the light. Measured by `fit_sight`.

    Args:
        person_share: foreground over the area of a person's box.
        car_share: the same of a car.
        person_flow: flow energy over a person's box area times squared speed.
        car_flow: the same of a car.
        still_flow: flow energy of the empty street, (heights per second) squared.
        still_share: foreground of the empty street.
    """

    person_share: float
    car_share: float
    person_flow: float
    car_flow: float
    still_flow: float
    still_share: float


@dataclass(frozen=True, slots=True)
class Table:
    """Every signature by its name, the weather's by strength in rising order, and what light makes of bodies."""

    source: dict[str, Signature]
    rain: tuple[tuple[float, Signature], ...]
    wind: tuple[tuple[float, Signature], ...]
    sight: dict[str, SightTable]

    @classmethod
    def read(cls, text: str, courses: Mapping[str, Course]) -> Table:
        """The table of a TOML text and of the takes that it names."""
        tables = tomllib.loads(text)
        return cls(
            source={name: _signature(name, row, courses) for name, row in tables["source"].items()},
            rain=_by_strength("rain", tables["rain"], courses),
            wind=_by_strength("wind", tables["wind"], courses),
            sight={name: SightTable(**row) for name, row in tables["sight"].items()},
        )


@cache
def table() -> Table:
    """The shipped table."""
    here = resources.files(__package__)
    with resources.as_file(here.joinpath(TAKES_FILE)) as path:
        return Table.read(here.joinpath(FILE).read_text("utf-8"), read_courses(path))


def read_courses(path: Path) -> dict[str, Course]:
    """Every take of a file by its name."""
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def course_name(name: str, number: int, *, sealed: bool) -> str:
    """What a take is called in its file."""
    return f"{name}/{'scoring' if sealed else 'training'}/{number}"


def at_strength(rows: tuple[tuple[float, Signature], ...], strength: float) -> Signature:
    """The signature of rain or wind of a strength: between two that were measured, on a scale of tenfolds.

    Weaker than the weakest and stronger than the strongest it goes on along the same line.
    """
    strengths = np.log10([one for one, _ in rows])
    x = np.log10(strength)
    above = int(np.clip(np.searchsorted(strengths, x), 1, len(rows) - 1))
    share = float((x - strengths[above - 1]) / (strengths[above] - strengths[above - 1]))
    return between(rows[above - 1][1], rows[above][1], share)


def _by_strength(
    name: str, rows: list[dict[str, Any]], courses: Mapping[str, Course]
) -> tuple[tuple[float, Signature], ...]:
    found = [(row["strength"], _signature(f"{name}.{row['strength']}", row, courses)) for row in rows]
    return tuple(sorted(found, key=lambda one: one[0]))


def _signature(name: str, row: Mapping[str, Any], courses: Mapping[str, Course]) -> Signature:
    """A signature from its table and the takes of its name."""

    def takes(*, sealed: bool) -> Takes:
        metres = row["scoring_takes_m" if sealed else "takes_m"]
        return Takes(
            tuple(metres), tuple(courses[course_name(name, number, sealed=sealed)] for number in range(len(metres)))
        )

    return Signature(
        gain_db=np.array(row["gain_db"]),
        loss_db_per_100m=np.array(row["loss_db_per_100m"]),
        shape_db=np.array(row["shape_db"]),
        tail_db=row["tail_db"],
        tail_db_per_s=row["tail_db_per_s"],
        takes=takes(sealed=False),
        sealed=takes(sealed=True),
    )
