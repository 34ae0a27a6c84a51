"""Which numbers a reader lacks. Pure: it works on spans, so that a year of messages is a few of them."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.forecaster.said import Span


def missing(first: int, last: int, there: Iterable[Span]) -> list[Span]:
    """The numbers of a range that no span has, as spans in order.

    Args:
        first: of the range.
        last: of the range; there is nothing in it where this is less than `first`.
        there: what was received, and what is named as gone; in any order, may overlap.
    """
    lacking = []
    expected = first
    for span in sorted(there, key=lambda one: one.first):
        if span.first > last:
            break
        if span.first > expected:
            lacking.append(Span(expected, span.first - 1))
        expected = max(expected, span.last + 1)
    if expected <= last:
        lacking.append(Span(expected, last))
    return lacking
