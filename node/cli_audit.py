"""`polewatch audit verify`: whether the log of what left is whole."""

from __future__ import annotations

from pathlib import Path

from node.config.load import load
from node.errors import UnreadableInputError
from node.uplink import chain
from node.uplink.audit import audit_folder


def run_audit(path: Path | None, head: str | None) -> int:
    """Checks every entry of the log and prints what it found, and gives the exit code.

    Args:
        path: the configuration; the log lies beside its outbox.
        head: a head that left with health, in hex; it must stand in the log.

    Raises:
        ChainError: the log does not hold.
        UnreadableInputError: there is no log.
        StorageError: it cannot be read.
    """
    folder = audit_folder(load(path).settings)
    found = chain.verify(folder)
    if found is None:
        raise UnreadableInputError(f"{folder}: holds no audit log")
    first, last = found
    if head is not None:
        number = chain.find(folder, head)
        print(f"{folder}: the head {head[:12]} is that of entry {number}")
    print(f"{folder}: holds, entries {first.number} to {last.number}, head {last.link[: chain.HEAD_BYTES].hex()}")
    return 0
