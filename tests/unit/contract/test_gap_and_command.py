"""The messages that name what is gone, and the one question that a node can be asked."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from node.airlock.alphabet import size_of, unsensed
from node.contract.command import CommandMessage, CommandResult, Refusal
from node.contract.envelope import CommandResultMessage, GapMessage
from node.contract.gap import MAX_SPANS, Gap, GapReason, Span, spans_of

QUESTION = {
    "specversion": "1.0",
    "id": "0123456789abcdef0123456789abcdef",
    "source": "urn:polewatch:reader:forecaster",
    "type": "org.polewatch.command.v1",
    "time": "2026-01-01T12:00:00Z",
    "datacontenttype": "application/json",
    "dataschema": "urn:polewatch:schema:command:v1",
    "data": {"verb": "resync", "epoch": "0000002a", "first_sequence": 1, "last_sequence": 20},
}


def gap(count: int, *ends: tuple[int, int]) -> Gap:
    spans = tuple(Span(first_sequence=first, last_sequence=last) for first, last in ends)
    return Gap(reason=GapReason.EVICTED, count=count, spans=spans)


@given(st.sets(st.integers(1, 200)))
def test_spans_have_the_numbers_that_they_were_made_of_and_no_others(numbers: set[int]) -> None:
    spans = spans_of(sorted(numbers))

    assert {n for span in spans for n in range(span.first_sequence, span.last_sequence + 1)} == numbers


@given(st.sets(st.integers(1, 200), min_size=1))
def test_there_are_as_few_spans_as_numbers_without_one_before_them(numbers: set[int]) -> None:
    spans = spans_of(sorted(numbers))

    assert len(spans) == len([n for n in numbers if n - 1 not in numbers])


@given(st.sets(st.integers(1, 60), min_size=1))
def test_whatever_is_gone_can_be_said(numbers: set[int]) -> None:
    spans = spans_of(sorted(numbers))[:MAX_SPANS]
    count = sum(span.last_sequence - span.first_sequence + 1 for span in spans)

    assert Gap(reason=GapReason.REFUSED, count=count, spans=spans).count == count


@pytest.mark.parametrize(
    ("count", "ends"),
    [
        (0, []),
        (2, [(1, 1)]),
        (-3, [(5, 1)]),
        (4, [(1, 2), (2, 3)]),
        (4, [(1, 2), (3, 4)]),
        (4, [(5, 6), (1, 2)]),
        (2, [(1, 1), (1, 1)]),
    ],
)
def test_a_gap_that_does_not_add_up_cannot_be_said(count: int, ends: list[tuple[int, int]]) -> None:
    with pytest.raises(ValidationError):
        gap(count, *ends)


def test_a_gap_has_at_most_32_spans() -> None:
    gap(32, *((2 * n, 2 * n) for n in range(1, 33)))

    with pytest.raises(ValidationError):
        gap(33, *((2 * n, 2 * n) for n in range(1, 34)))


@pytest.mark.parametrize("message", [GapMessage, CommandResultMessage])
def test_a_gap_and_an_answer_say_nothing_of_the_street(message: type[GapMessage | CommandResultMessage]) -> None:
    assert size_of(message) == 1
    assert all(len(why) > 5 for _, why in unsensed(message))


def test_a_question_is_what_the_schema_says() -> None:
    assert CommandMessage.model_validate_json(json.dumps(QUESTION)).data.last_sequence == 20


@pytest.mark.parametrize(
    "change",
    [
        {"id": "0123"},
        {"id": "0123456789ABCDEF0123456789ABCDEF"},
        {"source": "urn:polewatch:node:pole-0042"},
        {"type": "org.polewatch.command.v2"},
        {"time": "yesterday"},
        {"note": "please"},
        {"data": {}},
        {"data": {"verb": "snapshot"}},
        {"data": {**QUESTION["data"], "verb": "record"}},  # type: ignore[dict-item]  # a dict, as above
        {"data": {**QUESTION["data"], "epoch": "42"}},  # type: ignore[dict-item]  # same
        {"data": {**QUESTION["data"], "first_sequence": 0}},  # type: ignore[dict-item]  # same
        {"data": {**QUESTION["data"], "first_sequence": 21}},  # type: ignore[dict-item]  # same
        {"data": {**QUESTION["data"], "last_sequence": 1.5}},  # type: ignore[dict-item]  # same
        {"data": {**QUESTION["data"], "camera": True}},  # type: ignore[dict-item]  # same
    ],
    ids=str,
)
def test_a_question_that_is_not_exactly_that_is_none(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CommandMessage.model_validate_json(json.dumps(QUESTION | change))


@given(st.binary(max_size=300))
def test_no_bytes_at_all_are_taken_for_a_question_by_chance(content: bytes) -> None:
    with pytest.raises(ValidationError):
        CommandMessage.model_validate_json(content)


@pytest.mark.parametrize(
    ("status", "refusal", "replayed"), [("done", Refusal.BUSY, 0), ("refused", None, 0), ("accepted", None, 1)]
)
def test_an_answer_that_contradicts_itself_cannot_be_given(status: str, refusal: Refusal | None, replayed: int) -> None:
    with pytest.raises(ValidationError):
        CommandResult(command=None, status=status, refusal=refusal, replayed=replayed, gone=0)  # type: ignore[arg-type]  # same
