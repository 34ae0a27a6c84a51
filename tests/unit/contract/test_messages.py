"""The contract: what can be said, and what cannot."""

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from node.contract.base import event_id, few, instant, total
from node.contract.envelope import EventMessage, Outbound, SummaryMessage, encode
from node.contract.event import (
    DURATION_STEPS_S,
    PEAK_STEPS_DB,
    IncidentEnd,
    IncidentStart,
    duration_step,
    peak_step,
)
from node.contract.schemas import schema, schemas_digest
from node.contract.summary import Counts, LevelsDb, Summary
from node.contract.topics import ROUTES, topic_of
from node.contract.words import (
    EVIDENCE_BIT,
    KINDS,
    Category,
    ClockQuality,
    Confidence,
    EndReason,
    Evidence,
    Kind,
    Severity,
)

ID = "0000002a-000000000001"


def start(**changes: object) -> IncidentStart:
    facts: dict[str, object] = {
        "kind": Kind.NOISE_SPIKE,
        "category": Category.NOISE_DISTURBANCE,
        "incident": ID,
        "clock": ClockQuality.SYNCED,
        "uptime_s": None,
        "delayed": False,
        "severity": Severity.MODERATE,
        "confidence": Confidence.LOW,
        "evidence": (Evidence.LEVEL_RISE,),
    }
    return IncidentStart(**(facts | changes))  # type: ignore[arg-type]  # the test passes what must be refused, too


def end() -> IncidentEnd:
    return IncidentEnd(
        kind=Kind.NOISE_SPIKE,
        category=Category.NOISE_DISTURBANCE,
        incident=ID,
        clock=ClockQuality.SYNCED,
        uptime_s=None,
        delayed=False,
        reason=EndReason.ENDED,
        duration_at_least_s=5,
        peak_over_background_at_least_db=12,
    )


def event(data: IncidentStart | IncidentEnd, **changes: object) -> EventMessage:
    facts: dict[str, object] = {
        "id": ID,
        "sequence": "000000000001",
        "source": "urn:polewatch:node:pole-0042",
        "subject": "tile:1:2",
        "time": "2026-01-01T00:00:00Z",
        "type": KINDS[Kind.NOISE_SPIKE].type,
        "data": data,
    }
    return EventMessage(**(facts | changes))  # type: ignore[arg-type]  # the test passes what must be refused, too


def summary(**changes: object) -> Summary:
    facts: dict[str, object] = {
        "window_s": 900,
        "sound_exposure_s": 900,
        "sight_exposure_s": 0,
        "levels": LevelsDb(calibration="nominal", laeq_db=60, lafmax_db=80, l10_db=64, l50_db=58, l90_db=51),
        "counts": Counts.of({Kind.NOISE_SPIKE: 1}),
        "held_back": 0,
        "last_sequence": 1,
        "clock": ClockQuality.SYNCED,
        "uptime_s": None,
        "delayed": False,
    }
    return Summary(**(facts | changes))  # type: ignore[arg-type]  # the test passes what must be refused, too


@pytest.mark.parametrize(
    "changes",
    [
        {"note": "a person in a red coat"},
        {"confidence": "certain"},
        {"evidence": ("red_coat",)},
        {"evidence": (Evidence.VOICE_BAND, Evidence.LEVEL_RISE)},
        {"evidence": (Evidence.LEVEL_RISE, Evidence.LEVEL_RISE)},
        {"incident": "0000002a-1"},
        {"clock": ClockQuality.UNSYNCED},
        {"uptime_s": 7},
        {"delayed": 1},
    ],
)
def test_a_start_message_takes_no_word_that_is_not_its_own(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        start(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"source": "urn:polewatch:node:Pole 42"},
        {"source": "urn:polewatch:node:a/b"},
        {"time": "2026-01-01T00:00:00.123Z"},
        {"sequence": "000000000002"},
        {"subject": "tile:41.8776,-87.6298"},
        {"type": "org.polewatch.other.v1"},
        {"traceparent": "00-1"},
    ],
)
def test_an_envelope_takes_no_attribute_that_is_not_its_own(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        event(start(), **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"levels": None},
        {"sound_exposure_s": 0},
        {"sight_exposure_s": 901},
        {"held_back": 4},
        {"clock": ClockQuality.UNSYNCED},
    ],
)
def test_a_summary_that_contradicts_itself_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        summary(**changes)


@pytest.mark.parametrize("data", [start(), end()], ids=["start", "end"])
def test_an_event_fits_its_published_schema(data: IncidentStart | IncidentEnd) -> None:
    written = json.loads(encode(event(data)))

    jsonschema.validate(written, schema(EventMessage))


def test_a_summary_fits_its_published_schema() -> None:
    message = SummaryMessage(
        id=ID,
        sequence="000000000001",
        source="urn:polewatch:node:pole-0042",
        subject="tile:unset",
        time="2026-01-01T00:00:00Z",
        data=summary(),
    )

    jsonschema.validate(json.loads(encode(message)), schema(SummaryMessage))


def test_a_message_read_back_is_the_same_message() -> None:
    message = event(start())

    assert EventMessage.model_validate_json(encode(message)) == message


def test_an_event_goes_to_the_topic_of_its_node_and_kind() -> None:
    assert topic_of(event(end())) == "polewatch/v1/pole-0042/event/noise.spike"


def free_fields(body: dict[str, object], path: str = "") -> list[str]:
    """Every place of a JSON Schema where a text, a number or a list has no bound."""
    found = []
    if body.get("type") == "string" and not {"enum", "const", "pattern"} & body.keys():
        found.append(path)
    if body.get("type") == "number" or (
        body.get("type") == "integer"
        and not ({"minimum", "maximum"} <= body.keys() or "enum" in body or "const" in body)
    ):
        found.append(path)
    if body.get("type") == "array" and "maxItems" not in body:
        found.append(path)
    if body.get("type") == "object" and body.get("additionalProperties") is not False:
        found.append(path)
    for key, value in body.items():
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict):
                found += free_fields(part, f"{path}/{key}")
    return found


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.message.name)
def test_no_message_has_a_free_text_a_float_or_an_unbounded_field(route: object) -> None:
    message: type[Outbound] = route.message  # type: ignore[attr-defined]  # a Route, which pytest passes as object

    assert free_fields({key: value for key, value in schema(message).items() if key != "$defs"}) == []
    assert free_fields(schema(message).get("$defs", {}) | {"type": "defs"}) == []


def test_the_search_for_free_fields_finds_one_in_a_leaky_message() -> None:
    class Leaky(BaseModel):
        note: str
        level: float

    assert len(free_fields(Leaky.model_json_schema())) == 3


@given(st.floats(allow_nan=False))
def test_any_time_becomes_an_instant_of_whole_seconds(wall_s: float) -> None:
    assert len(instant(wall_s)) == len("2026-01-01T00:00:00Z")


@given(st.floats(min_value=0, max_value=1e9))
def test_a_duration_is_told_as_the_greatest_step_that_it_reached(duration_s: float) -> None:
    step = duration_step(duration_s)

    assert step <= duration_s
    assert all(other <= step for other in DURATION_STEPS_S if other <= duration_s)


@given(st.floats(min_value=-300, max_value=300))
def test_a_peak_is_told_as_one_of_its_steps(peak_db: float) -> None:
    assert peak_step(peak_db) in PEAK_STEPS_DB
    assert peak_step(peak_db) <= max(peak_db, 0)


def test_counts_stop_at_three_and_totals_at_their_greatest_value() -> None:
    assert [few(count) for count in (-1, 0, 2, 3, 900)] == [0, 0, 2, 3, 3]
    assert [total(count) for count in (-1, 0, 70_000)] == [0, 0, 65_535]


def test_an_event_id_is_the_epoch_and_the_number() -> None:
    assert event_id("3f9c01aa", 417) == "3f9c01aa-000000000417"


def test_every_kind_has_its_own_code_and_type() -> None:
    assert set(KINDS) == set(Kind)
    assert len({facts.code for facts in KINDS.values()}) == len({facts.type for facts in KINDS.values()}) == len(Kind)


def test_every_word_of_evidence_has_its_own_bit() -> None:
    assert set(EVIDENCE_BIT) == set(Evidence)
    assert len(set(EVIDENCE_BIT.values())) == len(Evidence)


def test_a_summary_counts_every_kind() -> None:
    assert {field.alias for field in Counts.model_fields.values()} == {kind.value for kind in Kind}


def test_the_digest_of_the_schemas_is_64_hex_digits_and_stable() -> None:
    assert schemas_digest() == schemas_digest()
    assert len(schemas_digest()) == 64
