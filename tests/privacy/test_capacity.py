"""Schema law (T1): everything that a node can say is counted, and the sum is at or under 0.5 bit a second."""

from __future__ import annotations

import itertools
import json
import math
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from node.airlock.alphabet import UncountableError, bits, size_of, sizes_of, unsensed
from node.airlock.capacity import SILENT, capacity
from node.airlock.gate import STARTS_AT_ONCE, STARTS_EVERY_S
from node.config.policy import Policy, tighten
from node.config.wall import PolicySettings
from node.contract.base import Alternatives, Unsensed, Wire
from node.contract.documents import Health
from node.contract.envelope import EventMessage, HealthMessage, SummaryMessage
from node.contract.event import EVIDENCE_SETS, IncidentEnd, IncidentStart
from node.contract.summary import LevelsDb
from node.contract.words import SENSED_CODE_SETS, SURROUNDINGS_CODES, Evidence, HealthCode
from tests.unit.config.test_policy import POLICIES, WANTED

ROOT = Path(__file__).parents[2]
MESSAGES: tuple[type[Wire], ...] = (EventMessage, SummaryMessage, HealthMessage, *SILENT)


def test_the_default_policy_keeps_the_promise_of_half_a_bit_a_second() -> None:
    bound = capacity(Policy(), 900)

    assert bound.holds
    assert bound.bits_per_second <= 0.5


def test_the_budget_of_each_message_is_kept() -> None:
    per_message = capacity(Policy(), 900).per_message

    assert per_message["event start"] <= 20
    assert per_message["event end"] <= 10
    assert per_message["health"] <= 20


def test_minute_long_summaries_break_the_promise_and_it_is_said() -> None:
    assert not capacity(Policy(), 60).holds


@given(POLICIES)
def test_under_every_policy_that_a_node_accepts_the_promise_holds(policy: Policy) -> None:
    assert capacity(policy, policy.least_window_s).holds


@given(POLICIES, WANTED)
def test_no_configuration_makes_a_node_say_more_than_its_policy(policy: Policy, wanted: PolicySettings) -> None:
    tightened = tighten(policy, wanted)

    assert capacity(tightened, 900).bits_per_day <= capacity(policy, 900).bits_per_day


def test_milliseconds_of_arrival_are_counted_where_the_policy_allows_them() -> None:
    more = capacity(Policy(arrival_ms=True), 900).bits_per_day - capacity(Policy(), 900).bits_per_day

    assert more == pytest.approx(150 * math.log2(1001))


@given(st.integers(0, 4), st.integers(0, 150), st.integers(0, 4), st.integers(0, 150))
def test_a_stricter_policy_never_says_more(ten: int, day: int, less_ten: int, less_day: int) -> None:
    loose, strict = Policy(ten, day), Policy(min(ten, less_ten), min(day, less_day))

    assert capacity(strict, 900).bits_per_day <= capacity(loose, 900).bits_per_day


def test_every_message_can_be_counted() -> None:
    assert all(size_of(message) >= 1 for message in MESSAGES)


def test_what_the_connection_says_of_itself_says_nothing_of_the_street() -> None:
    assert [size_of(message) for message in SILENT] == [1, 1, 1, 1]


def test_every_field_that_is_not_counted_has_its_reason() -> None:
    told = {(message.__name__, *one) for message in MESSAGES for one in unsensed(message)}

    assert told
    assert all(len(why) > 5 for _, _, why in told)


class _Part(Wire):
    few: Annotated[int, Field(ge=1, le=3)]


@pytest.mark.parametrize(
    ("annotation", "count"),
    [
        (bool, 2),
        (Literal["a", "b", "c"], 3),
        (Evidence, len(Evidence)),
        (Annotated[int, Field(ge=0, le=9)], 10),
        (Annotated[int, Field(gt=0, lt=9)], 8),
        (Annotated[int, Field(ge=-40, le=125, multiple_of=5)], 34),
        (Annotated[int, Field(ge=1, le=4, multiple_of=10)], 0),
        (Annotated[int, Field(ge=0, le=9)] | None, 11),
        (_Part, 3),
        (_Part | None, 4),
        (tuple[bool, Literal[1, 2, 3]], 6),
        (Annotated[tuple[bool, ...], Field(max_length=3)], 1 + 2 + 4 + 8),
        (Annotated[str, Unsensed("chosen by nobody")], 1),
        (Annotated[tuple[Evidence, ...], Field(max_length=3), Alternatives(8, "sets")], 8),
    ],
    ids=str,
)
def test_a_type_is_counted_by_its_values(annotation: Any, count: int) -> None:
    model = type("Counted", (Wire,), {"__annotations__": {"field": annotation}})

    assert sizes_of(model) == {"field": count}


@pytest.mark.parametrize(
    "annotation",
    [
        str,
        float,
        bytes,
        int,
        list[int],
        dict[str, int],
        Any,
        object,
        Annotated[int, Field(ge=0)],
        Annotated[int, Field(le=9)],
        tuple[bool, ...],
        str | None,
        Annotated[tuple[str, ...], Field(max_length=2)],
        Annotated[str, Field(pattern="^a$")],
    ],
    ids=str,
)
def test_a_field_that_could_say_anything_is_refused_by_its_name(annotation: Any) -> None:
    leaky = type("Leaky", (Wire,), {"__annotations__": {"note": annotation}})

    with pytest.raises(UncountableError, match=r"Leaky\.note"):
        size_of(leaky)


def test_a_leak_deep_inside_a_message_is_found() -> None:
    inner: Any = type("Inner", (Wire,), {"__annotations__": {"text": str}})
    outer = type("Outer", (Wire,), {"__annotations__": {"parts": Annotated[tuple[inner, ...], Field(max_length=2)]}})

    with pytest.raises(UncountableError, match=r"Inner\.text"):
        size_of(outer)


@given(st.integers(1, 2**200))
def test_bits_are_the_logarithm_of_the_count(count: int) -> None:
    assert bits(count) == pytest.approx(math.log2(count), abs=1e-9)


def test_a_start_can_say_exactly_as_many_sets_of_evidence_as_are_counted() -> None:
    start = {
        "kind": "noise.spike", "category": "noise_disturbance", "incident": "00000000-000000000001", "clock": "synced",
        "uptime_s": None, "delayed": False, "severity": "moderate", "confidence": "low", "phase": "start",
    }  # fmt: skip
    lists = [words for count in range(5) for words in itertools.product(Evidence, repeat=count)]

    accepted = [words for words in lists if _start_holds(start, words)]
    assert len(accepted) == EVIDENCE_SETS


def _start_holds(start: Mapping[str, object], words: tuple[Evidence, ...]) -> bool:
    try:
        IncidentStart.model_validate_json(json.dumps({**start, "evidence": [word.value for word in words]}))
    except ValidationError:
        return False
    return True


def test_health_can_say_exactly_as_many_sets_of_codes_as_are_counted() -> None:
    sensed = [code for code in HealthCode if code not in SURROUNDINGS_CODES]
    counted = {HealthCode.RECORDS_REFUSED, HealthCode.RECORDS_LOST}
    free = [code for code in sensed if code not in counted]
    sets = [codes for count in range(len(free) + 1) for codes in itertools.combinations(sorted(free), count)]

    accepted = [codes for codes in sets if _health_holds(codes)]
    assert len(accepted) == SENSED_CODE_SETS


@pytest.mark.parametrize("code", [HealthCode.RECORDS_REFUSED, HealthCode.RECORDS_LOST])
def test_a_code_of_a_counter_says_no_more_than_the_counter(code: HealthCode) -> None:
    assert _health_holds((code,), **{code.value: 1})
    assert not _health_holds((code,))
    assert not _health_holds((), **{code.value: 1})


def _health_holds(codes: tuple[HealthCode, ...], **counters: int) -> bool:
    values = {
        "uptime_s": 1, "clock": "synced", "codes": [code.value for code in codes], "waiting": 0, "dead_letters": 0,
        "records_refused": 0, "records_lost": 0, "held_back": 0, "temperature_c": None,
        "audit_number": 0, "audit_head": "0" * 32, **counters,
    }  # fmt: skip
    try:
        Health.model_validate_json(json.dumps(values))
    except ValidationError:
        return False
    return True


def test_the_end_of_an_incident_is_counted_without_its_kind_because_the_start_has_told_it() -> None:
    assert sizes_of(IncidentEnd)["kind"] == 1


def test_the_page_for_residents_holds_the_numbers_that_the_program_computes() -> None:
    said = subprocess.run(
        [Path(sys.executable).parent / "polewatch", "privacy"], capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() in (ROOT / "docs/privacy.md").read_text()


def test_where_the_levels_scale_comes_from_is_counted_because_a_record_says_it() -> None:
    assert sizes_of(LevelsDb)["calibration"] == 2


def test_the_falls_of_the_sending_program_are_counted_as_often_as_it_may_go_on_air() -> None:
    falls = next(part for part in capacity(Policy(), 900).parts if "falls over" in part.name)
    ticks, most = 4 * 86_400, STARTS_AT_ONCE + 86_400 // STARTS_EVERY_S

    assert falls.bits_per_day == pytest.approx(math.log2(math.comb(ticks + most - 1, most)))


def test_without_the_bound_on_starts_the_promise_would_break() -> None:
    every_five_seconds = 86_400 // 5
    bits_a_day = math.log2(math.comb(4 * 86_400 + every_five_seconds - 1, every_five_seconds))

    assert (capacity(Policy(), 900).bits_per_day + bits_a_day) / 86_400 > 0.5
