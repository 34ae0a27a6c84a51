"""The audit log's format: 64-byte entries, each holding the digest of all before it, in files of 8192 entries.

    version u8, what u8, number u48, at_s u64, digest 16 bytes, link 32 bytes
    link = SHA-256(link of the entry before + the first 32 bytes of this one)

Whoever edits, drops, reorders or inserts an entry breaks the chain there. Whoever cuts its end off is found by the
chain's head, which leaves with health. Each file begins with an anchor, the link of the entry before it: files that
are older than the bound are removed whole, and those that are left can still be checked to their first entry.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from node.errors import RefusedError, StorageError

VERSION = 1
SIZE = 64
ENTRIES_A_FILE = 8192
NO_LINK = bytes(32)
HEAD_BYTES = 16
"""As much of a link as leaves with health."""
DIGEST_BYTES = 16
_HEAD = struct.Struct(">BBHIQ16s")
_MAX_NUMBER = 2**48 - 1


class What(IntEnum):
    """What an entry is about."""

    ANCHOR = 0  # the link of the entry before this file: number of that entry, nothing else
    STARTED = 1  # `uplink` began to run: digest of version and settings
    LEFT = 2  # the broker took a message: digest of topic and payload
    DOCUMENT = 3  # a document was handed to the broker: digest of topic and payload
    PUT_ASIDE = 4  # a log before this one was broken, and lies beside it: digest of its name
    MISSED = 5  # the card took no entries for a while: digest of how many are missing
    COMMAND = 6  # a command was obeyed, or refused and answered: digest of it, and of why it was refused
    POLICY = 7  # another policy came into force: digest of it, of where it comes from, and of why a file was refused
    QUARANTINE = 8  # sensing was stopped by the operator's file, or goes on again: digest of the word for it
    MODELS = 9  # other models may be loaded from here on: digest of all of them; one entry for each follows
    MODEL = 10  # one of them: digest of its name and of its file's SHA-256
    IDENTITY = 11  # another node id or certificate: digest of the id and of the certificate's SHA-256
    ACCEPTED = 12  # a signed policy was accepted: no digest, but 8 bytes of the key's id and 8 of the policy's number


class ChainError(RefusedError):
    """The log does not hold; the text says where."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry.

    Args:
        what: what it is about.
        number: counted up by one, from 1.
        at_s: the time of day, in seconds since 1970.
        digest: the first 16 bytes of a SHA-256.
        link: the digest of everything up to here.
    """

    what: What
    number: int
    at_s: int
    digest: bytes
    link: bytes


def digest_of(*parts: bytes) -> bytes:
    """The first 16 bytes of the SHA-256 of some parts, each with its length before it."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.digest()[:DIGEST_BYTES]


def entry_after(link: bytes, number: int, what: What, at_s: int, digest: bytes) -> Entry:
    """The entry that follows a link."""
    return Entry(what, number, at_s, digest, hashlib.sha256(link + _head(what, number, at_s, digest)).digest())


def anchor(before: Entry | None) -> Entry:
    """What a file begins with: the link of the last entry of the file before it."""
    if before is None:
        return Entry(What.ANCHOR, 0, 0, bytes(DIGEST_BYTES), NO_LINK)
    return Entry(What.ANCHOR, before.number, 0, bytes(DIGEST_BYTES), before.link)


def encode(entry: Entry) -> bytes:
    """The 64 bytes of an entry."""
    return _head(entry.what, entry.number, entry.at_s, entry.digest) + entry.link


def decode(content: bytes) -> Entry:
    """An entry from its 64 bytes; the link is not checked here.

    Raises:
        ChainError: these are no entry.
    """
    if len(content) != SIZE:
        raise ChainError(f"{len(content)} bytes are no entry")
    version, what, upper, lower, at_s, digest = _HEAD.unpack_from(content)
    if version != VERSION or what not in set(What):
        raise ChainError(f"version {version}, sort {what}: no entry of ours")
    return Entry(What(what), upper << 32 | lower, at_s, digest, content[_HEAD.size :])


def files_of(folder: Path) -> list[Path]:
    """The log's files, oldest first: each is named after its first entry.

    Raises:
        StorageError: the folder cannot be read.
    """
    try:
        return sorted(path for path in folder.glob("*.audit") if path.stem.isdigit())
    except OSError as error:
        raise StorageError(f"{folder}: cannot be read ({error.strerror})") from error


def entries_of(path: Path) -> Iterator[Entry]:
    """The entries of a file, each checked against the one before it; the anchor comes first.

    Raises:
        ChainError: the file does not hold; the text names it and the entry.
        StorageError: it cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StorageError(f"{path}: cannot be read ({error.strerror})") from error
    before: Entry | None = None
    for offset in range(0, len(content), SIZE):
        place = f"{path}: entry {offset // SIZE + 1} of the file"
        try:
            entry = decode(content[offset : offset + SIZE])
        except ChainError as error:
            raise ChainError(f"{place}: {error}") from error
        if before is None:
            _check_anchor(entry, int(path.stem), place)
        else:
            _check(entry, before, place)
        yield entry
        before = entry


def walk(folder: Path) -> Iterator[Entry]:
    """Every entry of a log, in order and without the anchors, as far as it holds.

    Raises:
        ChainError: it does not hold; the text names file and entry.
        StorageError: it cannot be read.
    """
    last: Entry | None = None
    for path in files_of(folder):
        for entry in entries_of(path):
            if entry.what is not What.ANCHOR:
                last = entry
                yield entry
            elif last is not None and entry != anchor(last):
                raise ChainError(f"{path}: does not follow the file before it")


def verify(folder: Path) -> tuple[Entry, Entry] | None:
    """The first and the last entry of a log that holds, or None where there is none.

    Raises:
        ChainError: it does not hold; the text names file and entry.
        StorageError: it cannot be read.
    """
    entries = walk(folder)
    first = last = next(entries, None)
    for last in entries:  # noqa: B007 - the last one is what is asked for
        pass
    return None if first is None or last is None else (first, last)


def standing(folder: Path) -> dict[What, Entry]:
    """The last entry of each sort in the two newest files, anchors among them.

    Raises:
        ChainError: one of these files does not hold.
        StorageError: one cannot be read.
    """
    return {entry.what: entry for path in files_of(folder)[-2:] for entry in entries_of(path)}


def find(folder: Path, head: str) -> int:
    """The number of the entry with a head, as it left with health.

    Raises:
        ChainError: no entry has it.
        StorageError: the log cannot be read.
    """
    for path in files_of(folder):
        for entry in entries_of(path):
            if entry.link[:HEAD_BYTES].hex() == head.lower():
                return entry.number
    raise ChainError(f"{folder}: no entry has the head {head[:12]}: the log's end was cut off, or it is another log")


def _check_anchor(entry: Entry, first_number: int, place: str) -> None:
    """Whether an entry is the anchor of a file that begins with a number.

    Raises:
        ChainError: it is not.
    """
    expected = Entry(What.ANCHOR, first_number - 1, 0, bytes(DIGEST_BYTES), entry.link if first_number > 1 else NO_LINK)
    if entry != expected:
        raise ChainError(f"{place}: is not the anchor of entry {first_number}")


def _check(entry: Entry, before: Entry, place: str) -> None:
    """Whether an entry follows another one.

    Raises:
        ChainError: it does not.
    """
    if entry.number != before.number + 1 or entry.what is What.ANCHOR:
        raise ChainError(f"{place}: follows {before.number}, and has number {entry.number}")
    if entry_after(before.link, entry.number, entry.what, entry.at_s, entry.digest).link != entry.link:
        raise ChainError(f"{place}: does not hold what was written, or the one before it does not")


def _head(what: What, number: int, at_s: int, digest: bytes) -> bytes:
    """The first 32 bytes of an entry."""
    if not 0 <= number <= _MAX_NUMBER or len(digest) != DIGEST_BYTES:
        raise ValueError("an entry has a number of 48 bits and a digest of 16 bytes")
    return _HEAD.pack(VERSION, what, number >> 32, number & 0xFFFFFFFF, max(0, at_s), digest)
