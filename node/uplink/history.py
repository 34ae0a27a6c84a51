"""What an audit log says of a node: since which entry its models, its identity and its policy are what they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from node.uplink.chain import Entry, What

FOLLOWED = (What.MODELS, What.IDENTITY, What.POLICY, What.ACCEPTED)


@dataclass(slots=True)
class History:
    """A log read to its end. What it says again, as each start does, is no change.

    Args:
        first: its first entry; None where it has none.
        last: its last one.
        since: of each sort that is followed, the entry of its last change.
        changes: of each sort, how often it has changed since it was first named.
        models: of each model that may be loaded, by its digest, the entry since which it may.
    """

    first: Entry | None = None
    last: Entry | None = None
    since: dict[What, Entry] = field(default_factory=dict)
    changes: dict[What, int] = field(default_factory=dict)
    models: dict[bytes, Entry] = field(default_factory=dict)
    _models_before: dict[bytes, Entry] = field(default_factory=dict)

    def follow(self, entry: Entry) -> None:
        """Goes on by one entry."""
        self.first, self.last = self.first or entry, entry
        if entry.what is What.MODELS:
            self._models_before, self.models = self.models, {}
        if entry.what is What.MODEL:
            self.models[entry.digest] = self._models_before.get(entry.digest, entry)
        before = self.since.get(entry.what)
        if entry.what in FOLLOWED and (before is None or before.digest != entry.digest):
            self.since[entry.what] = entry
            self.changes[entry.what] = self.changes.get(entry.what, -1) + 1


def history_of(entries: Iterable[Entry]) -> History:
    """The history that some entries tell, in their order."""
    history = History()
    for entry in entries:
        history.follow(entry)
    return history
