"""What bypasses the outbox: info at each connection, state at its two ends, health each quarter of an hour, answers."""

from __future__ import annotations

import itertools
import threading
from typing import Literal

from node import __version__
from node.config.settings import Settings
from node.contract.base import instant
from node.contract.command import CommandResult
from node.contract.documents import Health, Info, PrivacyManifest, State
from node.contract.envelope import CommandResultMessage, HealthMessage, InfoMessage, StateMessage
from node.contract.schemas import schemas_digest
from node.contract.words import Calibration, Kind
from node.ops.clock import WallClock, boot_s
from node.uplink.composer import Sender
from node.uplink.outbox import Outbox
from node.uplink.rules import Rules


class Documents:
    """Makes the documents of one run.

    Args:
        settings: what this node is configured to be.
        sender: who speaks.
        rules: what the gate lets through.
        clock: dates them.
        outbox: whose epoch, run and last sequence they name.
    """

    def __init__(self, settings: Settings, sender: Sender, rules: Rules, clock: WallClock, outbox: Outbox) -> None:
        self._settings = settings
        self._sender = sender
        self._rules = rules
        self._clock = clock
        self._outbox = outbox
        self._epoch = outbox.epoch
        self._run = outbox.run
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._schemas = schemas_digest()

    def info(self) -> InfoMessage:
        """The birth document."""
        settings = self._settings
        return InfoMessage(
            id=self._next_id(),
            source=self._sender.source,
            subject=self._sender.subject,
            time=self._now(),
            data=Info(
                epoch=self._epoch,
                last_sequence=self._outbox.last_sequence,
                version=__version__,
                schemas=self._schemas,
                window_s=settings.summary.window_s,
                hears=settings.microphone.enabled,
                sees=bool(settings.camera.source),
                counts_people=False,
                calibration=Calibration(settings.microphone.calibration),
                privacy=self._privacy(),
            ),
        )

    def _privacy(self) -> PrivacyManifest:
        """What the policy in force allows."""
        policy, is_signed = self._rules.policy, self._rules.is_signed
        return PrivacyManifest(
            kinds=tuple(kind for kind in Kind if kind in policy.kinds),
            incidents_per_10_min=policy.incidents_per_10_min,
            incidents_per_day=policy.incidents_per_day,
            time_resolution_s=policy.time_resolution_s,
            arrival_ms=policy.arrival_ms,
            policy="signed" if is_signed else "default",
        )

    def state(self, reason: Literal["birth", "stopped", "lost"]) -> StateMessage:
        """The presence document. Called from two threads: it reads nothing that changes but its number."""
        return StateMessage(
            id=self._next_id(),
            source=self._sender.source,
            subject=self._sender.subject,
            time=self._now(),
            data=State(online=reason == "birth", reason=reason, epoch=self._epoch),
        )

    def health(self, data: Health) -> HealthMessage:
        """The health document."""
        return HealthMessage(
            id=self._next_id(),
            source=self._sender.source,
            subject=self._sender.subject,
            time=self._now(),
            data=data,
        )

    def answer(self, data: CommandResult) -> CommandResultMessage:
        """The answer to a command."""
        return CommandResultMessage(
            id=self._next_id(),
            source=self._sender.source,
            subject=self._sender.subject,
            time=self._now(),
            data=data,
        )

    def _next_id(self) -> str:
        """An id that no other document has: epoch, run, count."""
        with self._lock:
            return f"{self._epoch}-r{self._run}-{next(self._numbers)}"

    def _now(self) -> str:
        """Now, to the second."""
        return instant(self._clock.wall_s(boot_s()))
