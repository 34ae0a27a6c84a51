"""When a sensor's fault began and when it was over: the incident that sends somebody to the pole.

The rules:
1. A fault is told as soon as it is known to last; truth (`node.sense.truth`) decides that. It names its sensor.
2. It is over when the sensor was well for `WELL_S`.
3. Two are told at once, and one more for each ten minutes: a loose contact must not use up what the city hears of the
   street. One that lasts longer than it has to wait is told then. What holds now stands in `health` at any time.
"""

from __future__ import annotations

import math
from typing import Final

from node.contract.words import Evidence, Kind
from node.sense.audio.heard import Began, Confidence, Ended

WELL_S: Final = 5.0
TOLD_AT_ONCE: Final = 2
AGAIN_S: Final = 600.0


class Outage:
    """The faults of one sensor, one after the other. Time is passed in, and never runs backwards.

    Args:
        sensor: `Evidence.MICROPHONE` or `Evidence.CAMERA`.
    """

    def __init__(self, sensor: Evidence) -> None:
        self.sensor: Final = sensor
        self._open: Began | None = None
        self._well_s = math.inf
        self._left = float(TOLD_AT_ONCE)
        self._refilled_s = -math.inf

    def note(self, t_s: float, fault: Kind | None, since_s: float) -> tuple[Began | Ended, ...]:
        """What begins and what ends with the sensor's state at an instant.

        Args:
            t_s: the instant, in seconds.
            fault: `sensor.fault`, `sensor.tamper`, or None where the sensor is well.
            since_s: since when it has been so.
        """
        if self._open is None:
            return self._begin(t_s, fault, since_s)
        if fault is self._open.kind:
            self._well_s = math.inf
            return ()
        self._well_s = min(self._well_s, t_s)
        if fault is None and t_s - self._well_s < WELL_S:
            return ()
        return self._end(self._open, self._well_s, stopped=False), *self._begin(t_s, fault, since_s)

    def finish(self, t_s: float) -> tuple[Ended, ...]:
        """Sensing stops at `t_s`: what is open ends with it."""
        return () if self._open is None else (self._end(self._open, t_s, stopped=True),)

    def _begin(self, t_s: float, fault: Kind | None, since_s: float) -> tuple[Began, ...]:
        if fault is None or not self._may_tell(t_s):
            return ()
        self._open = Began(fault, min(since_s, t_s), t_s, Confidence.MEDIUM, (self.sensor,))
        return (self._open,)

    def _end(self, began: Began, ended_s: float, *, stopped: bool) -> Ended:
        self._open, self._well_s = None, math.inf
        ended_s = max(ended_s, began.began_s)
        return Ended(began.kind, ended_s, ended_s - began.began_s, 0.0, stopped)

    def _may_tell(self, t_s: float) -> bool:
        """Rule 3."""
        self._left = min(self._left + max(t_s - self._refilled_s, 0.0) / AGAIN_S, float(TOLD_AT_ONCE))
        self._refilled_s = t_s
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True
