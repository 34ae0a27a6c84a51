"""The two clocks: one that never steps, for everything; one that a wall has, only to date what leaves."""

from __future__ import annotations

import ctypes
import time
from pathlib import Path
from typing import Protocol

from node.contract.words import ClockQuality

_STA_UNSYNC = 0x0040
_TIMEX_BYTES = 208
_TIMEX_STATUS_OFFSET = 40
_TIMESYNC_MARK = Path("/run/systemd/timesync/synchronized")
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PLAUSIBLE_S = 1_735_689_600  # 2025-01-01: before it the clock of this software cannot be right


def boot_s() -> float:
    """Seconds since the device started, suspended time included. It never steps (CLOCK_BOOTTIME)."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def boot_id() -> int:
    """A number that this boot of the device has for itself, 60 bits; 0 where the kernel does not tell it."""
    try:
        return int(_BOOT_ID.read_text().replace("-", "")[:15], 16)
    except (OSError, ValueError):
        return 0


class WallClock(Protocol):
    """Dates instants of the clock that never steps."""

    def wall_s(self, at_boot_s: float) -> float:
        """Seconds since 1970 of an instant of the boot clock, by what the wall clock says now."""

    def quality(self) -> ClockQuality:
        """How far that can be trusted."""


class SystemClock:
    """The clock of this device."""

    def __init__(self) -> None:
        self._was_synced = False

    def wall_s(self, at_boot_s: float) -> float:
        """Seconds since 1970 of an instant of the boot clock."""
        return time.time() - boot_s() + at_boot_s

    def quality(self) -> ClockQuality:
        """`synced` while the kernel's clock is steered; `holdover` when it was; else `unsynced`."""
        if time.time() < _PLAUSIBLE_S:
            return ClockQuality.UNSYNCED
        if _is_steered():
            self._was_synced = True
            return ClockQuality.SYNCED
        return ClockQuality.HOLDOVER if self._was_synced else ClockQuality.UNSYNCED


class FixedClock:
    """A wall clock that started at a given time: for files and for the simulator."""

    def __init__(self, start_wall_s: float) -> None:
        self._start_wall_s = start_wall_s

    def wall_s(self, at_boot_s: float) -> float:
        """Seconds since 1970 of an instant of the file."""
        return self._start_wall_s + at_boot_s

    def quality(self) -> ClockQuality:
        """A file's time is what the caller says it is."""
        return ClockQuality.SYNCED


def _is_steered() -> bool:
    """Whether the kernel says that something steers its clock; in a unit without that call, systemd's mark of it."""
    state = ctypes.create_string_buffer(_TIMEX_BYTES)
    if ctypes.CDLL(None, use_errno=True).adjtimex(state) < 0:
        return _TIMESYNC_MARK.exists()
    status = int.from_bytes(state.raw[_TIMEX_STATUS_OFFSET : _TIMEX_STATUS_OFFSET + 4], "little")
    return not status & _STA_UNSYNC
