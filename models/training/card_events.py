"""What a card says of published events: what the simulator found, where it was asked.

The files are what `polewatch-sim fireworks --json` and `polewatch-sim false-alarms --json` print.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from node.errors import OperatorError

FIREWORKS, FALSE_ALARMS = "events-fireworks.json", "events-false-alarms.json"

_KNOWN = """The shipped file knows every free recording: what the simulator plays of them is not new to it, its
synthetic sounds are of other seeds."""


@dataclass(frozen=True, slots=True)
class Events:
    """What was measured, or None where it was not.

    Args:
        fireworks: what was told of mixes of fireworks.
        false_alarms: what was told of streets in which none of it happened.
    """

    fireworks: dict[str, Any] | None = None
    false_alarms: dict[str, Any] | None = None


def read(folder: Path) -> Events:
    """The files of a folder, as far as they are there.

    Raises:
        OperatorError: one of them is no JSON.
    """
    return Events(_read(folder / FIREWORKS), _read(folder / FALSE_ALARMS))


def section(events: Events) -> str:
    """The section of a card."""
    alarms, fires = "False alarms per node-week: not measured.", "Shots told of fireworks: not measured."
    if events.false_alarms is not None:
        alarms = _alarms(events.false_alarms)
    if events.fireworks is not None:
        fires = _fireworks(events.fireworks)
    return f"## Published events\n\n{_KNOWN}\n\n{alarms}\n\n{fires}"


def _alarms(found: dict[str, Any]) -> str:
    rows = [
        f"| {kind} | {one['false']} | {one['plain_false']} | {one['per_node_day']:.2f} | {one['per_node_week']:.2f} |"
        for kind, one in sorted(found["kinds"].items())
    ]
    acts, sample_h = found["acts"], found["plain_heard_s"] / 3600
    return "\n".join([
        f"False alarms of the whole node on {acts} acts of {found['days']:g} simulated days, and in a sample of",
        f"{sample_h:.1f} h of plain traffic and weather (`polewatch-sim false-alarms`). A day has both.", "",
        "| event | false on acts | false in the sample | a node-day | a node-week |",
        "| --- | --- | --- | --- | --- |", *rows,
    ])  # fmt: skip


def _fireworks(found: dict[str, Any]) -> str:
    rows = [
        f"| {source} | {one['mixes']} | {one['told'].get('sound.gunshot', 0)} |"
        for source, one in sorted(found["by_source"].items())
    ]
    share = f"{found['gunshot_share']:.1%}"
    return "\n".join([
        f"Of {found['mixes']} mixes of fireworks, a shot was told in {share} (`polewatch-sim fireworks`):", "",
        "| source | mixes | told as a shot |", "| --- | --- | --- |", *rows,
    ])  # fmt: skip


def _read(file: Path) -> dict[str, Any] | None:
    if not file.is_file():
        return None
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise OperatorError(f"{file}: is no JSON; make it anew with polewatch-sim") from error
    return found
