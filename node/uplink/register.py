"""What the intake must remember to judge the next record, in the same file and transaction as the outbox."""

from __future__ import annotations

import re
from dataclasses import astuple, dataclass, fields

from node.airlock.gate import BACK_S, DAY_MS, TEN_MINUTES_MS, Ledger, Stamp
from node.airlock.record import WindowSensed, ranges
from node.contract.words import ClockQuality, Kind
from node.uplink.outbox import Moment
from node.uplink.store import Row, Store, Value
from node.uplink.windows import merge

BACK_MS = BACK_S * 1000
"""How far a record may be dated before the one before it: a spike is sure some seconds after it began."""
_MINUTE_MS = 60_000
_RUNS_KEPT = 100
_TOLD = -(2**62)
"""The window of an incident that has been counted in a summary: no window has this number."""
_SENSED_FIELDS = ", ".join(field.name for field in fields(WindowSensed))
_MAX_UPTIME_S = 2**31 - 1
_START_ID = re.compile(r"[0-9a-f]{8}-[0-9]{12}")
_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """An incident whose start was told and whose end was not.

    Args:
        epoch: the run of `sense` that told it.
        number: its number within that run.
        event_id: the id of its start message.
        kind: its kind.
    """

    epoch: int
    number: int
    event_id: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Sensed:
    """What was sensed in a window so far, and how well the clock was known then."""

    part: WindowSensed
    stamp: Stamp


class Register:
    """The state behind the gate. What writes is called inside a transaction of the store; all raise as the store does.

    Rates are counted on a clock of the register's own, in milliseconds: it runs while the device runs, stands
    still while it is off, and never goes back, whatever the wall clock does (docs/adr/0009).

    A row that a damaged card gives back as nobody has written it is dropped and counted: it must not stop a start.

    Args:
        store: the file.
        boot_id: a number that each boot of the device has for itself; 0 where none is known.
    """

    def __init__(self, store: Store, boot_id: int = 0) -> None:
        self._store = store
        self._boot_id = boot_id
        self.dropped = 0
        """How many rows were dropped because the card gave them back as nobody has written them."""

    def moment(self, boot_s: float) -> Moment:
        """An instant of the boot clock on the register's clock.

        A boot clock that went back is a new boot, and so is another boot id; time between boots does not count.
        """
        now_ms, known_ms = int(boot_s * 1000), self._store.note("boot_ms") or 0
        rate_ms, boot = self._store.note("rate_ms") or 0, self._store.note("boot") or 0
        known_id = self._store.note("boot_id") or 0
        is_new = now_ms < known_ms or bool(self._boot_id and known_id and self._boot_id != known_id)
        return Moment(rate_ms if is_new else rate_ms + now_ms - known_ms, boot + is_new)

    def advance(self, boot_s: float) -> Moment:
        """Moves the register's clock on to now, and gives the moment."""
        moment = self.moment(boot_s)
        if moment.boot != (self._store.note("boot") or 0):
            self._store.write_note("last_instant_ms", 0)
        self._store.write_note("rate_ms", moment.at_ms)
        self._store.write_note("boot", moment.boot)
        self._store.write_note("boot_id", self._boot_id)
        self._store.write_note("boot_ms", int(boot_s * 1000))
        return moment

    def clamp(self, instant_ms: int, boot_s: float) -> int:
        """A record's instant inside what can be: not in the future, and hardly before the record before it.

        What `sense` says of time could otherwise carry anything (docs/privacy.md).
        """
        last_ms = self._store.note("last_instant_ms") or 0
        instant_ms = min(max(instant_ms, last_ms - BACK_MS), int(boot_s * 1000))
        self._store.write_note("last_instant_ms", max(instant_ms, last_ms))
        return instant_ms

    def last_seen(self, epoch: int) -> int:
        """The last sequence that was taken from a run of `sense`, 0 when there was none."""
        return self._store.number("SELECT sequence FROM seen WHERE epoch = ?", (epoch,)) or 0

    def see(self, epoch: int, sequence: int, at_ms: int) -> None:
        """Everything up to this sequence is taken. Of the runs of `sense` the newest are remembered."""
        self._store.run("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", (epoch, sequence, at_ms))
        self._store.run(
            "DELETE FROM seen WHERE epoch NOT IN (SELECT epoch FROM seen ORDER BY at_ms DESC LIMIT ?)", (_RUNS_KEPT,)
        )

    def ledger(self, at_ms: int) -> Ledger:
        """How many incidents were told in the ten minutes before, and in the day before."""
        self._store.run("DELETE FROM told WHERE at_ms <= ?", (at_ms - 2 * DAY_MS,))
        self._store.run("DELETE FROM held WHERE minute <= ?", ((at_ms - 2 * DAY_MS) // _MINUTE_MS,))
        count = "SELECT count(*) FROM told WHERE at_ms > ?"
        return Ledger(
            self._store.number(count, (at_ms - TEN_MINUTES_MS,)) or 0,
            self._store.number(count, (at_ms - DAY_MS,)) or 0,
        )

    def tell(self, incident: OpenIncident, at_ms: int, window: int) -> None:
        """An incident was told: it counts, and it is open."""
        self._store.run("INSERT INTO told VALUES (?, ?, ?)", (at_ms, window, incident.kind.value))
        self._store.run(
            "INSERT OR REPLACE INTO open_incident VALUES (?, ?, ?, ?)",
            (incident.epoch, incident.number, incident.event_id, incident.kind.value),
        )

    def hold(self, at_ms: int, window: int) -> None:
        """An incident was kept back: that counts too."""
        self._store.run(
            "INSERT INTO held (minute, window, count) VALUES (?, ?, 1)"
            " ON CONFLICT (minute, window) DO UPDATE SET count = count + 1",
            (at_ms // _MINUTE_MS, window),
        )

    def close(self, epoch: int, number: int) -> OpenIncident | None:
        """Closes an incident, and gives it; None when it is not open (its start was kept back, or it was lost)."""
        key = (epoch, number)
        rows = self._store.rows(
            "SELECT epoch, number, event_id, kind FROM open_incident WHERE epoch = ? AND number = ?", key
        )
        if not rows:
            return None
        self._store.run("DELETE FROM open_incident WHERE epoch = ? AND number = ?", key)
        incident = _open_incident(rows[0])
        self.dropped += incident is None
        return incident

    def open_of_others(self, epoch: int) -> list[OpenIncident]:
        """The incidents that another run than this one left open."""
        rows = self._store.rows(
            "SELECT epoch, number, event_id, kind FROM open_incident WHERE epoch <> ? ORDER BY event_id", (epoch,)
        )
        incidents = [_open_incident(row) for row in rows]
        for row, incident in zip(rows, incidents, strict=True):
            if incident is None:
                self._store.run("DELETE FROM open_incident WHERE epoch = ? AND number = ?", row[:2])
                self.dropped += 1
        return [incident for incident in incidents if incident is not None]

    def sense(self, window: int, part: WindowSensed, stamp: Stamp) -> None:
        """Adds what was sensed in a part of a window. Of two stamps the worse one stays."""
        before = self.sensed(window)
        if before is not None:
            part = merge(before.part, part)
            stamp = before.stamp if before.stamp.clock is ClockQuality.UNSYNCED else stamp
        marks = ", ".join("?" * (3 + len(fields(WindowSensed))))
        self._store.run(
            f"INSERT OR REPLACE INTO sensed (window, clock, uptime_s, {_SENSED_FIELDS}) VALUES ({marks})",  # noqa: S608 - our own names
            (window, stamp.clock.value, stamp.uptime_s, *astuple(part)),
        )

    def sensed(self, window: int) -> Sensed | None:
        """What was sensed so far in a window; None where it is nothing, or cannot be read back."""
        rows = self._store.rows(
            f"SELECT clock, uptime_s, {_SENSED_FIELDS} FROM sensed WHERE window = ?",  # noqa: S608 - our own names
            (window,),
        )
        if not rows:
            return None
        sensed = _sensed(rows[0])
        self.dropped += sensed is None
        return sensed

    def sensed_windows(self) -> list[int]:
        """The windows in which something was sensed that is not told yet, in order."""
        return [int(row[0] or 0) for row in self._store.rows("SELECT window FROM sensed ORDER BY window")]

    def count_began(self, window: int, current: int) -> dict[Kind, int]:
        """How many incidents of each kind began in a window; each counts once, in one summary.

        Those of windows that nobody will tell any more count with it: windows before this one, and windows after the
        current one. They were dated by a clock that has been set since.
        """
        ours, bounds = "window <> ? AND (window <= ? OR window > ?)", (_TOLD, window, current)
        rows = self._store.rows(f"SELECT kind, count(*) FROM told WHERE {ours} GROUP BY kind", bounds)  # noqa: S608 - our own words
        self._store.run(f"UPDATE told SET window = ? WHERE {ours}", (_TOLD, *bounds))  # noqa: S608 - our own words
        self.dropped += sum(int(count or 0) for kind, count in rows if kind not in _KINDS)
        return {_KINDS[str(kind)]: int(count or 0) for kind, count in rows if kind in _KINDS}

    def count_held(self, window: int, current: int) -> int:
        """How many incidents were kept back; each counts once, in the same summary as if it had been told."""
        ours, bounds = "summarised = 0 AND (window <= ? OR window > ?)", (window, current)
        held = self._store.number(f"SELECT sum(count) FROM held WHERE {ours}", bounds)  # noqa: S608 - our own words
        self._store.run(f"UPDATE held SET summarised = 1 WHERE {ours}", bounds)  # noqa: S608 - our own words
        return held or 0

    def drop_sensed(self, window: int) -> None:
        """What was sensed in a window is told."""
        self._store.run("DELETE FROM sensed WHERE window = ?", (window,))

    def held_in_day(self, at_ms: int) -> int:
        """How many incidents were kept back within the last day."""
        since = (at_ms - DAY_MS) // _MINUTE_MS
        return self._store.number("SELECT sum(count) FROM held WHERE minute > ?", (since,)) or 0


def _open_incident(row: Row) -> OpenIncident | None:
    """An open incident read back from the card; None where nobody can have written it."""
    epoch, number, start_id, kind = row
    if kind not in _KINDS or not _START_ID.fullmatch(str(start_id)):
        return None
    return OpenIncident(int(epoch or 0), int(number or 0), str(start_id), _KINDS[str(kind)])


def _sensed(row: Row) -> Sensed | None:
    """What was sensed, read back from the card; None where nobody can have written it."""
    clock, uptime_s, *values = row
    stamp = _stamp(clock, uptime_s)
    numbers = [int(value or 0) for value in values]
    allowed = ranges(WindowSensed).values()
    in_range = all(span.low <= number <= span.high for number, span in zip(numbers, allowed, strict=True))
    return Sensed(WindowSensed(*numbers), stamp) if stamp is not None and in_range else None


def _stamp(clock: Value, uptime_s: Value) -> Stamp | None:
    """A stamp read back from the card: the uptime stands exactly where the clock is unsynced."""
    if clock not in set(ClockQuality) or (uptime_s is None) == (clock == ClockQuality.UNSYNCED):
        return None
    if uptime_s is not None and not 0 <= int(uptime_s) <= _MAX_UPTIME_S:
        return None
    return Stamp(ClockQuality(str(clock)), None if uptime_s is None else int(uptime_s))
