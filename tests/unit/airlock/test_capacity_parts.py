"""Each part of the bound against its formula, written a second time: with lgamma instead of factorials."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError
from typing import Annotated

import pytest
from pydantic import Field

from node.airlock import capacity as capacities
from node.airlock.alphabet import UncountableError, size_of
from node.airlock.capacity import Capacity, Part, capacity
from node.config.policy import Policy
from node.contract.base import Wire
from node.contract.documents import Health
from node.contract.event import IncidentEnd, IncidentStart
from node.contract.summary import Summary

DAY_TICKS = 86_400 * 4
SLOW = Policy(incidents_per_10_min=1, time_resolution_s=60)
"""144 ten minutes a day, so 144 incidents; a minute is told, so an instant that is 10 s early is one minute early."""


def log2_factorial(n: int) -> float:
    return math.lgamma(n + 1) / math.log(2)


def in_order(places: int, things: int) -> float:
    """The bits of things on places in order, several on one place allowed: C(places + things - 1, things)."""
    return log2_factorial(places + things - 1) - log2_factorial(things) - log2_factorial(places - 1)


def part(policy: Policy, beginning: str, window_s: int = 900) -> float:
    """The only part whose name begins so."""
    (found,) = [one.bits_per_day for one in capacity(policy, window_s).parts if one.name.startswith(beginning)]
    return found


def near(bits: float) -> object:
    return pytest.approx(bits, rel=1e-9)


@pytest.mark.parametrize(("policy", "begun"), [(Policy(), 150), (SLOW, 144), (Policy(incidents_per_day=7), 7)])
def test_incidents_say_what_their_starts_and_ends_are_as_often_as_they_may_begin(policy: Policy, begun: int) -> None:
    assert part(policy, f"what {begun} incidents are") == near(begun * math.log2(size_of(IncidentStart)))
    assert part(policy, "how they ended") == near(begun * math.log2(size_of(IncidentEnd)))


@pytest.mark.parametrize(("policy", "begun"), [(Policy(), 150), (SLOW, 144)])
def test_ends_come_in_any_order_after_the_starts(policy: Policy, begun: int) -> None:
    ways = log2_factorial(2 * begun) - 2 * log2_factorial(begun)

    assert part(policy, "which incident each end") == near(log2_factorial(begun))
    assert part(policy, "in which order starts and ends") == near(ways)


@pytest.mark.parametrize(("policy", "begun"), [(Policy(), 150), (SLOW, 144)])
def test_starts_and_ends_leave_on_quarters_of_a_second(policy: Policy, begun: int) -> None:
    assert part(policy, "when these messages leave") == near(in_order(DAY_TICKS, 2 * begun))


@pytest.mark.parametrize(
    ("policy", "begun", "instants", "back"),
    [(Policy(), 150, 86_400, 10), (SLOW, 144, 1440, 1), (Policy(time_resolution_s=10), 150, 8640, 1)],
    ids=["seconds", "minutes", "tens of seconds"],
)
def test_instants_may_go_back_by_ten_seconds(policy: Policy, begun: int, instants: int, back: int) -> None:
    places = instants + 2 * begun * (back + 1)

    assert part(policy, "which seconds they name") == near(in_order(places, 2 * begun))


@pytest.mark.parametrize(("window_s", "windows"), [(900, 96), (1000, 87), (3600, 24)])
def test_summaries_say_what_they_hold_and_when_within_the_next_window_they_leave(window_s: int, windows: int) -> None:
    assert part(Policy(), f"what {windows} summaries hold", window_s) == near(windows * math.log2(size_of(Summary)))
    assert part(Policy(), "when within the next window", window_s) == near(windows * math.log2(window_s * 4))


def test_health_is_told_96_times_a_day_and_at_most_100_times_besides() -> None:
    assert part(Policy(), "what 196 messages of health hold") == near(196 * math.log2(size_of(Health)))
    assert part(Policy(), "when a change of health leaves") == near(in_order(DAY_TICKS, 100))


def test_a_sender_that_falls_over_is_seen_at_most_300_times_and_once_each_five_minutes() -> None:
    assert part(Policy(), "when the sending program falls over") == near(in_order(DAY_TICKS, 300 + 288))


def test_a_bang_arrives_at_one_of_a_thousand_milliseconds_or_at_none() -> None:
    policy = Policy(arrival_ms=True)

    assert part(policy, "at which millisecond a bang") == near(150 * math.log2(1001))


def test_where_no_incident_may_be_told_incidents_say_nothing() -> None:
    silent = Policy(incidents_per_day=0)
    names = (
        "what 0 incidents are",
        "how they ended",
        "which incident each end",
        "when these messages",
        "which seconds",
    )

    assert [part(silent, name) for name in names] == [0.0] * len(names)


def test_no_part_is_left_out_of_the_sum() -> None:
    bound = capacity(Policy(arrival_ms=True), 900)

    assert bound.bits_per_day == near(math.fsum(one.bits_per_day for one in bound.parts))
    assert bound.bits_per_second == near(bound.bits_per_day / 86_400)


@pytest.mark.parametrize(("bits_per_day", "holds"), [(43_200.0, True), (43_200.1, False), (0.0, True)])
def test_the_promise_is_half_a_bit_a_second_and_not_more(bits_per_day: float, *, holds: bool) -> None:
    assert Capacity({}, (Part("all of it", bits_per_day),)).holds is holds


def test_a_bound_that_was_computed_cannot_be_changed() -> None:
    bound = capacity(Policy(), 900)

    with pytest.raises(FrozenInstanceError):
        bound.parts = ()  # type: ignore[misc]  # that is what is tested
    with pytest.raises(FrozenInstanceError):
        bound.parts[0].bits_per_day = 0.0  # type: ignore[misc]  # that is what is tested
    assert not any(hasattr(one, "__dict__") for one in (bound, *bound.parts))


def test_a_message_that_is_said_to_be_silent_and_is_not_stops_the_count(monkeypatch: pytest.MonkeyPatch) -> None:
    class Talks(Wire):
        level: Annotated[int, Field(ge=0, le=1)]

    monkeypatch.setattr(capacities, "SILENT", (Talks,))

    with pytest.raises(UncountableError, match=r"Talks can say something: \{'level': 2\}"):
        capacity(Policy(), 900)


def test_messages_that_say_nothing_are_told_as_nothing() -> None:
    per_message = capacity(Policy(), 900).per_message

    assert [per_message[name] for name in ("info", "state", "gap", "command result")] == [0.0] * 4
