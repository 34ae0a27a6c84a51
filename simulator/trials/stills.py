"""One picture of a scenario at its most telling instant, as the scenario's own camera gives it: drawn figures only."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from node.errors import CameraError
from node.sense.capture.ports import Camera, EndOfMedia, Frame
from simulator.pole.catalogue import FaultName
from simulator.pole.faults import FaultyCamera, Pixels
from simulator.sight.scene import Scene
from simulator.trials.scenario import Scenario
from simulator.world.act import PlayName
from simulator.world.street import Street

_SMALL_PX = 640
"""A picture less wide than this is drawn twice as large and scaled down: its lines are smoother."""
_BEFORE_S = 0.1
"""How long before a camera froze its last picture was taken."""


def still(scenario: Scenario, seed: int, size: tuple[int, int]) -> Pixels:
    """A scenario at its most telling instant: uint8, shape (height, width, 3), blue-green-red.

    Args:
        scenario: the camera's faults of that instant are in the picture too.
        seed: of the street.
        size: pixels across and down.
    """
    street = scenario.make_street(seed)
    t_s = telling_s(scenario, street)
    frozen = [fault for fault in scenario.faults() if fault.name == FaultName.CAMERA_FROZEN and fault.holds(t_s)]
    last_s = [max(0.0, fault.from_s - _BEFORE_S) for fault in frozen]
    rendered = size if size[0] >= _SMALL_PX else (2 * size[0], 2 * size[1])
    views = _Views(street, [*last_s, t_s], rendered)
    camera = FaultyCamera(views, scenario.faults(), seed=seed)
    picture = views.latest
    for _ in views.instants_s:
        try:
            frame = camera.read(0.0)
        except CameraError:
            picture = views.latest  # a lost camera gives nothing; the street is still there
            continue
        if frame is not None:
            picture = frame.pixels
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def telling_s(scenario: Scenario, street: Street) -> float:
    """The instant that shows a scenario best: its own word, or else the middle of what happens in it, in seconds."""
    if scenario.picture_at_s is not None:
        return min(scenario.picture_at_s, scenario.length_s)
    plays = [act for act in street.acts if isinstance(act.name, PlayName)]
    roars = [moment for moment in street.moments(0.0, scenario.length_s) if moment.began_s < scenario.length_s]
    middles = [(act.at_s + act.ended_s) / 2 for act in plays or street.acts]
    middles += [(moment.began_s + moment.ended_s) / 2 for moment in roars]
    middles += [(fault.from_s + fault.to_s) / 2 for fault in scenario.faults()]
    return min(middles[0] if middles else scenario.length_s / 2, scenario.length_s)


class _Views(Camera):
    """A camera that looks at given instants only."""

    def __init__(self, street: Street, instants_s: Sequence[float], size: tuple[int, int]) -> None:
        self.instants_s = tuple(instants_s)
        self._scene = Scene(street, *size)
        self._left = list(instants_s)
        self.latest = self._scene.empty()

    def read(self, timeout_s: float) -> Frame | None:  # noqa: ARG002 - the port's; a picture is always there
        """The picture of the next of them."""
        if not self._left:
            raise EndOfMedia
        t_s = self._left.pop(0)
        self.latest = self._scene.picture(t_s)
        return Frame(self.latest, t_s)

    def close(self) -> None:
        """There is no device to let go of."""
