"""The reference reader without a network: what it reads, keeps, lacks, and asks for."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.errors import StorageError
from simulator.forecaster.asking import ANSWERED_WITHIN_S, LONGEST_PAUSE_S, PATIENCE_S, Asking
from simulator.forecaster.proof import missing
from simulator.forecaster.reader import accounts
from simulator.forecaster.said import Said, Span, read
from simulator.forecaster.shelf import Shelf
from simulator.forecaster.show import as_json, lines

NODE, EPOCH = "pole-0042", "0000002a"


def message(below: str, sequence: int | None, data: dict[str, Any], epoch: str = EPOCH) -> tuple[str, bytes]:
    identity = f"{epoch}-r1-1" if sequence is None else f"{epoch}-{sequence:012d}"
    return f"polewatch/v1/{NODE}/{below}", json.dumps({"id": identity, "data": data}).encode()


def event(sequence: int, epoch: str = EPOCH) -> tuple[str, bytes]:
    return message("event/noise.spike", sequence, {"phase": "start", "incident": f"{epoch}-{sequence:012d}"}, epoch)


def info(last: int, epoch: str = EPOCH) -> tuple[str, bytes]:
    return message("info", None, {"epoch": epoch, "last_sequence": last}, epoch)


def gap(sequence: int, first: int, last: int) -> tuple[str, bytes]:
    spans = [{"first_sequence": first, "last_sequence": last}]
    return message("gap", sequence, {"reason": "evicted", "count": last - first + 1, "spans": spans})


def put(shelf: Shelf, *messages: tuple[str, bytes]) -> int:
    """Keeps messages, each as it came."""
    said = [read(*one) for one in messages]
    return shelf.put((one, 1000.0 + index) for index, one in enumerate(said) if one is not None)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "reader.db")


@given(st.integers(1, 60), st.integers(0, 60), st.lists(st.tuples(st.integers(1, 60), st.integers(0, 9))))
def test_what_is_missing_is_every_number_that_is_in_no_span(first: int, last: int, ends: list[tuple[int, int]]) -> None:
    spans = [Span(begin, begin + length) for begin, length in ends]
    there = {number for span in spans for number in range(span.first, span.last + 1)}

    lacking = missing(first, last, spans)
    numbers = [number for span in lacking for number in range(span.first, span.last + 1)]
    assert numbers == sorted(set(range(first, last + 1)) - there)


@given(st.text(max_size=80), st.binary(max_size=200))
def test_whatever_comes_is_read_or_passed_over(topic: str, payload: bytes) -> None:
    assert read(topic, payload) is None or "/" in topic


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"null",
        b'{"id": 7}',
        b'{"id": "0000002a-1"}',
        b'{"id": "0000002A-000000000001"}',
        b'{"id": "../../etc/passwd"}',
        b"[" * 100_000,
    ],
)
def test_a_numbered_message_without_its_number_is_none(payload: bytes) -> None:
    assert read("polewatch/v1/pole-0042/summary", payload) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=4),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["spans", "first_sequence", "last_sequence", "reason", "epoch"]), inner)
        ),
        max_leaves=12,
    )
)
def test_a_gap_of_any_shape_is_kept_and_names_only_numbers(shelf: Shelf, data: Any) -> None:
    put(shelf, message("gap", 3, data), message("info", None, data))

    assert all(1 <= span.first <= span.last < 10**12 for span, _ in shelf.named(NODE, EPOCH))


def test_the_same_message_is_one_however_often_it_comes(shelf: Shelf) -> None:
    new = [put(shelf, info(0), event(1)), put(shelf, event(1), event(1))]

    assert new == [1, 0]
    assert shelf.topics(NODE) == {"event/noise.spike": 1}
    assert shelf.repeated(NODE) == 1


def test_a_number_that_never_came_is_missing(shelf: Shelf) -> None:
    put(shelf, info(0), event(1), event(2), event(5))

    (account,) = accounts(shelf)
    assert account.lacking == (Span(3, 4),)


def test_the_tail_is_missing_when_a_birth_tells_of_it(shelf: Shelf) -> None:
    put(shelf, info(0), event(1), info(3))

    (account,) = accounts(shelf)
    assert account.lacking == (Span(2, 3),)


def test_the_tail_is_missing_when_a_summary_tells_of_it(shelf: Shelf) -> None:
    put(shelf, info(0), message("summary", 4, {"last_sequence": 3}))

    (account,) = accounts(shelf)
    assert account.lacking == (Span(1, 3),)


def test_what_a_gap_names_is_not_missing(shelf: Shelf) -> None:
    put(shelf, info(0), event(1), gap(5, 2, 4))

    (account,) = accounts(shelf)
    assert account.is_complete
    assert account.named == {"evicted": 3}


def test_what_was_before_we_came_is_not_ours_to_have(shelf: Shelf) -> None:
    put(shelf, info(500), event(501), event(502))

    (account,) = accounts(shelf)
    assert account.is_complete
    assert account.numbers == Span(501, 502)


def test_a_new_outbox_of_a_node_that_we_know_begins_with_its_first_number(shelf: Shelf) -> None:
    put(shelf, info(0), event(1), info(3, "0000002b"), event(3, "0000002b"))

    assert [account.lacking for account in accounts(shelf)] == [(), (Span(1, 2),)]


def test_what_came_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "reader.db")
    put(shelf, info(0), event(1), event(3))
    shelf.close()

    (account,) = accounts(Shelf(tmp_path / "reader.db"))
    assert account.lacking == (Span(2, 2),)


def test_a_file_that_is_none_of_ours_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "reader.db").write_bytes(b"holiday pictures" * 100)

    with pytest.raises(StorageError, match=r"reader\.db: .*--db"):
        Shelf(tmp_path / "reader.db")


def test_what_there_is_can_be_said_in_json_and_in_words(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console  # noqa: PLC0415 - it takes the output as it is when it is made

    put(shelf, info(0), event(1), event(4), gap(5, 2, 2), message("state", None, {"online": True}))
    lines(Console(), shelf)

    said = json.loads(json.dumps(as_json(shelf, 1)))
    assert said["nodes"][NODE]["epochs"][EPOCH]["missing"] == [[3, 3]]
    assert said["nodes"][NODE]["online"] is True
    assert said["complete"] is False
    assert "missing: 3" in capsys.readouterr().out


def test_a_reader_asks_when_nothing_has_changed_for_a_while() -> None:
    asking = Asking()
    asking.lacks(NODE, EPOCH, [Span(3, 4), Span(8, 8)], 0.0)

    assert asking.next(PATIENCE_S - 0.1) is None
    question = asking.next(PATIENCE_S)
    assert question is not None
    assert (question.node, question.span) == (NODE, Span(3, 4))


def test_a_reader_does_not_ask_for_what_is_on_its_way() -> None:
    asking = Asking()
    for second in range(60):
        asking.lacks(NODE, EPOCH, [Span(second, 100)], float(second))
        assert asking.next(float(second)) is None


def test_a_reader_that_gets_no_answer_asks_less_and_less_often() -> None:
    asking = Asking()
    asking.lacks(NODE, EPOCH, [Span(1, 1)], 0.0)
    asked = [float(second) for second in range(20_000) if asking.next(float(second))]

    pauses = [after - before for before, after in itertools.pairwise(asked)]
    assert pauses[0] >= min(ANSWERED_WITHIN_S, 2 * PATIENCE_S)
    assert pauses == sorted(pauses)
    assert max(pauses) <= LONGEST_PAUSE_S + 1.0


def test_a_reader_that_is_denied_asks_no_more() -> None:
    asking = Asking()
    asking.lacks(NODE, EPOCH, [Span(1, 1)], 0.0)
    asking.deny()

    assert asking.next(1000.0) is None


def test_a_reader_with_all_of_it_asks_nothing() -> None:
    asking = Asking()
    asking.lacks(NODE, EPOCH, [Span(1, 1)], 0.0)
    asking.lacks(NODE, EPOCH, [], 1.0)

    assert asking.next(1000.0) is None


def test_a_said_message_without_data_says_nothing() -> None:
    assert Said(NODE, "state", {"data": 7}).data == {}
