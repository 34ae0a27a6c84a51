"""The settings of the wall: what may leave, what is remembered, what stops sensing, and who answers for it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from node.config.base import Section, setting
from node.contract.words import Kind


class PolicySettings(Section):
    """What the gate lets through. Only stricter values than the signed policy's, or the default's, have an effect."""

    incidents_per_10_min: int = setting(4, "incidents that may begin within any 10 minutes", ge=0, le=4)
    incidents_per_day: int = setting(150, "incidents that may begin within any 24 hours", ge=0, le=150)
    silent_kinds: Annotated[tuple[Kind, ...], Field(strict=False)] = setting(
        (), 'kinds of incident that are never told, as ["sound.scream"]'
    )
    time_resolution_s: Literal[1, 10, 60] = setting(1, "to what the time of an incident is rounded: 1, 10 or 60 s")
    arrival_ms: bool = setting(
        True,  # noqa: FBT003 - the default, as in every line here
        "a bang carries its time of arrival in milliseconds; only where the signed policy allows it, too",
    )
    k: int = setting(5, "below so many people none are told; without a signed policy it is 10 at least", ge=5, le=100)
    epsilon_percent: int = setting(
        100, "epsilon of a window's count of people; without a signed policy it is 50 at most", unit="%", ge=1, le=100
    )
    file: str = setting(
        "/etc/polewatch/policy.signed",
        "the signed policy; without it the strictest useful defaults hold",
        pattern=r"^/[^\x00]+$",
        max_length=4001,
    )
    root_key: str = setting(
        "",
        "public half of the key that signs policies: Ed25519, 64 hex digits. Never set it by remote",
        pattern=r"^([0-9a-f]{64})?$",
    )


class MemorySettings(Section):
    """What `sense` learnt before it was started: kept on this device, never published."""

    path: str = setting(
        "",
        "folder of the learnt hours of the week, written by uplink and read by sense; empty: memory/ beside the outbox",
        pattern=r"^(/[^\x00]+)?$",
        max_length=4001,
    )


class QuarantineSettings(Section):
    """The switch that stops sensing."""

    file: str = setting(
        "/etc/polewatch/quarantine",
        "while this file is there nothing is sensed: devices are closed, buffers overwritten, health goes on",
        pattern=r"^/[^\x00]+$",
        max_length=4001,
    )


class OperatorSettings(Section):
    """Who answers for this pole: stands on its public page."""

    name: str = setting("", "name of the office", pattern=r"^[A-Za-z0-9À-ž .,'&()/-]{0,80}$")
    contact: str = setting(
        "",
        "how to reach it: an e-mail address, a telephone number or an https address",
        pattern=r"^([A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,120}|\+?[0-9 ()/-]{3,30}|https://[A-Za-z0-9._/-]{3,120})?$",
    )
