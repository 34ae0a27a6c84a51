"""How warm the device is."""

from __future__ import annotations

from pathlib import Path

_ZONES = Path("/sys/class/thermal")


def temperature_c(zones: Path = _ZONES) -> int | None:
    """The temperature of the hottest zone in whole degrees Celsius, -40..125, or None where there is no sensor."""
    readings = []
    for zone in sorted(zones.glob("thermal_zone*/temp")):
        try:
            readings.append(int(zone.read_text()) // 1000)
        except (OSError, ValueError):
            continue
    return min(max([*readings, -40]), 125) if readings else None
