"""Judges what a node is asked. Whatever is not exactly right is refused, answered as refused, counted and audited.

    too many bytes, or no command of ours        oversized, unknown
    kept at the broker for whoever comes         retained
    no MQTT expiry of 60 s at most, or old       expired
    obeyed before                                replayed
    about another outbox than this one           other_epoch
    while another one is being obeyed, or more
    than 10 at once and one each five seconds    busy

A flood is only counted: what it would fill are the network, the card and the audit log.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pydantic import ValidationError

from node.contract.command import CommandMessage, CommandResult, Refusal
from node.contract.topics import COMMAND_EXPIRY_S
from node.contract.words import ClockQuality
from node.ops.clock import WallClock
from node.uplink.allowance import Allowance
from node.uplink.audit import Audit
from node.uplink.chain import What, digest_of
from node.uplink.news import Arrived
from node.uplink.outbox import Outbox
from node.uplink.replay import Range, Replay
from node.uplink.store import Store

Answer = Callable[[CommandResult, bytes], None]
"""Takes an answer and the Correlation Data of its question."""
ANSWERS_AT_ONCE = 30
ANSWER_EVERY_S = 2.0
OBEYED_AT_ONCE = 10
OBEY_EVERY_S = 5.0
"""Each one obeyed is a write to the card, and two answers."""
_REMEMBERED = 256


class Commands:
    """Takes commands in.

    Args:
        store: remembers what was obeyed.
        outbox: whose messages can be sent again.
        replay: sends them.
        clock: says what time it is, and whether it knows.
        audit: where each command that is answered is written.
        answer: where answers go.
    """

    def __init__(
        self, store: Store, outbox: Outbox, replay: Replay, clock: WallClock, audit: Audit, answer: Answer
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._replay = replay
        self._clock = clock
        self._audit = audit
        self._answer = answer
        self._answers = Allowance(ANSWERS_AT_ONCE, ANSWER_EVERY_S)
        self._deeds = Allowance(OBEYED_AT_ONCE, OBEY_EVERY_S)
        self.refused = 0
        """How many were refused, answered or not."""

    def hear(self, news: Arrived, now_s: float) -> None:
        """Obeys a command or refuses it.

        Args:
            news: what came, nothing of it looked at.
            now_s: now, on the clock that never steps.

        Raises:
            StorageError: the card does not remember it: it is not obeyed, and not answered.
        """
        command = _parse(news.payload)
        refusal = self._judge(news, command, now_s)
        if refusal is not None:
            self._refuse(news, command, refusal, now_s)
        elif command is not None:
            self._remember(command.id)
            self._audit.note(What.COMMAND, now_s, digest_of(news.payload or b"", b""))
            self._obey(command, news.correlation, now_s)

    def _refuse(self, news: Arrived, command: CommandMessage | None, refusal: Refusal, now_s: float) -> None:
        """Counts a refusal; answers and audits it while there are not too many."""
        self.refused += 1
        if not self._answers.take(now_s):
            return
        self._audit.note(What.COMMAND, now_s, digest_of(news.payload or b"", refusal.value.encode()))
        name = None if command is None else command.id
        result = CommandResult(command=name, status="refused", refusal=refusal, replayed=0, gone=0)
        self._answer(result, news.correlation)

    def _judge(self, news: Arrived, command: CommandMessage | None, now_s: float) -> Refusal | None:
        """Why a command is not obeyed; None when it is."""
        if news.payload is None:
            return Refusal.OVERSIZED
        if command is None:
            return Refusal.UNKNOWN
        checks: tuple[tuple[Refusal, Callable[[], bool]], ...] = (
            (Refusal.RETAINED, lambda: news.retained),
            (Refusal.EXPIRED, lambda: self._is_old(news, command, now_s)),
            (Refusal.REPLAYED, lambda: self._was_obeyed(command)),
            (Refusal.OTHER_EPOCH, lambda: command.data.epoch != self._outbox.epoch),
            (Refusal.BUSY, lambda: self._replay.busy or not self._deeds.take(now_s)),
        )
        return next((refusal for refusal, holds in checks if holds()), None)

    def _was_obeyed(self, command: CommandMessage) -> bool:
        """Whether a command came before."""
        return self._store.number("SELECT 1 FROM obeyed WHERE id = ?", (command.id,)) is not None

    def _is_old(self, news: Arrived, command: CommandMessage, now_s: float) -> bool:
        """Whether a command is older than it may be, or could lie at the broker for longer."""
        if news.expiry_s is None or news.expiry_s > COMMAND_EXPIRY_S:
            return True
        if self._clock.quality() is not ClockQuality.SYNCED:
            return False
        try:
            asked_s = datetime.fromisoformat(command.time).timestamp()
        except ValueError:
            return True
        return abs(self._clock.wall_s(now_s) - asked_s) > COMMAND_EXPIRY_S

    def _remember(self, command: str) -> None:
        """Writes down that a command is obeyed, before it is: a crash must not obey it twice."""
        with self._store.transaction():
            self._store.run("INSERT INTO obeyed (id) VALUES (?)", (command,))
            self._store.run("DELETE FROM obeyed WHERE number <= (SELECT max(number) FROM obeyed) - ?", (_REMEMBERED,))

    def _obey(self, command: CommandMessage, correlation: bytes, now_s: float) -> None:
        """Begins to send a range again, and says so; says so again at the end."""

        def done(replayed: int, gone: int) -> None:
            self._answer(
                CommandResult(command=command.id, status="done", refusal=None, replayed=replayed, gone=gone),
                correlation,
            )

        self._replay.begin(Range(command.data.first_sequence, command.data.last_sequence), now_s, done)
        self._answer(
            CommandResult(command=command.id, status="accepted", refusal=None, replayed=0, gone=0), correlation
        )


def _parse(payload: bytes | None) -> CommandMessage | None:
    """A command, or None where it is none."""
    if payload is None:
        return None
    try:
        return CommandMessage.model_validate_json(payload)
    except ValidationError:
        return None
