"""A device's time of day that jumps while its processes run, behind the node's own port for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from node.contract.words import ClockQuality
from node.ops.clock import SystemClock, WallClock, boot_s
from simulator.pole.catalogue import FaultName
from simulator.pole.faults import Fault

HOUR_S = 3600.0
_STEPS_S = {FaultName.CLOCK_FORWARD: HOUR_S, FaultName.CLOCK_BACK: -HOUR_S}


class JumpingClock:
    """This machine's clock, wrong for as long as a fault of the clock holds; of several the last to begin.

    It says of itself what a kernel says whose clock is set: that nothing steers it any more.

    Args:
        faults: what befalls it; those of other parts are passed over.
        began_s: the instant of the clock that never steps at which the street's second 0 is.
        inner: the right one.
        now: the clock that never steps.
    """

    def __init__(
        self,
        faults: Sequence[Fault],
        began_s: float,
        inner: WallClock | None = None,
        now: Callable[[], float] = boot_s,
    ) -> None:
        self._faults = sorted((one for one in faults if one.name.startswith("clock.")), key=lambda one: one.from_s)
        self._began_s = began_s
        self._inner: WallClock = SystemClock() if inner is None else inner
        self._now = now

    def wall_s(self, at_boot_s: float) -> float:
        """Seconds since 1970 of an instant of the boot clock, by what this clock says now."""
        fault = self._holding()
        return self._inner.wall_s(at_boot_s) + (0.0 if fault is None else self.shift_s(fault))

    def quality(self) -> ClockQuality:
        """How far that can be trusted: `holdover` at best while it is wrong, and not at all in 1970."""
        quality, fault = self._inner.quality(), self._holding()
        if fault is None or quality is ClockQuality.UNSYNCED:
            return quality
        return ClockQuality.UNSYNCED if fault.name == FaultName.CLOCK_1970 else ClockQuality.HOLDOVER

    def shift_s(self, fault: Fault) -> float:
        """How far it is ahead of the right time while a fault holds. A clock of 1970 begins at 0 with the fault."""
        if fault.name == FaultName.CLOCK_1970:
            return -self._inner.wall_s(self._began_s + fault.from_s)
        return _STEPS_S[FaultName(fault.name)]

    def shifts_s(self) -> list[float]:
        """Every distance from the right time that it ever has, none first."""
        return [0.0, *(self.shift_s(fault) for fault in self._faults)]

    def _holding(self) -> Fault | None:
        """The fault that holds now."""
        street_s = self._now() - self._began_s
        return next((fault for fault in reversed(self._faults) if fault.holds(street_s)), None)
