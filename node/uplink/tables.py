"""The tables of the outbox's file, and how a file of an older version becomes one of this."""

from __future__ import annotations

import sqlite3

SCHEMA_VERSION = 2
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
_MIGRATIONS = {
    # Version 1 knew one kind, of moderate severity (rank 2), and had the number alone as its key.
    1: f"""
ALTER TABLE message RENAME TO old_message;
DROP INDEX waiting;
DROP INDEX dead;
{_MESSAGES}
INSERT INTO message SELECT (CASE name WHEN 'summary' THEN 0 ELSE 2 END << 40) + sequence,
    body, added_ms, boot, state, reason FROM old_message ORDER BY 1;
DROP TABLE old_message;
""",  # noqa: S608 - our own words
}
"""What makes a file of one version one of the next."""


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Makes the tables in a new file, and what is new of them in an old one.

    Raises:
        sqlite3.DatabaseError: the file is of a version that is not known.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}PRAGMA user_version={SCHEMA_VERSION};COMMIT;")
        return
    while version != SCHEMA_VERSION:
        if version not in _MIGRATIONS:
            raise sqlite3.DatabaseError("malformed: another version")
        version += 1
        connection.executescript(f"BEGIN IMMEDIATE;{_MIGRATIONS[version - 1]}PRAGMA user_version={version};COMMIT;")
