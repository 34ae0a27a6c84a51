"""One event, one line, on stderr: with `<priority>` for the journal, with the time for a terminal.

1. Control characters and line breaks are escaped: what a peer sent cannot forge a second line.
2. A line has at most 1000 characters.
3. Of an exception that is neither ours nor the operating system's, only the type and the place are said:
   a library's text may quote the values that it failed on, and those may come from a sensor.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from node.errors import PolewatchError

LONGEST = 1000
# syslog(3): 2 critical, 3 error, 4 warning, 6 information, 7 debugging.
PRIORITIES = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}


def configure(service: str) -> None:
    """Send every log line of this process to stderr, from INFO on. Calling it again replaces the first call.

    Args:
        service: the name at the start of a line, as in `sense`; the journal knows its unit and leaves it out.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JournalLine() if under_journal() else PlainLine(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.captureWarnings(capture=True)


def under_journal() -> bool:
    """True if stderr is the journal's own socket: systemd names it by device and inode in JOURNAL_STREAM."""
    try:
        stderr = os.fstat(2)
    except OSError:
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{stderr.st_dev}:{stderr.st_ino}"


class JournalLine(logging.Formatter):
    """`<4>text`: the journal reads the priority and adds the time and the unit itself."""

    def format(self, record: logging.LogRecord) -> str:
        """One line without a line break at its end."""
        return f"<{PRIORITIES.get(record.levelno, 6)}>{one_line(record)}"


class PlainLine(logging.Formatter):
    """`2026-01-01T00:00:00Z sense warning: text`, for a person."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """One line without a line break at its end."""
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"{at} {self._service} {record.levelname.lower()}: {one_line(record)}"


def one_line(record: logging.LogRecord) -> str:
    """The message and, in brackets, what was raised; printable, at most LONGEST characters."""
    text = record.getMessage()
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        text = f"{text} ({what_was_raised(error)})"
    return printable(text)


def printable(text: str) -> str:
    """A text on one line: what is not printable is escaped, and it has at most LONGEST characters."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"


def what_was_raised(error: BaseException) -> str:
    """Type and text of an error of ours or the operating system's; type and place of any other."""
    if isinstance(error, PolewatchError | OSError):
        return f"{type(error).__name__}: {error}"
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
