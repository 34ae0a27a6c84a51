"""The record at its edges: what a type cannot hold together, and what nobody can bend once it is a record."""

from dataclasses import FrozenInstanceError

import pytest

from node.airlock.record import BODIES, IncidentBegan, PeopleSeen, Record, Status, decode, encode, ranges
from node.errors import RecordError

BEGAN = Record(7, 9, 11, IncidentBegan(1, 1, 0, 0))


def test_a_record_cannot_be_changed_after_it_was_checked() -> None:
    with pytest.raises(FrozenInstanceError):
        BEGAN.epoch = 0  # type: ignore[misc]  # that is what is tested
    with pytest.raises(FrozenInstanceError):
        ranges(IncidentBegan)["incident"].high = 0  # type: ignore[misc]  # that is what is tested


@pytest.mark.parametrize("code", sorted(BODIES))
def test_no_body_can_be_changed_after_it_was_checked(code: int) -> None:
    allowed = ranges(BODIES[code])
    body = BODIES[code](**{name: one.low for name, one in allowed.items()})

    with pytest.raises(FrozenInstanceError):
        setattr(body, next(iter(allowed)), 0)


@pytest.mark.parametrize("code", sorted(BODIES))
def test_neither_a_record_nor_its_body_has_a_place_for_anything_but_its_fields(code: int) -> None:
    allowed = ranges(BODIES[code])
    body = BODIES[code](**{name: one.low for name, one in allowed.items()})

    assert not any(hasattr(one, "__dict__") for one in (body, Record(1, 1, 0, body), next(iter(allowed.values()))))


@pytest.mark.parametrize("sequence", [-1, -(2**48)])
def test_a_status_before_the_first_number_cannot_be_written(sequence: int) -> None:
    with pytest.raises(RecordError, match="sequence is out of range"):
        encode(Record(1, sequence, 0, Status(1, 1, 0, 0, 0)))


@pytest.mark.parametrize("pictures", [1, 2, 36_000])
def test_as_many_people_as_the_pictures_can_hold_pass(pictures: int) -> None:
    record = Record(1, 1, 0, PeopleSeen(900, pictures, 127 * pictures))

    assert decode(encode(record)) == record


@pytest.mark.parametrize("too_many", [1, 2, 100])
def test_more_people_than_the_pictures_can_hold_are_refused(too_many: int) -> None:
    with pytest.raises(RecordError, match="more than its pictures can hold"):
        encode(Record(1, 1, 0, PeopleSeen(900, 10, 1270 + too_many)))


@pytest.mark.parametrize("cut", [0, 1, 59, 60, 63, 65, 128])
def test_a_record_of_another_length_is_refused(cut: int) -> None:
    content = (encode(BEGAN) * 2)[:cut]

    with pytest.raises(RecordError, match="a record is 64 bytes"):
        decode(content)


def test_all_but_a_status_wait_for_an_acknowledgement() -> None:
    kept = {code: Record(1, 1, 0, body(*[1] * len(ranges(body)))).kept for code, body in BODIES.items()}

    assert kept == {code: body is not Status for code, body in BODIES.items()}
