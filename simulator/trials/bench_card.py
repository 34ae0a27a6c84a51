"""What a node writes to its card, and how much of the outbox's bound three days without a broker take.

The days that are measured are those of a full outbox: as many messages come as are forgotten. A person detector, which
is not shipped, adds one small record to each quarter of an hour.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from node.errors import OperatorError
from simulator.trials.card_days import Days

NORMAL, MOST = 20, 150
"""Incidents of an ordinary day, and the most that the gate lets through."""
DAYS_BEFORE, DAYS_MEASURED, DAYS_OFFLINE = 8, 4, 3
STEPS = 3
"""How far the progress goes."""
_IO = Path("/proc/self/io")
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Wear:
    """A day with a broker.

    Args:
        messages: how many were stored and sent.
        handed_mb: what the node handed to the kernel, in MB of 10^6 bytes.
        written_mb: what the kernel took for the disk: whole pages of 4096 bytes; 0 on a file system in memory.
    """

    messages: float
    handed_mb: float
    written_mb: float

    def as_json(self) -> dict[str, object]:
        """The same for `--json`."""
        return {
            "messages": round(self.messages),
            "handed_mb": round(self.handed_mb, 2),
            "written_mb": round(self.written_mb, 2) if self.written_mb else None,
        }


@dataclass(frozen=True, slots=True)
class CardBench:
    """What a node does to its card.

    Args:
        days: a day with a broker, by its incidents.
        offline_mb: how large the outbox is after three days without one, at the most that a node says.
    """

    days: dict[int, Wear]
    offline_mb: float

    def as_json(self) -> dict[str, object]:
        """The same for `--json`."""
        days = {str(incidents): wear.as_json() for incidents, wear in self.days.items()}
        return {"days": days, f"offline_{DAYS_OFFLINE}_days_mb": round(self.offline_mb, 2)}


def run(place: Path | None, progress: Callable[[float], None]) -> CardBench:
    """Measures all of it.

    Args:
        place: a folder on the disk in question; None for that of temporary files.
        progress: told how many steps are done.

    Raises:
        OperatorError: this system does not say what a process writes, or there is no such folder.
        StorageError: the folder cannot be written.
    """
    if place is not None and not place.is_dir():
        raise OperatorError(f"{place}: is no folder: name one on the disk in question")
    days = {}
    for incidents in (NORMAL, MOST):
        with tempfile.TemporaryDirectory(prefix="polewatch-", dir=place) as folder:
            days[incidents] = wear_of_a_day(Path(folder), incidents, DAYS_BEFORE, DAYS_MEASURED)
        progress(len(days))
    with tempfile.TemporaryDirectory(prefix="polewatch-", dir=place) as folder:
        offline_mb = size_after_days_offline(Path(folder), MOST)
    progress(STEPS)
    return CardBench(days, offline_mb)


def tell(console: Console, found: CardBench) -> None:
    """The figures as a table."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(overflow="fold")
    table.add_column(justify="right")
    for incidents, wear in found.days.items():
        written = f", {wear.written_mb:.2f} MB in whole pages" if wear.written_mb else ""
        told = f"{wear.messages:.0f} messages, {wear.handed_mb:.2f} MB handed to the kernel{written}"
        table.add_row(f"a day of {incidents} incidents", told)
    table.add_row(f"the outbox after {DAYS_OFFLINE} days without a broker", f"{found.offline_mb:.2f} MB")
    console.print(table)


def wear_of_a_day(folder: Path, incidents: int, days_before: int, days: int = 1) -> Wear:
    """What a day writes, the mean of some, after others that nobody measures.

    Args:
        folder: empty, on the disk in question.
        incidents: of each day.
        days_before: how many days the node has run already.
        days: how many are measured, 1 or more.

    Raises:
        OperatorError: this system does not say what a process writes.
        StorageError: the folder cannot be written.
    """
    node = Days(folder, incidents, online=True, is_synced=False)
    for day in range(days_before):
        node.live(day)
    node.sync(is_synced=True)
    sent, handed, written = node.books.outbox.last_sequence, *_written_bytes()
    for day in range(days_before, days_before + days):
        node.live(day)
    node.finish()
    handed_then, written_then = _written_bytes()
    messages = (node.books.outbox.last_sequence - sent) / days
    wear = Wear(messages, (handed_then - handed) / days / _MB, (written_then - written) / days / _MB)
    node.close()
    return wear


def size_after_days_offline(folder: Path, incidents: int, days: int = DAYS_OFFLINE) -> float:
    """How large the outbox's files are after some days without a broker, in MB of 10^6 bytes.

    Args:
        folder: empty.
        incidents: of each day.
        days: without a broker.
    """
    node = Days(folder, incidents, online=False, is_synced=False)
    for day in range(days):
        node.live(day)
    size = sum(path.stat().st_size for path in folder.glob("outbox.db*"))
    node.close()
    return size / _MB


def _written_bytes() -> tuple[int, int]:
    """What this process has handed to the kernel, and what the kernel took for a disk.

    Raises:
        OperatorError: this system does not say.
    """
    try:
        said = dict(line.split(": ") for line in _IO.read_text().splitlines())
        return int(said["wchar"]), int(said["write_bytes"])
    except (OSError, KeyError) as error:
        raise OperatorError(f"{_IO}: this system does not say what a process writes; run it on Linux") from error
