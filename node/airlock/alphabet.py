"""How many different values a type can have: the alphabet that sensing has when it fills in a message.

The count is exact, an integer of any size. Whatever cannot be counted (a text, a number with decimals, bytes, a list
without a bound) is refused: such a field could say anything. A field that sensing cannot choose is marked `Unsensed`
with the reason, at the field itself, and counts once.
"""

from __future__ import annotations

import enum
import math
import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel

from node.contract.base import Alternatives, Unsensed


class UncountableError(TypeError):
    """A field can say more than anyone can count; the text names it."""


def bits(count: int) -> float:
    """The bits of a choice among `count` values, 1 or more. Exact to a float's precision for integers of any size."""
    shift = max(0, count.bit_length() - 64)
    return math.log2(count >> shift) + shift


def size_of(model: type[BaseModel]) -> int:
    """In how many ways sensing can fill in a message.

    Raises:
        UncountableError: a field has no count; the text has its path.
    """
    count = 1
    for field, size in sizes_of(model).items():
        if not size:
            raise UncountableError(f"{model.__name__}.{field}: has no value at all")
        count *= size
    return count


def sizes_of(model: type[BaseModel]) -> dict[str, int]:
    """The same, field by field.

    Raises:
        UncountableError: a field has no count; the text has its path.
    """
    return {
        name: _size(field.annotation, tuple(field.metadata), f"{model.__name__}.{name}")
        for name, field in model.model_fields.items()
    }


def unsensed(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Every field of a message that is not counted, with the reason, in order; those of its parts too."""
    for name, field in model.model_fields.items():
        marks = [mark for mark in field.metadata if isinstance(mark, Unsensed)]
        if marks:
            yield name, marks[0].why
            continue
        for part in _models(field.annotation):
            yield from ((f"{name}.{inner}", why) for inner, why in unsensed(part))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The message parts in a type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _size(annotation: Any, metadata: tuple[Any, ...], path: str) -> int:
    """How many values a type has under its metadata."""
    flat = tuple(_flat(metadata))
    for mark in flat:
        if isinstance(mark, Unsensed):
            return 1
        if isinstance(mark, Alternatives):
            return mark.count
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *marks = get_args(annotation)
        return _size(inner, (*flat, *marks), path)
    if origin in {Union, types.UnionType}:
        return sum(_size(one, flat, path) for one in get_args(annotation))
    return _size_of_class(annotation, flat, path)


def _size_of_class(annotation: Any, flat: tuple[Any, ...], path: str) -> int:
    """How many values a class, a list or a set of constants has."""
    if get_origin(annotation) is Literal:
        return len(set(get_args(annotation)))
    if get_origin(annotation) is tuple:
        return _size_of_tuple(get_args(annotation), flat, path)
    if not isinstance(annotation, type) or get_origin(annotation) is not None:
        raise UncountableError(f"{path}: {annotation!r} cannot be counted")
    return _size_of_plain(annotation, flat, path)


def _size_of_plain(annotation: type, flat: tuple[Any, ...], path: str) -> int:
    """How many values a plain class has."""
    if issubclass(annotation, BaseModel):
        return size_of(annotation)
    if issubclass(annotation, enum.Enum):
        return len(annotation)
    if annotation is type(None):
        return 1
    if annotation is bool:
        return 2
    if annotation is int:
        return _size_of_int(flat, path)
    raise UncountableError(f"{path}: {annotation.__name__} can say anything")


def _size_of_tuple(items: tuple[Any, ...], flat: tuple[Any, ...], path: str) -> int:
    """How many tuples there are: of any length up to the bound, where it has one."""
    most = min((mark.max_length for mark in flat if isinstance(mark, annotated_types.MaxLen)), default=None)
    if len(items) != 2 or items[1] is not Ellipsis:
        return math.prod(_size(item, (), path) for item in items)
    if most is None:
        raise UncountableError(f"{path}: a list without a greatest length")
    each = _size(items[0], (), path)
    return sum(each**length for length in range(most + 1))


def _size_of_int(flat: tuple[Any, ...], path: str) -> int:
    """How many whole numbers lie within the bounds, on the grid."""
    least = [_whole(mark.ge, path) for mark in flat if isinstance(mark, annotated_types.Ge)]
    least += [_whole(mark.gt, path) + 1 for mark in flat if isinstance(mark, annotated_types.Gt)]
    most = [_whole(mark.le, path) for mark in flat if isinstance(mark, annotated_types.Le)]
    most += [_whole(mark.lt, path) - 1 for mark in flat if isinstance(mark, annotated_types.Lt)]
    if not least or not most:
        raise UncountableError(f"{path}: a number without bounds")
    grids = [_whole(mark.multiple_of, path) for mark in flat if isinstance(mark, annotated_types.MultipleOf)]
    step = math.lcm(*grids)
    return max(0, min(most) // step - -(-max(least) // step) + 1)


def _whole(value: object, path: str) -> int:
    """A bound that is a whole number."""
    if not isinstance(value, int):
        raise UncountableError(f"{path}: the bound {value!r} is no whole number")
    return value


def _flat(metadata: tuple[Any, ...]) -> Iterator[Any]:
    """Every mark by itself: some are groups of others."""
    for mark in metadata:
        if isinstance(mark, annotated_types.GroupedMetadata):
            yield from mark
        elif isinstance(inner := getattr(mark, "metadata", None), list | tuple):
            yield from inner
        else:
            yield mark
