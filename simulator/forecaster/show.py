"""What a reader has, for people: a table, or plain lines where nobody looks at a screen."""

from __future__ import annotations

import re

from rich.console import Console
from rich.table import Table

from simulator.forecaster.reader import Account, accounts, are_complete
from simulator.forecaster.said import Said
from simulator.forecaster.shelf import Shelf


def as_json(shelf: Shelf, asked: int) -> dict[str, object]:
    """All of it, for `--json`."""
    nodes: dict[str, dict[str, object]] = {}
    made = accounts(shelf)
    for account in made:
        node = nodes.setdefault(
            account.node,
            {
                "online": shelf.is_online(account.node),
                "messages": shelf.topics(account.node),
                "repeated": shelf.repeated(account.node),
                "epochs": {},
            },
        )
        epochs = node["epochs"]
        assert isinstance(epochs, dict)
        epochs[account.epoch] = account.as_json()
    return {"nodes": nodes, "asked": asked, "complete": are_complete(made)}


def table(shelf: Shelf) -> Table:
    """One row for each outbox."""
    made = Table(title="what nodes have said", title_justify="left")
    for name in ("node", "outbox", "numbers", "received", "gone, and named", "missing", "state"):
        made.add_column(name, justify="left" if name in {"node", "outbox", "state"} else "right")
    for account in accounts(shelf):
        online = shelf.is_online(account.node)
        state = "unknown" if online is None else "online" if online else "offline"
        made.add_row(
            account.node,
            account.epoch,
            f"{account.numbers.first}..{account.numbers.last}",
            str(account.received),
            gone(account),
            lacking(account),
            state,
        )
    return made


def gone(account: Account) -> str:
    """What was named as gone."""
    return ", ".join(f"{count} {reason}" for reason, count in account.named.items()) or "none"


def lacking(account: Account) -> str:
    """What neither came nor was named."""
    spans = [f"{span.first}..{span.last}" if len(span) > 1 else str(span.first) for span in account.lacking]
    return ", ".join(spans[:3]) + (f" and {len(spans) - 3} more" if len(spans) > 3 else "") or "none"


def line(said: Said) -> str:
    """One message, in a line."""
    data = said.data
    if said.topic.startswith("event/"):
        return f"{said.node} {said.topic.removeprefix('event/')} {_word(data.get('phase'))}, number {said.sequence}"
    if said.topic == "gap":
        gone_by = f"{_word(data.get('count'))} messages are gone ({_word(data.get('reason'))})"
        return f"{said.node} gap: {gone_by}, number {said.sequence}"
    if said.topic == "summary":
        return f"{said.node} summary, number {said.sequence}"
    if said.topic == "info":
        return f"{said.node} is here: outbox {said.epoch}, {said.last} messages so far"
    if said.topic == "command/result":
        why = data.get("refusal")
        count = f", {_word(data.get('replayed'))} sent again" if data.get("status") == "done" else ""
        return f"{said.node} {_word(data.get('status'))} a question{f' ({_word(why)})' if why else count}"
    return f"{said.node} {said.topic}: {'online' if data.get('online') else 'offline'}"


def lines(console: Console, shelf: Shelf) -> None:
    """What there is, one line for each outbox."""
    for account in accounts(shelf):
        console.print(
            f"{account.node} outbox {account.epoch}: {account.received} of numbers {account.numbers.first}.."
            f"{account.numbers.last}; gone: {gone(account)}; missing: {lacking(account)}",
            highlight=False,
            soft_wrap=True,
            markup=False,
        )


def _word(value: object) -> str:
    """What a node says, as it can be shown on any terminal and does nothing there."""
    return re.sub("[^ -~]", "?", str(value))[:32]
