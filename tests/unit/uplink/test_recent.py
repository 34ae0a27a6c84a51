"""The books are read from outside while the process that has them to itself writes."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from node.airlock.record import IncidentBegan
from node.uplink.recent import read_recent
from tests.unit.uplink.conftest import Side


def test_what_was_told_is_read_while_the_process_still_has_its_books(side: Side) -> None:
    for number in (1, 2, 3):
        side.take(IncidentBegan(3, number, 1, 1), 1000.0 * number, sequence=number)

    found = read_recent(side.path)
    assert found is not None
    assert sum(found.told.values()) == 3


def test_books_that_are_written_meanwhile_are_read_as_of_one_instant(tmp_path: Path) -> None:
    path, stop = tmp_path / "outbox.db", threading.Event()
    side = Side(path)
    side.take(IncidentBegan(3, 1, 1, 1), 10.0, sequence=1)
    side.store.close()
    rounds, seen = threading.Event(), []

    def write() -> None:
        """Two rows that always agree, and a log that is begun anew every few of them."""
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("PRAGMA locking_mode=EXCLUSIVE")
        writer.execute("PRAGMA synchronous=OFF")
        writer.execute("PRAGMA wal_autocheckpoint=40")
        number = 0
        while not stop.is_set():
            number += 1
            writer.execute("BEGIN IMMEDIATE")
            writer.execute("DELETE FROM told")
            writer.executemany("INSERT INTO told VALUES (1, 1, 'noise.spike')", [()] * (number % 50))
            writer.execute("INSERT OR REPLACE INTO held VALUES (0, 0, ?, 0)", (number % 50,))
            writer.execute("COMMIT")
            if number > 200:
                rounds.set()
        writer.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert rounds.wait(20.0)
        for _ in range(12):
            found = read_recent(path)
            assert found is not None
            seen.append((sum(found.told.values()), found.held_back))
    finally:
        stop.set()
        thread.join()

    assert [told for told, _ in seen] == [held for _, held in seen]
