"""The measured signatures, as they stand in `signatures.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from simulator.trials.timelapse.signature import Signature, between

FILE = "signatures.toml"


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
    def read(cls, text: str) -> Table:
        """The table of a TOML text."""
        tables = tomllib.loads(text)
        return cls(
            source={name: Signature.read(row) for name, row in tables["source"].items()},
            rain=_by_strength(tables["rain"]),
            wind=_by_strength(tables["wind"]),
            sight={name: SightTable(**row) for name, row in tables["sight"].items()},
        )


@cache
def table() -> Table:
    """The shipped table."""
    return Table.read(resources.files(__package__).joinpath(FILE).read_text("utf-8"))


def at_strength(rows: tuple[tuple[float, Signature], ...], strength: float) -> Signature:
    """The signature of rain or wind of a strength: between two that were measured, on a scale of tenfolds.

    Weaker than the weakest and stronger than the strongest it goes on along the same line.
    """
    strengths = np.log10([one for one, _ in rows])
    x = np.log10(strength)
    above = int(np.clip(np.searchsorted(strengths, x), 1, len(rows) - 1))
    share = float((x - strengths[above - 1]) / (strengths[above] - strengths[above - 1]))
    return between(rows[above - 1][1], rows[above][1], share)


def _by_strength(rows: list[dict[str, Any]]) -> tuple[tuple[float, Signature], ...]:
    found = [(row["strength"], Signature.read({k: v for k, v in row.items() if k != "strength"})) for row in rows]
    return tuple(sorted(found, key=lambda one: one[0]))
