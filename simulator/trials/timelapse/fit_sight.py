"""Measures what the node's own eyes make of bodies in rendered pictures, by the light."""

from __future__ import annotations

import numpy as np

from node.config.sight import PresenceSettings
from node.sense.capture.ports import Frame
from node.sense.vision.eyes import Eyes, Scene
from simulator.sight.scene import Scene as Drawing
from simulator.trials.seeds import training_seed
from simulator.trials.timelapse.fit_hearing import FIRST_SEED
from simulator.trials.timelapse.seeing import PERSON_M, SIZE, Boxes, boxes_of, joined
from simulator.trials.timelapse.table import SightTable
from simulator.world.layout import Floats
from simulator.world.street import Light, Street, Traits

FPS = 5.0
_STREETS = 4
_PICTURES = 200
_LEARNING = 30
"""Pictures in which the node's eyes get to know a street."""
Bodies = tuple[float, float]
"""Of the people and cars in a picture: their boxes as a share of it, and the same times squared speed."""


def of_light(light: Light) -> SightTable:
    """What a light makes of people and of cars, each alone in the street: mean over mean, less what stillness shows."""
    _, still_share, still_flow = _means(Traits(roars=False, walkers=0.0, cars=0.0, light=light))
    people, people_share, people_flow = _means(Traits(roars=False, walkers=2.0, cars=0.0, light=light))
    cars, cars_share, cars_flow = _means(Traits(roars=False, walkers=0.0, cars=1.5, light=light))
    return SightTable(
        person_share=max(0.0, people_share - still_share) / people[0],
        car_share=max(0.0, cars_share - still_share) / cars[0],
        person_flow=max(0.0, people_flow - still_flow) / people[1],
        car_flow=max(0.0, cars_flow - still_flow) / cars[1],
        still_flow=still_flow,
        still_share=still_share,
    )


def _means(traits: Traits) -> tuple[Bodies, float, float]:
    """Over some streets' pictures: the bodies that are there, and the foreground and flow that the node sees."""
    there: list[Bodies] = []
    seen: list[Scene] = []
    for number in range(_STREETS):
        street = Street(training_seed(FIRST_SEED + number), None, traits)
        drawing, eyes = Drawing(street, *SIZE), Eyes(PresenceSettings())
        instants_s = [picture / FPS for picture in range(_PICTURES)]
        seen += [eyes.look(Frame(drawing.picture(t_s), t_s)) for t_s in instants_s][_LEARNING:]
        for t_s in instants_s[_LEARNING:]:
            people, cars = bodies(street, t_s)
            there.append((people[0] + cars[0], people[1] + cars[1]))
    share, moved = (float(np.mean(column)) for column in zip(*there, strict=True))
    return (
        (share, moved),
        float(np.mean([one.foreground_share for one in seen])),
        float(np.mean([one.flow_energy for one in seen])),
    )


def bodies(street: Street, t_s: float) -> tuple[Bodies, Bodies]:
    """The people and the cars in the picture."""
    people = [pose for pose, _ in street.people(t_s)]
    persons = _boxes([(pose.x_m, pose.y_m, pose.speed_mps if pose.walking else 0.0) for pose in people], PERSON_M)
    rows = [_boxes([(float(c.x_m(t_s)), c.y_m, c.speed_mps)], np.array(c.size_m)) for c in street.cars(t_s, t_s)]
    return _sums(persons), _sums(joined(rows))


def _sums(boxes: Boxes) -> Bodies:
    return float(boxes.share.sum()), float(np.sum(boxes.share * np.square(boxes.speed)))


def _boxes(places: list[tuple[float, float, float]], size_m: Floats) -> Boxes:
    x_m, y_m, speed_mps = np.array(places, dtype=np.float64).reshape(-1, 3).T
    return boxes_of(np.zeros(x_m.size), x_m, y_m, speed_mps, size_m)
