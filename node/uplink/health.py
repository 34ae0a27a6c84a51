"""Puts the node's health into codes: what the last status of `sense` says, and what `uplink` itself sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from node.airlock.gate import HEALTH_CHANGES_AT_ONCE
from node.airlock.record import SensorState, Status
from node.contract.base import rough, total
from node.contract.documents import TEMPERATURE_STEP_C, Health
from node.contract.topics import HEALTH_INTERVAL_S
from node.contract.words import ClockQuality, HealthCode

ABSENT_AFTER_S = 30.0
_MICROPHONE = {
    SensorState.ABSENT: HealthCode.MICROPHONE_ABSENT,
    SensorState.SILENT_OR_FROZEN: HealthCode.MICROPHONE_SILENT,
    SensorState.FAULTY: HealthCode.MICROPHONE_FAULTY,
}
_CAMERA = {
    SensorState.ABSENT: HealthCode.CAMERA_ABSENT,
    SensorState.SILENT_OR_FROZEN: HealthCode.CAMERA_FROZEN,
    SensorState.FAULTY: HealthCode.CAMERA_FAULTY,
}


def stepped_c(temperature_c: int) -> int:
    """A temperature as health may say it: the step below it, within -40..125 (P2)."""
    return min(max(temperature_c, -40), 125) // TEMPERATURE_STEP_C * TEMPERATURE_STEP_C


@dataclass(frozen=True, slots=True)
class Counters:
    """What `uplink` counts.

    Args:
        waiting: messages that the broker has not.
        dead_letters: messages that it refused for good.
        records_refused: packets in the airlock that were no records.
        records_lost: records that never arrived.
        held_back: incidents that the rate cap kept back.
        commands_refused: commands that were no good.
    """

    waiting: int
    dead_letters: int
    records_refused: int
    records_lost: int
    held_back: int
    commands_refused: int = 0


@dataclass(frozen=True, slots=True)
class Flags:
    """What `uplink` sees of its own surroundings."""

    storage_full: bool
    broker_refuses: bool
    no_subscriber: bool
    policy_refused: bool = False
    has_rival: bool = False


@dataclass(frozen=True, slots=True)
class Seal:
    """The head of the audit log: whoever knows it finds out when the log's end was cut off.

    Args:
        number: of its last entry.
        head: the digest of everything up to it, in hex.
    """

    number: int
    head: str


class Pace:
    """When health may be published: each quarter of an hour, and a few times in between when a code changed.

    What `sense` says of itself can change as often as it likes; what leaves cannot (P4): four changes at once, and
    one more for each quarter of an hour.
    """

    def __init__(self) -> None:
        self._changes_left = HEALTH_CHANGES_AT_ONCE
        self._next_s = 0.0

    def connected(self) -> None:
        """A connection began: health is due."""
        self._next_s = 0.0

    def is_due(self, now_s: float, *, changed: bool) -> bool:
        """Whether to publish now."""
        return now_s >= self._next_s or (changed and self._changes_left > 0)

    def published(self, now_s: float) -> None:
        """It was published."""
        if now_s >= self._next_s:
            self._next_s = now_s + HEALTH_INTERVAL_S
            self._changes_left = min(self._changes_left + 1, HEALTH_CHANGES_AT_ONCE)
        else:
            self._changes_left -= 1


class HealthKeeper:
    """Remembers the last status of `sense` and judges the whole.

    Args:
        started_s: when this process started, on the boot clock.
    """

    def __init__(self, started_s: float) -> None:
        self._heard_s = started_s
        self._status: Status | None = None

    def lives(self, now_s: float) -> None:
        """Something came from `sense`, whether or not it could be stored."""
        self._heard_s = now_s

    def hear(self, status: Status) -> None:
        """Takes in a status."""
        self._status = status

    def sense_is_absent(self, now_s: float) -> bool:
        """Whether `sense` has been silent for so long that it counts as gone."""
        return now_s - self._heard_s > ABSENT_AFTER_S

    @property
    def is_quarantined(self) -> bool:
        """Whether the last status says that the operator's file has stopped sensing."""
        status = self._status
        return status is not None and SensorState.QUARANTINED in {status.microphone, status.camera}

    def judge(
        self, now_s: float, clock: ClockQuality, seen: tuple[Counters, Flags, Seal], temperature_c: int | None
    ) -> Health:
        """The health document's data."""
        counters, flags, seal = seen
        return Health(
            uptime_s=min(int(now_s), 2**31 - 1),
            clock=clock,
            codes=tuple(sorted(self._codes(now_s, clock, counters, flags))),
            waiting=total(counters.waiting),
            dead_letters=total(counters.dead_letters),
            records_refused=rough(counters.records_refused),
            records_lost=rough(counters.records_lost),
            held_back=rough(counters.held_back),
            commands_refused=total(counters.commands_refused),
            audit_number=seal.number,
            audit_head=seal.head,
            temperature_c=None if temperature_c is None else stepped_c(temperature_c),
        )

    def _codes(self, now_s: float, clock: ClockQuality, counters: Counters, flags: Flags) -> Iterator[HealthCode]:
        """Every code that holds now."""
        if self.sense_is_absent(now_s):
            yield HealthCode.SENSE_ABSENT
        elif self.is_quarantined:
            yield HealthCode.QUARANTINED
        elif self._status is not None:
            yield from (code for code in (_MICROPHONE.get(self._status.microphone),) if code)
            yield from (code for code in (_CAMERA.get(self._status.camera),) if code)
        conditions = {
            HealthCode.CLOCK_UNSYNCED: clock is ClockQuality.UNSYNCED,
            HealthCode.STORAGE_FULL: flags.storage_full,
            HealthCode.BROKER_REFUSES: flags.broker_refuses,
            HealthCode.NO_SUBSCRIBER: flags.no_subscriber,
            HealthCode.DEAD_LETTERS: counters.dead_letters > 0,
            HealthCode.RECORDS_REFUSED: counters.records_refused > 0,
            HealthCode.RECORDS_LOST: counters.records_lost > 0,
            HealthCode.POLICY_REFUSED: flags.policy_refused,
            HealthCode.DUPLICATE_IDENTITY: flags.has_rival,
        }
        yield from (code for code, holds in conditions.items() if holds)
