"""The reader itself: keeps what comes, acknowledges what is kept, and asks for what it lacks."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from simulator.forecaster.asking import Asking, Question
from simulator.forecaster.proof import missing
from simulator.forecaster.said import Said, Span, read
from simulator.forecaster.shelf import Shelf
from simulator.forecaster.subscriber import Subscriber

_ROOM_FOR_NAME = 31


@dataclass(frozen=True, slots=True)
class Account:
    """What a reader has of one outbox of a node.

    Args:
        node: the node.
        epoch: of the outbox.
        numbers: those that there are for us.
        received: how many of them came.
        named: how many will never come, by the reason that a gap gives.
        lacking: those that neither came nor were named.
    """

    node: str
    epoch: str
    numbers: Span
    received: int
    named: dict[str, int] = field(default_factory=dict)
    lacking: tuple[Span, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every number came, or was named as gone."""
        return not self.lacking

    def as_json(self) -> dict[str, object]:
        """The same for `--json`."""
        return {
            "first": self.numbers.first,
            "last": self.numbers.last,
            "received": self.received,
            "gone": self.named,
            "missing": [[span.first, span.last] for span in self.lacking],
            "complete": self.is_complete,
        }


def accounts(shelf: Shelf) -> list[Account]:
    """What a reader has of every outbox that it ever heard of.

    Raises:
        StorageError: the file cannot be read.
    """
    made = []
    for node, epoch, numbers in shelf.lines():
        received, named = shelf.received(node, epoch), shelf.named(node, epoch)
        reasons: dict[str, int] = {}
        for span, reason in named:
            reasons[reason] = reasons.get(reason, 0) + len(span)
        lacking = missing(numbers.first, numbers.last, [*received, *(span for span, _ in named)])
        count = sum(len(span) for span in received)
        made.append(Account(node, epoch, numbers, count, reasons, tuple(lacking)))
    return made


def are_complete(made: list[Account]) -> bool:
    """Whether everything is there of every outbox; who has heard of none has proved nothing."""
    return bool(made) and all(account.is_complete for account in made)


class Reader:
    """Reads for as long as somebody calls `turn`.

    Args:
        subscriber: where messages come from.
        shelf: where they are kept.
        name: who asks.
        asks: whether it asks nodes for what it lacks.
        now: seconds on any clock that never steps.
    """

    def __init__(
        self,
        subscriber: Subscriber,
        shelf: Shelf,
        name: str,
        *,
        asks: bool = True,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._subscriber = subscriber
        self._shelf = shelf
        self._name = name
        self._asks = asks
        self._now = now
        self._looked_s = 0.0
        self._settled: dict[tuple[str, str], Span] = {}
        self._questions: dict[str, tuple[str, Question]] = {}
        self._changed: set[tuple[str, str]] | None = None
        self.asking = Asking()

    def turn(self, timeout_s: float) -> list[Said]:
        """Takes in what came, waiting at most so long for something, and gives it.

        Raises:
            StorageError: it could not be kept: nothing of it is acknowledged, and it will come again.
        """
        deliveries = self._subscriber.take(timeout_s)
        said = [(one, delivery.at_s) for delivery in deliveries if (one := read(delivery.topic, delivery.payload))]
        if said:
            self._shelf.put(said)
        # What is no message of a node's is acknowledged, too: it would come again for ever.
        for delivery in deliveries:
            self._subscriber.acknowledge(delivery)
        for one, _ in said:
            if self._changed is not None and one.epoch:
                self._changed.add((one.node, one.epoch))
            if one.topic == "command/result":
                self._hear(one)
        if self._asks:
            self._look()
        return [one for one, _ in said]

    def _hear(self, result: Said) -> None:
        """Takes in an answer, if the question was ours."""
        name, question = self._questions.get(result.node, ("", None))
        if question is None or result.data.get("command") != name:
            return
        if result.data.get("status") in {"done", "refused"}:
            del self._questions[result.node]
            self.asking.answered(result.node, self._now())
        if result.data.get("refusal") == "other_epoch":
            self.asking.is_over(question.node, question.epoch)

    def _look(self) -> None:
        """Once a second, looks for what is lacking, and asks for it."""
        now_s = self._now()
        if now_s - self._looked_s < 1.0:
            return
        self._looked_s = now_s
        if self._changed is None or self._changed:
            for node, epoch, numbers in self._shelf.lines():
                if self._changed is None or (node, epoch) in self._changed:
                    self.asking.lacks(node, epoch, self._lacking(node, epoch, numbers), now_s)
            self._changed = set()
        if self._subscriber.denied:
            self.asking.deny()
        if self._subscriber.connected and (question := self.asking.next(now_s)) is not None:
            name = secrets.token_hex(16)
            self._questions[question.node] = name, question
            self._subscriber.ask(question.node, _command(question, self._name, name), bytes.fromhex(name))

    def _lacking(self, node: str, epoch: str, numbers: Span) -> list[Span]:
        """What an outbox lacks. What was complete once stays so, and is not looked through again."""
        settled = self._settled.get((node, epoch), Span(numbers.first, numbers.first - 1))
        if settled.first != numbers.first:
            settled = Span(numbers.first, numbers.first - 1)
        named = [span for span, _ in self._shelf.named(node, epoch)]
        there = [*self._shelf.received(node, epoch, settled.last), *named]
        lacking = missing(settled.last + 1, numbers.last, there)
        last = lacking[0].first - 1 if lacking else numbers.last
        self._settled[node, epoch] = Span(numbers.first, last)
        return lacking


def _command(question: Question, asker: str, name: str) -> bytes:
    """A question as it is on the wire."""
    return json.dumps(
        {
            "specversion": "1.0",
            "id": name,
            "source": f"urn:polewatch:reader:{_plain(asker)}",
            "type": "org.polewatch.command.v1",
            "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "datacontenttype": "application/json",
            "dataschema": "urn:polewatch:schema:command:v1",
            "data": {
                "verb": "resync",
                "epoch": question.epoch,
                "first_sequence": question.span.first,
                "last_sequence": question.span.last,
            },
        }
    ).encode()


def _plain(asker: str) -> str:
    """A name as the wire takes it."""
    name = re.sub("[^a-z0-9]+", "-", asker.lower())[:_ROOM_FOR_NAME].strip("-")
    return name if len(name) > 2 else "reader"
