"""The 64-byte record: nothing but registered integers gets through."""

import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.airlock.record import (
    BODIES,
    MAX_EPOCH,
    MAX_INSTANT_MS,
    MAX_SEQUENCE,
    SIZE,
    Body,
    IncidentBegan,
    PeopleSeen,
    Record,
    Status,
    decode,
    encode,
    ranges,
)
from node.contract.words import KIND_OF_CODE
from node.errors import RecordError

BEGAN = IncidentBegan(kind_code=1, incident=1, confidence=1, evidence_bits=0b111)


def bodies() -> st.SearchStrategy[Body]:
    def one(body: type[Body]) -> st.SearchStrategy[Body]:
        values = {
            name: st.sampled_from(sorted(KIND_OF_CODE)) if name == "kind_code" else st.integers(r.low, r.high)
            for name, r in ranges(body).items()
        }
        built: st.SearchStrategy[Body] = st.builds(body, **values)
        return built.filter(fits)

    return st.one_of([one(body) for body in BODIES.values()])


def fits(body: Body) -> bool:
    """The one rule between two fields: no more people than the pictures can hold."""
    return not isinstance(body, PeopleSeen) or body.people <= 127 * body.pictures


@st.composite
def records(draw: Any) -> Record:
    body = draw(bodies())
    sequence = 0 if isinstance(body, Status) else draw(st.integers(1, MAX_SEQUENCE))
    return Record(draw(st.integers(1, MAX_EPOCH)), sequence, draw(st.integers(0, MAX_INSTANT_MS)), body)


def sealed(head: bytes) -> bytes:
    return head + struct.pack("<I", zlib.crc32(head))


@given(records())
def test_a_record_is_64_bytes_and_reads_back_as_itself(record: Record) -> None:
    content = encode(record)

    assert len(content) == SIZE
    assert decode(content) == record


@given(st.binary(max_size=80))
def test_arbitrary_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(RecordError):
        decode(content)


@given(st.binary(min_size=60, max_size=60))
def test_arbitrary_bytes_with_a_right_checksum_are_refused_or_in_range(head: bytes) -> None:
    try:
        record = decode(sealed(head))
    except RecordError:
        return

    assert encode(record) == sealed(head)


@given(records(), st.integers(0, SIZE * 8 - 1))
def test_a_record_with_one_flipped_bit_is_refused(record: Record, bit: int) -> None:
    content = bytearray(encode(record))
    content[bit // 8] ^= 1 << bit % 8

    with pytest.raises(RecordError):
        decode(bytes(content))


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, body in BODIES.items() for name in ranges(body)])
@pytest.mark.parametrize("side", ["below", "above"])
def test_a_value_outside_its_range_is_refused_on_both_sides(code: int, name: str, side: str) -> None:
    body = BODIES[code]
    allowed = ranges(body)
    values = {field: r.low for field, r in allowed.items()}
    wrong = allowed[name].low - 1 if side == "below" else allowed[name].high + 1
    if not -(2**31) <= wrong < 2**31:
        wrong = -(2**31)
    record = Record(1, 0 if body is Status else 1, 0, body(**(values | {name: wrong})))
    slots = [getattr(record.body, field) for field in allowed]
    head = struct.pack("<BBHIQQ9i", 1, code, 0, 1, record.sequence, 0, *slots, *[0] * (9 - len(slots)))

    with pytest.raises(RecordError):
        encode(record)
    with pytest.raises(RecordError):
        decode(sealed(head))


@pytest.mark.parametrize(
    "record",
    [
        Record(0, 1, 0, BEGAN),
        Record(1, 0, 0, BEGAN),
        Record(1, 1, -1, BEGAN),
        Record(1, MAX_SEQUENCE + 1, 0, BEGAN),
        Record(1, 1, MAX_INSTANT_MS + 1, BEGAN),
        Record(1, 1, 0, Status(1, 1, 0, 0, 0)),
        Record(1, 1, 0, IncidentBegan(1, 1, 1, 0.5)),  # type: ignore[arg-type]  # a float is what must not pass
    ],
)
def test_a_header_or_a_type_out_of_range_cannot_be_written(record: Record) -> None:
    with pytest.raises(RecordError):
        encode(record)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"version": 2}, "another version"),
        ({"zero": 1}, "another version"),
        ({"code": 99}, "type is unknown"),
        ({"last": 7}, "has values where its type has none"),
    ],
)
def test_each_fault_of_the_frame_is_named(change: dict[str, int], fault: str) -> None:
    facts = {"version": 1, "code": 1, "zero": 0, "last": 0} | change
    slots = [1, 1, 1, 1, 0, 0, 0, 0, facts["last"]]
    head = struct.pack("<BBHIQQ9i", facts["version"], facts["code"], facts["zero"], 1, 1, 0, *slots)

    with pytest.raises(RecordError, match=fault):
        decode(sealed(head))


def test_an_unregistered_kind_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = encode(Record(1, 1, 0, BEGAN))
    monkeypatch.setattr("node.airlock.record.KIND_OF_CODE", {})

    with pytest.raises(RecordError, match="kind is unknown"):
        decode(content)


def test_every_body_fits_its_slots_and_is_all_integers() -> None:
    for body in BODIES.values():
        assert len(ranges(body)) <= 9
        assert all(-(2**31) <= r.low <= r.high < 2**31 for r in ranges(body).values())
