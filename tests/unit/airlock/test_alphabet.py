"""How many values a type has, where the numbers are awkward: against lists of the values themselves."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, TypeVar

import annotated_types
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter

from node.airlock.alphabet import UncountableError, bits, size_of, sizes_of, unsensed
from node.contract.base import Alternatives, Unsensed, Wire


def counted(annotation: Any) -> int:
    return sizes_of(type("Counted", (Wire,), {"__annotations__": {"field": annotation}}))["field"]


@given(
    st.integers(-9, 9),
    st.integers(-9, 9),
    st.integers(1, 5),
    st.sampled_from(["ge", "gt"]),
    st.sampled_from(["le", "lt"]),
)
def test_whole_numbers_are_as_many_as_the_type_accepts(low: int, high: int, step: int, lower: str, upper: str) -> None:
    bounds: dict[str, Any] = {lower: low, upper: high, "multiple_of": step}
    annotation = Annotated[int, Field(**bounds)]
    accepts = TypeAdapter(annotation).validator

    assert counted(annotation) == sum(accepts.isinstance_python(value, strict=True) for value in range(-10, 11))


def test_a_type_that_is_yet_to_be_chosen_is_refused() -> None:
    with pytest.raises(UncountableError, match=r"Counted\.field: ~Anything cannot be counted"):
        counted(TypeVar("Anything"))


def test_of_several_bounds_and_grids_all_hold() -> None:
    annotation = Annotated[
        int, Field(ge=0, le=100, multiple_of=4), Field(ge=10, le=200), annotated_types.MultipleOf(6), Field(lt=61)
    ]

    assert counted(annotation) == len([value for value in range(10, 61) if value % 12 == 0])


def test_a_bound_that_is_no_whole_number_is_refused() -> None:
    with pytest.raises(UncountableError, match=r"the bound 1\.0 is no whole number"):
        counted(Annotated[int, Field(ge=1.0, le=3)])


@pytest.mark.parametrize(
    ("annotation", "count"),
    [
        (tuple[()], 1),
        (tuple[bool], 2),
        (tuple[bool, bool, bool], 8),
        (Annotated[tuple[bool, ...], Field(max_length=0)], 1),
        (Annotated[tuple[Literal[1], ...], Field(max_length=4)], 5),
        (Annotated[tuple[bool, ...], Field(max_length=5), Field(max_length=2)], 1 + 2 + 4),
    ],
    ids=str,
)
def test_a_list_has_every_length_up_to_its_bound_and_a_fixed_one_has_one(annotation: Any, count: int) -> None:
    assert counted(annotation) == count


def test_a_message_has_the_product_of_its_fields() -> None:
    message = type("Three", (Wire,), {"__annotations__": {"one": bool, "two": Literal[1, 2, 3], "three": None}})

    assert size_of(message) == 6


def test_a_field_without_any_value_is_refused_by_its_name() -> None:
    message = type("Empty", (Wire,), {"__annotations__": {"one": bool, "none": Annotated[int, Field(ge=9, le=5)]}})

    with pytest.raises(UncountableError, match=r"Empty\.none: has no value"):
        size_of(message)


class Inner(Wire):
    """A part with one field that sensing cannot choose."""

    number: Annotated[str, Unsensed("counted up by one")]
    level: Annotated[int, Field(ge=0, le=3)]


class Outer(Wire):
    """Parts that are marked, and parts within others."""

    first: Annotated[str, Unsensed("the clock")]
    part: Inner
    parts: Annotated[tuple[Inner, ...], Field(max_length=2)] | None
    marked: Annotated[Inner, Unsensed("a command")]
    among: Annotated[str, Alternatives(7, "a validator"), Unsensed("the network")]


def test_every_field_that_is_not_counted_is_named_in_order_and_those_of_parts_too() -> None:
    assert list(unsensed(Outer)) == [
        ("first", "the clock"),
        ("part.number", "counted up by one"),
        ("parts.number", "counted up by one"),
        ("marked", "a command"),
        ("among", "the network"),
    ]


def test_parts_within_a_message_count_by_what_they_can_say() -> None:
    assert sizes_of(Outer)["part"] == 4
    assert sizes_of(Outer)["parts"] == (1 + 4 + 16) + 1
    assert sizes_of(Outer)["marked"] == 1


@pytest.mark.parametrize("power", [1, 63, 64, 65, 128, 4000])
def test_a_power_of_two_has_its_exponent_in_bits_exactly(power: int) -> None:
    assert bits(2**power) == power


@given(st.integers(1, 2**53), st.integers(0, 5000))
def test_doubling_a_count_adds_a_bit(count: int, times: int) -> None:
    assert bits(count << times) == pytest.approx(math.log2(count) + times, abs=1e-9)
