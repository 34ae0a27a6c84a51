"""Keeps what `sense` learnt of the hours of the week, for its next run. On this device only: none of it is published.

The file is small (168 hours), replaced by a rename, and written at most once in `SAVE_EVERY_S`: a `sense` that
learns without end wears out no card.
"""

from __future__ import annotations

import contextlib
import logging
import os

from node.airlock.record import HourLearnt
from node.config.memory import FILE, Hour, Hours, full_scale_ddb, memory_folder, read_hours
from node.config.settings import Settings

SAVE_EVERY_S = 600.0
_FOLDER_MODE = 0o750
_FILE_MODE = 0o640  # `sense` reads it as a member of the group that this process runs as
log = logging.getLogger(__name__)


class Memory:
    """The hours of the week, and the file that they lie in. No method raises: losing the memory is safe.

    Args:
        settings: where it lies, and on which scale levels are learnt.
    """

    def __init__(self, settings: Settings) -> None:
        self._folder = memory_folder(settings)
        self._scale_ddb = full_scale_ddb(settings)
        self._hours = {hour.hour: hour for hour in read_hours(self._folder / FILE, self._scale_ddb)}
        self._is_new = False
        self._failed = False
        self._next_s = 0.0

    def learn(self, learnt: HourLearnt) -> None:
        """Remembers an hour in the place of what was known of it."""
        self._hours[learnt.hour] = Hour(
            hour=learnt.hour, l50_ddb=learnt.l50_ddb, l90_ddb=learnt.l90_ddb, weeks=learnt.weeks
        )
        self._is_new = True

    def save(self, now_s: float) -> None:
        """Writes what is new, if it is time. A card that does not take it is one line in the log."""
        if self._is_new and now_s >= self._next_s:
            self._next_s = now_s + SAVE_EVERY_S
            self.flush()

    def flush(self) -> None:
        """Writes what is new, now."""
        if not self._is_new:
            return
        try:
            self._write()
        except OSError as error:
            if not self._failed:
                log.warning("%s: the hours of the week cannot be kept (%s)", self._folder, error.strerror)
            self._failed = True
        else:
            self._is_new = self._failed = False

    def _write(self) -> None:
        """Puts a whole new file in the place of the old one."""
        hours = tuple(self._hours[hour] for hour in sorted(self._hours))
        content = Hours(version=1, full_scale_ddb=self._scale_ddb, hours=hours).model_dump_json().encode()
        if not self._folder.is_dir():
            self._folder.mkdir()
            self._folder.chmod(_FOLDER_MODE)  # the unit's umask would take the group's right away
        new = self._folder / f"{FILE}.new"
        try:
            with new.open("wb") as file:
                os.fchmod(file.fileno(), _FILE_MODE)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._folder / FILE)
        except OSError:
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)
            raise
