"""The policy in force: read at the start and every hour, the strict default when in doubt."""

from __future__ import annotations

import json
import logging

from node.config.policy import Policy, window_in_force_s
from node.config.settings import Settings
from node.config.signed_policy import InForce, in_force
from node.ops.clock import WallClock
from node.uplink.chain import digest_of

LOOK_EVERY_S = 3600.0
log = logging.getLogger(__name__)


class Rules:
    """The policy of one node.

    Args:
        settings: which node, where its policy lies, and what it tightens.
        clock: a policy runs out.
        now_s: on the boot clock.
        least_number: of the last signed policy that this node has accepted: no older one is.
    """

    def __init__(self, settings: Settings, clock: WallClock, now_s: float, least_number: int = 0) -> None:
        self._settings = settings
        self._clock = clock
        self._next_s = now_s + LOOK_EVERY_S
        self.accepted_number = least_number
        """The number of the last signed policy that was accepted, 0 where there was none."""
        self._in_force = self._read(now_s)
        self._window_s = self.settings.summary.window_s
        self._tell()

    @property
    def policy(self) -> Policy:
        """What the gate lets through."""
        return self._in_force.policy

    @property
    def is_signed(self) -> bool:
        """Whether it comes from a signed file, not from the defaults."""
        return self._in_force.is_signed

    @property
    def is_refused(self) -> bool:
        """Whether there is a file that cannot be used."""
        return bool(self._in_force.refusal)

    @property
    def settings(self) -> Settings:
        """The configuration, with windows no shorter than the policy has them. A demonstration's stay as they are."""
        summary = self._settings.summary
        longer = summary.model_copy(update={"window_s": window_in_force_s(summary, self.policy)})
        return self._settings.model_copy(update={"summary": longer})

    @property
    def has_other_windows(self) -> bool:
        """Whether windows of another length are in force than at the start: `uplink` must be started anew for that."""
        return self.settings.summary.window_s != self._window_s

    @property
    def digest(self) -> bytes:
        """For the audit log: of what holds, where it comes from, and why a file was refused."""
        now = self._in_force
        document = json.dumps(now.policy.document, sort_keys=True).encode()
        return digest_of(document, now.origin.encode(), now.refusal.encode())

    def look(self, now_s: float) -> bool:
        """Reads the policy again if it is time, and says whether another one holds now."""
        if now_s < self._next_s:
            return False
        self._next_s = now_s + LOOK_EVERY_S
        before, self._in_force = self._in_force, self._read(now_s)
        if self._in_force == before:
            return False
        self._tell()
        return True

    def _read(self, now_s: float) -> InForce:
        """The policy that holds now."""
        now = in_force(self._settings.policy, self._settings.node.id, self._clock.wall_s(now_s), self.accepted_number)
        self.accepted_number = max(self.accepted_number, now.number)
        return now

    def _tell(self) -> None:
        """Says which policy holds."""
        now = self._in_force
        if now.refusal:
            log.error("%s; the default policy holds", now.refusal)
        elif now.is_signed:
            log.info("%s holds", now.origin)
        if self.has_other_windows:
            log.warning("the policy has windows of another length: uplink ends, and is started anew")
        if window_in_force_s(self._settings.summary, self.policy) < self.policy.least_window_s:
            log.warning("a demonstration: summaries are so short that the bound of 0.5 bit/s does not hold")
