"""The books of one node: one file, the outbox and the register in it, and who writes in them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from node.airlock.occupancy import Below
from node.config.settings import Settings
from node.ops.clock import WallClock
from node.uplink.composer import Composer, Sender
from node.uplink.gaps import Gaps
from node.uplink.outbox import Outbox
from node.uplink.people import People
from node.uplink.register import Register
from node.uplink.store import Store


@dataclass(frozen=True, slots=True)
class Books:
    """What intake and summaries share.

    Args:
        store: the file.
        outbox: messages to send.
        register: what was sensed and told.
        people: how many were seen in windows that are not told yet.
        composer: makes messages.
        window_s: length of a summary's window, in seconds.
    """

    store: Store
    outbox: Outbox
    register: Register
    people: People
    composer: Composer
    window_s: int


def sender_of(settings: Settings) -> Sender:
    """Who speaks."""
    return Sender(f"urn:polewatch:node:{settings.node.id}", settings.node.tile)


def open_books(
    settings: Settings,
    clock: WallClock,
    path: str,
    *,
    epoch: int | None = None,
    boot_id: int = 0,
    below: Below = secrets.randbelow,
) -> Books:
    """Opens the books of a node.

    Args:
        settings: which node it is.
        clock: dates what is written.
        path: the file, or `IN_MEMORY`.
        epoch: of a new file; None draws it.
        boot_id: of this boot of the device; 0 where none is known.
        below: the chance in what is told of counts of people.

    Raises:
        StorageError: the file cannot be opened or written.
    """
    store = Store(path, settings.outbox.max_mb)
    try:
        outbox = Outbox(store, Gaps(sender_of(settings), clock), epoch)
    except BaseException:
        store.close()
        raise
    composer = Composer(sender_of(settings), clock)
    return Books(store, outbox, Register(store, boot_id), People(below), composer, settings.summary.window_s)
