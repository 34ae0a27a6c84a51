"""Writes the audit log: a digest of everything that left, chained, bounded to 20 MB, safe over a power cut.

Entries are gathered and written together, with one sync: a card does not last for one write a message. They are
written before the outbox marks their messages as sent, so that a crash repeats an entry and never leaves one out.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from pathlib import Path

from node.config.settings import Settings
from node.errors import StorageError
from node.ops.clock import WallClock, boot_s
from node.uplink import chain
from node.uplink.chain import ENTRIES_A_FILE, HEAD_BYTES, NO_LINK, SIZE, ChainError, Entry, What, digest_of

MAX_BYTES = 20_000_000
_MAX_FILES = MAX_BYTES // ((ENTRIES_A_FILE + 1) * SIZE)
_MAX_GATHERED = 4096
log = logging.getLogger(__name__)


def audit_folder(settings: Settings) -> Path:
    """Where the log of a node lies: beside its outbox."""
    return Path(settings.outbox.path).parent / "audit"


def _begun(path: Path) -> bool:
    """Whether a file has its anchor."""
    try:
        return path.stat().st_size >= SIZE
    except OSError:
        return False


class Audit:
    """The log of one node.

    Args:
        folder: where it lies; made if it is not there.
        clock: dates entries.

    Raises:
        StorageError: the folder cannot be written or read.
    """

    def __init__(self, folder: Path, clock: WallClock) -> None:
        self._folder = folder
        self._clock = clock
        self._gathered: list[tuple[What, int, bytes]] = []
        self._missed = 0
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{folder}: cannot be made ({error.strerror})") from error
        self._last: Entry | None = None
        self._standing: dict[What, tuple[int, bytes]] = {}
        try:
            self._last = self._recovered()
        except ChainError as error:
            log.error("the audit log is broken and put aside: %s", error)
            self._put_aside()

    @property
    def number(self) -> int:
        """The number of the last entry on the card, 0 where there is none."""
        return self._last.number if self._last is not None else 0

    @property
    def gathered(self) -> int:
        """How many entries are not on the card yet."""
        return len(self._gathered)

    @property
    def head(self) -> str:
        """The first half of the digest of everything up to the last entry on the card, in hex."""
        return (self._last.link if self._last is not None else NO_LINK)[:HEAD_BYTES].hex()

    def note(self, what: What, instant_s: float, digest: bytes) -> None:
        """Gathers an entry of an instant of the boot clock.

        When the card takes none for long, the newest are counted instead of kept.
        """
        if len(self._gathered) < _MAX_GATHERED:
            self._gathered.append((what, int(self._clock.wall_s(instant_s)), digest))
        else:
            self._missed += 1

    def stand(self, what: What, instant_s: float, digest: bytes) -> bool:
        """Notes what holds from an instant on, unless the log says so already, and says whether it did not.

        It is said again once in half a file: the two newest files always say what holds, however old it is.
        """
        number, known = self._standing.get(what, (0, None))
        if known == digest and self.number - number < ENTRIES_A_FILE // 2:
            return False
        self.note(what, instant_s, digest)
        self._standing[what] = (self.number + len(self._gathered), digest)
        return True

    def standing(self, what: What) -> bytes | None:
        """The digest that holds by the log, or None where it says none."""
        return self._standing.get(what, (0, None))[1]

    def flush(self) -> None:
        """Writes what was gathered, and syncs it.

        Raises:
            StorageError: the card did not take it; it stays gathered.
        """
        if not self._gathered:
            return
        if self._missed:
            _, at_s, _ = self._gathered[-1]
            self._gathered.append((What.MISSED, at_s, digest_of(self._missed.to_bytes(8, "big"))))
            self._missed = 0
        while self._gathered:
            room = ENTRIES_A_FILE - self.number % ENTRIES_A_FILE
            self._write(self._gathered[:room])
            del self._gathered[:room]

    def _write(self, gathered: list[tuple[What, int, bytes]]) -> None:
        """Writes entries into one file.

        Raises:
            StorageError: none of them is in the log.
        """
        path = self._path(self.number)
        last, content = self._last, b"" if _begun(path) else chain.encode(chain.anchor(self._last))
        for what, at_s, digest in gathered:
            number = last.number + 1 if last is not None else 1
            last = chain.entry_after(last.link if last is not None else NO_LINK, number, what, at_s, digest)
            content += chain.encode(last)
        try:
            self._append(path, content)
        except OSError as error:
            raise StorageError(f"{path}: cannot be written ({error.strerror})") from error
        self._last = last
        self._forget()

    def _append(self, path: Path, content: bytes) -> None:
        """Appends and syncs; what was written in part is taken back, so that no half entry stays in the middle."""
        is_new = not path.exists()
        with path.open("ab", buffering=0) as file:
            before = file.tell()
            try:
                if file.write(content) != len(content):
                    raise OSError(28, "No space left on device")
                os.fsync(file.fileno())
            except OSError:
                with contextlib.suppress(OSError):
                    file.truncate(before)
                raise
        if is_new:
            self._sync_folder()

    def _path(self, last_number: int) -> Path:
        """The file that the entry after `last_number` goes into."""
        first = last_number // ENTRIES_A_FILE * ENTRIES_A_FILE + 1
        return self._folder / f"{first:015d}.audit"

    def _recovered(self) -> Entry | None:
        """The last entry of the log on the card. Half an entry at its end is what a power cut leaves: it is cut off.

        Raises:
            ChainError: the last file does not hold.
            StorageError: it cannot be read or cut.
        """
        for path in chain.files_of(self._folder)[-2:]:
            try:
                if over := path.stat().st_size % SIZE:
                    os.truncate(path, path.stat().st_size - over)
            except OSError as error:
                raise StorageError(f"{path}: cannot be mended ({error.strerror})") from error
        found = chain.standing(self._folder)
        self._standing = {what: (entry.number, entry.digest) for what, entry in found.items()}
        last = max(found.values(), key=lambda entry: entry.number, default=None)
        return None if last is None or not last.number else last

    def _put_aside(self) -> None:
        """Renames the broken log (the newest of them is kept), and begins a new one that says so.

        Raises:
            StorageError: it cannot be renamed.
        """
        aside = self._folder.with_name(f"{self._folder.name}.broken")
        try:
            if aside.exists():
                shutil.rmtree(aside)
            self._folder.rename(aside)
            self._folder.mkdir(mode=0o700)
        except OSError as error:
            raise StorageError(f"{self._folder}: cannot be put aside ({error.strerror})") from error
        self.note(What.PUT_ASIDE, boot_s(), digest_of(self._folder.name.encode()))

    def _forget(self) -> None:
        """Removes the oldest files beyond the bound."""
        with contextlib.suppress(OSError):
            for path in chain.files_of(self._folder)[:-_MAX_FILES]:
                path.unlink()

    def _sync_folder(self) -> None:
        """A new file is on the card only when its folder is."""
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
