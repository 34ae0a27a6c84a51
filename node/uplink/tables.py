"""The tables of the outbox's file, and how a file of an older version becomes one of this."""

from __future__ import annotations

import sqlite3

from node.contract.base import MAX_SEQUENCE
from node.contract.summary import MAX_WINDOW_S
from node.uplink.ranks import RANKS, key_of, sequence_of

SCHEMA_VERSION = 2
_NOTES = {
    "epoch": (0, 2**32 - 1),
    "last_sequence": (0, MAX_SEQUENCE),
    "run": (0, 10**9 - 2),
    "window_s": (1, MAX_WINDOW_S),
}
"""What each of these notes may be."""
_MOST = 2**53
"""No other note is greater either way: what is reckoned with them stays inside SQLite's numbers."""
_DRAWN = "boot_id"
"""This one is nothing to reckon with, and may be any number."""
_NEEDED = ("epoch", "last_sequence", "run")
_MESSAGES = """
CREATE TABLE message (
    key INTEGER PRIMARY KEY,
    body TEXT NOT NULL,
    added_ms INTEGER NOT NULL,
    boot INTEGER NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    reason INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX waiting ON message (key) WHERE state = 0;
CREATE INDEX dead ON message (key) WHERE state = 2;
CREATE TABLE obeyed (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE) STRICT;
"""
_SCHEMA = f"""
{_MESSAGES}
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE seen (epoch INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, at_ms INTEGER NOT NULL) STRICT;
CREATE TABLE open_incident (
    epoch INTEGER NOT NULL, number INTEGER NOT NULL, event_id TEXT NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (epoch, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE told (at_ms INTEGER NOT NULL, window INTEGER NOT NULL, kind TEXT NOT NULL) STRICT;
CREATE TABLE held (
    minute INTEGER NOT NULL, window INTEGER NOT NULL, count INTEGER NOT NULL, summarised INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (minute, window)
) STRICT, WITHOUT ROWID;
CREATE TABLE sensed (
    window INTEGER PRIMARY KEY, clock TEXT NOT NULL, uptime_s INTEGER, span_s INTEGER NOT NULL,
    sound_exposure_s INTEGER NOT NULL, sight_exposure_s INTEGER NOT NULL, calibration INTEGER NOT NULL,
    laeq_ddb INTEGER NOT NULL, lafmax_ddb INTEGER NOT NULL, l10_ddb INTEGER NOT NULL,
    l50_ddb INTEGER NOT NULL, l90_ddb INTEGER NOT NULL
) STRICT;
"""
_ZERO_COUNTS = (
    '{"noise.spike":0,"sound.impulse":0,"sound.gunshot":0,"sound.explosion":0,"sound.fireworks":0,"sound.scream":0,'
    '"sound.glass_break":0,"sound.siren":0,"sound.horn_or_alarm":0}'
)
_MIGRATIONS = {
    # Version 1 had the number alone as its key. Its kinds were one at first, of moderate severity (rank 2): a summary
    # of then counts no other, which is none of each.
    1: f"""
ALTER TABLE message RENAME TO old_message;
DROP INDEX waiting;
DROP INDEX dead;
{_MESSAGES}
INSERT INTO message SELECT (CASE name WHEN 'summary' THEN 0 ELSE 2 END << 40) + sequence,
    CASE WHEN name = 'summary' AND json_valid(body)
        THEN json_set(body, '$.data.counts', json_patch('{_ZERO_COUNTS}', coalesce(body -> '$.data.counts', '{{}}')))
        ELSE body END,
    added_ms, boot, state, reason FROM old_message ORDER BY 1;
DROP TABLE old_message;
""",  # noqa: S608 - our own words
}
"""What makes a file of one version one of the next."""


class NotOursError(sqlite3.DatabaseError):
    """The content of the file is not what we have written."""


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Makes the tables in a new file, and what is new of them in an old one.

    Raises:
        NotOursError: the file is of a version that is not known.
        sqlite3.Error: it cannot be written, or is no such file.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}PRAGMA user_version={SCHEMA_VERSION};COMMIT;")
        return
    while version != SCHEMA_VERSION:
        if version not in _MIGRATIONS:
            raise NotOursError("another version")
        version += 1
        connection.executescript(f"BEGIN IMMEDIATE;{_MIGRATIONS[version - 1]}PRAGMA user_version={version};COMMIT;")


def check(connection: sqlite3.Connection) -> None:
    """Looks whether the file holds what only we can have written: tables, notes, and numbers that are given.

    A card that has flipped a bit of these would otherwise stop every start, or give a number twice.

    Raises:
        NotOursError: it does not.
        sqlite3.Error: it cannot be read.
    """
    if not _holds(connection, "quick_check"):
        raise NotOursError("pages")
    # An index only says again what stands in its table: it is made anew, and nothing is lost.
    if not _holds(connection, "integrity_check"):
        connection.execute("REINDEX")
        if not _holds(connection, "integrity_check"):
            raise NotOursError("indexes")
    if _schema(connection) != _expected_schema():
        raise NotOursError("tables")
    notes = dict(connection.execute("SELECT key, value FROM meta").fetchall())
    if any(not -_MOST <= value <= _MOST for key, value in notes.items() if key != _DRAWN):
        raise NotOursError("notes")
    if any(not least <= notes.get(key, least) <= most for key, (least, most) in _NOTES.items()):
        raise NotOursError("notes")
    greatest = _greatest_number(connection)
    if (notes or greatest) and any(key not in notes for key in _NEEDED):
        raise NotOursError("notes")
    if greatest > notes.get("last_sequence", 0):
        raise NotOursError("numbers")


def _holds(connection: sqlite3.Connection, check_name: str) -> bool:
    """Whether one of SQLite's own checks finds nothing."""
    return bool(connection.execute(f"PRAGMA {check_name}(1)").fetchone()[0] == "ok")


def _greatest_number(connection: sqlite3.Connection) -> int:
    """The greatest number of a message, 0 where there is none.

    Raises:
        NotOursError: a key is of no rank.
    """
    least, most = connection.execute("SELECT min(key), max(key) FROM message").fetchone()
    if least is None:
        return 0
    if least < 0 or most >= key_of(max(RANKS) + 1, 0):
        raise NotOursError("keys")
    query = "SELECT max(key) FROM message WHERE key BETWEEN ? AND ?"
    keys = [connection.execute(query, (key_of(rank, 0), key_of(rank + 1, 0) - 1)).fetchone()[0] for rank in RANKS]
    return max(sequence_of(key) for key in keys if key is not None)


def _schema(connection: sqlite3.Connection) -> set[tuple[object, ...]]:
    """Every table and index, as it was made."""
    return set(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchall())


def _expected_schema() -> set[tuple[object, ...]]:
    """What a new file has."""
    fresh = sqlite3.connect(":memory:")
    try:
        fresh.executescript(_SCHEMA)
        return _schema(fresh)
    finally:
        fresh.close()
