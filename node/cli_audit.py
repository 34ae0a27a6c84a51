"""`polewatch audit verify`: whether the log of what left is whole, and since when this node is what it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from node.config.load import load
from node.config.settings import Settings
from node.contract.base import instant
from node.errors import UnreadableInputError
from node.uplink import chain
from node.uplink.accepted import least_number
from node.uplink.audit import audit_folder
from node.uplink.chain import Entry, What
from node.uplink.history import History, history_of
from node.uplink.inventory import identity_digest, model_digest, models_digest, models_here


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
    settings = load(path).settings
    folder = audit_folder(settings)
    history = history_of(chain.walk(folder))
    if history.first is None or history.last is None:
        raise UnreadableInputError(f"{folder}: holds no audit log")
    if head is not None:
        number = chain.find(folder, head)
        print(f"{folder}: the head {head[:12]} is that of entry {number}")
    last = history.last
    print(
        f"{folder}: holds, entries {history.first.number} to {last.number}, head {last.link[: chain.HEAD_BYTES].hex()}"
    )
    for line in _standing(settings, history):
        print(f"  {line}")
    return 0


def _standing(settings: Settings, history: History) -> Iterator[str]:
    """What the log says this node is, beside what is here now."""
    models = models_here(settings)
    yield _compared("models", What.MODELS, models_digest(models), history)
    for model in models:
        entry = history.models.get(model_digest(model))
        yield f"  {model.name} {model.sha256[:12]}: {_place(entry) if entry else 'NOT in the log'}"
    yield _compared("identity", What.IDENTITY, identity_digest(settings), history)
    if (policy := history.since.get(What.POLICY)) is not None:
        yield f"policy: in force {_place(policy)}, changed {history.changes[What.POLICY]} times"
    accepted = history.since.get(What.ACCEPTED)
    if accepted is not None and (number := least_number(accepted.digest, settings.policy.root_key)):
        yield f"signed policy {number}: accepted {_place(accepted)}; none with a lower number is"


def _compared(name: str, what: What, here: bytes | None, history: History) -> str:
    """One line about something that the log names, and that can be looked at."""
    entry = history.since.get(what)
    if entry is None:
        return f"{name}: the log names none"
    changes = f"changed {history.changes[what]} times"
    if here is None:
        return f"{name}: {_place(entry)}, {changes}; the certificate cannot be read now, so it is not compared"
    if here != entry.digest:
        return f"{name}: NOT as here: the log has another {_place(entry)}; uplink looks at its start, and each hour"
    return f"{name}: as here {_place(entry)}, {changes}"


def _place(entry: Entry) -> str:
    """Since when, by the log."""
    return f"since entry {entry.number} ({instant(entry.at_s)})"
