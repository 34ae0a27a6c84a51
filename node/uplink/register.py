"""What the intake must remember to judge the next record, in the same file and transaction as the outbox."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

from node.airlock.gate import DAY_MS, TEN_MINUTES_MS, Ledger
from node.airlock.record import WindowSensed
from node.contract.words import Kind
from node.uplink.store import Store
from node.uplink.windows import merge

_SENSED_FIELDS = ", ".join(field.name for field in fields(WindowSensed))


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


class Register:
    """The state behind the gate. Everything is called inside a transaction of the store.

    Rates are counted on a clock of the register's own, in milliseconds: it runs while the device runs, stands
    still while it is off, and never goes back, whatever the wall clock does. A limit per day is therefore never
    looser than a day.
    """

    def __init__(self, store: Store) -> None:
        self._database = store.connection

    def rate_ms(self, boot_s: float) -> int:
        """The register's clock at an instant of the boot clock; a boot clock that went back is a new boot."""
        return self._meta("rate_ms") + max(0, int(boot_s * 1000) - self._meta("boot_ms"))

    def advance(self, boot_s: float) -> int:
        """Moves the register's clock on to an instant of the boot clock, and gives it."""
        rate_ms = self.rate_ms(boot_s)
        self._set_meta("rate_ms", rate_ms)
        self._set_meta("boot_ms", int(boot_s * 1000))
        return rate_ms

    def last_seen(self, epoch: int) -> int:
        """The last sequence that was taken from a run of `sense`, 0 when there was none."""
        row = self._database.execute("SELECT sequence FROM seen WHERE epoch = ?", (epoch,)).fetchone()
        return 0 if row is None else int(row[0])

    def see(self, epoch: int, sequence: int, at_ms: int) -> None:
        """Everything up to this sequence is taken. Runs that ended more than a day ago are forgotten."""
        self._database.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", (epoch, sequence, at_ms))
        self._database.execute("DELETE FROM seen WHERE at_ms < ?", (at_ms - DAY_MS,))

    def ledger(self, at_ms: int) -> Ledger:
        """How many incidents were told in the last ten minutes, and in the last day."""
        self._database.execute("DELETE FROM told WHERE at_ms <= ?", (at_ms - DAY_MS,))
        self._database.execute("DELETE FROM held WHERE at_ms <= ?", (at_ms - DAY_MS,))
        in_day = self._database.execute("SELECT count(*) FROM told").fetchone()[0]
        in_10_min = self._database.execute(
            "SELECT count(*) FROM told WHERE at_ms > ?", (at_ms - TEN_MINUTES_MS,)
        ).fetchone()[0]
        return Ledger(int(in_10_min), int(in_day))

    def tell(self, incident: OpenIncident, at_ms: int, window: int) -> None:
        """An incident was told: it counts, and it is open."""
        self._database.execute("INSERT INTO told VALUES (?, ?, ?)", (at_ms, window, incident.kind.value))
        self._database.execute(
            "INSERT OR REPLACE INTO open_incident VALUES (?, ?, ?, ?)",
            (incident.epoch, incident.number, incident.event_id, incident.kind.value),
        )

    def hold(self, at_ms: int, window: int) -> None:
        """An incident was kept back: that counts too."""
        self._database.execute("INSERT INTO held VALUES (?, ?)", (at_ms, window))

    def close(self, epoch: int, number: int) -> OpenIncident | None:
        """Closes an incident, and gives it; None when it is not open (its start was kept back, or it was lost)."""
        row = self._database.execute(
            "DELETE FROM open_incident WHERE epoch = ? AND number = ? RETURNING event_id, kind", (epoch, number)
        ).fetchone()
        return None if row is None else OpenIncident(epoch, number, row[0], Kind(row[1]))

    def open_of_others(self, epoch: int) -> list[OpenIncident]:
        """The incidents that another run than this one left open."""
        rows = self._database.execute(
            "SELECT epoch, number, event_id, kind FROM open_incident WHERE epoch <> ? ORDER BY event_id", (epoch,)
        ).fetchall()
        return [OpenIncident(row[0], row[1], row[2], Kind(row[3])) for row in rows]

    def sense(self, window: int, part: WindowSensed) -> None:
        """Adds what was sensed in a part of a window."""
        before = self._sensed(window)
        whole = merge(before, part) if before else part
        marks = ", ".join("?" * (1 + len(fields(WindowSensed))))
        self._database.execute(
            f"INSERT OR REPLACE INTO sensed (window, {_SENSED_FIELDS}) VALUES ({marks})",  # noqa: S608 - our own names
            (window, *astuple(whole)),
        )

    def sensed_before(self, window: int) -> list[int]:
        """The windows before one of which something was sensed and nothing was told, in order."""
        rows = self._database.execute("SELECT window FROM sensed WHERE window < ? ORDER BY window", (window,))
        return [int(row[0]) for row in rows]

    def take_window(self, window: int) -> tuple[WindowSensed | None, dict[Kind, int], int]:
        """What was sensed in a window, how many incidents of each kind began, and how many were kept back."""
        sensed = self._sensed(window)
        self._database.execute("DELETE FROM sensed WHERE window = ?", (window,))
        rows = self._database.execute("SELECT kind, count(*) FROM told WHERE window = ? GROUP BY kind", (window,))
        began = {Kind(row[0]): int(row[1]) for row in rows}
        held = self._database.execute("SELECT count(*) FROM held WHERE window = ?", (window,)).fetchone()[0]
        return sensed, began, int(held)

    def held_in_day(self) -> int:
        """How many incidents were kept back within the last day."""
        return int(self._database.execute("SELECT count(*) FROM held").fetchone()[0])

    @property
    def last_window(self) -> int | None:
        """The last window that was closed, or None for a new file."""
        row = self._database.execute("SELECT value FROM meta WHERE key = 'last_window'").fetchone()
        return None if row is None else int(row[0])

    @last_window.setter
    def last_window(self, window: int) -> None:
        self._set_meta("last_window", window)

    def _sensed(self, window: int) -> WindowSensed | None:
        """What was sensed so far in a window."""
        row = self._database.execute(
            f"SELECT {_SENSED_FIELDS} FROM sensed WHERE window = ?",  # noqa: S608 - our own names
            (window,),
        ).fetchone()
        return None if row is None else WindowSensed(*row)

    def _meta(self, key: str) -> int:
        """A number of the register, 0 when it was never written."""
        row = self._database.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return 0 if row is None else int(row[0])

    def _set_meta(self, key: str, value: int) -> None:
        """Writes a number of the register."""
        self._database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
