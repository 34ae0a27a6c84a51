"""An independent critic of the picture: how many of the drawn people a person detector finds that never saw any.

A test tool for developers, who give the detector's file. Counted are people within 20 m who are inside the picture
from head to foot and of whom at least 60 % can be seen; found is who has a box with an overlap (IoU) of 0.4 or more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from simulator.sight.scene import Scene
from simulator.sight.seen import Seen, seen
from simulator.trials.person_detector import Boxes, Detector, overlap
from simulator.world.layout import Floats
from simulator.world.street import Light, Street, Traits

SIZE = (1280, 720)
NEAR_M = 20.0
LEAST_VISIBLE = 0.6
LEAST_IOU = 0.4
NOBODY_IOU = 0.05
LIGHTS = (Light.DAY, Light.OVERCAST)
INSTANTS_S = tuple(10.0 + 7.0 * i for i in range(8))


@dataclass(frozen=True, slots=True)
class SightCriticRow:
    """What one detector found in one light.

    Args:
        detector: its file's name.
        light: of the street.
        found: people it found.
        of: people there were.
        elsewhere: boxes it drew where nobody was.
    """

    detector: str
    light: Light
    found: int
    of: int
    elsewhere: int

    @property
    def share(self) -> float:
        """Of the people, 0..1; 0 where there were none."""
        return self.found / self.of if self.of else 0.0


def people_found(
    model: Path, seeds: Sequence[int], lights: Sequence[Light] = LIGHTS, instants_s: Sequence[float] = INSTANTS_S
) -> list[SightCriticRow]:
    """How many people a detector finds in streets of these seeds, a row for each light.

    Args:
        model: the detector's file; see `Detector`.
        seeds: of the streets.
        lights: of the streets.
        instants_s: when pictures are taken, in street seconds.

    Raises:
        OperatorError: the file is no detector that is known here.
    """
    detector = Detector(model)
    rows = []
    for light in lights:
        found = of = elsewhere = 0
        for seed in seeds:
            street = Street(seed, traits=Traits(light=light))
            scene = Scene(street, *SIZE)
            for t_s in instants_s:
                there = seen(street, t_s, SIZE)
                told = detector.people(scene.picture(t_s))
                hits, strays = _matched(there, told)
                counted = [is_hit for one, is_hit in zip(there, hits, strict=True) if is_countable(one)]
                found, of, elsewhere = found + sum(counted), of + len(counted), elsewhere + strays
        rows.append(SightCriticRow(model.stem, light, found, of, elsewhere))
    return rows


def is_countable(one: Seen) -> bool:
    """Whether somebody can fairly be asked for."""
    return one.whole and one.distance_m <= NEAR_M and one.visible >= LEAST_VISIBLE


def _matched(there: Sequence[Seen], told: Boxes) -> tuple[list[bool], int]:
    """Who was found, and how many boxes touch nobody: each box finds one person, the best overlaps first."""
    hits, free = [False] * len(there), set(range(len(told[1])))
    truth: Floats = np.array([one.box_px for one in there], dtype=np.float64).reshape(-1, 4)
    shares = overlap(truth, told[0])
    for flat in np.argsort(-shares, axis=None, kind="stable"):
        person, box = divmod(int(flat), max(1, shares.shape[1]))
        if shares[person, box] < LEAST_IOU:
            break
        if not hits[person] and box in free:
            hits[person] = True
            free.remove(box)
    nobody = (shares < NOBODY_IOU).all(axis=0) if len(there) else np.ones(len(told[1]), dtype=bool)
    return hits, int(nobody.sum())
