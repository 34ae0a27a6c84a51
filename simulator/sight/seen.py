"""Who is in the picture and where, read off the same drawings: the truth for whoever looks for people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.sight.body import company
from simulator.sight.drawings import cars_before, drawings, people_before
from simulator.sight.lighting import LIGHTINGS
from simulator.sight.perspective import Perspective
from simulator.sight.stamp import Stamp
from simulator.world.layout import Floats
from simulator.world.street import Street

_COVERED = 127


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody in the picture.

    Args:
        box_px: left, top, right, bottom of all of them that is inside the picture, hidden or not.
        distance_m: from the camera to their middle.
        whole: they are inside the picture from head to foot.
        visible: the share of them that nothing stands before, 0..1.
    """

    box_px: tuple[float, float, float, float]
    distance_m: float
    whole: bool
    visible: float


def seen(street: Street, t_s: float, size: tuple[int, int] = (640, 360)) -> list[Seen]:
    """Everybody who is in the picture at `t_s`, of a pole that does not sway; in the order of `street.people`."""
    perspective = Perspective(*size)
    people = people_before(street, t_s, perspective)
    cars = cars_before(street, t_s, perspective)
    drawn = drawings(company(people), cars, t_s, perspective, LIGHTINGS[street.traits.light])
    owner = np.full((size[1], size[0]), -1, dtype=np.int64)
    for number, drawing in enumerate(drawn):
        covered, place = _covered(drawing.stamp)
        owner[place][covered] = number
    found: list[tuple[int, Seen]] = []
    for number, drawing in enumerate(drawn):
        covered, place = _covered(drawing.stamp)
        if drawing.person is None or not covered.any():
            continue
        pose, looks = people[drawing.person]
        middle_m = np.array([pose.x_m, pose.y_m, 0.5 * looks.height_m * (1 - pose.fallen)])
        box = _box(covered, drawing.stamp)
        whole = box[0] > 0 and box[1] > 0 and box[2] < size[0] and box[3] < size[1]
        visible = float(np.count_nonzero(owner[place][covered] == number) / np.count_nonzero(covered))
        found.append((drawing.person, Seen(box, _distance_m(middle_m, perspective), whole, visible)))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _covered(stamp: Stamp) -> tuple[np.ndarray, tuple[slice, slice]]:
    rows, columns = stamp.cover.shape
    place = (slice(stamp.top, stamp.top + rows), slice(stamp.left, stamp.left + columns))
    return stamp.cover > _COVERED, place


def _box(covered: np.ndarray, stamp: Stamp) -> tuple[float, float, float, float]:
    rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
    left, top = stamp.left + float(columns[0]), stamp.top + float(rows[0])
    return left, top, stamp.left + float(columns[-1]) + 1, stamp.top + float(rows[-1]) + 1


def _distance_m(middle_m: Floats, perspective: Perspective) -> float:
    return float(np.linalg.norm(middle_m - perspective.eye_m))
